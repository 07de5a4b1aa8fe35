//! Scenarios as lists of signals, and what they cause.

use jiff::{SignedDuration, Timestamp};

use super::*;

mod any;
mod by_hand;
mod ending;
mod former;
mod owner;
mod pace;
mod studio;

/// A scenario: an incident, a clock, and what has been asked of the world so far.
struct Scenario {
    incident: Option<Incident>,
    busy: Busy,
    now: Timestamp,
    effects: Vec<String>,
    told: u32,
}

fn policy(roster: &[&str], attempts: u32) -> Policy {
    Policy {
        name: "default".to_owned(),
        alarms: vec!["*".to_owned()],
        roster: roster.iter().map(|name| (*name).to_owned()).collect(),
        empty_shift: None,
        attempts,
        ring_seconds: 25,
        answer_seconds: 10,
        channel: "default".to_owned(),
        repage_after: SignedDuration::from_mins(30),
        flap_window: SignedDuration::from_mins(5),
        call_on_new_alarm: false,
        retry_exhausted_after: SignedDuration::from_mins(15),
        resolve_after: None,
        call_with: CallWith::Voice,
        voice: None,
        language: None,
        say: None,
    }
}

fn alarm(name: &str, now: Timestamp) -> Alarm {
    Alarm {
        key: name.to_owned(),
        name: name.to_owned(),
        since: now,
        reason: String::new(),
        description: String::new(),
        recovered_at: None,
        joined: None,
        about_us: false,
    }
}

impl Scenario {
    /// alpha, bravo and charlie; three calls; nothing has happened yet.
    fn new() -> Scenario {
        let now = Timestamp::from_second(1_900_000_000).expect("a time");
        Scenario { incident: None, busy: Busy::default(), now, effects: Vec::new(), told: 0 }
    }

    fn raised(roster: &[&str], attempts: u32) -> Scenario {
        let mut scenario = Scenario::new();
        let step = Incident::raise(
            "default-1",
            &policy(roster, attempts),
            alarm("cpu", scenario.now),
            &scenario.busy,
            scenario.now,
        );
        scenario.take(step);
        scenario
    }

    fn take(&mut self, step: Step) {
        self.effects.extend(step.effects.iter().map(|effect| match effect {
            Effect::Dial { attempt } => {
                let attempt = step.incident.attempt(*attempt).expect("an attempt");
                format!("dial {}", attempt.person)
            }
            Effect::HangUp { attempt } => format!("hang up {attempt}"),
            Effect::LookUp { attempt } => format!("look up {attempt}"),
            Effect::Text { person, about, .. } => format!("text {person} {about:?}"),
        }));
        self.incident = Some(step.incident);
    }

    fn signal(&mut self, signal: Signal) -> &mut Scenario {
        let incident = self.incident.clone().expect("an incident");
        let step = incident.step(&signal, &self.busy, self.now);
        let twice = step.incident.clone().step(&signal, &self.busy, self.now);
        assert_eq!(twice.effects, [], "{signal:?} once more asks for something again");
        self.take(step);
        self
    }

    fn call(&mut self, attempt: u32, news: News) -> &mut Scenario {
        let call = (!matches!(news, News::Refused(_))).then(|| format!("CA{attempt}"));
        self.signal(Signal::Call { attempt, call, news })
    }

    fn placed(&mut self, attempt: u32) -> &mut Scenario {
        self.call(attempt, News::Placed { reading_seconds: 12 })
    }

    fn rings(&mut self, attempt: u32) -> &mut Scenario {
        self.placed(attempt).call(attempt, News::Ringing)
    }

    fn presses(&mut self, attempt: u32, key: Key) -> &mut Scenario {
        self.call(attempt, News::Answered).call(attempt, News::Pressed(key))
    }

    fn ends(&mut self, attempt: u32, end: End) -> &mut Scenario {
        self.call(attempt, News::Ended(end))
    }

    fn alarm(&mut self, name: &str) -> &mut Scenario {
        let alarm = alarm(name, self.now);
        self.signal(Signal::Alarm(alarm))
    }

    fn recovers(&mut self, name: &str) -> &mut Scenario {
        self.signal(Signal::Recovered { key: name.to_owned() })
    }

    fn claimed(&mut self, person: &str, outside: bool) -> &mut Scenario {
        self.signal(Signal::Claimed { person: person.into(), outside })
    }

    fn given_back(&mut self, person: &str) -> &mut Scenario {
        self.signal(Signal::GivenBack { person: person.into() })
    }

    fn declared_over(&mut self, person: &str) -> &mut Scenario {
        self.signal(Signal::DeclaredOver { person: person.into() })
    }

