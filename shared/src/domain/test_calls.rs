//! Test calls: somebody has their own phone rung, to see that it can be reached. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::escalation::{CallEvent, Incident, State};
use super::sign_in::Recent;

/// How many test calls a person is given within an hour.
pub const MAX_TEST_CALLS: usize = 3;
/// How long a request for one is good: later, nobody waits for it any more.
const LIFETIME: SignedDuration = SignedDuration::from_mins(2);
/// How long the last one is kept.
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What is said first.
pub const QUESTION: &str = "This is a test. Ringdown calls you like this when an alarm goes off. Press 1 to say that you hear it.";
/// What is said to whoever pressed 1.
pub const THANKS: &str = "Thank you. Ringdown can reach you. Good bye.";
/// What is said to whoever pressed another key, or none.
pub const NO_THANKS: &str = "1 was not pressed. This was a test. Good bye.";
/// What is said in a call that is not the last one.
pub const OVER: &str = "This was a test, and it is over. Good bye.";

/// The test calls of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCalls {
    /// When they were asked for.
    #[serde(default)]
    asked: Recent,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<TestCall>,
}

/// A test call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCall {
    /// Names it in the URLs that Twilio asks.
    pub id: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// When it rang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rang_at: Option<Timestamp>,
    /// When it was answered, by somebody or something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When 1 was pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressed_at: Option<Timestamp>,
    /// When it was over, or could not be placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// Why nobody's phone rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRung {
    /// It was asked for too long ago.
    Late,
    /// This request, or a later one, was dealt with before.
    Repeated,
    /// They had as many as they may within the hour.
    TooOften,
}

impl TestCalls {
    /// The same with one more, which was asked for at `at`.
    ///
    /// # Errors
    /// Why there is none.
    pub fn ring(&self, id: &str, at: Timestamp, now: Timestamp) -> Result<TestCalls, NotRung> {
        if self.last.as_ref().is_some_and(|last| at <= last.at) {
            return Err(NotRung::Repeated);
        }
        if now.duration_since(at) >= LIFETIME {
            return Err(NotRung::Late);
        }
        let asked = self.asked.with(MAX_TEST_CALLS, now).ok_or(NotRung::TooOften)?;
        let (rang_at, answered_at, pressed_at, ended_at) = (None, None, None, None);
        let id = id.to_owned();
        let last = Some(TestCall { id, at, rang_at, answered_at, pressed_at, ended_at });
        Ok(TestCalls { asked, last })
    }

    /// Whether one may be asked for now.
    pub fn may_ring(&self, now: Timestamp) -> bool {
        self.asked.with(MAX_TEST_CALLS, now).is_some()
    }

    /// The same once Twilio has said this of the call of this id; `None` if it is not the last one, or says nothing new.
    pub fn with(&self, id: &str, event: &CallEvent, now: Timestamp) -> Option<TestCalls> {
        let before = self.last.as_ref().filter(|last| last.id == id)?;
        let mut last = before.clone();
        let place = match event {
            CallEvent::Ringing => &mut last.rang_at,
            CallEvent::Answered => &mut last.answered_at,
            CallEvent::Pressed(super::escalation::Key::Take) => &mut last.pressed_at,
            CallEvent::Ended(_) | CallEvent::Refused(_) => &mut last.ended_at,
            _ => return None,
        };
        place.get_or_insert(now);
        (last != *before).then(|| TestCalls { last: Some(last), ..self.clone() })
    }

    /// From when on it is kept no more.
    pub fn over_at(&self) -> Option<Timestamp> {
        self.last.as_ref()?.at.checked_add(RETENTION).ok()
    }
}

/// Whether an incident is open for a person: they have it, their phone rings for it, or they may be called for it.
pub fn is_wanted(person: &str, incidents: &[Incident]) -> bool {
    let open = incidents.iter().filter(|incident| incident.ended_at.is_none());
    open.into_iter().any(|incident| {
        let has_it = incident.taken_by().is_some_and(|owner| owner.is(&person.into()));
        let is_called = incident
            .attempts
            .iter()
            .any(|attempt| attempt.person == person && attempt.ended_at.is_none());
        let may_be = incident.state() == State::Calling
            && incident.round.order.iter().any(|name| name == person);
        has_it || is_called || may_be
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::escalation::{End, Key};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    #[test]
    fn three_an_hour_ring_and_a_late_or_repeated_request_does_not() {
        let mut calls = TestCalls::default();
        for (n, second) in [0, 60, 120].into_iter().enumerate() {
            assert!(calls.may_ring(at(second)));
            calls = calls.ring(&n.to_string(), at(second), at(second + 1)).unwrap();
            assert_eq!(calls.ring("x", at(second), at(second + 1)), Err(NotRung::Repeated));
        }
        assert_eq!(calls.ring("x", at(180), at(180)), Err(NotRung::TooOften));
        assert!(!calls.may_ring(at(180)) && calls.may_ring(at(3_601)));
        assert_eq!(calls.ring("x", at(3_700), at(3_820)), Err(NotRung::Late));
        assert!(calls.ring("x", at(3_700), at(3_819)).is_ok());
    }

    #[test]
    fn call_remembers_that_it_rang_and_was_answered_and_nothing_of_another() {
        let calls = TestCalls::default().ring("a", at(0), at(0)).unwrap();
        let told =
            |calls: &TestCalls, event: CallEvent, second| calls.with("a", &event, at(second));
        let calls = told(&calls, CallEvent::Ringing, 1).unwrap();
        assert_eq!(told(&calls, CallEvent::Ringing, 2), None);
        let calls = told(&calls, CallEvent::Answered, 3).unwrap();
        let calls = told(&calls, CallEvent::Pressed(Key::Take), 4).unwrap();
        let calls = told(&calls, CallEvent::Ended(End::Completed), 5).unwrap();
        let last = calls.last.clone().unwrap();
        assert_eq!((last.rang_at, last.answered_at), (Some(at(1)), Some(at(3))));
        assert_eq!((last.pressed_at, last.ended_at), (Some(at(4)), Some(at(5))));
        assert_eq!(calls.with("b", &CallEvent::Ringing, at(9)), None);
        assert_eq!(told(&calls, CallEvent::Machine, 9), None);
    }
}
