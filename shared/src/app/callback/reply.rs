//! What is said next in a call, in whichever way it is placed. Pure.

use crate::escalation::{Attempt, Incident, Key, Outcome};
use crate::twilio::voice::NO_KEY;

/// How often the menu is read at most.
const READINGS: u32 = 2;

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
            return last("It is over. All alarms have recovered. Good night.");
        }
        if let Some(holder) = incident.taken_by() {
            return match holder.person == attempt.person {
                true => last(
                    "Thank you. It is yours. A text message tells you where to look. Good bye.",
                ),
                false => Reply::Last(format!("{} has it. Thank you, good bye.", holder.person)),
            };
        }
        if attempt.outcome == Some(Outcome::Declined) {
            return last("All right. The next person is called. Good bye.");
        }
        let is_other = key == Some(Key::Other);
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
