//! Whom a round calls when the shift changes in the middle of an incident, and while a call of what is over goes on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;

use super::*;
use crate::config::{Environment, SettingsCache, Values};
use crate::domain::alarm::{self, Change};
use crate::domain::escalation::{Alarm, CallEvent, End, Event, Incident, Signal};
use crate::jobs::escalate::{Escalate, WriterIds};
use crate::storage::records::InCall;
use crate::storage::{Key, Queue, QueueName, Record, Store, Write, check_size, puts};
use crate::twilio::rest::ApiResponse;

const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
    [people.charlie]\nphone = \"+15005550003\"\n[[schedules]]\nname = \"primary\"\ntime_zone = \"Europe/Berlin\"\n\
    rotation = \"weekly\"\npeople = [\"alpha\", \"bravo\"]\nhand_over = \"09:00\"\nstarts = \"2026-01-05\"\n\
    [[schedules.overrides]]\nfrom = \"2026-01-12T09:10\"\nuntil = \"2026-01-13T09:00\"\nnobody = true\n\
    [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nattempts = 2\nflap_window = \"1s\"\n\
     roster = { schedule = \"primary\", then = [\"charlie\"] }\n";

/// A backend that keeps everything, and believes whoever writes.
#[derive(Clone, Default)]
struct Backend(Arc<Mutex<HashMap<Key, Record>>>);

#[async_trait]
impl Store for Backend {
    async fn load(&self, keys: &[Key], _: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        let kept = self.0.lock().expect("a backend");
        Ok(keys.iter().map(|key| kept.get(key).cloned()).collect())
    }
    async fn page(
        &self,
        _: &str,
        _: Option<&str>,
        _: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        Ok(Vec::new())
    }
    async fn write(&self, writes: &[Write], _: Timestamp) -> Result<(), Error> {
        check_size(writes)?;
        let puts = &puts(writes)[..];
        let mut kept = self.0.lock().expect("a backend");
        for put in puts {
            let revision = kept.get(&put.key).map_or(1, |record| record.revision + 1);
            let record = Record { key: put.key.clone(), revision, body: put.body.clone() };
            kept.insert(put.key.clone(), record);
        }
        Ok(())
    }
}

#[async_trait]
impl Queue for Backend {
    async fn send(
        &self,
        _: QueueName,
        _: String,
        _: &str,
        _: Option<Timestamp>,
    ) -> Result<(), Error> {
        Ok(())
    }
}

/// A scenario with a clock of its own.
struct Scenario {
    escalate: Escalate,
    backend: Backend,
    now: Arc<Mutex<Timestamp>>,
}

impl Scenario {
    fn begins(at: &str) -> Scenario {
        let backend = Backend::default();
        let now = Arc::new(Mutex::new(at.parse().expect("a time")));
        let clock = now.clone();
        let escalate = Escalate {
            settings: SettingsCache::new(
                Environment::default(),
                Arc::new(|| {
                    let values = Values::from([("config/main".to_owned(), CONFIG.to_owned())]);
                    Box::pin(async move { Ok(values) })
                }),
            ),
            store: Arc::new(backend.clone()),
            queue: Arc::new(backend.clone()),
            wire: Arc::new(|_| {
                Box::pin(async { ApiResponse::NotSent("nobody is there".to_owned()) })
            }),
            clock: Arc::new(move || *clock.lock().expect("a clock")),
            writer_ids: WriterIds::of(1),
        };
        Scenario { escalate, backend, now }
    }

