//! What ends an incident whose recovery never comes.

use super::*;

const PAGE: &str = "somebody on the page";

/// alpha took it, did not end it within half an hour, and is asked again: it rings.
fn asked_again() -> Night {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).presses(1, Key::Take).ends(1, End::Completed).wakes();
    night.rings(2).asks(&["dial alpha", "text alpha Taken", "dial alpha"]);
    night.told = night.incident.as_ref().map_or(0, |incident| incident.timeline.next);
    night
}

fn offers(night: &Night, attempt: u32) -> bool {
    let incident = night.incident.as_ref().expect("an incident");
    incident.attempt(attempt).is_some_and(|attempt| incident.offers_resolve(attempt))
}

fn resolving_after(minutes: i64) -> Night {
    let mut night = Night::raised(&ABC, 3);
    let incident = night.incident.as_mut().expect("an incident");
    incident.policy.resolve_after = Some(SignedDuration::from_mins(minutes));
    night
}

#[test]
fn owner_pressing_three_twice_ends_the_incident() {
    let mut night = asked_again();
    assert!(offers(&night, 2));
    night.presses(2, Key::Over { reading: 1 }).is(State::Calling).asks(&[]);
    // Twilio tells us of one press twice: that is no second one.
    night.call(2, News::Pressed(Key::Over { reading: 1 })).is(State::Calling);
    night.call(2, News::Pressed(Key::Over { reading: 2 })).is(State::Resolved).asks(&[]);
    night.call(2, News::Pressed(Key::Over { reading: 2 })).ends(2, End::Completed).asks(&[]);
    night.tells(&["answered alpha", "asked-whether-over alpha", "declared-over alpha"]);
    let incident = night.incident.as_ref().expect("an incident");
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
        let mut night = asked_again();
        night.presses(2, Key::Over { reading: 1 }).call(2, News::Pressed(key)).is(state);
        night.asks(&asks);
    }
    let mut night = asked_again();
    night.presses(2, Key::Over { reading: 2 }).ends(2, End::Completed).is(State::Calling);
    night.asks(&["dial bravo"]);
}

#[test]
fn three_means_nothing_to_whoever_is_not_the_owner_asked_again() {
    let mut night = Night::raised(&ABC, 3);
    assert!(!offers(&night, 1), "the first call");
    night.rings(1).presses(1, Key::Over { reading: 1 });
    night.call(1, News::Pressed(Key::Over { reading: 2 })).is(State::Calling);

    let mut night = asked_again();
    night.ends(2, End::NoAnswer).rings(3);
    assert!(!offers(&night, 3), "bravo never had it");
    night.presses(3, Key::Over { reading: 1 }).call(3, News::Pressed(Key::Over { reading: 2 }));
    night.is(State::Calling).presses(3, Key::Take).is(State::Taken).held_by("bravo");
    // It is bravo's now: a late key of alpha's ends nothing.
    night.call(2, News::Pressed(Key::Over { reading: 1 }));
    night.call(2, News::Pressed(Key::Over { reading: 2 })).is(State::Taken).held_by("bravo");
}

#[test]
fn three_is_offered_to_the_owner_in_the_rounds_that_follow() {
    let mut night = asked_again();
    for attempt in 2..5 {
        night.rings(attempt).ends(attempt, End::NoAnswer);
    }
    night.is(State::Exhausted).wakes();
    assert!(offers(&night, 5));
}

#[test]
fn three_is_not_offered_for_an_alarm_that_is_new() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).presses(1, Key::Take).ends(1, End::Completed).declared_over("alpha");
    night.after(30).alarm("disk");
    assert!(!offers(&night, 2));
}

#[test]
fn question_takes_one_more_reading_of_time() {
    let mut night = asked_again();
    let ends_after = |night: &Night| {
        let incident = night.incident.as_ref().expect("an incident");
        let attempt = incident.attempt(2).expect("an attempt");
        let until = attempt.holds_until(&incident.policy).expect("a call");
        until.duration_since(attempt.rang_at.expect("it rang")).as_secs()
    };
    let offered = ends_after(&night);
    let incident = night.incident.as_mut().expect("an incident");
    incident.attempts[1].offers_resolve = false;
    assert_eq!(offered - ends_after(&night), 12 + 10);
}

#[test]
fn nobodys_incident_can_be_declared_over_by_anybody() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).declared_over("charlie").is(State::Resolved);
    night.asks(&["dial alpha", "hang up 1"]);
    let mut night = Night::raised(&ABC, 1);
    night.rings(1).ends(1, End::NoAnswer).is(State::Exhausted).declared_over("@somebody");
    night.is(State::Resolved).asks(&["dial alpha"]);
    let mut night = Night::raised(&ABC, 1);
    night.rings(1).silenced(600).is(State::Silenced).declared_over("bravo").is(State::Resolved);
}

