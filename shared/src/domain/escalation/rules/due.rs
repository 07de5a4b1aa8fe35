//! When an incident is to be looked at again.

use jiff::{SignedDuration, Timestamp};

use super::super::model::{Incident, Phase};

/// When all are called again, if Twilio placed none of a round's calls.
const UNPLACED_RETRY: SignedDuration = SignedDuration::from_mins(1);

impl Incident {
    /// When to look again, if there is no signal before.
    pub fn wake_at(&self) -> Option<Timestamp> {
        if self.ended_at.is_some() {
            return None;
        }
        let due = [
            self.next_round_at(),
            self.next_execution_poll(),
            self.notice_due_at(),
            self.resolves_at(),
        ];
        due.into_iter().flatten().min()
    }

    /// When the round of calls, or its pause, goes on by itself.
    pub fn next_round_at(&self) -> Option<Timestamp> {
        let after = |at: Timestamp, long| at.checked_add(long).ok();
        let due = match self.phase {
            Phase::Taken => {
                self.owner.as_ref().and_then(|owner| after(owner.at, self.policy.repage_after))
            }
            Phase::Exhausted => self.exhausted_at.and_then(|at| after(at, self.retry_after())),
            Phase::Calling => match self.under_way() {
                Some(attempt) => self.next_poll(attempt),
                None => self.round.poll_again_at,
            },
        };
        due.max(self.silenced_until)
    }

    /// How long after a round in vain all are called again: soon, if not one of its calls could even be placed, and later
    /// each time that happens again.
    pub fn retry_after(&self) -> SignedDuration {
        let longest = self.policy.retry_exhausted_after;
        // The last rounds in which Twilio placed no call: each time we wait twice as long.
        let placed = self.attempts.iter().rev().find(|attempt| attempt.placed_at.is_some());
        let last = placed.map_or(0, |attempt| attempt.round);
        let in_vain = self.round.number.saturating_sub(last);
        if self.round.calls == 0 || in_vain == 0 {
            return longest;
        }
        let doubled = 1_i32.checked_shl(in_vain - 1).filter(|_| in_vain < 12).unwrap_or(i32::MAX);
        UNPLACED_RETRY.checked_mul(doubled).map_or(longest, |wait| wait.min(longest))
    }
}
