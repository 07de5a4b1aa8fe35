//! Nobody is called too often within an hour.

use super::*;

impl Night {
    fn called_too_often(&mut self, people: &[&str]) {
        self.busy.called_too_often = people.iter().map(|name| ((*name).to_owned(), 7)).collect();
    }
}

#[test]
fn who_was_called_too_often_is_left_out_and_that_is_said() {
    let mut night = Night::raised(&ABC, 4);
    night.called_too_often(&["bravo"]);
    night.rings(1).ends(1, End::NoAnswer).rings(2).ends(2, End::NoAnswer);
    night.rings(3).ends(3, End::NoAnswer).asks(&[
        "dial alpha",
        "dial charlie",
        "dial alpha",
        "dial charlie",
    ]);
    night.tells(&[
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
fn when_all_were_called_too_often_nobody_is_left() {
    let mut night = Night::raised(&["alpha"], 3);
    night.called_too_often(&["alpha"]);
    night.rings(1).ends(1, End::NoAnswer).is(State::Exhausted).asks(&["dial alpha"]);
    assert_eq!(night.wakes(), 15 * 60);
    night.is(State::Exhausted).asks(&[]);
    night.called_too_often(&[]);
    night.wakes();
    night.is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn alarms_of_one_moment_say_once_that_all_were_called_too_often() {
    let mut night = Night::raised(&["alpha"], 3);
    night.called_too_often(&["alpha"]);
    night.rings(1).ends(1, End::NoAnswer).is(State::Exhausted).asks(&["dial alpha"]).after(60);
    let exhausted = |night: &Night| {
        let entries = night.incident.iter().flat_map(|incident| &incident.timeline.entries);
        entries.filter(|entry| matches!(entry.event, Event::Exhausted { .. })).count()
    };
    let before = exhausted(&night);
    for n in 0..90 {
        night.alarm(&format!("shard {n}"));
    }
    assert_eq!(exhausted(&night), before + 1);
    night.after(1).alarm("disk").is(State::Exhausted).asks(&[]);
    assert_eq!(exhausted(&night), before + 2);
    night.called_too_often(&[]);
    night.after(1).alarm("queue").is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn alarm_joining_when_the_last_call_ends_is_called_for() {
    let mut night = Night::raised(&["alpha"], 1);
    night.rings(1).after(20).ends(1, End::NoAnswer).is(State::Exhausted).alarm("disk");
    night.is(State::Calling).asks(&["dial alpha", "dial alpha"]);
}

#[test]
fn what_cannot_be_placed_is_tried_again_less_and_less_often() {
    let mut night = Night::raised(&["alpha"], 1);
    let mut waited = Vec::new();
    for attempt in 1..=7 {
        night.call(attempt, News::Refused("Twilio 20003".to_owned())).is(State::Exhausted);
        waited.push(night.wakes() / 60);
    }
    assert_eq!(waited, [1, 2, 4, 8, 15, 15, 15]);
    night.rings(8).ends(8, End::NoAnswer).is(State::Exhausted);
    assert_eq!(night.wakes() / 60, 15);
    night.call(9, News::Refused("Twilio 20003".to_owned()));
    assert_eq!(night.wakes() / 60, 1);
}

#[test]
fn who_is_in_a_call_is_waited_for_though_others_are_left_out() {
    let mut night = Night::raised(&["alpha", "bravo"], 3);
    night.called_too_often(&["alpha"]);
    let until = night.now.checked_add(SignedDuration::from_secs(8)).expect("a time");
    night.busy.in_call.insert("bravo".to_owned(), until);
    night.rings(1).ends(1, End::NoAnswer).asks(&["dial alpha"]);
    night.wakes();
    night.wakes();
    night.asks(&["dial bravo"]);
}

/// An incident whose one alarm is about Ringdown itself; alpha was called for such alarms as often as they may.
fn about_us() -> Night {
    let mut night = Night::new();
    night.busy.called_too_often_about_us.insert("alpha".to_owned(), 2);
    let alarm = Alarm { about_us: true, ..alarm("own", night.now) };
    let policy = policy(&["alpha", "bravo"], 3);
    let step = Incident::raise("default-1", &policy, alarm, &night.busy, night.now);
    night.take(step);
    night
}

#[test]
fn alarm_about_ringdown_itself_leaves_calls_for_all_others() {
    let mut night = about_us();
    night.asks(&["dial bravo"]).tells(&["raised", "called-too-often alpha", "calling bravo"]);
    night.rings(1).ends(1, End::NoAnswer).asks(&["dial bravo"]);
}

#[test]
fn alarm_about_ringdown_itself_does_not_hold_up_one_that_joins() {
    let mut night = about_us();
    night.alarm("cpu").rings(1).ends(1, End::NoAnswer).asks(&["dial bravo", "dial alpha"]);
}

#[test]
fn incident_of_any_other_alarm_knows_no_such_limit() {
    let mut night = Night::new();
    night.busy.called_too_often_about_us.insert("alpha".to_owned(), 2);
    let policy = policy(&["alpha"], 3);
    let step =
        Incident::raise("default-1", &policy, alarm("cpu", night.now), &night.busy, night.now);
    night.take(step);
    night.asks(&["dial alpha"]);
}
