//! What somebody asked for: no calls for these alarms for a while.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// No calls for these alarms until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The incident of which somebody asked for it.
    pub incident: String,
    /// The alarms' names, exactly.
    pub alarms: Vec<String>,
    /// When it ends; this moment is no longer part of it.
    pub until: Timestamp,
    /// Who asked for it: a person's name, or "the page".
    pub by: String,
    /// Why, in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Stored {
    pub(super) fn is_for(&self, alarm: &str) -> bool {
        self.alarms.iter().any(|name| name == alarm)
    }

    pub(super) fn reason(&self) -> String {
        match &self.because {
            Some(because) => format!("by {}: {because}", self.by),
            None => format!("by {}", self.by),
        }
    }
}
