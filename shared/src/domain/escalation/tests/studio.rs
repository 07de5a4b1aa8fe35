//! Calls that a Studio Flow places.

use super::*;

const FLOW: &str = "FW00000000000000000000000000000001";

impl Scenario {
    /// The same as [`Scenario::raised`], with the Studio driver.
    pub(super) fn with_a_flow(roster: &[&str], attempts: u32) -> Scenario {
        let mut scenario = Scenario::new();
        let mut policy = policy(roster, attempts);
        policy.call_with = CallWith::Studio { flow_sid: FLOW.into() };
        let alarm = alarm("cpu", scenario.now);
        let step =
            Incident::raise(&"default-1".into(), &policy, alarm, &scenario.busy, scenario.now);
        scenario.take(step);
        scenario
    }

    fn is_in_a_call(&mut self, attempt: u32) -> &mut Scenario {
        self.signal(Signal::Call { attempt, call: None, event: CallEvent::InCall })
    }

    /// The seconds of the next wake-ups.
    fn wakes_after(&mut self, seconds: &[i64]) -> &mut Scenario {
        let woke: Vec<i64> = seconds.iter().map(|_| self.wakes()).collect();
        assert_eq!(woke, seconds);
        self
    }
}

#[test]
fn execution_is_polled_every_fifteen_seconds() {
    let mut scenario = Scenario::with_a_flow(&ABC, 3);
    scenario.placed(1).after(4).call(1, CallEvent::Answered).asks(&["dial alpha"]);
    scenario.wakes_after(&[15, 15]).asks(&["look up 1", "look up 1"]);
    scenario.call(1, CallEvent::Ended(End::Untold)).asks(&["dial bravo"]);
    scenario.tells(&[
        "raised",
        "calling alpha",
        "answered alpha",
        "call-ended alpha hung-up",
        "calling bravo",
    ]);
}

#[test]
fn silent_execution_is_given_up_in_time() {
    let mut scenario = Scenario::with_a_flow(&["alpha"], 1);
    scenario.placed(1);
    let began = scenario.now;
    while scenario.incident.as_ref().is_some_and(|incident| incident.state() == State::Calling) {
        assert!(scenario.wakes() <= 21, "it is looked at often enough");
    }
    let waited = scenario.now.duration_since(began).as_secs();
    let computed = 25 + 5 + 2 * (12 + 10);
    assert!((computed..=computed + 15).contains(&waited), "{waited}");
    scenario.tells(&["raised", "calling alpha", "call-ended alpha silent", "exhausted"]);
    assert_eq!(scenario.effects.iter().filter(|asked| *asked == "hang up 1").count(), 1);
}

#[test]
fn execution_that_ended_without_a_word_is_no_hang_up() {
    let mut scenario = Scenario::with_a_flow(&ABC, 3);
    scenario.placed(1).ends(1, End::Untold).asks(&["dial alpha", "dial bravo"]);
    scenario.tells(&["raised", "calling alpha", "call-ended alpha silent", "calling bravo"]);
}

#[test]
fn end_of_a_taken_call_is_polled_until_it_is_known() {
    let mut scenario = Scenario::with_a_flow(&ABC, 3);
    scenario.placed(1).presses(1, Key::Take).asks(&["dial alpha", "text alpha Taken"]);
    scenario.wakes_after(&[15, 15]).asks(&["look up 1", "look up 1"]).is(State::Taken);
    scenario.ends(1, End::Untold).is(State::Taken).asks(&[]);
    assert_eq!(scenario.wakes(), 30 * 60 - 30);
    scenario.asks(&["dial alpha"]);
}

#[test]
fn end_of_a_call_is_not_polled_for_ever() {
    let mut scenario = Scenario::with_a_flow(&ABC, 3);
    scenario.placed(1).presses(1, Key::Take).asks(&["dial alpha", "text alpha Taken"]);
    let mut looks = 0;
    while scenario.wakes() == 15 {
        looks += 1;
    }
    assert!((5..15).contains(&looks), "{looks}");
}

