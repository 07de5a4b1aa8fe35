//! What the world told us, and what we ask of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::incident::Alarm;
use super::timeline::Repaired;

/// What the world told us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// An alarm is in ALARM.
    Alarm(Alarm),
    /// The alarm of this key is OK again.
    Recovered {
        /// Names the alarm.
        key: String,
    },
    /// The alarm of this key has no data: that is no recovery.
    NoData {
        /// Names the alarm.
        key: String,
    },
    /// The alarm of this key was deleted in its monitor: its recovery never comes.
    Deleted {
        /// Names the alarm.
        key: String,
    },
    /// The status of the call of an attempt.
    Call {
        /// Which attempt.
        attempt: u32,
        /// The call's SID, where it is known.
        call: Option<String>,
        /// What became of it.
        news: News,
    },
    /// A text message left, or did not.
    Texted {
        /// To whom.
        person: String,
        /// Why it did not.
        failed: Option<String>,
    },
    /// Somebody says that they have it, elsewhere than on the phone.
    Claimed {
        /// Who.
        person: Actor,
        /// The policy never calls them: they are none of its people.
        outside: bool,
    },
    /// Its owner cannot do it after all.
    GivenBack {
        /// Who.
        person: Actor,
    },
    /// A person says that it is over: it must be theirs, or nobody's.
    DeclaredOver {
        /// Who.
        person: Actor,
    },
    /// Somebody without a name says that it is over, whoever has it.
    ResolvedBy {
        /// Who, as people are told: "somebody on the page".
        by: String,
    },
    /// Nobody shall be called for what goes on now.
    Silenced {
        /// Who says so.
        by: String,
        /// Until when.
        until: Timestamp,
    },
    /// Time has passed.
    Wake,
    /// The audit found something undone: it is done now, and said.
    Repaired(Repaired),
}

/// The status of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
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

/// What became of an attempt.
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

/// What we ask of the world. It is done at least once.
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
        /// What about.
        about: TextAbout,
        /// When it was decided: the same words twice are two texts.
        at: Timestamp,
    },
}

/// What a text message is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextAbout {
    /// It is theirs: what is wrong, and where to look.
    Taken,
    /// What they had taken is over.
    Resolved,
    /// What they had taken was over, and is back.
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
