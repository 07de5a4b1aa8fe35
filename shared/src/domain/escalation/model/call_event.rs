//! The words of a call: what happens in it, which key is pressed, how it ends, and the outcome of an attempt.

use serde::{Deserialize, Serialize};

/// The status of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEvent {
    /// It is placed; a reading of its menu takes so many seconds.
    Placed {
        /// Seconds.
        reading_seconds: u32,
    },
    /// It cannot be placed.
    Refused(String),
    /// It cannot be placed now: the person is in another call.
    InCall,
    /// It stands in Twilio's queue.
    Queued,
    /// It rings.
    Ringing,
    /// Somebody, or something, answered.
    Answered,
    /// A machine answered, probably.
    Machine,
    /// A key was pressed.
    Pressed(Key),
    /// It is over.
    Ended(End),
    /// It is not known at Twilio.
    Unknown,
}

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// 1: "I take it".
    Take,
    /// 2: "not me".
    Decline,
    /// 3: "it is over", which needs a second 3 in a later reading of the menu.
    Over {
        /// The reading that it was pressed in, from 1.
        reading: u32,
    },
    /// Any other.
    Other,
}

/// How a call ended: Twilio's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `completed`
    Completed,
    /// `busy`
    Busy,
    /// `no-answer`
    NoAnswer,
    /// `failed`
    Failed,
    /// `canceled`
    Canceled,
    /// Its Execution is over, and nothing was said of the call.
    Untold,
}

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// They pressed 1.
    Taken,
    /// They pressed 2.
    Declined,
    /// They pressed 3 twice: it is over.
    Resolved,
    /// They pressed 1 when it was somebody else's, or over.
    TooLate,
    /// Nobody answered.
    NoAnswer,
    /// Busy, or turned away.
    Busy,
    /// The call failed on its way.
    Failed,
    /// Twilio did not place it.
    Refused,
    /// It was not placed: they were in another call.
    InCall,
    /// A machine answered, and no key was pressed.
    Voicemail,
    /// The call ended without a key.
    HungUp,
    /// We hung up: it was no longer needed.
    Canceled,
    /// No word came of it: in all the time that it could take, or before its Execution ended.
    Silent,
}

impl Outcome {
    /// Whether their phone was called, and they did not answer.
    pub(crate) fn is_missed(self) -> bool {
        matches!(self, Outcome::NoAnswer | Outcome::Busy | Outcome::Failed | Outcome::Voicemail)
    }
}
