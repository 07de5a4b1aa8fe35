//! The results of what a monitor sends: one for each alarm in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::escalation::IncidentId;
use crate::domain::metrics::catalogue::ALARMS;
use crate::http::Response;

/// The result of one thing that a monitor sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum AlarmResult {
    /// It belongs to this incident.
    Incident {
        /// The alarm's name.
        alarm: String,
        /// The incident's id.
        incident: IncidentId,
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

impl AlarmResult {
    /// The name of its counter.
    pub(super) fn counter(&self) -> String {
        ALARMS.series(&[match self {
            AlarmResult::Incident { .. } => "incident",
            AlarmResult::Nothing { .. } | AlarmResult::DeadLetter { is_new: false, .. } => {
                "nothing"
            }
            AlarmResult::Silenced { .. } => "silenced",
            AlarmResult::Quiet { .. } => "quiet",
            AlarmResult::Ignored { .. } => "ignored",
            AlarmResult::Disabled { .. } => "disabled",
            AlarmResult::DeadLetter { .. } => "dead-letter",
        }])
    }
}

/// The answer to a monitor: 422 if something of it has no known shape. All else is kept, and it need not come again.
pub fn respond(results: &[AlarmResult]) -> Response {
    let unknown =
        |result: &AlarmResult| matches!(result, AlarmResult::DeadLetter { understood: false, .. });
    Response::json(if results.iter().any(unknown) { 422 } else { 202 }, &results)
}
