//! Reports of placing a call, when there is one already, or none.

use super::*;

fn refused() -> Signal {
    let why = "Twilio 20003".to_owned();
    Signal::Call { attempt: 1, call: None, event: CallEvent::Refused(why) }
}

fn unknown() -> Signal {
    Signal::Call { attempt: 1, call: None, event: CallEvent::Unknown }
}

fn is_in_call(scenario: &Scenario) -> bool {
    scenario.incident.as_ref().expect("an incident").is_in_call(scenario.now)
}

#[test]
fn second_try_that_is_refused_changes_nothing_of_the_call_that_was_placed() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.placed(1).look_from_here();
    scenario.signal(refused()).is(State::Calling).asks(&["dial alpha"]).tells(&[]);
    scenario.presses(1, Key::Take).owned_by("alpha");
}

#[test]
fn call_that_nobody_knows_of_is_over_once_its_end_was_asked_for() {
    let mut scenario = Scenario::raised(&ABC, 3);
    // It may be placed yet.
    scenario.signal(unknown());
    assert!(is_in_call(&scenario));
    scenario.recovers("cpu").asks(&["dial alpha", "hang up 1"]);
    assert!(is_in_call(&scenario));
    scenario.signal(unknown());
    assert!(!is_in_call(&scenario));
}

#[test]
fn call_that_was_placed_is_over_when_its_own_end_is_told() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).recovers("cpu").signal(unknown());
    assert!(is_in_call(&scenario));
    scenario.ends(1, End::Canceled);
    assert!(!is_in_call(&scenario));
}

#[test]
fn second_try_that_finds_its_person_in_a_call_changes_nothing_of_the_call_that_was_placed() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.placed(1).look_from_here();
    scenario.signal(Signal::Call { attempt: 1, call: None, event: CallEvent::InCall });
    scenario.is(State::Calling).asks(&["dial alpha"]).tells(&[]);
}

#[test]
fn what_is_said_twice_of_a_call_or_too_late_is_told_once() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).look_from_here();
    scenario.after(1).call(1, CallEvent::Ringing).tells(&[]);
    scenario.call(1, CallEvent::Answered).call(1, CallEvent::Machine);
    scenario.tells(&["answered alpha", "machine alpha"]).call(1, CallEvent::Machine).tells(&[]);
    scenario.ends(1, End::Completed).placed(2).call(2, CallEvent::Answered).look_from_here();
    scenario.call(2, CallEvent::Ringing).tells(&[]).ends(2, End::Completed).look_from_here();
    scenario.call(2, CallEvent::Machine).tells(&[]);
}