    fn resolved_by(&mut self, by: &str) -> &mut Scenario {
        self.signal(Signal::ResolvedBy { by: by.to_owned() })
    }

    fn deleted(&mut self, name: &str) -> &mut Scenario {
        self.signal(Signal::Deleted { key: name.to_owned() })
    }

    fn silenced(&mut self, seconds: i64) -> &mut Scenario {
        let until = self.now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
        self.signal(Signal::Silenced { by: "alpha".to_owned(), until })
    }

    fn after(&mut self, seconds: i64) -> &mut Scenario {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
        self
    }

    /// Time passes until the next wake-up, which comes.
    fn wakes(&mut self) -> i64 {
        let due = self.incident.as_ref().and_then(Incident::wake_at).expect("a wake-up");
        let waited = due.duration_since(self.now).as_secs();
        self.now = due.max(self.now);
        let incident = self.incident.clone().expect("an incident");
        let step = incident.step(&Signal::Wake, &self.busy, self.now);
        self.take(step);
        waited
    }

    /// What was asked of the world since the last look.
    fn asks(&mut self, expected: &[&str]) -> &mut Scenario {
        assert_eq!(std::mem::take(&mut self.effects), expected);
        self
    }

    fn is(&mut self, state: State) -> &mut Scenario {
        assert_eq!(self.incident.as_ref().expect("an incident").state(), state);
        self
    }

    fn held_by(&mut self, person: &str) -> &mut Scenario {
        let incident = self.incident.as_ref().expect("an incident");
        assert_eq!(incident.taken_by().map(|owner| owner.person.as_str()), Some(person));
        self
    }

    /// What the timeline got since the last look, by the events' names.
    fn tells(&mut self, expected: &[&str]) -> &mut Scenario {
        let timeline = &self.incident.as_ref().expect("an incident").timeline;
        let new = timeline.entries.iter().filter(|entry| entry.number >= self.told);
        let names: Vec<String> = new
            .map(|entry| {
                let json = serde_json::to_value(&entry.event).expect("JSON");
                let fields = json.as_object().and_then(|fields| fields.iter().next());
                let text = |name: &str| fields?.1[name].as_str().map(|text| format!(" {text}"));
                let name = fields.map_or(json.as_str().unwrap_or_default(), |(name, _)| name);
                let person = text("person").unwrap_or_default();
                format!("{name}{person}{}", text("outcome").unwrap_or_default())
            })
            .collect();
        self.told = timeline.next;
        assert_eq!(names, expected);
        self
    }
}

const ABC: [&str; 3] = ["alpha", "bravo", "charlie"];

#[test]
fn taken_at_the_first_call() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.asks(&["dial alpha"]).tells(&["raised", "calling alpha"]);
    scenario.rings(1).after(8).presses(1, Key::Take).is(State::Taken).held_by("alpha");
    scenario.asks(&["text alpha Taken"]).tells(&["ringing alpha", "answered alpha", "taken alpha"]);
    scenario.ends(1, End::Completed).asks(&[]);
}

#[test]
fn declined_then_taken() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.asks(&["dial alpha"]).rings(1).presses(1, Key::Decline).asks(&["dial bravo"]);
    scenario.ends(1, End::Completed).rings(2).presses(2, Key::Take).held_by("bravo");
    scenario.asks(&["text bravo Taken"]);
}

#[test]
fn three_calls_without_an_answer_and_nobody_is_left() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).ends(2, End::Busy);
    scenario.call(3, News::Refused("Twilio 21211".to_owned())).is(State::Exhausted);
    scenario.asks(&["dial alpha", "dial bravo", "dial charlie"]);
    assert_eq!(scenario.wakes(), 15 * 60);
    scenario.asks(&["dial alpha"]).is(State::Calling);
}

#[test]
fn voicemail_is_nobody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).call(1, News::Answered).call(1, News::Machine).ends(1, End::Completed);
    scenario.asks(&["dial alpha", "dial bravo"]);
    scenario.tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "answered alpha",
        "machine alpha",
        "call-ended alpha voicemail",
        "calling bravo",
    ]);
}

#[test]
fn hung_up_without_a_key() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario
        .rings(1)
        .call(1, News::Answered)
        .ends(1, End::Completed)
        .asks(&["dial alpha", "dial bravo"]);
}

#[test]
fn two_press_1_and_the_first_has_it() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Other).presses(1, Key::Decline).rings(2);
    scenario.presses(1, Key::Take).held_by("alpha").asks(&[
        "dial alpha",
        "dial bravo",
        "text alpha Taken",
        "hang up 2",
    ]);
    scenario.presses(2, Key::Take).held_by("alpha").asks(&[]);
}