#[test]
fn page_ends_what_somebody_has_and_tells_them() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).presses(1, Key::Take).ends(1, End::Completed).resolved_by(PAGE);
    night.is(State::Resolved);
    night.asks(&["dial alpha", "text alpha Taken", "text alpha Resolved"]);
    night.resolved_by("somebody at the command line").asks(&[]);
    let incident = night.incident.as_ref().expect("an incident");
    assert_eq!(incident.ending(), Some(Ending::Said(PAGE)));
    night.recovers("cpu").asks(&[]).is(State::Resolved);
}

#[test]
fn page_ends_an_incident_in_every_state() {
    let mut calling = Night::raised(&ABC, 1);
    calling.rings(1);
    let mut exhausted = Night::raised(&ABC, 1);
    exhausted.rings(1).ends(1, End::NoAnswer);
    let mut silenced = Night::raised(&ABC, 1);
    silenced.rings(1).silenced(600);
    for mut night in [calling, exhausted, silenced] {
        night.resolved_by(PAGE).is(State::Resolved).ends(1, End::Canceled);
        let incident = night.incident.as_ref().expect("an incident");
        assert_eq!((incident.wake_at(), incident.resolved_by()), (None, Some(PAGE)));
    }
}

#[test]
fn manually_resolved_incident_calls_nobody_for_a_repeated_alarm() {
    // Whoever had it is left in peace as if they had taken it just now.
    for by_hand in [false, true] {
        let mut night = Night::raised(&ABC, 3);
        night.rings(1).presses(1, Key::Take).ends(1, End::Completed).after(29 * 60);
        match by_hand {
            true => night.resolved_by(PAGE),
            false => night.declared_over("alpha"),
        };
        night.effects.clear();
        night.after(90).alarm("cpu").is(State::Taken).held_by("alpha");
        // A text tells them, and no call.
        night.asks(&[r#"text alpha Reopened { alarms: ["cpu"], more: 0 }"#]);
        assert_eq!(night.wakes(), 30 * 60);
    }
    // Where nobody had it nobody is called at once, and it is not forgotten.
    for by_hand in [false, true] {
        let mut night = Night::raised(&ABC, 3);
        night.rings(1).ends(1, End::NoAnswer);
        match by_hand {
            true => night.resolved_by(PAGE),
            false => night.declared_over("charlie"),
        };
        night.effects.clear();
        night.after(60).alarm("cpu").is(State::Silenced).asks(&[]).alarm("cpu").asks(&[]);
        assert_eq!(night.wakes(), 30 * 60);
        night.is(State::Calling);
    }
    // What recovered first and then goes off is new.
    let mut night = Night::raised(&ABC, 3);
    night.resolved_by(PAGE).recovers("cpu");
    night.effects.clear();
    night.after(60).alarm("cpu").is(State::Calling);
}

#[test]
fn deleted_alarm_counts_as_recovered() {
    let mut night = Night::raised(&ABC, 3);
    night.alarm("disk").rings(1).deleted("cpu").is(State::Calling);
    night.presses(1, Key::Take).ends(1, End::Completed).effects.clear();
    night.deleted("disk").is(State::Resolved).asks(&["text alpha Resolved"]);
    let incident = night.incident.as_ref().expect("an incident");
    assert_eq!(incident.ending(), Some(Ending::Deleted("disk")));
    night.deleted("disk").deleted("no such alarm").asks(&[]);
}

#[test]
fn deleted_alarm_stops_the_call_that_rings() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).deleted("cpu").is(State::Resolved).asks(&["dial alpha", "hang up 1"]);
    night.tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "deleted",
        "resolved",
        "call-ended alpha canceled",
    ]);
}

