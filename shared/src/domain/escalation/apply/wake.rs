//! Time has passed.

use super::super::model::{Event, Owner, Phase};
use super::update::Update;

impl Update<'_> {
    /// Time has passed: is anything overdue?
    pub(super) fn wake(&mut self) {
        if self.incident.ended_at.is_some()
            || self.incident.wake_at().is_some_and(|at| at > self.now)
        {
            return;
        }
        if self.incident.resolves_at().is_some_and(|at| at <= self.now) {
            self.resolve_unchanged();
            return;
        }
        self.poll_executions();
        if self.incident.next_round_at().is_some_and(|at| at > self.now) {
            return;
        }
        let was_silent = self.incident.silenced_until.take().is_some();
        // Of whom it was asked before, they may still say that it is over.
        let mut owner_first = self.incident.round.owner_first;
        match self.incident.phase {
            Phase::Calling if was_silent => {
                self.record(Event::SilenceOver);
                self.begin_round();
            }
            Phase::Calling => return self.poll_call(),
            Phase::Taken => {
                if let Some(Owner { person: owner, outside, .. }) = self.incident.owner.clone() {
                    owner_first = !outside;
                    self.record(match outside {
                        true => Event::CalledInstead { owner },
                        false => Event::OwnerCalledAgain { owner },
                    });
                }
                self.begin_round();
            }
            Phase::Exhausted => {
                self.record(Event::CalledAgain);
                self.begin_round();
            }
        }
        self.incident.round.owner_first = owner_first;
    }
}
