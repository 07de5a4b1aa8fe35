use super::*;
use crate::domain::escalation::{Busy, End, Incident, Key, Signal};
use crate::testing::sample;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

/// The same once the call of this id is over.
fn over(calls: &TestCalls, id: &str, second: i64) -> TestCalls {
    calls.with(id, &CallEvent::Ended(End::Completed), at(second)).unwrap()
}

#[test]
fn three_an_hour_ring_and_a_late_or_repeated_request_does_not() {
    let mut calls = TestCalls::default();
    for (n, second) in [0, 60, 120].into_iter().enumerate() {
        assert!(calls.may_ring(at(second)));
        let id = n.to_string();
        calls = calls.ring(&id, at(second), at(second + 1)).unwrap();
        assert_eq!(calls.ring("x", at(second), at(second + 1)), Err(NotRung::Repeated));
        calls = over(&calls, &id, second + 2);
    }
    assert_eq!(calls.ring("x", at(180), at(180)), Err(NotRung::TooOften));
    assert!(!calls.may_ring(at(180)) && calls.may_ring(at(3_601)));
    assert_eq!(calls.ring("x", at(3_700), at(3_820)), Err(NotRung::Late));
    assert!(calls.ring("x", at(3_700), at(3_819)).is_ok());
}

#[test]
fn second_call_is_refused_while_one_is_under_way_and_uses_up_none() {
    let calls = TestCalls::default().ring("a", at(0), at(0)).unwrap();
    for second in 1..120 {
        assert_eq!(calls.ring("b", at(second), at(second)), Err(NotRung::Running));
    }
    // Its end was never told: it is over all the same.
    assert!(!calls.is_running(at(120)));
    let calls = calls.ring("b", at(120), at(120)).unwrap();
    let calls = over(&calls, "b", 130).ring("c", at(131), at(131)).unwrap();
    assert!(!calls.may_ring(at(131)), "three, and no more");
}

#[test]
fn call_in_which_1_was_pressed_is_kept_beside_later_ones() {
    let rung = TestCalls::default().ring("a", at(0), at(0)).unwrap();
    let pressed = rung.with("a", &CallEvent::Pressed(Key::Take), at(9)).unwrap();
    let mut calls = over(&pressed, "a", 10);
    assert_eq!(calls.success().unwrap().pressed_at, Some(at(9)));
    for (id, second) in [("b", 20), ("c", 40)] {
        calls = over(&calls.ring(id, at(second), at(second)).unwrap(), id, second + 10);
        assert_eq!(calls.last.as_ref().unwrap().id, id);
        assert_eq!(calls.success().unwrap().id, "a");
    }
}

#[test]
fn call_remembers_that_it_rang_and_was_answered_and_nothing_of_another() {
    let calls = TestCalls::default().ring("a", at(0), at(0)).unwrap();
    let told = |calls: &TestCalls, event: CallEvent, second| calls.with("a", &event, at(second));
    let calls = told(&calls, CallEvent::Ringing, 1).unwrap();
    assert_eq!(told(&calls, CallEvent::Ringing, 2), None);
    let calls = told(&calls, CallEvent::Answered, 3).unwrap();
    let calls = told(&calls, CallEvent::Machine, 4).unwrap();
    assert_eq!(told(&calls, CallEvent::Machine, 5), None);
    let calls = told(&calls, CallEvent::Pressed(Key::Take), 6).unwrap();
    let calls = told(&calls, CallEvent::Ended(End::Completed), 7).unwrap();
    let last = calls.last.clone().unwrap();
    assert_eq!((last.rang_at, last.answered_at), (Some(at(1)), Some(at(3))));
    assert_eq!((last.pressed_at, last.ended_at, last.machine), (Some(at(6)), Some(at(7)), true));
    assert_eq!(calls.with("b", &CallEvent::Ringing, at(9)), None);
    assert_eq!(told(&calls, CallEvent::Queued, 9), None);
}

#[test]
fn call_gives_way_once_while_it_is_under_way_and_twilio_has_it() {
    let calls = TestCalls::default().ring("a", at(0), at(0)).unwrap();
    assert_eq!(calls.give_way("a", at(1)), None, "Twilio may not have it yet");
    let calls = calls.placed("a", "CA1".into()).unwrap();
    assert_eq!(calls.placed("b", "CA2".into()), None);
    assert_eq!(calls.give_way("b", at(2)), None);
    let gave_way = calls.give_way("a", at(2)).unwrap();
    assert_eq!(gave_way.give_way("a", at(3)), None);
    assert_eq!(over(&calls, "a", 3).give_way("a", at(4)), None);
}

#[test]
fn record_of_the_former_version_is_read() {
    let record = format!(r#"{{"asked":["{0}"],"last":{{"id":"a","at":"{0}"}}}}"#, at(0));
    let calls: TestCalls = serde_json::from_str(&record).unwrap();
    assert!(calls.is_running(at(119)) && !calls.is_running(at(120)));
    assert_eq!(calls.success(), None);
}

#[test]
fn incident_wants_whom_it_may_call_and_who_has_it() {
    let policy = sample::policy("p", &["alpha", "bravo"]);
    let raised = Incident::raise(
        &"p-1".into(),
        &policy,
        sample::alarm("cpu", at(0)),
        &Busy::default(),
        at(0),
    );
    let calling = raised.incident;
    let wanted = |incident: &Incident| {
        let names = policy.roster.iter().map(String::as_str).chain(["nobody"]);
        names
            .filter(|name| is_wanted(name, std::slice::from_ref(incident)))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(wanted(&calling), policy.roster);
    let mut exhausted = calling.clone();
    exhausted.attempts.clear();
    exhausted.phase = crate::domain::escalation::Phase::Exhausted;
    exhausted.round.order.clear();
    assert_eq!(wanted(&exhausted), policy.roster);
    exhausted.silenced_until = Some(at(3_600));
    assert_eq!(exhausted.state(), State::Silenced);
    assert_eq!(wanted(&exhausted), policy.roster);
    let resolved = Signal::ResolvedManually { by: "somebody".to_owned() };
    let over = calling.apply(&resolved, &Busy::default(), at(9)).incident;
    assert_eq!(wanted(&over), [""; 0]);
}