#[test]
fn unchanged_incident_ends_by_itself_in_every_state() {
    let mut calling = resolving_after(10);
    calling.after(590).rings(1).after(9).signal(Signal::Wake).is(State::Calling);
    calling.after(1).signal(Signal::Wake).is(State::Resolved).asks(&["dial alpha", "hang up 1"]);

    let mut taken = resolving_after(10);
    taken.rings(1).presses(1, Key::Take).ends(1, End::Completed);
    assert_eq!(taken.wakes(), 600);
    taken.is(State::Resolved);
    taken.asks(&["dial alpha", "text alpha Taken", "text alpha Resolved"]);

    let mut exhausted = resolving_after(10);
    for attempt in 1..4 {
        exhausted.rings(attempt).ends(attempt, End::NoAnswer);
    }
    assert_eq!(exhausted.is(State::Exhausted).wakes(), 600);
    exhausted.is(State::Resolved);

    let mut silenced = resolving_after(10);
    silenced.rings(1).silenced(3_600).ends(1, End::Canceled);
    assert_eq!(silenced.is(State::Silenced).wakes(), 600);
    silenced.is(State::Resolved);
    let incident = silenced.incident.as_ref().expect("an incident");
    assert_eq!(incident.ending(), Some(Ending::NothingChanged(600)));
}

#[test]
fn unchanged_time_counts_from_the_last_change_of_any_alarm() {
    let now = Night::new().now;
    let changes = [
        Signal::Alarm(alarm("disk", now)),
        Signal::Recovered { key: "queue".to_owned() },
        Signal::Deleted { key: "queue".to_owned() },
        Signal::NoData { key: "cpu".to_owned() },
        Signal::Alarm(alarm("cpu", now)),
    ];
    for change in changes {
        let mut night = resolving_after(60);
        night.alarm("queue").rings(1).presses(1, Key::Take).ends(1, End::Completed).after(600);
        night.signal(change);
        let incident = night.incident.as_ref().expect("an incident");
        let left = incident.resolves_at().expect("a time").duration_since(night.now);
        assert_eq!(left, SignedDuration::from_mins(60), "{:?}", incident.timeline);
    }
    // What people and phones do is no change of an alarm.
    let mut night = resolving_after(60);
    night.after(600).rings(1).presses(1, Key::Take).silenced(60).given_back("alpha");
    night.claimed("bravo", false).recovers("no such alarm");
    let incident = night.incident.as_ref().expect("an incident");
    assert_eq!(incident.resolves_at().expect("a time").duration_since(night.now).as_secs(), 3_000);
}

#[test]
fn unchanged_incident_that_flaps_again_is_called_for() {
    let mut night = resolving_after(10);
    night.rings(1).ends(1, End::NoAnswer).after(600).signal(Signal::Wake).is(State::Resolved);
    night.effects.clear();
    night.after(30).alarm("cpu").is(State::Calling);
}

#[test]
fn record_of_an_earlier_version_tells_its_last_change_by_its_alarms() {
    let mut night = resolving_after(60);
    night.after(600).alarm("disk");
    let mut json = serde_json::to_value(&night.incident).expect("JSON");
    json.as_object_mut().expect("an object").remove("changed_at");
    let incident: Incident = serde_json::from_value(json).expect("an incident");
    assert_eq!(incident.resolves_at(), night.incident.and_then(|incident| incident.resolves_at()));
}

#[test]
fn incident_knows_what_was_not_seen() {
    let mut night = Night::raised(&ABC, 3);
    let seen = |night: &Night| night.incident.as_ref().expect("an incident").timeline.next;
    let changed =
        |night: &Night, seen| night.incident.as_ref().expect("an incident").went_off_since(seen);
    let first = seen(&night);
    night.rings(1).ends(1, End::NoAnswer);
    assert!(!changed(&night, first), "calls are not what is meant");
    night.alarm("disk");
    assert!(changed(&night, first) && !changed(&night, seen(&night)));
    let second = seen(&night);
    night.resolved_by(PAGE).recovers("disk").recovers("cpu").after(5).alarm("disk");
    assert!(changed(&night, second), "it was over, and is open again");
    assert!(!changed(&night, u32::MAX), "somebody made that number up");
    let latest = seen(&night);
    for _ in 0..300 {
        night.signal(Signal::Texted { person: "alpha".to_owned(), failed: None });
    }
    assert!(changed(&night, latest), "too long ago to be known");
}

#[test]
fn unnamed_alarms_that_recover_after_the_end_go_on_no_more() {
    let mut night = Night::raised(&ABC, 3);
    for number in 0..70 {
        night.alarm(&format!("a{number}"));
    }
    let open = |night: &Night| night.incident.as_ref().map(Incident::open_count);
    assert_eq!(open(&night), Some(71));
    night.resolved_by(PAGE);
    for number in 0..70 {
        night.recovers(&format!("a{number}"));
    }
    assert_eq!(open(&night), Some(1), "the first one never recovered");
    night
        .after(30)
        .alarm("a1")
        .recovers("a1")
        .is(State::Calling)
        .recovers("cpu")
        .is(State::Resolved);
}
