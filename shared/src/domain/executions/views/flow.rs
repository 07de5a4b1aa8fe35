//! One Flow among others.

use serde::{Deserialize, Serialize};

use super::counts::FlowCounts;
use crate::domain::executions::quiet::Quiet;
use crate::domain::sid::Sid;

/// How many ends of a Flow are named.
const MAX_ENDS: usize = 3;

/// A Flow in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlowSummary {
    /// Its SID.
    pub sid: Sid,
    /// Its name, once it is known.
    pub name: Option<String>,
    /// Executions that are in it now.
    pub active: usize,
    /// How many of these are stuck, as of the last minute.
    pub stuck: usize,
    /// How it is quiet, if it is, as of the last minute.
    pub quiet: Option<Quiet>,
    /// There are more in it now than were counted.
    pub is_more: bool,
    /// Executions that began today (UTC).
    pub started_today: u64,
    /// Executions that ended today.
    pub ended_today: u64,
    /// Steps of today that tell of a failure.
    pub failed_today: u64,
    /// Where they mostly ended today, the most frequent first.
    pub ends: Vec<EndCount>,
}

/// A step that ends Executions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndCount {
    /// The last widget.
    pub widget: String,
    /// The event that ended it.
    pub event: String,
    /// The number of Executions.
    pub count: u64,
}

impl FlowSummary {
    /// Adds what was counted today.
    pub fn with_counts(self, today: &FlowCounts) -> FlowSummary {
        let ends = today.ends().take(MAX_ENDS).map(|edge| EndCount {
            widget: edge.from.clone(),
            event: edge.event.clone(),
            count: edge.count,
        });
        FlowSummary {
            started_today: today.started,
            ended_today: today.ended,
            failed_today: today.failed,
            ends: ends.collect(),
            ..self
        }
    }
}

/// A Flow, as Twilio describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowResource {
    /// Its SID.
    pub sid: Sid,
    /// Its name.
    #[serde(default)]
    pub friendly_name: String,
    /// `draft` or `published`.
    #[serde(default)]
    pub status: String,
    /// The newest revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Whether its definition is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
    /// The URL for the status callbacks of its calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}
