//! Nobody is called too often within an hour.

use super::*;

impl Scenario {
    fn called_too_often(&mut self, people: &[&str]) {
        self.busy.called_too_often = people.iter().map(|name| ((*name).to_owned(), 7)).collect();
    }
}

#[test]
fn person_called_too_often_is_left_out_and_that_is_recorded() {
    let mut scenario = Scenario::raised(&ABC, 4);
    scenario.called_too_often(&["bravo"]);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).ends(2, End::NoAnswer);
    scenario.rings(3).ends(3, End::NoAnswer).asks(&[
        "dial alpha",
        "dial charlie",
        "dial alpha",
        "dial charlie",
    ]);
    scenario.tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "call-ended alpha no-answer",
        "called-too-often bravo",
        "calling charlie",
        "ringing charlie",
        "call-ended charlie no-answer",
        "calling alpha",
        "ringing alpha",
        "call-ended alpha no-answer",
        "calling charlie",
    ]);
}

#[test]
fn round_is_exhausted_when_all_were_called_too_often() {
    let mut scenario = Scenario::raised(&["alpha"], 3);
    scenario.called_too_often(&["alpha"]);
    scenario.rings(1).ends(1, End::NoAnswer).is(State::Exhausted).asks(&["dial alpha"]);
    assert_eq!(scenario.wakes(), 15 * 60);
    scenario.is(State::Exhausted).asks(&[]);
    scenario.called_too_often(&[]);
    scenario.wakes();
    scenario.is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn alarms_of_one_moment_record_once_that_all_were_called_too_often() {
    let mut scenario = Scenario::raised(&["alpha"], 3);
    scenario.called_too_often(&["alpha"]);
    scenario.rings(1).ends(1, End::NoAnswer).is(State::Exhausted).asks(&["dial alpha"]).after(60);
    let exhausted = |scenario: &Scenario| {
        let entries = scenario.incident.iter().flat_map(|incident| &incident.timeline.entries);
        entries.filter(|entry| matches!(entry.event, Event::Exhausted { .. })).count()
    };
    let before = exhausted(&scenario);
    for n in 0..90 {
        scenario.alarm(&format!("shard {n}"));
    }
    assert_eq!(exhausted(&scenario), before + 1);
    scenario.after(1).alarm("disk").is(State::Exhausted).asks(&[]);
    assert_eq!(exhausted(&scenario), before + 2);
    scenario.called_too_often(&[]);
    scenario.after(1).alarm("queue").is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn alarm_joining_when_the_last_call_ends_is_called_for() {
    let mut scenario = Scenario::raised(&["alpha"], 1);
    scenario.rings(1).after(20).ends(1, End::NoAnswer).is(State::Exhausted).alarm("disk");
    scenario.is(State::Calling).asks(&["dial alpha", "dial alpha"]);
}

#[test]
fn calls_that_cannot_be_placed_are_tried_less_and_less_often() {
    let mut scenario = Scenario::raised(&["alpha"], 1);
    let mut waited = Vec::new();
    for attempt in 1..=7 {
        scenario.call(attempt, CallEvent::Refused("Twilio 20003".to_owned())).is(State::Exhausted);
        waited.push(scenario.wakes() / 60);
    }
    assert_eq!(waited, [1, 2, 4, 8, 15, 15, 15]);
    scenario.rings(8).ends(8, End::NoAnswer).is(State::Exhausted);
    assert_eq!(scenario.wakes() / 60, 15);
    scenario.call(9, CallEvent::Refused("Twilio 20003".to_owned()));
    assert_eq!(scenario.wakes() / 60, 1);
}

#[test]
fn person_in_a_call_is_waited_for_though_others_are_left_out() {
    let mut scenario = Scenario::raised(&["alpha", "bravo"], 3);
    scenario.called_too_often(&["alpha"]);
    let until = scenario.now.checked_add(SignedDuration::from_secs(8)).expect("a time");
    scenario.busy.in_call.insert("bravo".to_owned(), until);
    scenario.rings(1).ends(1, End::NoAnswer).asks(&["dial alpha"]);
    scenario.wakes();
    scenario.wakes();
    scenario.asks(&["dial bravo"]);
}

/// An incident whose one alarm is about Ringdown itself; alpha was called for such alarms as often as they may.
fn about_us() -> Scenario {
    let mut scenario = Scenario::new();
    scenario.busy.called_too_often_about_us.insert("alpha".to_owned(), 2);
    let alarm = Alarm { about_us: true, ..alarm("own", scenario.now) };
    let policy = policy(&["alpha", "bravo"], 3);
    let step = Incident::raise(&"default-1".into(), &policy, alarm, &scenario.busy, scenario.now);
    scenario.take(step);
    scenario
}

#[test]
fn alarm_about_ringdown_itself_leaves_calls_for_all_others() {
    let mut scenario = about_us();
    scenario.asks(&["dial bravo"]).tells(&["raised", "called-too-often alpha", "calling bravo"]);
    scenario.rings(1).ends(1, End::NoAnswer).asks(&["dial bravo"]);
}

#[test]
fn alarm_about_ringdown_itself_does_not_hold_up_one_that_joins() {
    let mut scenario = about_us();
    scenario.alarm("cpu").rings(1).ends(1, End::NoAnswer).asks(&["dial bravo", "dial alpha"]);
}

#[test]
fn incident_of_any_other_alarm_knows_no_such_limit() {
    let mut scenario = Scenario::new();
    scenario.busy.called_too_often_about_us.insert("alpha".to_owned(), 2);
    let policy = policy(&["alpha"], 3);
    let step = Incident::raise(
        &"default-1".into(),
        &policy,
        alarm("cpu", scenario.now),
        &scenario.busy,
        scenario.now,
    );
    scenario.take(step);
    scenario.asks(&["dial alpha"]);
}
