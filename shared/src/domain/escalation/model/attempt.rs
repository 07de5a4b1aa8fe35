//! One call of a round, to one person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call_event::Outcome;
use super::policy::CallWith;
use crate::domain::sid::Sid;

/// One call of a round, to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Counts the attempts of an incident, from 1.
    pub number: u32,
    /// Which round it belongs to.
    #[serde(alias = "hunt")]
    pub round: u32,
    /// The person who is called.
    pub person: String,
    /// In which way, for good: the policy may change while it rings.
    #[serde(default, skip_serializing_if = "CallWith::is_voice")]
    pub with: CallWith,
    /// Its calls at Twilio: one, or more if one had to be placed again.
    pub calls: Vec<Call>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// When Twilio took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Timestamp>,
    /// When it rang.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rang_at: Option<Timestamp>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// A machine seems to have answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub machine: bool,
    /// How long a reading of its menu takes.
    pub reading_seconds: u32,
    /// Its outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// How often it was looked up, …
    #[serde(rename = "looks")]
    pub polls: u8,
    /// … and when last.
    #[serde(rename = "looked_at", skip_serializing_if = "Option::is_none")]
    pub polled_at: Option<Timestamp>,
    /// Its person is the owner, who is asked again: with the key 3 they may say that it is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offers_resolve: bool,
    /// The reading of the menu in which they first pressed 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_pressed_in: Option<u32>,
    /// We have asked for its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hangs_up: bool,
}

/// One call at Twilio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its SID; for Studio that of the Execution which places it.
    pub sid: Sid,
    /// It is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
}

impl Attempt {
    pub(crate) fn new(
        number: u32,
        round: u32,
        person: &str,
        with: CallWith,
        now: Timestamp,
    ) -> Attempt {
        Attempt {
            number,
            round,
            person: person.to_owned(),
            with,
            calls: Vec::new(),
            decided_at: now,
            placed_at: None,
            rang_at: None,
            answered_at: None,
            ended_at: None,
            machine: false,
            reading_seconds: 0,
            outcome: None,
            polls: 0,
            polled_at: None,
            offers_resolve: false,
            over_pressed_in: None,
            hangs_up: false,
        }
    }

    /// Whether its call rings, as far as we know, or is on its way.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.ended_at.is_none() && self.answered_at.is_none()
    }
}
