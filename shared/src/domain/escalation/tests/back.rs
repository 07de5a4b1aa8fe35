//! Incidents that are over and come back while somebody has them.

use super::owner::{back, joined, taken};
use super::*;

#[test]
fn flap_after_the_end_is_texted_at_once() {
    let mut scenario = taken();
    scenario.recovers("cpu").asks(&["text alpha Resolved"]).after(6).alarm("cpu");
    scenario.is(State::Taken).owned_by("alpha").asks(&[&back(&["cpu"])]);
    scenario.after(10).recovers("cpu").is(State::Resolved).asks(&["text alpha Resolved"]);
}

#[test]
fn flap_a_minute_after_the_end_calls_its_owner_too() {
    for (seconds, calls) in [(6, false), (60, false), (61, true), (300, true)] {
        let mut scenario = taken();
        scenario.recovers("cpu").asks(&["text alpha Resolved"]).after(seconds).alarm("cpu");
        let text = back(&["cpu"]);
        match calls {
            true => scenario.is(State::Calling).asks(&[&text, "dial alpha"]),
            false => scenario.is(State::Taken).asks(&[&text]),
        };
        let alpha = Some("alpha".to_owned());
        assert_eq!(called_back(&scenario), calls.then_some(&alpha));
    }
}

/// Whom the timeline says that the incident called back, last.
fn called_back(scenario: &Scenario) -> Option<&Option<String>> {
    let entries = &scenario.incident.as_ref()?.timeline.entries;
    entries.iter().rev().find_map(|entry| match &entry.event {
        Event::CalledBack { owner } => Some(owner),
        _ => None,
    })
}

#[test]
fn owner_who_does_not_answer_after_a_flap_is_not_the_last() {
    let mut scenario = taken();
    scenario.recovers("cpu").after(90).alarm("cpu").rings(2).ends(2, End::NoAnswer);
    scenario.asks(&["text alpha Resolved", &back(&["cpu"]), "dial alpha", "dial bravo"]);
    scenario.rings(3).presses(3, Key::Take).owned_by("bravo").asks(&["text bravo Taken"]);
}

#[test]
fn alarm_that_comes_back_after_the_first_one_joins() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(400);
    scenario.recovers("disk").recovers("cpu").asks(&["text alpha Resolved"]);
    scenario.after(20).alarm("disk").asks(&[&back(&["disk"])]);
    scenario.after(5).alarm("cpu").asks(&[&joined(&["cpu"], 0)]);
    // From here on they know that it comes and goes.
    scenario.after(5).flaps("cpu", 30).asks(&[]);
}

#[test]
fn flap_of_a_former_owners_alarm_is_not_texted_to_the_next_one() {
    for changes_hands in [false, true] {
        let mut scenario = taken();
        scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(400);
        scenario.recovers("disk").recovers("cpu").asks(&["text alpha Resolved"]);
        scenario.after(20).alarm("cpu").asks(&[&back(&["cpu"])]);
        if changes_hands {
            scenario.released("alpha").asks(&["dial bravo"]);
            scenario.rings(2).presses(2, Key::Take).owned_by("bravo").asks(&["text bravo Taken"]);
        }
        scenario.after(20).alarm("disk").is(State::Taken);
        match changes_hands {
            // They were told that it is over.
            false => scenario.asks(&[&joined(&["disk"], 0)]),
            true => scenario.asks(&[]),
        };
    }
}

#[test]
fn owner_without_a_phone_has_the_policys_people_called_after_a_flap() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario
        .acknowledged("dora", true)
        .ends(1, End::Canceled)
        .recovers("cpu")
        .after(20)
        .alarm("cpu")
        .is(State::Taken);
    scenario.asks(&["dial alpha", "hang up 1"]).recovers("cpu").after(61).alarm("cpu");
    scenario.is(State::Calling).asks(&["dial alpha"]);
    assert_eq!(called_back(&scenario), Some(&None));
    scenario.rings(2).presses(2, Key::Take).owned_by("alpha");
}

#[test]
fn owner_who_was_called_too_often_is_texted_and_others_are_left_in_peace() {
    let mut scenario = taken();
    scenario.busy.called_too_often.insert("alpha".to_owned(), 7);
    scenario.recovers("cpu").after(90).alarm("cpu").is(State::Taken).owned_by("alpha");
    scenario.asks(&["text alpha Resolved", &back(&["cpu"])]);
}

