//! What stands in the Slack queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::routes::Line;

/// One message of the Slack queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Task {
    /// Lines for one channel, in order.
    Lines(Lines),
    /// Something in Twilio's request that is no event: it becomes a dead letter.
    Malformed {
        /// When Twilio brought it.
        at: Timestamp,
        /// What is wrong with it.
        reason: String,
        /// What arrived.
        body: String,
    },
}

/// Lines for one channel, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// The channel.
    pub channel: String,
    /// When Twilio brought their events.
    pub at: Timestamp,
    /// When they were replayed, if they were dead letters: they come late, and say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed_at: Option<Timestamp>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// The group of what belongs to no channel. No channel can have this name.
pub const MALFORMED_GROUP: &str = "(malformed)";

impl Task {
    /// The queue's group: what must stay in order.
    pub fn group(&self) -> &str {
        match self {
            Task::Lines(lines) => &lines.channel,
            Task::Malformed { .. } => MALFORMED_GROUP,
        }
    }

    /// As it stands in the queue.
    pub fn to_body(&self) -> String {
        // Strings, numbers and string keys always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
