//! Test calls: somebody has their own phone rung, to see that it can be reached. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::escalation::{CallEvent, Incident, State};
use super::sign_in::Recent;
use crate::domain::sid::Sid;

/// How many test calls a person is given within an hour.
pub const MAX_TEST_CALLS: usize = 3;
/// How long a request for one is good: later, nobody waits for it any more.
const LIFETIME: SignedDuration = SignedDuration::from_mins(2);
/// How long it rings, and how long it lasts at most once it is answered, in seconds.
pub const RING_SECONDS: u32 = 25;
/// See [`RING_SECONDS`].
pub const MAX_SECONDS: u32 = 45;
/// How long it takes at most, from when it is placed until it is over: what Twilio and the network add too.
pub const MAX_DURATION: SignedDuration = SignedDuration::from_mins(2);
/// How long the last one is kept.
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The test calls of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCalls {
    /// When they were asked for.
    #[serde(default)]
    asked: Recent,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<TestCall>,
    /// The last one before it in which 1 was pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<TestCall>,
}

/// A test call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCall {
    /// Names it in the URLs that Twilio asks.
    pub id: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// When it was about to be placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// Twilio's name for it, once Twilio has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Sid>,
    /// When it rang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rang_at: Option<Timestamp>,
    /// When it was answered, by somebody or something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// A machine answered, probably.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub machine: bool,
    /// When it was hung up, since an incident calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave_way_at: Option<Timestamp>,
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
    /// One rings, or is under way.
    Running,
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
        if self.is_running(now) {
            return Err(NotRung::Running);
        }
        let asked = self.asked.with(MAX_TEST_CALLS, now).ok_or(NotRung::TooOften)?;
        let last = TestCall {
            id: id.to_owned(),
            at,
            began_at: Some(now),
            call: None,
            rang_at: None,
            answered_at: None,
            machine: false,
            gave_way_at: None,
            pressed_at: None,
            ended_at: None,
        };
        Ok(TestCalls { asked, last: Some(last), before: self.success().cloned() })
    }

    /// The last one in which 1 was pressed.
    pub fn success(&self) -> Option<&TestCall> {
        let last = self.last.as_ref().filter(|last| last.pressed_at.is_some());
        last.or(self.before.as_ref())
    }

    /// Whether one is under way, as far as we know.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.last.as_ref().is_some_and(|last| last.is_running(now))
    }

    /// The same once Twilio has taken the call of this id under a name of its own; `None` if it is not the last one.
    pub fn placed(&self, id: &str, call: Sid) -> Option<TestCalls> {
        let last = self.last.clone().filter(|last| last.id == id)?;
        Some(TestCalls { last: Some(TestCall { call: Some(call), ..last }), ..self.clone() })
    }

    /// The same once the call of this id is to be hung up for an incident, and Twilio's name for it; `None` if it is not
    /// under way, or that was done before.
    pub fn give_way(&self, id: &str, now: Timestamp) -> Option<TestCalls> {
        let may = |last: &TestCall| {
            last.id == id
                && last.is_running(now)
                && last.gave_way_at.is_none()
                && last.call.is_some()
        };
        let last = self.last.clone().filter(may)?;
        Some(TestCalls { last: Some(TestCall { gave_way_at: Some(now), ..last }), ..self.clone() })
    }

    /// Whether one may be asked for now.
    pub fn may_ring(&self, now: Timestamp) -> bool {
        self.asked.with(MAX_TEST_CALLS, now).is_some()
    }

    /// The same once Twilio has said this of the call of this id; `None` if it is not the last one, or says nothing new.
    pub fn with(&self, id: &str, event: &CallEvent, now: Timestamp) -> Option<TestCalls> {
        let before = self.last.as_ref().filter(|last| last.id == id)?;
        let mut last = before.clone();
        if *event == CallEvent::Machine {
            last.machine = true;
            return (!before.machine).then(|| TestCalls { last: Some(last), ..self.clone() });
        }
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

impl TestCall {
    /// Whether it is under way, as far as we know: its end may never be told.
    pub fn is_running(&self, now: Timestamp) -> bool {
        let over_by = self.began_at.unwrap_or(self.at).checked_add(MAX_DURATION);
        self.ended_at.is_none() && over_by.is_ok_and(|over_by| now < over_by)
    }
}

/// Whether an incident is open for a person: they have it, their phone rings for it, or it may call them: now, in its next
/// round, or when its silence ends.
pub fn is_wanted(person: &str, incidents: &[Incident]) -> bool {
    let open = incidents.iter().filter(|incident| incident.ended_at.is_none());
    open.into_iter().any(|incident| {
        let has_it = incident.taken_by().is_some_and(|owner| owner.is(&person.into()));
        let is_called = incident
            .attempts
            .iter()
            .any(|attempt| attempt.person == person && attempt.ended_at.is_none());
        let mut called = incident.round.order.iter().chain(&incident.policy.roster);
        let may_be = incident.state() != State::Taken && called.any(|name| name == person);
        has_it || is_called || may_be
    })
}

#[cfg(test)]
mod tests;
