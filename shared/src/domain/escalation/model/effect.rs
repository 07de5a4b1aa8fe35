//! The effects that an incident asks of the world.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that we ask of the world. It is done at least once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Call the person of this attempt.
    Dial {
        /// Which attempt.
        attempt: u32,
    },
    /// End the calls of this attempt.
    HangUp {
        /// Which attempt.
        attempt: u32,
    },
    /// Ask Twilio for the status of the call of this attempt.
    LookUp {
        /// Which attempt.
        attempt: u32,
    },
    /// Send a person a text message.
    Text {
        /// To whom.
        person: String,
        /// The subject.
        about: TextAbout,
        /// When it was decided: the same words twice are two texts.
        at: Timestamp,
    },
}

/// The subject of a text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextAbout {
    /// They were called, and did not answer: nobody has it yet.
    Missed,
    /// It is theirs: what is wrong, and where to look.
    Taken,
    /// The incident that they had taken is over.
    Resolved,
    /// The incident that they had taken was over, and is back.
    Reopened {
        /// The names of the alarms that are back, cut.
        alarms: Vec<String>,
        /// How many more there are.
        more: u32,
    },
    /// More alarms went off in what they have.
    Joined {
        /// Their names, cut.
        alarms: Vec<String>,
        /// How many more there are.
        more: u32,
    },
}
