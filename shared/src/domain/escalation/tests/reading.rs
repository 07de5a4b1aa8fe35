//! The words that a reader is told of an incident.

use super::owner::taken;
use super::*;

fn incident(scenario: &Scenario) -> &Incident {
    scenario.incident.as_ref().expect("an incident")
}

#[test]
fn state_has_the_same_word_everywhere() {
    for state in [State::Calling, State::Taken, State::Exhausted, State::Silenced, State::Resolved]
    {
        assert_eq!(serde_json::to_value(state).expect("JSON"), state.name());
    }
}

#[test]
fn time_until_somebody_had_it_counts_from_their_round_and_is_the_last_one() {
    let mut scenario = Scenario::raised(&ABC, 3);
    assert_eq!(incident(&scenario).took_seconds(), None);
    scenario.after(40).acknowledged("alpha", false);
    assert_eq!(incident(&scenario).took_seconds(), Some(40));
    scenario.after(100).released("alpha").after(7).acknowledged("bravo", false);
    assert_eq!(incident(&scenario).took_seconds(), Some(7));
}

#[test]
fn silence_is_told_with_whoever_asked_for_it_last() {
    let mut scenario = Scenario::raised(&ABC, 3);
    assert_eq!(incident(&scenario).silenced_by(), None);
    scenario.silenced(60).after(1);
    let until = scenario.now + SignedDuration::from_secs(600);
    scenario.signal(Signal::Silenced { by: "bravo".to_owned(), until, reason: None });
    assert_eq!(incident(&scenario).silenced_by(), Some("bravo"));
}

#[test]
fn incident_in_a_window_waits_for_its_end_and_is_held_back_by_nobody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let held = |scenario: &Scenario, by: &str, seconds: i64| {
        let until = scenario.now + SignedDuration::from_secs(seconds);
        Signal::HeldBack { by: by.to_owned(), until }
    };
    let silences = |scenario: &Scenario| {
        let entries = &incident(scenario).timeline.entries;
        entries.iter().filter(|entry| matches!(entry.event, Event::Silenced { .. })).count()
    };
    scenario.signal(held(&scenario, "a window", 0)).is(State::Calling);
    scenario.signal(held(&scenario, "a window", 600)).is(State::Silenced);
    scenario.asks(&["dial alpha", "hang up 1"]);
    assert!(incident(&scenario).is_held_back());
    // The same once more is nothing new; another end, sooner or later, or by another, is.
    scenario.signal(held(&scenario, "a window", 600));
    assert_eq!(silences(&scenario), 1);
    scenario.signal(held(&scenario, "a window", 300));
    scenario.signal(held(&scenario, "a longer one", 300));
    assert_eq!(silences(&scenario), 3);
    scenario.after(300).wakes();
    scenario.is(State::Calling).asks(&["dial alpha"]);
    assert!(!incident(&scenario).is_held_back());
    // A silence that somebody asked for it alone is none of those.
    scenario.silenced(60);
    assert!(!incident(&scenario).is_held_back());
    let mut over = Scenario::raised(&ABC, 3);
    over.recovers("cpu");
    over.signal(held(&over, "a window", 600)).is(State::Resolved);
    assert_eq!(silences(&over), 0);
}

#[test]
fn incident_that_is_over_reopens_within_its_flap_window() {
    let mut scenario = Scenario::raised(&ABC, 3);
    assert!(!incident(&scenario).reopens(scenario.now));
    scenario.recovers("cpu");
    let ended = scenario.now;
    let reopens =
        |seconds: i64| incident(&scenario).reopens(ended + SignedDuration::from_secs(seconds));
    assert!(reopens(0) && reopens(300) && !reopens(301));
}

#[test]
fn person_is_in_a_call_until_it_ends_or_must_have_ended() {
    let mut scenario = taken();
    assert!(!incident(&scenario).is_in_call(scenario.now));
    scenario.released("alpha").asks(&["dial bravo"]);
    let attempt = incident(&scenario).attempt(2).expect("an attempt");
    let until = attempt.holds_until(&incident(&scenario).policy).expect("a time");
    let second = SignedDuration::from_secs(1);
    assert!(incident(&scenario).is_in_call(until - second));
    assert!(!incident(&scenario).is_in_call(until));
}

#[test]
fn missing_calls_are_tried_again_after_twice_as_long_each_time() {
    let mut scenario = Scenario::raised(&["alpha"], 1);
    let mut waits = Vec::new();
    for attempt in 1..=15 {
        scenario.call(attempt, CallEvent::Refused("no".to_owned())).is(State::Exhausted);
        waits.push(scenario.wakes() / 60);
    }
    assert_eq!(waits, [1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15]);
    // One that was placed begins anew.
    scenario.rings(16).ends(16, End::NoAnswer).is(State::Exhausted);
    assert_eq!(scenario.wakes() / 60, 15);
    scenario.call(17, CallEvent::Refused("no".to_owned()));
    assert_eq!(scenario.wakes() / 60, 1);
}
