//! What is said next in a call, in whichever way it is placed. Pure.

use crate::domain::escalation::{Attempt, Incident, Key, Outcome};
use crate::twilio::voice::NO_KEY;

/// How often the menu is read at most.
const READINGS: u32 = 2;

/// The question to the owner who pressed 3: it is over only if they press it once more.
pub(super) const QUESTION: &str = "Is it over? Press 3 once more to say so: nobody is called then, whatever its alarms \
                                   say. Press 1 to keep it. Press 2 to pass it on.";

/// What is said next in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The menu; a key may be pressed.
    Menu {
        /// Said before it; may be empty.
        first: &'static str,
        /// Which reading this is, from 1.
        reading: u32,
    },
    /// Whether it is over ([`QUESTION`]); a key may be pressed, in this reading.
    Question {
        /// Which reading this is, from 2.
        reading: u32,
    },
    /// A last word; then the call ends.
    Last(String),
}

impl Reply {
    /// What this attempt's person hears: the incident as it stands now, whatever has just been written into it. `reading`
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
                Some(Outcome::Resolved) => "Thank you. It is over. Good bye.",
                _ if incident.open_count() == 0 => {
                    "It is over. All alarms have recovered. Good night."
                }
                _ => "It is over. Good night.",
            });
        }
        if let Some(owner) = incident.taken_by() {
            return match owner.person == attempt.person {
                true => last(
                    "Thank you. It is yours. A text message tells you where to look. Good bye.",
                ),
                false => Reply::Last(format!("{} has it. Thank you, good bye.", owner.person)),
            };
        }
        if attempt.outcome == Some(Outcome::Declined) {
            return last("All right. The next person is called. Good bye.");
        }
        let is_over = matches!(key, Some(Key::Over { .. }));
        if is_over && incident.offers_resolve(attempt) {
            return Reply::Question { reading: reading.saturating_add(1) };
        }
        let is_other = is_over || key == Some(Key::Other);
        if reading >= READINGS && is_other {
            return last("That key means nothing here. The next person is called. Good bye.");
        }
        // A machine, if it is one, has heard it once: that is enough. A person has had the time to press a key.
        if reading >= READINGS && attempt.machine {
            return last("Good bye.");
        }
        if reading > READINGS {
            return last(NO_KEY);
        }
        match is_other {
            true => Reply::Menu { first: "That key means nothing here.", reading: READINGS },
            false => Reply::Menu { first: "", reading },
        }
    }

    /// What is said of a call that no incident knows.
    pub(super) fn unknown() -> Reply {
        Reply::Last("This call is about nothing that I know of any more. Good bye.".to_owned())
    }

    /// Whether the menu may be read once more after this.
    pub(super) fn may_repeat(reading: u32) -> bool {
        reading < READINGS
    }
}
