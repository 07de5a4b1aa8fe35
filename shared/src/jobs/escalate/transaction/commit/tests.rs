//! Rounds when the shift changes in the middle of an incident, and while a call of what is over goes on.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::alarm;
use crate::domain::escalation::{CallEvent, End, Event, Incident, Signal};
use crate::domain::metrics::catalogue::{CALLS, RESOLVE_SECONDS, TAKE_SECONDS};
use crate::domain::sid::Sid;
use crate::jobs::escalate::testing::Fixture;
use crate::storage::Key;
use crate::storage::records::InCall;
use crate::testing::{Parameters, sample};

const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
    [people.charlie]\nphone = \"+15005550003\"\n[[schedules]]\nname = \"primary\"\ntime_zone = \"Europe/Berlin\"\n\
    rotation = \"weekly\"\npeople = [\"alpha\", \"bravo\"]\nhand_over = \"09:00\"\nstarts = \"2026-01-05\"\n\
    [[schedules.overrides]]\nfrom = \"2026-01-12T09:10\"\nuntil = \"2026-01-13T09:00\"\nnobody = true\n\
    [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nattempts = 2\nflap_window = \"1s\"\n\
     roster = { schedule = \"primary\", then = [\"charlie\"] }\n";

/// A scenario with a clock of its own.
struct Scenario(Fixture);

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

impl Scenario {
    fn begins(at: &str) -> Scenario {
        Scenario(Fixture::new(Parameters::of_config(CONFIG, &[]), time(at)))
    }