#[test]
fn alarm_reported_again_after_its_owner_resolved_it_calls_nobody() {
    let mut scenario = taken();
    scenario
        .resolved_by_person("alpha")
        .after(200)
        .alarm("cpu")
        .is(State::Taken)
        .asks(&[&back(&["cpu"])]);
}

#[test]
fn flaps_that_an_owner_without_a_phone_had_use_up_no_text_of_the_next_owner() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.acknowledged("dora", true).ends(1, End::Canceled);
    for _ in 0..6 {
        scenario.after(25).flaps("cpu", 25);
    }
    scenario.asks(&["dial alpha", "hang up 1"]).released("dora").rings(2).presses(2, Key::Take);
    scenario.owned_by("alpha").asks(&["dial alpha", "text alpha Taken"]);
    scenario.ends(2, End::Completed).after(25).flaps("cpu", 25);
    scenario.asks(&["text alpha Resolved", &back(&["cpu"])]);
}

#[test]
fn many_flaps_are_texted_in_pauses_and_the_last_text_is_true() {
    let mut scenario = taken();
    let mut texts = 0;
    for n in 0..34 {
        scenario.after(25).flaps("cpu", 25);
        let told = std::mem::take(&mut scenario.effects);
        texts += told.iter().filter(|text| text.contains("Reopened")).count();
        let expected = if n < 6 {
            vec!["text alpha Resolved".to_owned(), back(&["cpu"])]
        } else {
            told.clone()
        };
        assert_eq!(told, expected, "flap {n}");
        scenario.signal(Signal::Wake);
    }
    // Half an hour: six at once, and then one in five minutes.
    assert!((9..=11).contains(&texts), "{texts}");
    scenario.after(25).recovers("cpu").is(State::Resolved);
    let known = scenario.incident.as_ref().map(|incident| incident.notices.over);
    let says_over = scenario.effects.iter().any(|text| text.contains("Resolved"));
    assert_eq!(Some(!says_over), known, "{:?}", scenario.effects);
}

#[test]
fn owner_who_does_not_know_that_it_was_back_is_told_that_it_is_over_only_if_another_joined() {
    let mut scenario = taken();
    for _ in 0..6 {
        scenario.flaps("cpu", 30).asks(&["text alpha Resolved", &back(&["cpu"])]);
    }
    // Six texts of an hour are used up: the next one waits.
    scenario.flaps("cpu", 30).asks(&["text alpha Resolved"]);
    scenario.recovers("cpu").is(State::Resolved).asks(&[]);
    scenario.after(30).alarm("cpu").is(State::Taken).alarm("disk").asks(&[]);
    scenario.recovers("disk").recovers("cpu").is(State::Resolved).asks(&["text alpha Resolved"]);
}

#[test]
fn text_that_it_is_back_counts_for_an_hour() {
    let count_after = |seconds: i64| {
        let mut scenario = taken();
        scenario.flaps("cpu", 30).effects.clear();
        scenario.after(seconds - 30).flaps("cpu", 30).is(State::Taken);
        scenario.asks(&["text alpha Resolved", &back(&["cpu"])]);
        scenario.incident.expect("an incident").notices.back_at.len()
    };
    assert_eq!((count_after(1_700), count_after(3_599), count_after(3_600)), (2, 2, 1));
}

#[test]
fn texts_that_it_is_back_are_counted_whoever_has_it() {
    let mut scenario = taken();
    for _ in 0..6 {
        scenario.flaps("cpu", 30).asks(&["text alpha Resolved", &back(&["cpu"])]);
    }
    scenario.released("alpha").rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.owned_by("bravo").asks(&["dial bravo", "text bravo Taken"]);
    scenario.flaps("cpu", 30).is(State::Taken).asks(&["text bravo Resolved"]);
}

#[test]
fn recovery_that_is_said_twice_is_told_once_and_counts_from_the_first() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.alarm("disk").rings(1).look_from_here();
    scenario.after(5).recovers("disk").tells(&["recovered"]);
    let first = scenario.incident.clone();
    scenario.after(5).recovers("disk").tells(&[]);
    let alarms = |incident: &Option<Incident>| incident.clone().expect("an incident").alarms;
    assert_eq!(alarms(&scenario.incident), alarms(&first));
}
