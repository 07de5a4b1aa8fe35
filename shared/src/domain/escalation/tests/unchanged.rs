//! An incident of which no alarm changes for long ends by itself.

use super::*;

fn resolving_after(minutes: i64) -> Scenario {
    let mut scenario = Scenario::raised(&ABC, 3);
    let incident = scenario.incident.as_mut().expect("an incident");
    incident.policy.resolve_after = Some(SignedDuration::from_mins(minutes));
    scenario
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
fn what_was_raised_by_hand_ends_by_itself_once_its_policy_says_so() {
    let mut scenario = resolving_after(10);
    scenario.incident.as_mut().expect("an incident").alarms[0].raised_by = Some("bravo".to_owned());
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed);
    assert_eq!(scenario.wakes(), 600);
    scenario.is(State::Resolved);
    let incident = scenario.incident.as_ref().expect("an incident");
    assert_eq!(incident.ending(), Some(Ending::NothingChanged(600)));
}

#[test]
fn end_by_itself_tells_how_long_it_lasted_in_all() {
    let mut scenario = resolving_after(10);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).after(100).alarm("disk");
    scenario.after(600).signal(Signal::Wake).is(State::Resolved);
    let entries = &scenario.incident.as_ref().expect("an incident").timeline.entries;
    let lasted = entries.iter().find_map(|entry| match entry.event {
        Event::NothingChanged { after_seconds, .. } => Some(after_seconds),
        _ => None,
    });
    assert_eq!(lasted, Some(700));
}

#[test]
fn unchanged_time_counts_from_the_last_change_of_any_alarm() {
    let now = Scenario::new().now;
    let changes = [
        Signal::Alarm(alarm("disk", now)),
        Signal::Recovered { key: "queue".to_owned() },
        Signal::Deleted { key: "queue".to_owned() },
        Signal::NoData { key: "cpu".to_owned() },
        Signal::Alarm(alarm("cpu", now)),
    ];
    for change in changes {
        let mut scenario = resolving_after(60);
        scenario.alarm("queue").rings(1).presses(1, Key::Take).ends(1, End::Completed).after(600);
        scenario.signal(change);
        let incident = scenario.incident.as_ref().expect("an incident");
        let left = incident.resolves_at().expect("a time").duration_since(scenario.now);
        assert_eq!(left, SignedDuration::from_mins(60), "{:?}", incident.timeline);
    }
    // What people and phones do is no change of an alarm.
    let mut scenario = resolving_after(60);
    scenario.after(600).rings(1).presses(1, Key::Take).silenced(60).released("alpha");
    scenario.acknowledged("bravo", false).recovers("no such alarm");
    let incident = scenario.incident.as_ref().expect("an incident");
    assert_eq!(
        incident.resolves_at().expect("a time").duration_since(scenario.now).as_secs(),
        3_000
    );
}

#[test]
fn unchanged_incident_that_flaps_again_is_called_for() {
    let mut scenario = resolving_after(10);
    scenario.rings(1).ends(1, End::NoAnswer).after(600).signal(Signal::Wake).is(State::Resolved);
    scenario.effects.clear();
    scenario.after(30).alarm("cpu").is(State::Calling);
}

#[test]
fn record_of_an_earlier_version_tells_its_last_change_by_its_alarms() {
    let mut scenario = resolving_after(60);
    scenario.after(600).alarm("disk");
    let mut json = serde_json::to_value(&scenario.incident).expect("JSON");
    json.as_object_mut().expect("an object").remove("changed_at");
    let incident: Incident = serde_json::from_value(json).expect("an incident");
    assert_eq!(
        incident.resolves_at(),
        scenario.incident.and_then(|incident| incident.resolves_at())
    );
}
