//! The end of an incident whose recovery never comes.

use super::*;

const PAGE: &str = "somebody on the page";

/// alpha took it, did not end it within half an hour, and is asked again: it rings.
fn asked_again() -> Scenario {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).wakes();
    scenario.rings(2).asks(&["dial alpha", "text alpha Taken", "dial alpha"]);
    scenario.look_from_here();
    scenario
}

fn offers(scenario: &Scenario, attempt: u32) -> bool {
    let incident = scenario.incident.as_ref().expect("an incident");
    incident.attempt(attempt).is_some_and(|attempt| incident.offers_resolve(attempt))
}

#[test]
fn owner_pressing_three_twice_ends_the_incident() {
    let mut scenario = asked_again();
    assert!(offers(&scenario, 2));
    scenario.presses(2, Key::Over { reading: 1 }).is(State::Calling).asks(&[]);
    // Twilio tells us of one press twice: that is no second one.
    scenario.call(2, CallEvent::Pressed(Key::Over { reading: 1 })).is(State::Calling);
    scenario.call(2, CallEvent::Pressed(Key::Over { reading: 2 })).is(State::Resolved).asks(&[]);
    scenario
        .call(2, CallEvent::Pressed(Key::Over { reading: 2 }))
        .ends(2, End::Completed)
        .asks(&[]);
    scenario.tells(&["answered alpha", "asked-whether-over alpha", "declared-over alpha"]);
    let incident = scenario.incident.as_ref().expect("an incident");
    assert_eq!(incident.resolved_by(), Some("alpha"));
    let attempt = incident.attempt(2).expect("an attempt");
    assert_eq!(attempt.outcome, Some(Outcome::Resolved));
}

#[test]
fn three_followed_by_another_key_does_not_end_it() {
    for (key, state, asks) in [
        (Key::Take, State::Taken, vec!["text alpha Taken"]),
        (Key::Decline, State::Calling, vec!["dial bravo"]),
        (Key::Other, State::Calling, vec![]),
    ] {
        let mut scenario = asked_again();
        scenario.presses(2, Key::Over { reading: 1 }).call(2, CallEvent::Pressed(key)).is(state);
        scenario.asks(&asks);
    }
    let mut scenario = asked_again();
    scenario.presses(2, Key::Over { reading: 2 }).ends(2, End::Completed).is(State::Calling);
    scenario.asks(&["dial bravo"]);
}

#[test]
fn three_means_nothing_to_whoever_is_not_the_owner_asked_again() {
    let mut scenario = Scenario::raised(&ABC, 3);
    assert!(!offers(&scenario, 1), "the first call");
    scenario.rings(1).presses(1, Key::Over { reading: 1 });
    scenario.call(1, CallEvent::Pressed(Key::Over { reading: 2 })).is(State::Calling);

    let mut scenario = asked_again();
    scenario.ends(2, End::NoAnswer).rings(3);
    assert!(!offers(&scenario, 3), "bravo never had it");
    scenario
        .presses(3, Key::Over { reading: 1 })
        .call(3, CallEvent::Pressed(Key::Over { reading: 2 }));
    scenario.is(State::Calling).presses(3, Key::Take).is(State::Taken).owned_by("bravo");
    // It is bravo's now: a late key of alpha's ends nothing.
    scenario.call(2, CallEvent::Pressed(Key::Over { reading: 1 }));
    scenario
        .call(2, CallEvent::Pressed(Key::Over { reading: 2 }))
        .is(State::Taken)
        .owned_by("bravo");
}

#[test]
fn owner_ends_what_was_raised_by_hand_with_three() {
    let mut scenario = asked_again();
    scenario.incident.as_mut().expect("an incident").alarms[0].raised_by = Some("bravo".to_owned());
    assert!(offers(&scenario, 2));
    scenario.presses(2, Key::Over { reading: 1 }).is(State::Calling);
    scenario.call(2, CallEvent::Pressed(Key::Over { reading: 2 })).is(State::Resolved);
}

#[test]
fn three_is_offered_to_the_owner_in_the_rounds_that_follow() {
    let mut scenario = asked_again();
    for attempt in 2..5 {
        scenario.rings(attempt).ends(attempt, End::NoAnswer);
    }
    scenario.is(State::Exhausted).wakes();
    assert!(offers(&scenario, 5));
}

#[test]
fn three_is_not_offered_for_an_alarm_that_is_new() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).resolved_by_person("alpha");
    scenario.after(30).alarm("disk");
    assert!(!offers(&scenario, 2));
}

#[test]
fn question_takes_one_more_reading_of_time() {
    let mut scenario = asked_again();
    let ends_after = |scenario: &Scenario| {
        let incident = scenario.incident.as_ref().expect("an incident");
        let attempt = incident.attempt(2).expect("an attempt");
        let until = attempt.holds_until(&incident.policy).expect("a call");
        until.duration_since(attempt.rang_at.expect("it rang")).as_secs()
    };
    let offered = ends_after(&scenario);
    let incident = scenario.incident.as_mut().expect("an incident");
    incident.attempts[1].offers_resolve = false;
    assert_eq!(offered - ends_after(&scenario), 12 + 10);
}

#[test]
fn incident_without_an_owner_is_resolved_by_anybody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).resolved_by_person("charlie").is(State::Resolved);
    scenario.asks(&["dial alpha", "hang up 1"]);
    let mut scenario = Scenario::raised(&ABC, 1);
    scenario.rings(1).ends(1, End::NoAnswer).is(State::Exhausted).resolved_by_person("@somebody");
    scenario.is(State::Resolved).asks(&["dial alpha"]);
    let mut scenario = Scenario::raised(&ABC, 1);
    scenario
        .rings(1)
        .silenced(600)
        .is(State::Silenced)
        .resolved_by_person("bravo")
        .is(State::Resolved);
}

