//! Timers: what happens where no word comes, and when a round begins or ends by itself.

use super::*;

#[test]
fn timer_alone_carries_a_round_to_its_end() {
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
fn look_up_reports_what_no_callback_did() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.placed(1);
    assert_eq!(scenario.wakes(), 33);
    scenario.asks(&["dial alpha", "look up 1"]).ends(1, End::NoAnswer).asks(&["dial bravo"]);
}

#[test]
fn callbacks_count_in_any_order() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.ends(1, End::NoAnswer).asks(&["dial alpha", "dial bravo"]);
    scenario.call(1, CallEvent::Ringing).call(1, CallEvent::Queued).placed(1).asks(&[]);
    scenario
        .call(2, CallEvent::Answered)
        .call(2, CallEvent::Ringing)
        .placed(2)
        .presses(2, Key::Take)
        .owned_by("bravo");
}

#[test]
fn taken_incident_that_goes_on_calls_the_owner_again() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.asks(&["dial alpha", "dial bravo", "text bravo Taken"]);
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario
        .asks(&["dial bravo"])
        .rings(3)
        .presses(3, Key::Take)
        .is(State::Taken)
        .owned_by("bravo");
}

#[test]
fn call_that_comes_to_light_too_late_is_ended() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.recovers("cpu").asks(&["dial alpha", "hang up 1"]);
    scenario.signal(Signal::Call { attempt: 1, call: None, event: CallEvent::Unknown }).asks(&[]);
    scenario.call(1, CallEvent::Ringing).asks(&["hang up 1"]);
}

#[test]
fn call_that_cannot_be_placed_is_given_up() {
    let mut scenario = Scenario::raised(&ABC, 3);
    assert_eq!(scenario.wakes(), 60);
    scenario.asks(&["dial alpha", "hang up 1", "dial bravo"]);
}

#[test]
fn empty_shift_is_skipped_at_once_and_recorded() {
    let mut scenario = Scenario::new();
    let mut skipped = policy(&["charlie"], 3);
    skipped.empty_shift = Some("primary".to_owned());
    let step = Incident::raise(
        &"default-1".into(),
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
fn round_without_anybody_is_exhausted_at_once() {
    let mut scenario = Scenario::new();
    let mut empty = policy(&[], 3);
    empty.empty_shift = Some("primary".to_owned());
    let step = Incident::raise(
        &"default-1".into(),
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

#[test]
fn answered_call_is_looked_at_three_seconds_after_its_longest_conversation() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).call(1, CallEvent::Answered);
    // The menu is read twice, and a key waited for twice.
    assert_eq!(scenario.wakes(), 2 * (12 + 10) + 3);
}
