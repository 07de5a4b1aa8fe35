//! What is different about a call that a Studio Flow places.
//!
//! A hang-up reaches no widget of the Flow, and no event of its Execution may reach us: so the Execution is looked at
//! every now and then, until it is over. And Studio refuses a second active Execution for one pair of numbers, which
//! means that the person is in a call, and not that they do not answer (Studio REST API, "Execution resource").

use jiff::{SignedDuration, Timestamp};

use super::calls::GIVE_UP;
use super::incident::{Attempt, Incident};
use super::signal::{Effect, Outcome};
use super::step::Turn;

/// How long after the last word of it an Execution is looked at.
const LOOK: SignedDuration = SignedDuration::from_secs(15);
/// How long somebody is left alone who was in another call, in seconds: the first time, and at most.
const ALONE: (i64, i64) = (5, 60);
/// How often a round does not count it that somebody was in another call, for each person.
const MOST_IN_CALL: usize = 4;

impl Incident {
    /// When the next Execution is to be looked at whose end we may not hear of.
    pub(super) fn next_execution_look(&self) -> Option<Timestamp> {
        self.attempts.iter().filter_map(|attempt| self.execution_look(attempt)).min()
    }

    /// When an attempt's Execution is to be looked at: not if its call is looked up soon after that anyway, and not for
    /// ever, for then it is the audit's.
    fn execution_look(&self, attempt: &Attempt) -> Option<Timestamp> {
        // Whose end we have asked for, we hear of.
        if attempt.with.is_voice() || attempt.ended_at.is_some() || attempt.hangs_up {
            return None;
        }
        let words = [attempt.placed_at, attempt.answered_at, attempt.looked_at];
        let due = words.into_iter().flatten().max()?.checked_add(LOOK).ok()?;
        let soon = due.checked_add(GIVE_UP).ok()?;
        let is_looked_up = self
            .under_way()
            .filter(|under_way| under_way.number == attempt.number)
            .and_then(|attempt| self.next_look(attempt))
            .is_some_and(|at| at < soon);
        let holds = attempt.holds_until(&self.policy).is_some_and(|until| due < until);
        (holds && !is_looked_up).then_some(due)
    }

    /// Whether this person was in another call just now: each time they are left alone for longer.
    pub(super) fn is_left_alone(&self, person: &str, now: Timestamp) -> bool {
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

impl Turn<'_> {
    /// Looks at the Executions that are due.
    pub(super) fn look_at_executions(&mut self) {
        let now = self.now;
        let is_due = |attempt: &&Attempt| {
            self.incident.execution_look(attempt).is_some_and(|due| due <= now)
        };
        let due: Vec<u32> =
            self.incident.attempts.iter().filter(is_due).map(|attempt| attempt.number).collect();
        for number in due {
            if let Some(attempt) = self.incident.attempt_mut(number) {
                attempt.looked_at = Some(now);
                self.effects.push(Effect::LookUp { attempt: number });
            }
        }
    }

    /// The person is in another call. That is no call of the round, and they come back if nobody else takes it; but not
    /// for ever: in the end each time counts, so that the round comes to its end and says so.
    pub(super) fn in_call(&mut self, number: u32) {
        let now = self.now;
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        attempt.ended_at.get_or_insert(now);
        if attempt.outcome.is_some() {
            return;
        }
        let (of, person) = (attempt.round, attempt.person.clone());
        self.conclude(number, Outcome::InCall, None);
        let round = &mut self.incident.round;
        if round.number == of && round.in_call < MOST_IN_CALL * round.order.len() {
            round.put_back(person);
        }
    }
}
