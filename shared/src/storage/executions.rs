//! The records of the job Watch about Executions: each of them, where those are that run, and their lists by day.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::records::RETENTION;
use super::{Condition, Key, Put, Record};
use crate::domain::escalation::IncidentId;
use crate::domain::executions::{Position, RecordedExecution};
use crate::domain::sid::Sid;

/// Begins the partition of each Execution's record.
const EXECUTION: &str = "execution#";
/// Begins the partitions of Executions that run: a few for each Flow.
const ACTIVE: &str = "active#";
/// Begins the partitions of the lists of Executions by day: for each Flow, and for all of them.
const LISTED: &str = "studio#";
/// Stands for all Flows in the place of one's SID.
const ALL_FLOWS: &str = "all";
/// The place of the record in an Execution's partition.
const RECORD: &str = "record";
/// The place of what says whose call it is there.
const INCIDENT: &str = "incident";

/// The partitions that the running Executions of a Flow are spread over.
pub const ACTIVE_LANES: u64 = 4;
/// The retention of all that is kept of Executions.
pub const EXECUTION_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An Execution that runs, as the list of those has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveExecution {
    /// Its SID.
    pub sid: Sid,
    /// The widget that it is in.
    pub widget: String,
    /// Since when.
    pub since: Timestamp,
    /// When it began, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// The last four digits of the contact's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The revision of the Flow that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Whether it is about a call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_call: bool,
    /// Whether it was found stuck in this widget.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_stuck: bool,
}

impl ActiveExecution {
    /// The entry of an Execution; `None` if it is over, or its Flow is not known.
    pub fn of(sid: &Sid, execution: &RecordedExecution) -> Option<ActiveExecution> {
        let Position { widget, since } = execution.position()?;
        execution.flow.as_ref()?;
        Some(ActiveExecution {
            sid: sid.clone(),
            widget,
            since,
            began_at: execution.began_at(),
            contact: execution.contact.clone(),
            revision: execution.revision,
            is_call: execution.is_call(),
            is_stuck: false,
        })
    }

    /// Where it is in its Flow.
    pub fn position(&self) -> Position {
        Position { widget: self.widget.clone(), since: self.since }
    }
}

/// Where the record of an Execution is.
pub fn execution(sid: &Sid) -> Key {
    Key::new(format!("{EXECUTION}{sid}"), RECORD)
}

/// The Execution that this record holds. One that cannot be read is logged, and begins anew.
pub fn read(record: &Record) -> RecordedExecution {
    serde_json::from_str(&record.body).unwrap_or_else(|error| {
        tracing::error!(key = record.key.pk, %error, "an Execution cannot be read");
        RecordedExecution::default()
    })
}

/// The record of an Execution, in the place of `before`.
pub fn put(
    sid: &Sid,
    execution: &RecordedExecution,
    before: Option<&Record>,
    now: Timestamp,
) -> Put {
    Put {
        key: self::execution(sid),
        // Strings, numbers and times always serialise.
        body: serde_json::to_string(execution).unwrap_or_default(),
        condition: before.map_or(Condition::Absent, |record| Condition::At(record.revision)),
        expires_at: expires_at(now),
    }
}

/// The record that says that an Execution is an incident's call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionIncident {
    /// The incident's id.
    pub incident: IncidentId,
}

/// Where the incident of an Execution is, if it is an incident's call.
pub fn incident(sid: &Sid) -> Key {
    Key::new(format!("{EXECUTION}{sid}"), INCIDENT)
}

/// The record that an Execution is this incident's call. It is kept as long as an incident that is over.
pub fn put_incident(sid: &Sid, incident: &IncidentId, now: Timestamp) -> Put {
    let body = ExecutionIncident { incident: incident.clone() };
    Put {
        key: self::incident(sid),
        // A string always serialises.
        body: serde_json::to_string(&body).unwrap_or_default(),
        condition: Condition::Always,
        expires_at: now.checked_add(RETENTION).ok(),
    }
}

