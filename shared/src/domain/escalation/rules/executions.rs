//! When the Execution of a Studio Flow is looked at.
//!
//! A hang-up reaches no widget of the Flow, and no event of its Execution may reach us: so the Execution is looked at
//! every now and then, until it is over. And Studio refuses a second active Execution for one pair of numbers, which
//! means that the person is in a call, and not that they do not answer (Studio REST API, "Execution resource").

use jiff::{SignedDuration, Timestamp};

use super::super::model::{Attempt, Incident, Outcome};
use super::calls::GIVE_UP_AFTER;

/// How long after the last word of it an Execution is looked at.
const POLL_INTERVAL: SignedDuration = SignedDuration::from_secs(15);
/// How long somebody is left alone who was in another call, in seconds: the first time, and at most.
const ALONE: (i64, i64) = (5, 60);

impl Incident {
    /// When the next Execution is to be looked at whose end we may not hear of.
    pub(crate) fn next_execution_poll(&self) -> Option<Timestamp> {
        self.attempts.iter().filter_map(|attempt| self.execution_poll_at(attempt)).min()
    }

    /// When an attempt's Execution is to be looked at: not if its call is looked up soon after that anyway, and not for
    /// ever, for then it is the reconciler's.
    pub(crate) fn execution_poll_at(&self, attempt: &Attempt) -> Option<Timestamp> {
        // Whose end we have asked for, we hear of.
        if attempt.with.is_voice() || attempt.ended_at.is_some() || attempt.hangs_up {
            return None;
        }
        let words = [attempt.placed_at, attempt.answered_at, attempt.polled_at];
        let due = words.into_iter().flatten().max()?.checked_add(POLL_INTERVAL).ok()?;
        let soon = due.checked_add(GIVE_UP_AFTER).ok()?;
        let is_polled_soon = self
            .under_way()
            .filter(|under_way| under_way.number == attempt.number)
            .and_then(|attempt| self.next_poll(attempt))
            .is_some_and(|at| at < soon);
        let holds = attempt.holds_until(&self.policy).is_some_and(|until| due < until);
        (holds && !is_polled_soon).then_some(due)
    }

    /// Whether this person was in another call just now: each time they are left alone for longer.
    pub(crate) fn is_left_alone(&self, person: &str, now: Timestamp) -> bool {
        let in_call = self.attempts.iter().filter(|attempt| {
            attempt.round == self.round.number
                && attempt.person == person
                && attempt.outcome == Some(Outcome::InCall)
        });
        let ends: Vec<Timestamp> = in_call.filter_map(|attempt| attempt.ended_at).collect();
        let times = ends.len().saturating_sub(1).min(6);
        let (first, most) = ALONE;
        let alone = SignedDuration::from_secs((first << times).min(most));
        ends.into_iter().max().is_some_and(|at| now.duration_since(at) < alone)
    }
}