#[test]
fn call_by_voice_is_not_polled() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.placed(1).presses(1, Key::Take);
    assert_eq!(scenario.wakes(), 30 * 60);
}

#[test]
fn attempt_keeps_its_way_when_the_policy_changes() {
    let mut scenario = Scenario::with_a_flow(&ABC, 3);
    if let Some(incident) = &mut scenario.incident {
        incident.policy.call_with = CallWith::Voice;
    }
    scenario.placed(1).after(4).call(1, CallEvent::Answered);
    scenario.wakes_after(&[15]).asks(&["dial alpha", "look up 1"]).ends(1, End::Untold);
    let with = |number| Some(scenario.incident.as_ref()?.attempt(number)?.with.clone());
    assert_eq!(with(1), Some(CallWith::Studio { flow_sid: FLOW.into() }));
    assert_eq!(with(2), Some(CallWith::Voice));
    let flow = |number| with(number).and_then(|with| with.flow_sid().cloned());
    assert_eq!((flow(1), flow(2)), (Some(FLOW.into()), None));
}

#[test]
fn person_in_another_call_comes_back_and_loses_no_call() {
    let mut scenario = Scenario::with_a_flow(&ABC, 3);
    scenario.is_in_a_call(1).asks(&["dial alpha", "dial bravo"]);
    scenario.tells(&["raised", "calling alpha", "call-ended alpha in-call", "calling bravo"]);
    scenario.placed(2).after(20).ends(2, End::NoAnswer).asks(&["dial alpha"]);
    scenario.placed(3).ends(3, End::NoAnswer).placed(4).presses(4, Key::Take).owned_by("charlie");
    assert_eq!(scenario.incident.as_ref().map(|incident| incident.round.calls), Some(3));
}

#[test]
fn person_in_another_call_is_left_alone_for_longer_each_time() {
    let mut scenario = Scenario::with_a_flow(&["alpha"], 1);
    let mut waited = Vec::new();
    for attempt in 1..=4 {
        scenario.is_in_a_call(attempt).tells(match attempt {
            1 => &["raised", "calling alpha", "call-ended alpha in-call", "waiting"],
            _ => &["calling alpha", "call-ended alpha in-call", "waiting"],
        });
        let began = scenario.now;
        while scenario.effects.len() < attempt as usize + 1 {
            scenario.wakes();
        }
        waited.push(scenario.now.duration_since(began).as_secs());
    }
    assert_eq!(waited, [5, 10, 20, 40]);
    scenario.is_in_a_call(5).is(State::Exhausted);
}

#[test]
fn persons_in_other_calls_come_back_four_times_for_each_of_them() {
    let mut scenario = Scenario::with_a_flow(&["alpha", "bravo"], 2);
    let mut attempt = 0;
    while scenario.incident.as_ref().is_some_and(|incident| incident.state() == State::Calling) {
        if scenario.effects.len() > attempt as usize {
            attempt += 1;
            scenario.is_in_a_call(attempt);
        } else {
            scenario.wakes();
        }
    }
    assert_eq!(attempt, 2 * 4 + 2);
}

#[test]
fn call_that_was_ours_after_all_is_ended() {
    let mut scenario = Scenario::with_a_flow(&ABC, 3);
    scenario.is_in_a_call(1).asks(&["dial alpha", "dial bravo"]);
    scenario.placed(1).asks(&["hang up 1"]);
    scenario.placed(2).presses(1, Key::Take).owned_by("alpha");
    scenario.asks(&["text alpha Taken", "hang up 2"]);
}

#[test]
fn record_reads_as_it_was_before_there_was_studio() {
    let scenario = Scenario::raised(&ABC, 3);
    let attempt = scenario.incident.as_ref().and_then(|incident| incident.attempt(1));
    let kept = serde_json::to_value(attempt.expect("an attempt")).expect("JSON");
    assert_eq!(kept.get("with"), None);
    let read: Attempt = serde_json::from_value(kept).expect("an attempt");
    assert_eq!(read.with, CallWith::Voice);
}
