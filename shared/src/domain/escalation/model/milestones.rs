//! The first times of an incident: what its durations are measured by.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// When something first happened. It stays when the incident is passed on, or goes on after its end: each of its durations
/// is measured once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Milestones {
    /// When the first call was answered that somebody answered. It is known when the call is over, or a key was pressed: a
    /// machine answers too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When somebody took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Milestones {
    /// Whether none is reached.
    pub fn is_empty(&self) -> bool {
        *self == Milestones::default()
    }
}
