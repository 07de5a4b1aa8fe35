//! A signal about a call that a Studio Flow places.

use super::super::model::{Attempt, Effect, Outcome};
use super::update::Update;

/// How often a round does not count it that somebody was in another call, for each person.
const MAX_IN_CALL: usize = 4;

impl Update<'_> {
    /// Looks at the Executions that are due.
    pub(super) fn poll_executions(&mut self) {
        let now = self.now;
        let is_due = |attempt: &&Attempt| {
            self.incident.execution_poll_at(attempt).is_some_and(|due| due <= now)
        };
        let due: Vec<u32> =
            self.incident.attempts.iter().filter(is_due).map(|attempt| attempt.number).collect();
        for number in due {
            if let Some(attempt) = self.incident.attempt_mut(number) {
                attempt.polled_at = Some(now);
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
        if round.number == of && round.in_call < MAX_IN_CALL * round.order.len() {
            round.put_back(person);
        }
    }
}
