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
    /// It calls nobody: the configuration's `[[ignore]]` names it.
    Ignored {
        /// The alarm's name.
        alarm: String,
        /// Why, if that is written there.
        reason: Option<String>,
    },
    /// It calls nobody: its actions are disabled in CloudWatch.
    Disabled {
        /// The alarm's name.
        alarm: String,
        /// Since when.
        since: Timestamp,
    },
    /// It cannot be understood, is for no policy, or was cut off: it is kept as a dead letter.
    DeadLetter {
        /// Why.
        reason: String,
        /// Whether it was understood all the same: then the monitor need not know.
        #[serde(skip)]
        understood: bool,
        /// Whether it is kept from now on, and not since it was said before.
        #[serde(skip)]
        is_new: bool,
    },
}

impl Heard {
    /// What it is counted as.
    pub(super) fn counter(&self) -> &'static str {
        match self {
            Heard::Incident { .. } => "ringdown_alarms_total{became=\"incident\"}",
            Heard::Nothing { .. } | Heard::DeadLetter { is_new: false, .. } => {
                "ringdown_alarms_total{became=\"nothing\"}"
            }
            Heard::Silenced { .. } => "ringdown_alarms_total{became=\"silenced\"}",
            Heard::Quiet { .. } => "ringdown_alarms_total{became=\"quiet\"}",
            Heard::Ignored { .. } => "ringdown_alarms_total{became=\"ignored\"}",
            Heard::Disabled { .. } => "ringdown_alarms_total{became=\"disabled\"}",
            Heard::DeadLetter { .. } => "ringdown_alarms_total{became=\"dead-letter\"}",
        }
    }
}

/// The answer to a monitor: 422 if something of it has no known shape. All else is kept, and it need not come again.
pub fn told(heard: &[Heard]) -> Response {
    let unknown = |heard: &Heard| matches!(heard, Heard::DeadLetter { understood: false, .. });
    Response::json(if heard.iter().any(unknown) { 422 } else { 202 }, &heard)
}