/// The id of the incident that this record holds; `None`, and logged, if it cannot be read.
pub fn read_incident(record: &Record) -> Option<IncidentId> {
    let read = serde_json::from_str::<ExecutionIncident>(&record.body);
    read.inspect_err(|error| {
        tracing::error!(key = record.key.pk, %error, "the incident of an Execution cannot be read");
    })
    .ok()
    .map(|body| body.incident)
}

fn expires_at(now: Timestamp) -> Option<Timestamp> {
    now.checked_add(EXECUTION_RETENTION).ok()
}

/// The expiry of what is taken away. Clocks differ: it is gone by each of them.
fn gone(now: Timestamp) -> Option<Timestamp> {
    now.checked_sub(SignedDuration::from_hours(1)).ok()
}

/// The partitions of a Flow's running Executions.
pub fn active_partitions(flow: &Sid) -> impl Iterator<Item = String> {
    (0..ACTIVE_LANES).map(move |lane| format!("{ACTIVE}{flow}#{lane}"))
}

fn active(flow: &Sid, sid: &Sid) -> Key {
    // The last digits of a SID are random.
    let lane = sid.as_str().bytes().last().map_or(0, |digit| u64::from(digit) % ACTIVE_LANES);
    Key::new(format!("{ACTIVE}{flow}#{lane}"), sid.as_str())
}

/// The entry of a running Execution; one that is over, `None`, is taken away. Only who writes the Execution's record too may
/// write this.
pub fn put_active(flow: &Sid, sid: &Sid, entry: Option<&ActiveExecution>, now: Timestamp) -> Put {
    Put {
        key: active(flow, sid),
        body: entry.map_or("{}".to_owned(), |entry| {
            // Strings, numbers and times always serialise.
            serde_json::to_string(entry).unwrap_or_default()
        }),
        condition: Condition::Always,
        expires_at: if entry.is_some() { expires_at(now) } else { gone(now) },
    }
}

/// The running Execution of this entry; `None`, and logged, if it cannot be read.
pub fn read_active(record: &Record) -> Option<ActiveExecution> {
    let read = serde_json::from_str(&record.body);
    read.inspect_err(|error| {
        tracing::error!(key = record.key.sk, %error, "a running Execution cannot be read");
    })
    .ok()
}

/// The partition of Executions that began on this day (UTC), the newest first: of a Flow, or of all.
pub fn listed_partition(flow: Option<&Sid>, day: Timestamp) -> String {
    let day = day.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d");
    format!("{LISTED}{}#{day}", flow.map_or(ALL_FLOWS, Sid::as_str))
}

/// The place of an Execution in its lists: the newest come first, over the days too.
pub fn listed_place(sid: &Sid, at: Timestamp) -> String {
    format!("{}{sid}", listed_from(at))
}

/// The place before all Executions that began at this moment or earlier.
pub fn listed_from(at: Timestamp) -> String {
    // 13 digits last until the year 2286.
    let newest_first = 9_999_999_999_999_i64.saturating_sub(at.as_millisecond()).max(0);
    format!("{newest_first:013}#")
}

/// The time and the SID of a place in a list.
pub fn read_place(place: &str) -> Option<(Timestamp, Sid)> {
    let (newest_first, sid) = place.split_once('#')?;
    let milliseconds = 9_999_999_999_999_i64.checked_sub(newest_first.parse().ok()?)?;
    Some((Timestamp::from_millisecond(milliseconds).ok()?, Sid::as_sent(sid)))
}

/// Takes an Execution out of the lists of the day on which it was thought to have begun.
pub fn take_listed(flow: &Sid, sid: &Sid, at: Timestamp, now: Timestamp) -> [Put; 2] {
    put_listed(flow, sid, at, now).map(|put| Put { expires_at: gone(now), ..put })
}

/// The entries of an Execution in the lists of its day.
pub fn put_listed(flow: &Sid, sid: &Sid, at: Timestamp, now: Timestamp) -> [Put; 2] {
    [Some(flow), None].map(|of| Put {
        key: Key::new(listed_partition(of, at), listed_place(sid, at)),
        body: "{}".to_owned(),
        condition: Condition::Always,
        expires_at: expires_at(now),
    })
}
