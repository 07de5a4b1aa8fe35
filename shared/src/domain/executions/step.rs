//! A step of an Execution, as its event tells it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ENDED;
use crate::domain::sid::Sid;

/// A step of an Execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedStep {
    /// Its SID.
    pub sid: Sid,
    /// The event that ended it: `incomingCall`, `keypress`, `hangup`, …
    #[serde(rename = "name", default, skip_serializing_if = "String::is_empty")]
    pub event: String,
    /// The widget that it was in.
    pub from: String,
    /// The widget that it led to.
    pub to: String,
    /// When it ended.
    pub at: Timestamp,
    /// The step of the Flow around it, if this one is a subflow's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Sid>,
}

impl RecordedStep {
    /// Whether it led to the end of the Execution itself.
    pub fn is_last(&self) -> bool {
        self.to == ENDED && self.parent.is_none()
    }
}
