//! Calls that a Studio Flow places.

use super::*;

const FLOW: &str = "FW00000000000000000000000000000001";

impl Night {
    /// The same as [`Night::raised`], with the Studio driver.
    pub(super) fn with_a_flow(roster: &[&str], attempts: u32) -> Night {
        let mut night = Night::new();
        let mut policy = policy(roster, attempts);
        policy.call_with = CallWith::Studio { flow_sid: FLOW.to_owned() };
        let alarm = alarm("cpu", night.now);
        let step = Incident::raise("default-1", &policy, alarm, &night.busy, night.now);
        night.take(step);
        night
    }

    fn is_in_a_call(&mut self, attempt: u32) -> &mut Night {
        self.signal(Signal::Call { attempt, call: None, news: News::InCall })
    }

    /// The seconds of the next wake-ups.
    fn wakes_after(&mut self, seconds: &[i64]) -> &mut Night {
        let woke: Vec<i64> = seconds.iter().map(|_| self.wakes()).collect();
        assert_eq!(woke, seconds);
        self
    }
}

#[test]
fn an_execution_is_looked_at_every_fifteen_seconds() {
    let mut night = Night::with_a_flow(&ABC, 3);
    night.placed(1).after(4).call(1, News::Answered).asks(&["dial alpha"]);
    night.wakes_after(&[15, 15]).asks(&["look up 1", "look up 1"]);
    night.call(1, News::Ended(End::Untold)).asks(&["dial bravo"]);
    night.tells(&[
        "raised",
        "calling alpha",
        "answered alpha",
        "call-ended alpha hung-up",
        "calling bravo",
    ]);
}

#[test]
fn an_execution_that_says_nothing_is_given_up_in_time() {
    let mut night = Night::with_a_flow(&["alpha"], 1);
    night.placed(1);
    let began = night.now;
    while night.incident.as_ref().is_some_and(|incident| incident.state() == State::Calling) {
        assert!(night.wakes() <= 21, "it is looked at often enough");
    }
    let waited = night.now.duration_since(began).as_secs();
    let computed = 25 + 5 + 2 * (12 + 10);
    assert!((computed..=computed + 15).contains(&waited), "{waited}");
    night.tells(&["raised", "calling alpha", "call-ended alpha silent", "exhausted"]);
    assert_eq!(night.effects.iter().filter(|asked| *asked == "hang up 1").count(), 1);
}

#[test]
fn an_execution_that_ended_without_a_word_is_no_hang_up() {
    let mut night = Night::with_a_flow(&ABC, 3);
    night.placed(1).ends(1, End::Untold).asks(&["dial alpha", "dial bravo"]);
    night.tells(&["raised", "calling alpha", "call-ended alpha silent", "calling bravo"]);
}

#[test]
fn the_end_of_a_call_that_was_taken_is_looked_for_until_it_is_known() {
    let mut night = Night::with_a_flow(&ABC, 3);
    night.placed(1).presses(1, Key::Take).asks(&["dial alpha", "text alpha Taken"]);
    night.wakes_after(&[15, 15]).asks(&["look up 1", "look up 1"]).is(State::Taken);
    night.ends(1, End::Untold).is(State::Taken).asks(&[]);
    assert_eq!(night.wakes(), 30 * 60 - 30);
    night.asks(&["dial alpha"]);
}

#[test]
fn it_is_not_looked_for_for_ever() {
    let mut night = Night::with_a_flow(&ABC, 3);
    night.placed(1).presses(1, Key::Take).asks(&["dial alpha", "text alpha Taken"]);
    let mut looks = 0;
    while night.wakes() == 15 {
        looks += 1;
    }
    assert!((5..15).contains(&looks), "{looks}");
}

#[test]
fn a_call_by_voice_is_not_looked_at() {
    let mut night = Night::raised(&ABC, 3);
    night.placed(1).presses(1, Key::Take);
    assert_eq!(night.wakes(), 30 * 60);
}

#[test]
fn an_attempt_keeps_its_way_when_the_policy_changes() {
    let mut night = Night::with_a_flow(&ABC, 3);
    if let Some(incident) = &mut night.incident {
        incident.policy.call_with = CallWith::Voice;
    }
    night.placed(1).after(4).call(1, News::Answered);
    night.wakes_after(&[15]).asks(&["dial alpha", "look up 1"]).ends(1, End::Untold);
    let with = |number| Some(night.incident.as_ref()?.attempt(number)?.with.clone());
    assert_eq!(with(1), Some(CallWith::Studio { flow_sid: FLOW.to_owned() }));
    assert_eq!(with(2), Some(CallWith::Voice));
}

#[test]
fn who_is_in_another_call_comes_back_and_has_lost_no_call() {
    let mut night = Night::with_a_flow(&ABC, 3);
    night.is_in_a_call(1).asks(&["dial alpha", "dial bravo"]);
    night.tells(&["raised", "calling alpha", "call-ended alpha in-call", "calling bravo"]);
    night.placed(2).after(20).ends(2, End::NoAnswer).asks(&["dial alpha"]);
    night.placed(3).ends(3, End::NoAnswer).placed(4).presses(4, Key::Take).held_by("charlie");
    assert_eq!(night.incident.as_ref().map(|incident| incident.hunt.calls), Some(3));
}

#[test]
fn who_is_in_another_call_is_left_alone_for_longer_each_time() {
    let mut night = Night::with_a_flow(&["alpha"], 1);
    let mut waited = Vec::new();
    for attempt in 1..=4 {
        night.is_in_a_call(attempt).tells(match attempt {
            1 => &["raised", "calling alpha", "call-ended alpha in-call", "waiting"],
            _ => &["calling alpha", "call-ended alpha in-call", "waiting"],
        });
        let began = night.now;
        while night.effects.len() < attempt as usize + 1 {
            night.wakes();
        }
        waited.push(night.now.duration_since(began).as_secs());
    }
    assert_eq!(waited, [5, 10, 20, 40]);
    night.is_in_a_call(5).is(State::Exhausted);
}

#[test]
fn a_call_that_was_ours_after_all_is_ended() {
    let mut night = Night::with_a_flow(&ABC, 3);
    night.is_in_a_call(1).asks(&["dial alpha", "dial bravo"]);
    night.placed(1).asks(&["hang up 1"]);
    night.placed(2).presses(1, Key::Take).held_by("alpha");
    night.asks(&["text alpha Taken", "hang up 2"]);
}

#[test]
fn it_is_kept_as_it_was_before_there_was_studio() {
    let night = Night::raised(&ABC, 3);
    let attempt = night.incident.as_ref().and_then(|incident| incident.attempt(1));
    let kept = serde_json::to_value(attempt.expect("an attempt")).expect("JSON");
    assert_eq!(kept.get("with"), None);
    let read: Attempt = serde_json::from_value(kept).expect("an attempt");
    assert_eq!(read.with, CallWith::Voice);
}