#[test]
fn page_ends_what_somebody_has_and_tells_them() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).resolved_manually(PAGE);
    scenario.is(State::Resolved);
    scenario.asks(&["dial alpha", "text alpha Taken", "text alpha Resolved"]);
    scenario.resolved_manually("somebody at the command line").asks(&[]);
    let incident = scenario.incident.as_ref().expect("an incident");
    assert_eq!(incident.ending(), Some(Ending::ByHand(PAGE)));
    scenario.recovers("cpu").asks(&[]).is(State::Resolved);
}

#[test]
fn page_ends_an_incident_in_every_state() {
    let mut calling = Scenario::raised(&ABC, 1);
    calling.rings(1);
    let mut exhausted = Scenario::raised(&ABC, 1);
    exhausted.rings(1).ends(1, End::NoAnswer);
    let mut silenced = Scenario::raised(&ABC, 1);
    silenced.rings(1).silenced(600);
    for mut scenario in [calling, exhausted, silenced] {
        scenario.resolved_manually(PAGE).is(State::Resolved).ends(1, End::Canceled);
        let incident = scenario.incident.as_ref().expect("an incident");
        assert_eq!((incident.wake_at(), incident.resolved_by()), (None, Some(PAGE)));
    }
}

#[test]
fn manually_resolved_incident_calls_nobody_for_a_repeated_alarm() {
    // Whoever had it is left in peace as if they had taken it just now.
    for manual in [false, true] {
        let mut scenario = Scenario::raised(&ABC, 3);
        scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).after(29 * 60);
        match manual {
            true => scenario.resolved_manually(PAGE),
            false => scenario.resolved_by_person("alpha"),
        };
        scenario.effects.clear();
        scenario.after(90).alarm("cpu").is(State::Taken).owned_by("alpha");
        // A text tells them, and no call.
        scenario.asks(&[r#"text alpha Reopened { alarms: ["cpu"], more: 0 }"#]);
        assert_eq!(scenario.wakes(), 30 * 60);
    }
    // Where nobody had it nobody is called at once, and it is not forgotten.
    for manual in [false, true] {
        let mut scenario = Scenario::raised(&ABC, 3);
        scenario.rings(1).ends(1, End::NoAnswer);
        match manual {
            true => scenario.resolved_manually(PAGE),
            false => scenario.resolved_by_person("charlie"),
        };
        scenario.effects.clear();
        scenario.after(60).alarm("cpu").is(State::Silenced).asks(&[]).alarm("cpu").asks(&[]);
        assert_eq!(scenario.wakes(), 30 * 60);
        scenario.is(State::Calling);
    }
    // What recovered first and then goes off is new.
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.resolved_manually(PAGE).recovers("cpu");
    scenario.effects.clear();
    scenario.after(60).alarm("cpu").is(State::Calling);
}

#[test]
fn deleted_alarm_counts_as_recovered() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.alarm("disk").rings(1).deleted("cpu").is(State::Calling);
    scenario.presses(1, Key::Take).ends(1, End::Completed).effects.clear();
    scenario.deleted("disk").is(State::Resolved).asks(&["text alpha Resolved"]);
    let incident = scenario.incident.as_ref().expect("an incident");
    assert_eq!(incident.ending(), Some(Ending::Deleted("disk")));
    scenario.deleted("disk").deleted("no such alarm").asks(&[]);
}

#[test]
fn deleted_alarm_stops_the_call_that_rings() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).deleted("cpu").is(State::Resolved).asks(&["dial alpha", "hang up 1"]);
    scenario.tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "deleted",
        "resolved",
        "call-ended alpha canceled",
    ]);
}

#[test]
fn incident_knows_what_was_not_seen() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let seen = |scenario: &Scenario| scenario.incident.as_ref().expect("an incident").timeline.next;
    let changed = |scenario: &Scenario, seen| {
        scenario.incident.as_ref().expect("an incident").went_off_since(seen)
    };
    let first = seen(&scenario);
    scenario.rings(1).ends(1, End::NoAnswer);
    assert!(!changed(&scenario, first), "calls are not what is meant");
    scenario.alarm("disk");
    assert!(changed(&scenario, first) && !changed(&scenario, seen(&scenario)));
    let second = seen(&scenario);
    scenario.resolved_manually(PAGE).recovers("disk").recovers("cpu").after(5).alarm("disk");
    assert!(changed(&scenario, second), "it was over, and is open again");
    assert!(!changed(&scenario, u32::MAX), "somebody made that number up");
    let latest = seen(&scenario);
    for _ in 0..300 {
        scenario.signal(Signal::Texted { person: "alpha".to_owned(), failed: None });
    }
    assert!(changed(&scenario, latest), "too long ago to be known");
}

#[test]
fn unnamed_alarms_that_recover_after_the_end_go_on_no_more() {
    let mut scenario = Scenario::raised(&ABC, 3);
    for number in 0..70 {
        scenario.alarm(&format!("a{number}"));
    }
    let open = |scenario: &Scenario| scenario.incident.as_ref().map(Incident::open_count);
    assert_eq!(open(&scenario), Some(71));
    scenario.resolved_manually(PAGE);
    for number in 0..70 {
        scenario.recovers(&format!("a{number}"));
    }
    assert_eq!(open(&scenario), Some(1), "the first one never recovered");
    scenario
        .after(30)
        .alarm("a1")
        .recovers("a1")
        .is(State::Calling)
        .recovers("cpu")
        .is(State::Resolved);
}
