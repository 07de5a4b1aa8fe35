//! How many alarms one text names, and whom it was that was told last.

use super::owner::{joined, taken};
use super::*;

fn incident(scenario: &mut Scenario) -> &mut Incident {
    scenario.incident.as_mut().expect("an incident")
}

fn text(person: &str, about: TextAbout) -> Effect {
    Effect::Text { person: person.to_owned(), about, at: sample::at(0) }
}

fn about(names: &[&str]) -> TextAbout {
    let alarms = names.iter().map(|name| (*name).to_owned()).collect();
    TextAbout::Joined { alarms, more: 0 }
}

#[test]
fn text_that_has_not_left_names_what_joined_since() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]);
    scenario.alarm("net").asks(&[]);
    for mut other in [
        text("bravo", about(&["disk"])),
        text("alpha", TextAbout::Taken),
        Effect::HangUp { attempt: 1 },
    ] {
        let before = other.clone();
        assert!(!incident(&mut scenario).name_pending_in(&mut other));
        assert_eq!(other, before);
    }
    let mut effect = text("alpha", about(&["disk"]));
    assert!(incident(&mut scenario).name_pending_in(&mut effect));
    assert_eq!(effect, text("alpha", about(&["disk", "net"])));
    // It is named: no other text is due for it.
    assert!(incident(&mut scenario).name_pending_in(&mut effect));
    assert_eq!(effect, text("alpha", about(&["disk", "net"])));
    scenario.after(300).signal(Signal::Wake).asks(&[]);
    let mut effect = text("alpha", about(&["disk"]));
    scenario.released("alpha");
    assert!(!incident(&mut scenario).name_pending_in(&mut effect));
}

#[test]
fn text_that_leaves_late_tells_nothing_of_what_went_off_since_and_waits_to_be_named() {
    let mut scenario = taken();
    scenario.after(5);
    let (before, decided_at) = (incident(&mut scenario).timeline.next, scenario.now);
    let seen = |scenario: &mut Scenario, about: &TextAbout, decided_at: Timestamp| {
        let incident = incident(scenario);
        let seen = incident.seen_by_text(about, decided_at);
        (seen, incident.went_off_since(seen))
    };
    let (disk, net) = (about(&["disk"]), about(&["net"]));
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]);
    assert_eq!(seen(&mut scenario, &disk, decided_at), (before + 1, false));
    scenario.after(10).alarm("net").asks(&[]);
    for about in [&disk, &TextAbout::Taken] {
        assert_eq!(seen(&mut scenario, about, decided_at), (before, true));
    }
    // The text that names it may leave later than the one before it, or never.
    scenario.after(300).signal(Signal::Wake).asks(&[&joined(&["net"], 0)]);
    assert_eq!(seen(&mut scenario, &disk, decided_at), (before + 1, true));
    let now = scenario.now;
    assert_eq!(seen(&mut scenario, &net, now), (before + 2, false));
    // What says how it stands says it when it leaves.
    assert_eq!(seen(&mut scenario, &TextAbout::Taken, decided_at), (before + 2, false));
}

#[test]
fn text_names_forty_alarms_and_counts_the_rest() {
    let mut scenario = taken();
    scenario.alarm("first").effects.clear();
    let names: Vec<String> = (1..=42).map(|number| format!("a{number}")).collect();
    for name in &names {
        scenario.alarm(name);
    }
    let mut late = scenario.incident.clone().expect("an incident");
    scenario.after(300).wakes();
    let named: Vec<&str> = names[..40].iter().map(String::as_str).collect();
    scenario.asks(&[&joined(&named, 2)]);
    // And so does one that has not left.
    let mut effect = text("alpha", about(&["first"]));
    assert!(late.name_pending_in(&mut effect));
    let Effect::Text { about: TextAbout::Joined { alarms, more }, .. } = effect else {
        panic!("a text")
    };
    assert_eq!((alarms.len(), more), (40, 3));
}

#[test]
fn name_in_a_text_has_sixty_characters_at_most() {
    let mut scenario = taken();
    scenario.alarm(&"ü".repeat(61)).asks(&[&joined(&[&"ü".repeat(60)], 0)]);
}

#[test]
fn line_in_slack_names_eight_alarms_and_counts_the_rest() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.acknowledged("outsider", true).alarm("first");
    for number in 1..=10 {
        scenario.alarm(&format!("a{number}"));
    }
    scenario.after(300).wakes();
    let told =
        incident(&mut scenario).timeline.entries.iter().filter_map(|entry| match &entry.event {
            Event::OwnerNotified { alarms, more, .. } => Some((alarms.len(), *more)),
            _ => None,
        });
    assert_eq!(told.collect::<Vec<_>>(), [(1, 0), (8, 2)]);
}

#[test]
fn last_texts_of_sixteen_former_owners_are_remembered_for_five_minutes() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let former = |scenario: &mut Scenario| -> Vec<String> {
        let former = incident(scenario).notices.former.iter();
        former.map(|former| former.person.clone()).collect()
    };
    let people: Vec<String> = (1..=18).map(|number| format!("p{number}")).collect();
    for person in &people {
        scenario.acknowledged(person, false).alarm(&format!("of {person}")).released(person);
    }
    assert_eq!(former(&mut scenario), people[2..]);
    scenario.after(299).acknowledged("alpha", false);
    assert_eq!(former(&mut scenario).len(), 16);
    scenario.released("alpha").after(1).acknowledged("alpha", false);
    assert_eq!(former(&mut scenario), Vec::<String>::new());
}

#[test]
fn call_that_waits_in_a_queue_is_not_given_up_for_five_minutes() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let placed = |scenario: &mut Scenario| {
        let attempt = incident(scenario).attempts[0].clone();
        attempt.placed_at.map(|at| at.duration_since(attempt.decided_at).as_secs())
    };
    scenario.placed(1);
    for (after, expected) in [(2, 0), (1, 3), (100, 103), (2, 103), (192, 297), (3, 297), (5, 297)]
    {
        scenario.after(after).call(1, CallEvent::Queued);
        assert_eq!(placed(&mut scenario), Some(expected), "after {after}");
    }
    // What rings waits in no queue.
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).after(60).call(1, CallEvent::Queued);
    assert_eq!(placed(&mut scenario), Some(0));
}

fn raised_by(person: &str, now: Timestamp) -> Signal {
    Signal::Alarm(Alarm { raised_by: Some(person.to_owned()), ..alarm("net", now) })
}

#[test]
fn alarm_that_another_person_raises_once_more_is_still_to_be_named() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]);
    let now = scenario.now;
    scenario.signal(raised_by("bravo", now)).signal(raised_by("charlie", now)).asks(&[]);
    assert_eq!(scenario.wakes(), 300);
    scenario.asks(&[&joined(&["net"], 0)]);
}

#[test]
fn alarm_that_is_raised_by_hand_again_is_told_only_if_somebody_else_says_so() {
    let mut scenario = taken();
    let now = scenario.now;
    scenario.look_from_here();
    for (person, told) in [
        ("bravo", vec!["joined"]),
        ("bravo", vec![]),
        ("charlie", vec!["joined"]),
        ("charlie", vec![]),
    ] {
        scenario.signal(raised_by(person, now)).tells(&told);
    }
}
