//! Somebody is called at once, because somebody asked for it.

use super::*;

impl Scenario {
    fn call_asked(&mut self, person: &str) -> &mut Scenario {
        self.signal(Signal::CallAsked { by: "dora".to_owned(), person: person.to_owned() })
    }
}

#[test]
fn person_who_is_asked_for_is_called_at_once_and_no_other_phone_rings_on() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).look_from_here().call_asked("charlie").is(State::Calling);
    scenario.asks(&["dial alpha", "hang up 1", "dial charlie"]);
    scenario.tells(&["call-asked charlie", "call-ended alpha canceled", "calling charlie"]);
    // The round goes on with the others.
    scenario.rings(2).ends(2, End::NoAnswer).asks(&["dial bravo"]);
}

#[test]
fn person_who_talks_with_us_may_take_it_though_another_was_asked_for() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).call(1, CallEvent::Answered).call_asked("charlie");
    scenario.asks(&["dial alpha", "dial charlie"]).rings(2);
    scenario.presses(1, Key::Take).owned_by("alpha").asks(&["text alpha Taken", "hang up 2"]);
}

#[test]
fn person_whose_phone_rings_is_not_called_once_more() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).look_from_here().call_asked("alpha").asks(&["dial alpha"]).tells(&[]);
}

#[test]
fn person_who_cannot_be_called_now_is_not_asked_for_but_any_other_is() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let until = scenario.now + SignedDuration::from_secs(60);
    scenario.busy.in_call.insert("bravo".to_owned(), until);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).asks(&["dial alpha", "dial charlie"]);
    scenario.look_from_here().call_asked("bravo").asks(&[]).tells(&[]);
    scenario.call_asked("alpha").asks(&["hang up 2", "dial alpha"]);
}

#[test]
fn person_who_was_in_another_call_is_called_once_the_round_is_exhausted_and_somebody_asks() {
    let mut scenario = Scenario::new();
    let until = scenario.now + SignedDuration::from_secs(60);
    scenario.busy.in_call.insert("alpha".to_owned(), until);
    let mut scenario = scenario.raised_with(&["alpha", "bravo", "charlie", "delta"], 3);
    for attempt in 1..=3 {
        scenario.rings(attempt).ends(attempt, End::NoAnswer);
    }
    scenario.is(State::Exhausted).asks(&["dial bravo", "dial charlie", "dial delta"]);
    scenario.after(60).call_asked("alpha").is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn person_who_was_called_too_often_is_called_once_the_round_is_silenced_and_somebody_asks() {
    let mut scenario = Scenario::new();
    scenario.busy.called_too_often.insert("alpha".to_owned(), 6);
    let mut scenario = scenario.raised_with(&ABC, 3);
    scenario.rings(1).call_asked("alpha").asks(&["dial bravo"]);
    scenario.silenced(7_200).is(State::Silenced).asks(&["hang up 1"]);
    scenario.busy.called_too_often.clear();
    scenario.after(3_600).call_asked("alpha").is(State::Calling).asks(&["dial alpha"]);
}

#[test]
fn nobody_is_asked_for_once_somebody_has_it_or_it_is_over() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).look_from_here();
    scenario.call_asked("charlie").tells(&[]);
    scenario.recovers("cpu").look_from_here().call_asked("charlie").tells(&[]);
    scenario.asks(&["dial alpha", "text alpha Taken", "text alpha Resolved"]);
}
