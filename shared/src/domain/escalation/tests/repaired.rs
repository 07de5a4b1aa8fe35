//! Things that the reconciler finds undone, and alarms that are counted without a name.

use super::owner::taken;
use super::*;

fn incident(scenario: &Scenario) -> &Incident {
    scenario.incident.as_ref().expect("an incident")
}

fn unreported(scenario: &mut Scenario, second: i64) -> &mut Scenario {
    scenario.now = sample::at(second);
    scenario.signal(Signal::Repaired(Repaired::UnreportedCall))
}

#[test]
fn call_whose_end_was_never_reported_is_looked_up_once_and_then_given_up() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).effects.clear();
    let attempt = incident(&scenario).attempt(1).expect("an attempt");
    let until = attempt.holds_until(&incident(&scenario).policy).expect("a time");
    let until = until.duration_since(sample::at(0)).as_secs();
    // They may still talk with us.
    unreported(&mut scenario, until - 1).asks(&[]);
    unreported(&mut scenario, until).asks(&["look up 1"]);
    assert_eq!(incident(&scenario).attempt(1).and_then(|attempt| attempt.ended_at), None);
    unreported(&mut scenario, until + 1).asks(&[]);
    let ended = incident(&scenario).attempt(1).and_then(|attempt| attempt.ended_at);
    assert_eq!(ended, Some(sample::at(until + 1)));
    unreported(&mut scenario, until + 2).asks(&[]);
    assert_eq!(incident(&scenario).attempt(1).and_then(|attempt| attempt.ended_at), ended);
}

#[test]
fn call_that_was_looked_up_in_its_time_is_looked_up_once_more_before_it_is_given_up() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).call(1, CallEvent::Answered).asks(&["dial alpha"]).wakes();
    scenario.asks(&["look up 1"]).wakes();
    scenario.asks(&["hang up 1", "dial bravo"]);
    let ended = |scenario: &Scenario| incident(scenario).attempt(1).and_then(|a| a.ended_at);
    unreported(&mut scenario, 3_600).asks(&["look up 1", "look up 2"]);
    assert_eq!(ended(&scenario), None);
    unreported(&mut scenario, 3_601).asks(&[]);
    assert_eq!(ended(&scenario), Some(scenario.now));
}

#[test]
fn whatever_else_was_repaired_is_only_told() {
    for what in [Repaired::LateWakeUp, Repaired::UndoneEffect, Repaired::StandingRound] {
        let mut scenario = Scenario::raised(&ABC, 3);
        scenario.rings(1).presses(1, Key::Take).tells(&[
            "raised",
            "calling alpha",
            "ringing alpha",
            "answered alpha",
            "taken alpha",
        ]);
        scenario.effects.clear();
        scenario.now = sample::at(1_000);
        let before = incident(&scenario).clone();
        scenario.signal(Signal::Repaired(what)).asks(&[]).tells(&["repaired"]);
        assert_eq!(incident(&scenario).attempts, before.attempts, "{what:?}");
    }
}

#[test]
fn alarm_without_a_name_that_recovers_is_one_less() {
    let mut scenario = Scenario::raised(&ABC, 3);
    for number in 1..62 {
        scenario.alarm(&format!("a{number}"));
    }
    assert_eq!((incident(&scenario).open_count(), incident(&scenario).more_alarms), (62, 2));
    let told = incident(&scenario).timeline.next;
    scenario.recovers("a61").recovers("a60");
    assert_eq!((incident(&scenario).open_count(), incident(&scenario).more_alarms), (60, 0));
    let new = incident(&scenario).timeline.entries.iter().filter(|entry| entry.number >= told);
    let events: Vec<&Event> = new.map(|entry| &entry.event).collect();
    let recovered = |left: u32| Event::Recovered { alarm: String::new(), left };
    assert_eq!(events, [&recovered(61), &recovered(60)]);
    // One that nobody knows of is none.
    scenario.recovers("a61");
    assert_eq!(incident(&scenario).open_count(), 60);
    scenario.recovers("cpu");
    for number in 1..60 {
        scenario.is(State::Calling).recovers(&format!("a{number}"));
    }
    scenario.is(State::Resolved);
}

#[test]
fn alarm_that_has_no_data_is_told_and_goes_on() {
    let mut scenario = taken();
    scenario.tells(&["raised", "calling alpha", "ringing alpha", "answered alpha", "taken alpha"]);
    scenario.after(60).signal(Signal::NoData { key: "cpu".to_owned() }).asks(&[]);
    scenario.is(State::Taken).tells(&["no-data"]);
    assert_eq!(incident(&scenario).changed_at, Some(scenario.now));
    scenario.after(60).signal(Signal::NoData { key: "disk".to_owned() }).tells(&[]);
    assert_eq!(incident(&scenario).changed_at, Some(sample::at(60)));
    scenario.recovers("cpu").is(State::Resolved).tells(&["resolved"]);
    scenario.signal(Signal::NoData { key: "cpu".to_owned() }).tells(&[]);
}
