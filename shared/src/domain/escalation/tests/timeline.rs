//! Which entries the timeline keeps, which it makes one of, and who is said to have said so.

use super::*;

fn joins(timeline: &mut Timeline, second: i64) {
    timeline.add(sample::at(second), Event::JoinedUnnamed);
}

fn recovers(timeline: &mut Timeline, alarm: &str, left: u32) {
    timeline.add(sample::at(0), Event::Recovered { alarm: alarm.to_owned(), left });
}

fn events(timeline: &Timeline) -> Vec<&Event> {
    timeline.entries.iter().map(|entry| &entry.event).collect()
}

#[test]
fn timeline_keeps_its_first_forty_entries_and_the_latest_two_hundred() {
    let mut timeline = Timeline::default();
    let numbers = |timeline: &Timeline| -> Vec<u32> {
        timeline.entries.iter().map(|entry| entry.number).collect()
    };
    for _ in 0..240 {
        timeline.add(sample::at(0), Event::Waiting);
    }
    assert_eq!(numbers(&timeline), (0..240).collect::<Vec<_>>());
    for _ in 0..10 {
        timeline.add(sample::at(0), Event::Waiting);
    }
    assert_eq!(numbers(&timeline), (0..40).chain(50..250).collect::<Vec<_>>());
    assert_eq!(timeline.next, 250);
}

#[test]
fn alarms_without_a_name_that_join_together_are_one_entry() {
    let mut timeline = Timeline::default();
    timeline.join_last(0);
    joins(&mut timeline, 0);
    timeline.join_last(0);
    assert_eq!(events(&timeline), [&Event::JoinedUnnamed]);
    for alarms in 2..5 {
        joins(&mut timeline, 0);
        timeline.join_last(0);
        assert_eq!(events(&timeline), [&Event::JoinedTogether { alarms }]);
        assert_eq!(timeline.next, 1);
    }
    // Of another moment.
    joins(&mut timeline, 1);
    timeline.join_last(0);
    assert_eq!(timeline.entries.len(), 2);
    // Its number was told already.
    joins(&mut timeline, 1);
    timeline.join_last(2);
    assert_eq!(timeline.entries.len(), 3);
    timeline.join_last(1);
    assert_eq!((timeline.entries.len(), timeline.next), (2, 2));
}

#[test]
fn alarms_without_a_name_that_recover_together_are_one_entry() {
    let mut timeline = Timeline::default();
    recovers(&mut timeline, "", 9);
    for alarms in 2..5 {
        recovers(&mut timeline, "", 10 - alarms);
        timeline.join_last(0);
        let together = Event::RecoveredTogether { alarms, left: 10 - alarms };
        assert_eq!(events(&timeline), [&together]);
    }
    // One with a name is told by itself, whichever is first.
    recovers(&mut timeline, "cpu", 5);
    timeline.join_last(0);
    assert_eq!(timeline.entries.len(), 2);
    recovers(&mut timeline, "", 4);
    timeline.join_last(0);
    assert_eq!(timeline.entries.len(), 3);
    recovers(&mut timeline, "disk", 3);
    timeline.join_last(0);
    assert_eq!(timeline.entries.len(), 4);
}

/// The entries that somebody's words have left, by a text with this MessageSid or at the command line.
fn entries_after(signals: &[Signal]) -> Vec<serde_json::Value> {
    let mut scenario = Scenario::raised(&ABC, 3);
    let first = scenario.incident.as_ref().expect("an incident").timeline.next;
    for signal in signals {
        scenario.signal(signal.clone());
    }
    let entries = scenario.incident.expect("an incident").timeline.entries;
    let said = entries.into_iter().filter(|entry| entry.number >= first);
    let json = said.map(|entry| serde_json::to_value(entry.event).expect("JSON"));
    json.filter(|event| event.to_string().contains("by_")).collect()
}

fn person(name: &str) -> Actor {
    name.into()
}

#[test]
fn whoever_acts_by_text_is_said_to_and_one_text_changes_once() {
    let by_text = |says: Signal| Signal::ByText { sid: "SM1".into(), says: Box::new(says) };
    let take = Signal::Acknowledged { person: person("alpha"), outside: false };
    let release = Signal::Released { person: person("alpha") };
    let resolve = Signal::ResolvedByPerson { person: person("alpha") };
    let sids = |said: &[serde_json::Value]| -> Vec<String> {
        let fields = said.iter().filter_map(|event| event.as_object()?.values().next().cloned());
        fields.map(|fields| fields["by_text"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(sids(&entries_after(&[by_text(take.clone())])), ["SM1"]);
    assert_eq!(sids(&entries_after(&[by_text(resolve.clone())])), ["SM1"]);
    assert_eq!(sids(&entries_after(&[take.clone(), by_text(release.clone())])), ["SM1"]);
    // The second time it is the same text.
    assert_eq!(sids(&entries_after(&[by_text(take.clone()), by_text(release)])), ["SM1"]);
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.signal(by_text(take)).owned_by("alpha");
    let incident = scenario.incident.as_ref().expect("an incident");
    assert!(
        incident.was_changed_by_text(&"SM1".into()) && !incident.was_changed_by_text(&"SM2".into())
    );
}

#[test]
fn whoever_acts_at_the_command_line_is_said_to() {
    let by_command = |says: Signal| Signal::ByCommand { says: Box::new(says) };
    let take = by_command(Signal::Acknowledged { person: person("alpha"), outside: false });
    for then in [
        Signal::Released { person: person("alpha") },
        Signal::PassedOn { person: person("alpha"), to: "bravo".to_owned() },
        Signal::ResolvedByPerson { person: person("alpha") },
    ] {
        let said = entries_after(&[take.clone(), by_command(then)]);
        assert_eq!(said.len(), 2, "{said:?}");
        for event in said {
            let fields = event.as_object().and_then(|event| event.values().next()).expect("fields");
            assert_eq!(fields["by_command"], true, "{event}");
        }
    }
}

#[test]
fn entries_from_a_moment_on_begin_with_its_first() {
    let mut timeline = Timeline::default();
    for second in [1, 2, 2, 3] {
        joins(&mut timeline, second);
    }
    let numbers: Vec<u32> = (0..5).map(|second| timeline.number_from(sample::at(second))).collect();
    assert_eq!(numbers, [0, 0, 1, 3, 4]);
}
