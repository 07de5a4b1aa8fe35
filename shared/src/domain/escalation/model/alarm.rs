//! An alarm of an incident.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An alarm of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Names it for good.
    pub key: String,
    /// Its name, for people.
    pub name: String,
    /// When it went off.
    pub since: Timestamp,
    /// The monitor's words about it; may be empty.
    pub reason: String,
    /// Its author's words; may be empty.
    pub description: String,
    /// When it was OK again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// It is about Ringdown itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub about_us: bool,
    /// The person who raised it by hand, as people are told: no monitor says when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_by: Option<String>,
    /// It joined the incident while that was somebody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
}

/// An alarm joined an incident that was somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// When.
    pub at: Timestamp,
    /// The owner was told.
    #[serde(rename = "told")]
    pub notified: bool,
    /// The owner knew it, and was told that it is over: it is back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
}