#[test]
fn it_recovers_while_it_rings() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).recovers("cpu").is(State::Resolved).asks(&["dial alpha", "hang up 1"]);
    scenario.ends(1, End::Canceled).asks(&[]);
    scenario.after(10).presses(1, Key::Take).is(State::Resolved).asks(&[]);
}

#[test]
fn one_of_two_alarms_recovers() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).alarm("disk").recovers("cpu").is(State::Calling).asks(&["dial alpha"]);
    scenario.presses(1, Key::Take).recovers("disk").is(State::Resolved);
    scenario.asks(&["text alpha Taken", "hang up 1", "text alpha Resolved"]);
}

#[test]
fn twenty_alarms_are_one_round_and_more_than_are_named_are_counted() {
    let mut scenario = Scenario::raised(&ABC, 3);
    for n in 0..100 {
        scenario.alarm(&format!("alarm {n}"));
    }
    scenario.asks(&["dial alpha"]);
    assert_eq!(scenario.incident.as_ref().map(Incident::open_count), Some(101));
    scenario.rings(1).presses(1, Key::Take).asks(&["text alpha Taken"]);
}

#[test]
fn a_new_alarm_when_it_is_taken_asks_the_owner_first() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.incident.as_mut().expect("an incident").policy.call_on_new_alarm = true;
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.asks(&["dial alpha", "dial bravo", "text bravo Taken"]);
    scenario.after(60).alarm("disk").is(State::Calling).asks(&["dial bravo"]);
    scenario.rings(3).ends(3, End::NoAnswer).asks(&["dial alpha"]);
}

#[test]
fn flapping_calls_nobody_again() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).recovers("cpu");
    scenario.asks(&["dial alpha", "text alpha Taken", "text alpha Resolved"]);
    scenario.after(60).alarm("cpu").is(State::Taken).held_by("alpha");
    scenario.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
    scenario.after(60).recovers("cpu").is(State::Resolved).asks(&["text alpha Resolved"]);
}

#[test]
fn what_nobody_has_is_hunted_for_anew_when_it_flaps() {
    let mut scenario = Scenario::raised(&ABC, 2);
    scenario.rings(1).recovers("cpu").ends(1, End::Canceled).asks(&["dial alpha", "hang up 1"]);
    scenario.after(60).alarm("cpu").asks(&["dial alpha"]).rings(2).ends(2, End::NoAnswer);
    scenario.asks(&["dial bravo"]).rings(3).ends(3, End::NoAnswer).is(State::Exhausted);
    scenario.recovers("cpu").after(60).alarm("cpu").is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn a_roster_of_one_is_called_three_times() {
    let mut scenario = Scenario::raised(&["alpha"], 3);
    for attempt in 1..=3 {
        scenario.rings(attempt).ends(attempt, End::NoAnswer);
    }
    scenario.is(State::Exhausted).asks(&["dial alpha", "dial alpha", "dial alpha"]);
}

#[test]
fn a_person_in_another_call_is_passed_over_and_comes_back() {
    let mut scenario = Scenario::new();
    let until = scenario.now.checked_add(SignedDuration::from_secs(40)).expect("a time");
    scenario.busy.in_call.insert("alpha".to_owned(), until);
    let step = Incident::raise(
        "default-1",
        &policy(&ABC, 3),
        alarm("cpu", scenario.now),
        &scenario.busy,
        scenario.now,
    );
    scenario.take(step);
    scenario.asks(&["dial bravo"]).tells(&["raised", "passed-over alpha", "calling bravo"]);
    scenario.after(45).rings(1).ends(1, End::NoAnswer).asks(&["dial alpha"]);
    scenario.rings(2).ends(2, End::NoAnswer).asks(&["dial charlie"]);
}

#[test]
fn when_everybody_is_in_a_call_it_waits() {
    let mut scenario = Scenario::new();
    let until = scenario.now.checked_add(SignedDuration::from_secs(12)).expect("a time");
    scenario.busy.in_call.insert("alpha".to_owned(), until);
    let step = Incident::raise(
        "default-1",
        &policy(&["alpha"], 3),
        alarm("cpu", scenario.now),
        &scenario.busy,
        scenario.now,
    );
    scenario.take(step);
    scenario.asks(&[]).tells(&["raised", "passed-over alpha", "waiting"]);
    assert_eq!((scenario.wakes(), scenario.wakes()), (5, 5));
    scenario.asks(&[]).tells(&[]);
    scenario.wakes();
    scenario.asks(&["dial alpha"]).tells(&["calling alpha"]);
}

#[test]
fn a_scenario_that_only_the_timer_carries() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let mut waited = Vec::new();
    for attempt in 1..=3 {
        scenario.placed(attempt);
        let began = scenario.now;
        while scenario
            .incident
            .as_ref()
            .and_then(|i| i.attempt(attempt))
            .is_some_and(|a| a.outcome.is_none())
        {
            scenario.wakes();
        }
        waited.push(scenario.now.duration_since(began).as_secs());
    }
    scenario.is(State::Exhausted);
    let computed = 25 + 5 + 2 * (12 + 10);
    assert!(
        waited.iter().all(|seconds| (computed..=computed + 15).contains(seconds)),
        "{waited:?}"
    );
    scenario.asks(&[
        "dial alpha",
        "look up 1",
        "look up 1",
        "hang up 1",
        "dial bravo",
        "look up 2",
        "look up 2",
        "hang up 2",
        "dial charlie",
        "look up 3",
        "look up 3",
        "hang up 3",
    ]);
}