    async fn change(&self, decide: &(dyn Fn(&mut Transaction<'_>) + Send + Sync)) -> Incident {
        let Fixture { escalate, clock, .. } = &self.0;
        let work = escalate.begin(clock.now()).await.expect("settings");
        let committed = work.commit("p", &[], "owner", Effects::Deferred, decide).await;
        let stored = committed.expect("a change").expect("a policy").stored;
        stored.expect("an incident").incident
    }

    /// At this time, a call comes to this end.
    async fn ends(&self, at: &str, attempt: u32) -> Incident {
        self.0.clock.set(time(at));
        let (call, event) =
            (Some(Sid::from(format!("CA{attempt}").as_str())), CallEvent::Ended(End::NoAnswer));
        let placed = CallEvent::Placed { reading_seconds: 10 };
        let placed = Signal::Call { attempt, call: call.clone(), event: placed };
        let signals = [placed, Signal::Call { attempt, call, event }];
        self.change(&|transaction| transaction.apply(&signals)).await
    }

    async fn wakes(&self, at: &str) -> Incident {
        self.0.clock.set(time(at));
        self.change(&|transaction| transaction.apply(&[Signal::Wake])).await
    }
}

fn called(incident: &Incident) -> Vec<&str> {
    incident.attempts.iter().map(|attempt| attempt.person.as_str()).collect()
}

#[tokio::test]
async fn round_calls_those_who_were_on_call_when_it_began() {
    // Ten seconds before alpha hands over to bravo, at 09:00 in Berlin.
    let scenario = Scenario::begins("2026-01-12T07:59:50Z");
    let raised = scenario
        .change(&|transaction| transaction.raise(sample::alarm("cpu", transaction.now)))
        .await;
    assert_eq!(
        (called(&raised), &raised.round.order[..]),
        (vec!["alpha"], &["alpha", "charlie"].map(str::to_owned)[..])
    );
    // The round under way goes on; the policy is that of now, and alpha is free again though no longer on call.
    let goes_on = scenario.ends("2026-01-12T08:00:10Z", 1).await;
    assert_eq!(called(&goes_on), ["alpha", "charlie"]);
    assert_eq!(goes_on.policy.roster, ["bravo", "charlie"]);
    let in_call: Option<InCall> = scenario.0.backend.store.read(&records::person("alpha"));
    assert_eq!(in_call.map(|call| call.until), Some(time("2026-01-12T08:00:10Z")));
    // The next round is bravo's, …
    scenario.ends("2026-01-12T08:00:40Z", 2).await;
    let again = scenario.wakes("2026-01-12T08:15:40Z").await;
    assert_eq!(again.policy.empty_shift.as_deref(), Some("primary"));
    // … or would be: since 09:10 nobody is on call, on purpose. That is told, and charlie called at once.
    assert_eq!(called(&again), ["alpha", "charlie", "charlie"]);
    let told: Vec<&Event> =
        again.timeline.entries.iter().rev().take(3).map(|entry| &entry.event).collect();
    assert!(
        matches!(told[1], Event::NobodyOnCall { schedule } if schedule == "primary"),
        "{told:?}"
    );
    // The day after, with charlie not reached, bravo is called.
    scenario.ends("2026-01-12T08:16:00Z", 3).await;
    scenario.ends("2026-01-12T08:17:00Z", 4).await;
    let next_day = scenario.wakes("2026-01-13T08:00:00Z").await;
    assert_eq!(next_day.round.order, ["bravo", "charlie"]);
}

/// delta is none of the policy's people, and is in a call of another incident for ten minutes, or is not.
async fn delta_is_asked_for(in_another_call: bool) -> (Incident, Option<InCall>) {
    let config = format!("[people.delta]\nphone = \"+15005550004\"\n{CONFIG}");
    let begins = time("2026-01-13T08:00:00Z");
    let scenario = Scenario(Fixture::new(Parameters::of_config(&config, &[]), begins));
    if in_another_call {
        let until = time("2026-01-13T08:10:00Z");
        let incident = "q-1".to_owned();
        let (called_at, called_about_us_at) = (Vec::new(), Vec::new());
        let call = InCall { incident, until, called_at, called_about_us_at };
        scenario.0.backend.store.keep(records::person("delta"), &call);
    }
    scenario.change(&|transaction| transaction.raise(sample::alarm("cpu", transaction.now))).await;
    let asked = Signal::CallAsked { by: "somebody".to_owned(), person: "delta".to_owned() };
    let asked =
        scenario.change(&|transaction| transaction.apply(std::slice::from_ref(&asked))).await;
    (asked, scenario.0.backend.store.read(&records::person("delta")))
}

#[tokio::test]
async fn person_of_no_policy_who_is_asked_for_is_in_one_call_at_most() {
    let (incident, call) = delta_is_asked_for(false).await;
    assert_eq!(called(&incident), ["bravo", "delta"]);
    assert_eq!(call.map(|call| call.incident), Some(incident.id.to_string()));
    let (incident, call) = delta_is_asked_for(true).await;
    assert_eq!(called(&incident), ["bravo", "charlie"]);
    assert_eq!(incident.round.passed[0], "delta");
    assert_eq!(call.map(|call| call.incident).as_deref(), Some("q-1"));
}

/// The alarm goes off again two seconds after its incident was resolved during the first call, whose end was reported by
/// then or not. Gives the incident before and after.
async fn goes_off_after_the_end(call_is_reported_over: bool) -> (Incident, Incident) {
    let scenario = Scenario::begins("2026-01-13T08:00:00Z");
    let raised = scenario
        .change(&|transaction| transaction.raise(sample::alarm("cpu", transaction.now)))
        .await;
    let call = |event| Signal::Call { attempt: 1, call: Some("CA1".into()), event };
    let mut signals =
        vec![call(CallEvent::Placed { reading_seconds: 10 }), call(CallEvent::Answered)];
    signals.push(Signal::ResolvedManually { by: "somebody on the page".to_owned() });
    if call_is_reported_over {
        signals.push(call(CallEvent::Ended(End::Completed)));
    }
    scenario.change(&|transaction| transaction.apply(&signals)).await;
    scenario.0.clock.set(time("2026-01-13T08:00:02Z"));
    let again = scenario.change(&|transaction| {
        if let Some(kept) = &mut transaction.stored {
            // All of it was done and said meanwhile.
            kept.to_do.clear();
            kept.said = kept.incident.timeline.next;
        }
        transaction.join(&sample::change("cpu", "cpu", alarm::State::Alarm, transaction.now));
    });
    (raised, again.await)
}

#[tokio::test]
async fn person_still_in_a_call_of_a_past_incident_is_not_called_by_the_next() {
    let (before, after) = goes_off_after_the_end(false).await;
    assert_eq!((before.id == after.id, after.ended_at), (true, None));
    assert_eq!(called(&after), ["bravo", "charlie"]);
    // Their call is over: what goes off now is an incident of its own.
    let (before, after) = goes_off_after_the_end(true).await;
    assert_ne!(before.id, after.id);
    assert_eq!(called(&after), ["bravo"]);
}

#[tokio::test]
async fn what_an_incident_counts_is_in_the_transaction_that_changes_it() {
    let scenario = Scenario::begins("2026-01-13T08:00:00Z");
    let raise = |transaction: &mut Transaction<'_>| {
        transaction.raise(sample::alarm("cpu", transaction.now));
    };
    scenario.change(&raise).await;
    let store = &scenario.0.backend.store;
    store.check_writes(|writes, _| {
        let has = |pk: &str, sk: &str| writes.iter().any(|write| *write.key() == Key::new(pk, sk));
        assert_eq!(has("counters", "incident-p"), has("open", "p"), "{writes:?}");
        Ok(())
    });
    // Others write at the same time: it is decided anew, and counts once.
    store.conflict(2);
    scenario.ends("2026-01-13T08:00:30Z", 1).await;
    let count = |name: &str| store.counted(name);
    assert_eq!(count(&CALLS.series(&["no-answer"])), 1);
    scenario.0.clock.set(time("2026-01-13T08:00:40Z"));
    let signals = [
        Signal::Acknowledged { person: "bravo".into(), outside: false },
        Signal::ResolvedManually { by: "somebody on the page".to_owned() },
    ];
    scenario.change(&|transaction| transaction.apply(&signals)).await;
    for family in [TAKE_SECONDS, RESOLVE_SECONDS] {
        for (name, by) in family.observed(&["p"], SignedDuration::from_secs(40)) {
            assert_eq!(count(&name), by, "{name}");
        }
    }
    // The same once more changes nothing, and writes nothing.
    let landed = store.landed();
    scenario.change(&|transaction| transaction.apply(&signals)).await;
    assert_eq!(store.landed(), landed);
}
