//! Rounds: people are called, one after the other, until somebody takes it.

use super::*;

#[test]
fn first_call_takes_the_incident() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.asks(&["dial alpha"]).tells(&["raised", "calling alpha"]);
    scenario.rings(1).after(8).presses(1, Key::Take).is(State::Taken).owned_by("alpha");
    scenario.asks(&["text alpha Taken"]).tells(&["ringing alpha", "answered alpha", "taken alpha"]);
    scenario.ends(1, End::Completed).asks(&[]);
}

#[test]
fn declined_call_is_followed_by_the_next_person() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.asks(&["dial alpha"]).rings(1).presses(1, Key::Decline).asks(&["dial bravo"]);
    scenario.ends(1, End::Completed).rings(2).presses(2, Key::Take).owned_by("bravo");
    scenario.asks(&["text bravo Taken"]);
}

#[test]
fn three_calls_without_an_answer_exhaust_the_round() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).ends(2, End::Busy);
    scenario.call(3, CallEvent::Refused("Twilio 21211".to_owned())).is(State::Exhausted);
    scenario.asks(&["dial alpha", "dial bravo", "dial charlie"]);
    assert_eq!(scenario.wakes(), 15 * 60);
    scenario.asks(&["dial alpha"]).is(State::Calling);
}

#[test]
fn round_begins_anew_behind_the_last_of_its_roster() {
    let mut scenario = Scenario::raised(&["alpha", "bravo"], 3);
    let next = |scenario: &Scenario| scenario.incident.as_ref().map(|incident| incident.round.next);
    assert_eq!(next(&scenario), Some(1));
    scenario.rings(1).ends(1, End::NoAnswer);
    assert_eq!(next(&scenario), Some(0));
    scenario.rings(2).ends(2, End::NoAnswer).asks(&["dial alpha", "dial bravo", "dial alpha"]);
}

#[test]
fn voicemail_counts_as_nobody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario
        .rings(1)
        .call(1, CallEvent::Answered)
        .call(1, CallEvent::Machine)
        .ends(1, End::Completed);
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
fn hang_up_without_a_key_calls_the_next_person() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario
        .rings(1)
        .call(1, CallEvent::Answered)
        .ends(1, End::Completed)
        .asks(&["dial alpha", "dial bravo"]);
}

#[test]
fn first_of_two_who_press_1_is_the_owner() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Other).presses(1, Key::Decline).rings(2);
    scenario.presses(1, Key::Take).owned_by("alpha").asks(&[
        "dial alpha",
        "dial bravo",
        "text alpha Taken",
        "hang up 2",
    ]);
    scenario.presses(2, Key::Take).owned_by("alpha").asks(&[]);
}

#[test]
fn recovery_ends_the_call_that_rings() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).recovers("cpu").is(State::Resolved).asks(&["dial alpha", "hang up 1"]);
    scenario.ends(1, End::Canceled).asks(&[]);
    scenario.after(10).presses(1, Key::Take).is(State::Resolved).asks(&[]);
}

#[test]
fn incident_goes_on_until_its_last_alarm_recovers() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).alarm("disk").recovers("cpu").is(State::Calling).asks(&["dial alpha"]);
    scenario.presses(1, Key::Take).recovers("disk").is(State::Resolved);
    scenario.asks(&["text alpha Taken", "hang up 1", "text alpha Resolved"]);
}

#[test]
fn hundred_alarms_are_one_round_and_those_beyond_the_named_are_counted() {
    let mut scenario = Scenario::raised(&ABC, 3);
    for n in 0..100 {
        scenario.alarm(&format!("alarm {n}"));
    }
    scenario.asks(&["dial alpha"]);
    assert_eq!(scenario.incident.as_ref().map(Incident::open_count), Some(101));
    scenario.rings(1).presses(1, Key::Take).asks(&["text alpha Taken"]);
}

#[test]
fn new_alarm_of_a_taken_incident_calls_the_owner_first() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.incident.as_mut().expect("an incident").policy.call_on_new_alarm = true;
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.asks(&["dial alpha", "dial bravo", "text bravo Taken"]);
    scenario.after(60).alarm("disk").is(State::Calling).asks(&["dial bravo"]);
    scenario.rings(3).ends(3, End::NoAnswer).asks(&["dial alpha"]);
}

#[test]
fn flapping_incident_texts_its_owner_and_calls_nobody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).recovers("cpu");
    scenario.asks(&["dial alpha", "text alpha Taken", "text alpha Resolved"]);
    scenario.after(60).alarm("cpu").is(State::Taken).owned_by("alpha");
    scenario.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
    scenario.after(60).recovers("cpu").is(State::Resolved).asks(&["text alpha Resolved"]);
}

#[test]
fn flapping_incident_without_an_owner_begins_a_round() {
    let mut scenario = Scenario::raised(&ABC, 2);
    scenario.rings(1).recovers("cpu").ends(1, End::Canceled).asks(&["dial alpha", "hang up 1"]);
    scenario.after(60).alarm("cpu").asks(&["dial alpha"]).rings(2).ends(2, End::NoAnswer);
    scenario.asks(&["dial bravo"]).rings(3).ends(3, End::NoAnswer).is(State::Exhausted);
    scenario.recovers("cpu").after(60).alarm("cpu").is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn roster_of_one_is_called_three_times() {
    let mut scenario = Scenario::raised(&["alpha"], 3);
    for attempt in 1..=3 {
        scenario.rings(attempt).ends(attempt, End::NoAnswer);
    }
    scenario.is(State::Exhausted).asks(&["dial alpha", "dial alpha", "dial alpha"]);
}

#[test]
fn person_in_another_call_is_passed_over_and_comes_back() {
    let mut scenario = Scenario::new();
    let until = scenario.now.checked_add(SignedDuration::from_secs(40)).expect("a time");
    scenario.busy.in_call.insert("alpha".to_owned(), until);
    let step = Incident::raise(
        &"default-1".into(),
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
fn round_waits_while_everybody_is_in_a_call() {
    let mut scenario = Scenario::new();
    let until = scenario.now.checked_add(SignedDuration::from_secs(12)).expect("a time");
    scenario.busy.in_call.insert("alpha".to_owned(), until);
    let step = Incident::raise(
        &"default-1".into(),
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