#[test]
fn a_look_up_tells_what_no_callback_did() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.placed(1);
    assert_eq!(scenario.wakes(), 33);
    scenario.asks(&["dial alpha", "look up 1"]).ends(1, End::NoAnswer).asks(&["dial bravo"]);
}

#[test]
fn callbacks_may_come_in_any_order() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.ends(1, End::NoAnswer).asks(&["dial alpha", "dial bravo"]);
    scenario.call(1, News::Ringing).call(1, News::Queued).placed(1).asks(&[]);
    scenario
        .call(2, News::Answered)
        .call(2, News::Ringing)
        .placed(2)
        .presses(2, Key::Take)
        .held_by("bravo");
}

#[test]
fn taken_and_never_repaired_asks_the_owner_again() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.asks(&["dial alpha", "dial bravo", "text bravo Taken"]);
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.asks(&["dial bravo"]).rings(3).presses(3, Key::Take).is(State::Taken).held_by("bravo");
}

#[test]
fn a_call_that_comes_to_light_too_late_is_ended() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.recovers("cpu").asks(&["dial alpha", "hang up 1"]);
    scenario.signal(Signal::Call { attempt: 1, call: None, news: News::Unknown }).asks(&[]);
    scenario.call(1, News::Ringing).asks(&["hang up 1"]);
}

#[test]
fn a_call_that_cannot_be_placed_is_given_up() {
    let mut scenario = Scenario::raised(&ABC, 3);
    assert_eq!(scenario.wakes(), 60);
    scenario.asks(&["dial alpha", "hang up 1", "dial bravo"]);
}

#[test]
fn an_empty_shift_is_skipped_at_once_and_told() {
    let mut scenario = Scenario::new();
    let mut skipped = policy(&["charlie"], 3);
    skipped.empty_shift = Some("primary".to_owned());
    let step = Incident::raise(
        "default-1",
        &skipped,
        alarm("cpu", scenario.now),
        &scenario.busy,
        scenario.now,
    );
    scenario.take(step);
    scenario.asks(&["dial charlie"]).tells(&["raised", "nobody-on-call", "calling charlie"]);
    scenario.rings(1).presses(1, Key::Take).asks(&["text charlie Taken"]);
    scenario.tells(&["ringing charlie", "answered charlie", "taken charlie"]);
    // The shift has changed by the time it is asked again: a round that begins is of the roster of that moment.
    if let Some(incident) = &mut scenario.incident {
        incident.policy = policy(&["bravo", "charlie"], 3);
    }
    scenario.ends(1, End::Completed).wakes();
    scenario.asks(&["dial charlie"]).tells(&["asked-again", "calling charlie"]);
    scenario.rings(2).presses(2, Key::Decline).asks(&["dial bravo"]);
}

#[test]
fn nobody_on_call_and_nobody_after_is_exhausted_at_once() {
    let mut scenario = Scenario::new();
    let mut empty = policy(&[], 3);
    empty.empty_shift = Some("primary".to_owned());
    let step = Incident::raise(
        "default-1",
        &empty,
        alarm("cpu", scenario.now),
        &scenario.busy,
        scenario.now,
    );
    scenario.take(step);
    scenario.asks(&[]).is(State::Exhausted).tells(&["raised", "nobody-on-call", "exhausted"]);
    assert_eq!(scenario.wakes(), 15 * 60);
    scenario.asks(&[]).is(State::Exhausted).tells(&["called-again", "nobody-on-call", "exhausted"]);
}