    async fn change(&self, decide: &(dyn Fn(&mut Transaction<'_>) + Send + Sync)) -> Incident {
        let now = *self.now.lock().expect("a clock");
        let work = self.escalate.begin(now).await.expect("settings");
        let committed = work.commit("p", &[], "owner", Effects::Deferred, decide).await;
        let stored = committed.expect("a change").expect("a policy").stored;
        stored.expect("an incident").incident
    }

    /// At this time, a call comes to this end.
    async fn ends(&self, at: &str, attempt: u32) -> Incident {
        *self.now.lock().expect("a clock") = at.parse().expect("a time");
        let (call, event) = (Some(format!("CA{attempt}")), CallEvent::Ended(End::NoAnswer));
        let placed = CallEvent::Placed { reading_seconds: 10 };
        let placed = Signal::Call { attempt, call: call.clone(), event: placed };
        let signals = [placed, Signal::Call { attempt, call, event }];
        self.change(&|transaction| transaction.apply(&signals)).await
    }

    async fn wakes(&self, at: &str) -> Incident {
        *self.now.lock().expect("a clock") = at.parse().expect("a time");
        self.change(&|transaction| transaction.apply(&[Signal::Wake])).await
    }
}

fn alarm(since: Timestamp) -> Alarm {
    let name = "cpu".to_owned();
    let (reason, description) = (String::new(), String::new());
    Alarm {
        key: name.clone(),
        name,
        since,
        reason,
        description,
        recovered_at: None,
        joined: None,
        about_us: false,
    }
}

fn goes_off(at: Timestamp) -> Change {
    Change {
        key: "cpu".to_owned(),
        former_key: None,
        name: "cpu".to_owned(),
        state: alarm::State::Alarm,
        at,
        reason: String::new(),
        description: String::new(),
        quiet: None,
        unordered: false,
        undated: false,
        acts: false,
        actions: None,
    }
}

fn called(incident: &Incident) -> Vec<&str> {
    incident.attempts.iter().map(|attempt| attempt.person.as_str()).collect()
}

#[tokio::test]
async fn round_calls_those_who_were_on_call_when_it_began() {
    // Ten seconds before alpha hands over to bravo, at 09:00 in Berlin.
    let scenario = Scenario::begins("2026-01-12T07:59:50Z");
    let raised = scenario.change(&|transaction| transaction.raise(alarm(transaction.now))).await;
    assert_eq!(
        (called(&raised), &raised.round.order[..]),
        (vec!["alpha"], &["alpha", "charlie"].map(str::to_owned)[..])
    );
    // The round under way goes on; the policy is that of now, and alpha is free again though no longer on call.
    let goes_on = scenario.ends("2026-01-12T08:00:10Z", 1).await;
    assert_eq!(called(&goes_on), ["alpha", "charlie"]);
    assert_eq!(goes_on.policy.roster, ["bravo", "charlie"]);
    let kept =
        scenario.backend.0.lock().expect("a backend").get(&records::person("alpha")).cloned();
    let in_call: Option<InCall> = kept.and_then(|kept| serde_json::from_str(&kept.body).ok());
    let until: Timestamp = "2026-01-12T08:00:10Z".parse().expect("a time");
    assert_eq!(in_call.map(|call| call.until), Some(until));
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

/// The alarm goes off again two seconds after its incident was resolved during the first call, whose end was reported by
/// then or not. Gives the incident before and after.
async fn goes_off_after_the_end(call_is_reported_over: bool) -> (Incident, Incident) {
    let scenario = Scenario::begins("2026-01-13T08:00:00Z");
    let raised = scenario.change(&|transaction| transaction.raise(alarm(transaction.now))).await;
    let call = |event| Signal::Call { attempt: 1, call: Some("CA1".to_owned()), event };
    let mut signals =
        vec![call(CallEvent::Placed { reading_seconds: 10 }), call(CallEvent::Answered)];
    signals.push(Signal::ResolvedManually { by: "somebody on the page".to_owned() });
    if call_is_reported_over {
        signals.push(call(CallEvent::Ended(End::Completed)));
    }
    scenario.change(&|transaction| transaction.apply(&signals)).await;
    *scenario.now.lock().expect("a clock") = "2026-01-13T08:00:02Z".parse().expect("a time");
    let again = scenario.change(&|transaction| {
        if let Some(kept) = &mut transaction.stored {
            // All of it was done and said meanwhile.
            kept.to_do.clear();
            kept.said = kept.incident.timeline.next;
        }
        transaction.join(&goes_off(transaction.now));
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
