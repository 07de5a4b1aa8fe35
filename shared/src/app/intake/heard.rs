//! What became of what a monitor told us.

use jiff::Timestamp;
use serde::Serialize;

use crate::http::Response;

/// What became of one thing that a monitor told us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "became", rename_all = "kebab-case")]
pub enum Heard {
    /// It belongs to this incident.
    Incident {
        /// The alarm's name.
        alarm: String,
        /// The incident's id.
        incident: String,
    },
    /// It changes nothing: it was known before, or there is nothing to end.
    Nothing {
        /// The alarm's name.
        alarm: String,
    },
    /// It calls nobody yet: it is silenced, and comes again at the end of that.
    Silenced {
        /// The alarm's name.
        alarm: String,
        /// When that ends.
        until: Timestamp,
        /// Why, or who says so, if that is known.
        reason: Option<String>,
    },
    /// It calls nobody: it is suppressed, or muted.
    Quiet {
        /// The alarm's name.
        alarm: String,
        /// Why.
        reason: String,
    },
    /// It cannot be understood, or is for no policy: it is kept as a dead letter.
    DeadLetter {
        /// Why.
        reason: String,
    },
}

impl Heard {
    /// What it is counted as.
    pub(super) fn counter(&self) -> &'static str {
        match self {
            Heard::Incident { .. } => "ringdown_alarms_total{became=\"incident\"}",
            Heard::Nothing { .. } => "ringdown_alarms_total{became=\"nothing\"}",
            Heard::Silenced { .. } => "ringdown_alarms_total{became=\"silenced\"}",
            Heard::Quiet { .. } => "ringdown_alarms_total{became=\"quiet\"}",
            Heard::DeadLetter { .. } => "ringdown_alarms_total{became=\"dead-letter\"}",
        }
    }
}

/// The answer to a monitor: 422 if something of it was not understood.
pub fn told(heard: &[Heard]) -> Response {
    let understood = !heard.iter().any(|heard| matches!(heard, Heard::DeadLetter { .. }));
    Response::json(if understood { 202 } else { 422 }, &heard)
}
