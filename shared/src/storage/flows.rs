//! The records of the job Watch about Flows: which were seen, what Twilio says of each, their definitions, and their
//! counters.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Increment, Key, Put, Record};
use crate::domain::sid::Sid;

/// The partition of the Flows that were seen.
pub const FLOWS: &str = "flows";
/// The most Flows that are listed.
pub const MAX_FLOWS: usize = 100;
/// Begins the partition of what Twilio says of each Flow.
const FLOW: &str = "flow#";
/// Begins the partitions of a Flow's counters.
const COUNTS: &str = "flow-counts#";
/// The place of a Flow's resource, …
const RESOURCE: &str = "resource";
/// … and what begins the places of its definitions.
const REVISION: &str = "revision#";

/// The partitions that the counters of a Flow are spread over: writers of one row wait for each other.
pub const COUNT_LANES: u64 = 8;
/// The place of the counters that are kept for good.
const FOR_GOOD: &str = "all";
/// The retention of the counters of an hour, …
const HOUR_RETENTION: SignedDuration = SignedDuration::from_hours(3 * 24);
/// … of those of a day, …
const DAY_RETENTION: SignedDuration = SignedDuration::from_hours(31 * 24);
/// … and of what Twilio says of a Flow.
pub const FLOW_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The row of counters that something counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountRow {
    /// That of an hour.
    Hour(Timestamp),
    /// That of a day of UTC.
    Day(Timestamp),
    /// That which is kept for good.
    ForGood,
}

impl CountRow {
    /// Where this row of a Flow is, in one of its lanes.
    pub fn key(self, flow: &Sid, lane: u64) -> Key {
        let name = |at: Timestamp, format| at.to_zoned(TimeZone::UTC).strftime(format).to_string();
        let place = match self {
            CountRow::Hour(at) => name(at, "hour#%Y-%m-%dT%H"),
            CountRow::Day(at) => name(at, "day#%Y-%m-%d"),
            CountRow::ForGood => FOR_GOOD.to_owned(),
        };
        Key::new(format!("{COUNTS}{flow}#{}", lane % COUNT_LANES), place)
    }

    /// The row that holds this moment, as the one moment that names it.
    pub fn truncated(self) -> CountRow {
        let to = |at: Timestamp, seconds: i64| {
            let begin = at.as_second() - at.as_second().rem_euclid(seconds);
            Timestamp::from_second(begin).unwrap_or(at)
        };
        match self {
            CountRow::Hour(at) => CountRow::Hour(to(at, 3_600)),
            CountRow::Day(at) => CountRow::Day(to(at, 86_400)),
            CountRow::ForGood => CountRow::ForGood,
        }
    }

    /// When it is taken away.
    fn expires_at(self) -> Option<Timestamp> {
        match self.truncated() {
            CountRow::Hour(at) => at.checked_add(HOUR_RETENTION).ok(),
            CountRow::Day(at) => at.checked_add(DAY_RETENTION).ok(),
            CountRow::ForGood => None,
        }
    }

    /// Adds to the counters of this row; `None` if it is gone already.
    pub fn increment(
        self,
        flow: &Sid,
        lane: u64,
        counters: BTreeMap<String, u64>,
        now: Timestamp,
    ) -> Option<Increment> {
        let expires_at = self.expires_at();
        let is_gone = expires_at.is_some_and(|at| at <= now);
        (!is_gone).then(|| Increment { key: self.key(flow, lane), counters, expires_at })
    }
}

/// Where it is noted that a Flow was seen.
pub fn seen(flow: &Sid) -> Key {
    Key::new(FLOWS, flow.as_str())
}

/// The note that a Flow was seen, and when.
pub fn put_seen(flow: &Sid, now: Timestamp) -> Put {
    let body = format!("\"{now}\"");
    Put { key: seen(flow), body, condition: Condition::Always, expires_at: None }
}

/// When a Flow was seen, by its note.
pub fn seen_at(record: &Record) -> Option<Timestamp> {
    serde_json::from_str(&record.body).ok()
}

/// A value that was fetched from Twilio, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched<T> {
    /// When it was asked for last.
    pub at: Timestamp,
    /// The value that Twilio gave last.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub value: Option<T>,
    /// Why nothing came at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Twilio has no such thing, or no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
}

/// Where the resource of a Flow is.
pub fn resource(flow: &Sid) -> Key {
    Key::new(format!("{FLOW}{flow}"), RESOURCE)
}

/// Where the definition of a revision is.
pub fn definition(flow: &Sid, revision: u32) -> Key {
    Key::new(format!("{FLOW}{flow}"), format!("{REVISION}{revision:08}"))
}

/// The record of what was fetched.
pub fn put_fetched<T: Serialize>(key: Key, fetched: &Fetched<T>, now: Timestamp) -> Put {
    Put {
        key,
        // Strings, numbers and times always serialise.
        body: serde_json::to_string(fetched).unwrap_or_default(),
        condition: Condition::Always,
        expires_at: now.checked_add(FLOW_RETENTION).ok(),
    }
}

/// Reads what was fetched; `None`, and logged, if the record cannot be read.
pub fn read_fetched<T: for<'a> Deserialize<'a>>(record: &Record) -> Option<Fetched<T>> {
    let read = serde_json::from_str(&record.body);
    read.inspect_err(|error| {
        tracing::error!(key = record.key.pk, %error, "what Twilio said of a Flow cannot be read");
    })
    .ok()
}
