//! The next words in a call, in whichever way it is placed. Pure.

use crate::domain::escalation::{Attempt, Incident, Key, Outcome};
use crate::domain::text::replies;

/// How often the menu is read at most.
const READINGS: u32 = 2;

/// The next words in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The menu; a key may be pressed.
    Menu {
        /// Said before it; may be empty.
        first: &'static str,
        /// Which reading this is, from 1.
        reading: u32,
    },
    /// Whether it is over ([`replies::IS_IT_OVER`]); a key may be pressed, in this reading.
    Question {
        /// Which reading this is, from 2.
        reading: u32,
    },
    /// A last word; then the call ends.
    Last(String),
}

impl Reply {
    /// Words for this attempt's person: the incident as it stands now, whatever has just been written into it. `reading`
    /// is the reading of the menu that the key belongs to, or if there is none the one that comes next.
    pub(super) fn of(
        incident: &Incident,
        attempt: &Attempt,
        reading: u32,
        key: Option<Key>,
    ) -> Reply {
        let last = |words: &str| Reply::Last(words.to_owned());
        if incident.ended_at.is_some() {
            return last(match attempt.outcome {
                Some(Outcome::Resolved) => replies::RESOLVED,
                _ if incident.open_count() == 0 => replies::RECOVERED,
                _ => replies::OVER,
            });
        }
        if let Some(owner) = incident.taken_by() {
            return match owner.person == attempt.person {
                true => last(replies::YOURS),
                false => Reply::Last(replies::taken_by(&owner.person)),
            };
        }
        if attempt.outcome == Some(Outcome::Declined) {
            return last(replies::PASSED_ON);
        }
        let is_over = matches!(key, Some(Key::Over { .. }));
        if is_over && incident.offers_resolve(attempt) {
            return Reply::Question { reading: reading.saturating_add(1) };
        }
        let is_other = is_over || key == Some(Key::Other);
        if reading >= READINGS && is_other {
            return last(replies::WRONG_KEYS);
        }
        // A machine, if it is one, has heard it once: that is enough. A person has had the time to press a key.
        if reading >= READINGS && attempt.machine {
            return last(replies::GOOD_BYE);
        }
        if reading > READINGS {
            return last(replies::NO_KEY);
        }
        match is_other {
            true => Reply::Menu { first: replies::WRONG_KEY, reading: READINGS },
            false => Reply::Menu { first: "", reading },
        }
    }

    /// The words for a call that no incident knows.
    pub(super) fn unknown() -> Reply {
        Reply::Last(replies::UNKNOWN_CALL.to_owned())
    }

    /// Whether the menu may be read once more after this.
    pub(super) fn may_repeat(reading: u32) -> bool {
        reading < READINGS
    }
}
