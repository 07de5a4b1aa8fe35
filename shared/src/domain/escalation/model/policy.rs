//! Policies: who is called for which alarms, and how patiently.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::e164::E164;
use crate::domain::sid::Sid;
use crate::domain::slack_member_id::SlackMemberId;

/// Somebody who can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The phone number.
    pub phone: E164,
    /// The Slack member id: mentioned when it is their update.
    pub slack: Option<SlackMemberId>,
    /// Whether texts to them may have a link.
    pub text_links: bool,
}

/// How a person is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallWith {
    /// Twilio Programmable Voice: we say what is spoken, in TwiML.
    #[default]
    Voice,
    /// Twilio Studio: an Execution of a Flow places the call, and reports to us.
    Studio {
        /// The Flow's SID: `FW` and 32 hexadecimal digits.
        flow_sid: Sid,
    },
}

impl CallWith {
    /// Whether we say what is spoken ourselves, in TwiML.
    pub fn is_voice(&self) -> bool {
        *self == CallWith::Voice
    }

    /// The SID of the Flow that places the call, if one does.
    pub fn flow_sid(&self) -> Option<&Sid> {
        match self {
            CallWith::Voice => None,
            CallWith::Studio { flow_sid } => Some(flow_sid),
        }
    }
}

/// A policy: who is called for which alarms, and how patiently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Globs on the alarm's name.
    pub alarms: Vec<String>,
    /// The people who are called, in this order, and around again.
    pub roster: Vec<String>,
    /// The schedule whose shift is empty just now, so that the roster is only who comes after it.
    #[serde(default)]
    pub empty_shift: Option<String>,
    /// The most calls of one round.
    pub attempts: u32,
    /// How long a phone rings.
    pub ring_seconds: u32,
    /// The wait after each reading of the menu.
    pub answer_seconds: u32,
    /// The channel in which its incidents are told.
    pub channel: String,
    /// A taken incident whose alarm still goes on is asked after again after this long.
    pub repage_after: SignedDuration,
    /// An alarm that comes again within this long reopens its incident.
    pub flap_window: SignedDuration,
    /// An alarm that joins an incident that somebody has calls again. If not, its owner is texted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub call_on_new_alarm: bool,
    /// A person who was called and did not answer is texted, once until somebody has the incident.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub text_on_missed_call: bool,
    /// When nobody could be reached, all are called again after this long.
    pub retry_exhausted_after: SignedDuration,
    /// An incident of which no alarm changes for this long is over; `None`: it waits for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_after: Option<SignedDuration>,
    /// How a person is called.
    pub call_with: CallWith,
    /// Twilio's `voice` of what is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// Twilio's `language` of what is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The template of what is spoken; the usual words if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
}
