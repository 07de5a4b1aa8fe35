//! The records of the job Watch about a Flow's starts: when they were, and whether the Flow is quiet. They are two, in one
//! partition for each Flow: the first can be 60 KB and is read once a minute, the other is read by every page.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Key, Put, Record};
use crate::domain::executions::pauses::Starts;
use crate::domain::executions::quiet::Quiet;
use crate::domain::sid::Sid;

/// Begins the partition of each Flow's records.
const PAUSES: &str = "pauses#";
/// The place of the record of its starts.
const STARTS: &str = "record";
/// The place of the record that it is quiet.
const QUIET: &str = "quiet";
/// The retention of a record after its last write; that of the starts is written once an hour. No Flow is quiet for longer.
const PAUSES_RETENTION: SignedDuration = SignedDuration::from_hours(40 * 24);

/// When a Flow was started.
#[derive(Serialize, Deserialize)]
struct FlowStarts {
    /// Its starts, as far as they were read.
    starts: Starts,
}

/// Whether a Flow is quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowQuiet {
    /// How it is quiet, if it is and people were told.
    pub quiet: Option<Quiet>,
}

/// Where the starts of a Flow are.
pub fn starts(flow: &Sid) -> Key {
    Key::new(format!("{PAUSES}{flow}"), STARTS)
}

/// Where it stands that a Flow is quiet: a [`FlowQuiet`]. There is none of one that never was.
pub fn quiet(flow: &Sid) -> Key {
    Key::new(format!("{PAUSES}{flow}"), QUIET)
}

/// The starts of a Flow; `None`, and logged, if they cannot be read.
pub fn read_starts(record: &Record) -> Option<Starts> {
    read::<FlowStarts>(record).map(|stored| stored.starts)
}

/// How a Flow is quiet; `None` if it is not, and, logged, if that cannot be read.
pub fn read_quiet(record: &Record) -> Option<Quiet> {
    read::<FlowQuiet>(record)?.quiet
}

/// The starts of a Flow, in the place of `before`.
pub fn put_starts(flow: &Sid, starts: Starts, before: Option<&Record>, now: Timestamp) -> Put {
    put(self::starts(flow), &FlowStarts { starts }, before, now)
}

/// Whether a Flow is quiet, in the place of `before`.
pub fn put_quiet(flow: &Sid, quiet: Option<Quiet>, before: Option<&Record>, now: Timestamp) -> Put {
    put(self::quiet(flow), &FlowQuiet { quiet }, before, now)
}

fn read<T: serde::de::DeserializeOwned>(record: &Record) -> Option<T> {
    let read = serde_json::from_str(&record.body);
    read.inspect_err(|error| {
        tracing::error!(key = record.key.pk, %error, "the pauses of a Flow cannot be read");
    })
    .ok()
}

fn put(key: Key, body: &impl Serialize, before: Option<&Record>, now: Timestamp) -> Put {
    Put {
        key,
        // Numbers and times always serialise.
        body: serde_json::to_string(body).unwrap_or_default(),
        condition: before.map_or(Condition::Absent, |record| Condition::At(record.revision)),
        expires_at: now.checked_add(PAUSES_RETENTION).ok(),
    }
}
