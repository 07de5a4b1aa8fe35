//! How an incident is made small: what it can do without goes first, and nothing that goes on is lost count of.

use super::*;
use crate::domain::size::json_bytes;

fn with_reason(name: &str, now: Timestamp, reason: &str) -> Signal {
    Signal::Alarm(Alarm { reason: reason.to_owned(), ..alarm(name, now) })
}

/// So many alarms, each with a reason of a thousand letters.
fn long(alarms: usize) -> Incident {
    let mut scenario = Scenario::raised(&ABC, 3);
    for number in 0..alarms {
        scenario.signal(with_reason(&format!("a{number}"), scenario.now, &"y".repeat(1_000)));
    }
    scenario.incident.expect("an incident")
}

/// Its bytes as JSON beside its attempts.
fn beside_attempts(incident: &Incident) -> usize {
    json_bytes(incident) - json_bytes(&incident.attempts)
}

/// The numbers of the entries that have their reason still.
fn entries_with_reason(incident: &Incident) -> Vec<u32> {
    let entries = incident.timeline.entries.iter();
    let whole = entries.filter(|entry| match &entry.event {
        Event::Joined { reason, .. } => reason.len() == 1_000,
        _ => false,
    });
    whole.map(|entry| entry.number).collect()
}

#[test]
fn incident_that_fits_keeps_every_word_and_one_byte_less_costs_some() {
    let incident = long(30);
    let (most, attempts) = (beside_attempts(&incident), json_bytes(&incident.attempts));
    for most in [most, json_bytes(&incident)] {
        let mut same = incident.clone();
        same.fit(most, attempts, 0);
        assert_eq!(same, incident);
    }
    let mut small = incident.clone();
    small.fit(most - 1, attempts, incident.timeline.next);
    assert_ne!(small, incident);
    assert!(beside_attempts(&small) < most);
}

#[test]
fn old_entries_that_everybody_knows_lose_their_texts_first() {
    let incident = long(30);
    let (most, next) = (beside_attempts(&incident) - 1, incident.timeline.next);
    let all = entries_with_reason(&incident);
    let mut small = incident.clone();
    small.fit(most, usize::MAX, next);
    assert_eq!(entries_with_reason(&small), all[all.len() - 20..]);
    assert_eq!(small.alarms, incident.alarms);
    // What nobody was told yet keeps its text.
    let mut small = incident.clone();
    small.fit(most, usize::MAX, all[4]);
    assert_eq!(entries_with_reason(&small), all[4..]);
}

#[test]
fn all_texts_are_cut_alike_before_an_entry_is_left_out() {
    let incident = long(30);
    let mut small = incident.clone();
    small.fit(30 * 400 + 20 * 400 + 9_000, usize::MAX, incident.timeline.next);
    let lengths: Vec<usize> = small.alarms.iter().skip(1).map(|alarm| alarm.reason.len()).collect();
    assert!(lengths.iter().all(|length| (200..=500).contains(length)), "{lengths:?}");
    assert_eq!(small.timeline.entries.len(), incident.timeline.entries.len());
}

#[test]
fn at_last_the_first_entry_the_latest_four_and_one_alarm_are_left_and_all_are_counted() {
    let mut incident = long(30);
    let recovered = incident.alarms[3].key.clone();
    incident = incident
        .apply(&Signal::Recovered { key: recovered }, &Busy::default(), sample::at(9))
        .incident;
    let open = incident.open_count();
    let latest: Vec<u32> =
        incident.timeline.entries.iter().rev().take(4).rev().map(|entry| entry.number).collect();
    incident.fit(0, usize::MAX, incident.timeline.next);
    let numbers: Vec<u32> = incident.timeline.entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [vec![0], latest].concat());
    assert_eq!((incident.alarms.len(), incident.alarms[0].name.as_str()), (1, "cpu"));
    assert_eq!((incident.open_count(), incident.more_alarms), (open, open - 1));
}

#[test]
fn alarm_that_recovered_is_forgotten_before_one_that_goes_on_is_only_counted() {
    let mut incident = long(3);
    let key = incident.alarms[1].key.clone();
    incident = incident.apply(&Signal::Recovered { key }, &Busy::default(), sample::at(9)).incident;
    let most = {
        let mut without = incident.clone();
        without.fit(0, usize::MAX, 0);
        let mut three = incident.clone();
        three.timeline = without.timeline;
        three.alarms.remove(1);
        three.alarms.iter_mut().for_each(|alarm| alarm.reason.clear());
        beside_attempts(&three)
    };
    incident.fit(most + 40, usize::MAX, 0);
    let names: Vec<&str> = incident.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    assert_eq!((names, incident.more_alarms), (vec!["cpu", "a1", "a2"], 0));
}

#[test]
fn owner_is_told_the_number_of_alarms_whose_names_are_lost() {
    let mut scenario = super::owner::taken();
    for name in ["disk", "net", "io"] {
        scenario.alarm(name);
    }
    // "disk" was named in a text; the two others wait for the next.
    let mut incident = scenario.incident.expect("an incident");
    incident.fit(0, usize::MAX, incident.timeline.next);
    assert_eq!((incident.more_alarms, incident.notices.unnamed), (3, 2));
}

#[test]
fn attempts_that_are_over_go_first_and_the_last_one_stays() {
    let numbers = |incident: &Incident| -> Vec<u32> {
        incident.attempts.iter().map(|attempt| attempt.number).collect()
    };
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).ends(2, End::NoAnswer).rings(3);
    let incident = scenario.incident.clone().expect("an incident");
    let after = |incident: &Incident, most: usize| {
        let mut small = incident.clone();
        small.fit(usize::MAX, most, 0);
        numbers(&small)
    };
    assert_eq!(after(&incident, json_bytes(&incident.attempts)), [1, 2, 3]);
    assert_eq!(after(&incident, json_bytes(&incident.attempts) - 1), [2, 3]);
    assert_eq!(after(&incident, 0), [3]);
    scenario.ends(3, End::NoAnswer).is(State::Exhausted);
    assert_eq!(after(scenario.incident.as_ref().expect("an incident"), 0), [3]);
    // One that we hang up is over once its end is known.
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).acknowledged("bravo", false).released("bravo");
    assert_eq!(after(scenario.incident.as_ref().expect("an incident"), 0), [1, 2]);
}

#[test]
fn names_in_the_timeline_are_cut_when_they_are_very_long_and_lists_counted() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let long = "n".repeat(500);
    scenario.acknowledged("outsider", true).alarm(&long);
    for number in 0..6 {
        scenario.alarm(&format!("{number}{long}"));
    }
    scenario.after(300).wakes();
    let mut incident = scenario.incident.expect("an incident");
    incident.fit(0, usize::MAX, incident.timeline.next);
    let named = incident.timeline.entries.iter().rev().find_map(|entry| match &entry.event {
        Event::OwnerNotified { alarms, more, .. } => Some((alarms.clone(), *more)),
        _ => None,
    });
    let (alarms, more) = named.expect("it was told");
    assert_eq!((alarms.len(), more), (1, 5));
    let joined = incident.timeline.entries.iter().rev().find_map(|entry| match &entry.event {
        Event::Joined { alarm, .. } => Some(alarm.clone()),
        _ => None,
    });
    let name = joined.expect("it joined");
    assert!((100..=120).contains(&name.len()) && name.ends_with('…'), "{name}");
}
