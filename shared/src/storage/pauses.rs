//! The record of the job Watch about when a Flow was started, and whether it is quiet: one for each Flow.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Key, Put, Record};
use crate::domain::executions::pauses::Starts;
use crate::domain::executions::quiet::Quiet;

/// Begins the partition of each Flow's record.
const PAUSES: &str = "pauses#";
/// The place of the one record in a Flow's partition.
const RECORD: &str = "record";
/// The retention of the record after its last write; it is written once an hour.
const PAUSES_RETENTION: SignedDuration = SignedDuration::from_hours(40 * 24);

/// When a Flow was started, and whether it is quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowPauses {
    /// Its starts, as far as they were read.
    pub starts: Starts,
    /// How it is quiet, if it is and people were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
}

/// Where the record of a Flow is.
pub fn pauses(flow: &str) -> Key {
    Key::new(format!("{PAUSES}{flow}"), RECORD)
}

/// What this record holds; `None`, and logged, if it cannot be read.
pub fn read_pauses(record: &Record) -> Option<FlowPauses> {
    let read = serde_json::from_str(&record.body);
    read.inspect_err(|error| {
        tracing::error!(key = record.key.pk, %error, "the pauses of a Flow cannot be read");
    })
    .ok()
}

/// The record of a Flow, in the place of `before`.
pub fn put_pauses(flow: &str, pauses: &FlowPauses, before: Option<&Record>, now: Timestamp) -> Put {
    Put {
        key: self::pauses(flow),
        // Numbers and times always serialise.
        body: serde_json::to_string(pauses).unwrap_or_default(),
        condition: before.map_or(Condition::Absent, |record| Condition::At(record.revision)),
        expires_at: now.checked_add(PAUSES_RETENTION).ok(),
    }
}
