//! How long a call, and each part of it, may take.

use jiff::{SignedDuration, Timestamp};

use super::super::model::{Attempt, Incident, Policy};

/// How long we try to place a call.
pub(crate) const DIAL_TIMEOUT: SignedDuration = SignedDuration::from_secs(60);
/// How long placing a call takes at most, with what its answer may tarry, and how long we keep a person for it at most.
pub(crate) const MAX_DIAL: SignedDuration = SignedDuration::from_secs(90);
/// A call's word may come this late before we look it up, …
pub(crate) const MARGIN: SignedDuration = SignedDuration::from_secs(3);
/// … and this long after that look the call is given up. Both together, and a Flow's reports, are less than the fifteen
/// seconds that the fallback may add.
pub(crate) const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_secs(6);
/// The time that the reports of a Studio Flow add to its conversation: it waits for our answers.
pub(crate) const REPORTS: SignedDuration = SignedDuration::from_secs(4);
/// The time that it takes to read the question whether it is over, in seconds.
const QUESTION_SECONDS: u32 = 12;
/// What Twilio may add to the time that a phone rings (POST /Calls, `Timeout`).
const RING_MARGIN: u32 = 5;

impl Incident {
    /// When the attempt under way must be looked at, if no word comes before.
    pub(crate) fn next_poll(&self, attempt: &Attempt) -> Option<Timestamp> {
        let Some(placed_at) = attempt.rang_at.or(attempt.placed_at) else {
            return attempt.dial_ends_at();
        };
        let answered_by = placed_at.checked_add(self.policy.answered_within()).ok()?;
        let given_up = attempt.polled_at.and_then(|at| at.checked_add(GIVE_UP_AFTER).ok());
        let due = match (attempt.polls, attempt.answered_at) {
            (0, None) => answered_by.checked_add(MARGIN),
            (0 | 1, answered_at) => {
                let reports = if attempt.with.is_voice() { SignedDuration::ZERO } else { REPORTS };
                let talk = self.policy.talks_for(attempt) + reports + MARGIN;
                answered_at.unwrap_or(answered_by).checked_add(talk)
            }
            (_, _) => return given_up,
        };
        // An answer to the look before may still be on its way.
        due.ok().max(given_up)
    }

    /// The call that the round waits for.
    pub fn under_way(&self) -> Option<&Attempt> {
        let of_this_round = |attempt: &&Attempt| attempt.round == self.round.number;
        self.attempts.iter().rev().find(of_this_round).filter(|attempt| attempt.outcome.is_none())
    }

    /// Whether anybody is in one of its calls now, as far as we know.
    pub fn is_in_call(&self, now: Timestamp) -> bool {
        let mut until =
            self.attempts.iter().filter_map(|attempt| attempt.holds_until(&self.policy));
        until.any(|until| until > now)
    }
}

impl Attempt {
    /// Until when its person is in this call at the latest, as far as we know.
    pub fn holds_until(&self, policy: &Policy) -> Option<Timestamp> {
        if self.ended_at.is_some() {
            return None;
        }
        let began = self.rang_at.or(self.placed_at).unwrap_or(self.decided_at);
        let talk = policy.answered_within() + policy.talks_for(self);
        began.checked_add(talk + super::calls::MAX_DIAL).ok()
    }

    /// When a call that could not be placed is given up.
    pub(crate) fn dial_ends_at(&self) -> Option<Timestamp> {
        self.decided_at.checked_add(DIAL_TIMEOUT).ok()
    }
}

impl Policy {
    /// When a call that began at this moment has been answered, if it ever is.
    pub(crate) fn answered_within(&self) -> SignedDuration {
        seconds(self.ring_seconds + RING_MARGIN)
    }

    /// The longest conversation of an attempt: the menu is read twice, and each reading waited after. A question
    /// whether it is over takes one more reading.
    pub(crate) fn talks_for(&self, attempt: &Attempt) -> SignedDuration {
        let question =
            if attempt.offers_resolve { QUESTION_SECONDS + self.answer_seconds } else { 0 };
        seconds(2 * (attempt.reading_seconds + self.answer_seconds) + question)
    }
}

fn seconds(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count))
}
