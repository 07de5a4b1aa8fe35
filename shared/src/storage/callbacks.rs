//! The records of the job Count: of each message and call the statuses that have counted, and of each request that brought
//! counts of its own that these are in.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::{Condition, Key, Put, Record};
use crate::domain::callbacks::{CountedStatuses, Resource};
use crate::domain::sid::Sid;

/// Begins the partitions of what has counted: each message, call and request has one of its own.
const PREFIX: &str = "callback#";
/// The place of the one record in such a partition.
const SEEN: &str = "seen";

/// The retention of what has counted. Event Streams repeats for four hours, callbacks for seconds, and reconciliation looks
/// back for two days.
pub const COUNTED_RETENTION: SignedDuration = SignedDuration::from_hours(3 * 24);
/// The retention of what has counted of a message that was delivered: `read` may come weeks later.
pub const DELIVERED_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The longest SID that stands in a key as it is, in bytes.
const MAX_PLAIN_SID_BYTES: usize = 64;

/// Where the statuses of a message or call are.
pub fn counted_statuses(resource: Resource, sid: &Sid) -> Key {
    let sid = sid.as_str();
    let is_plain =
        sid.len() <= MAX_PLAIN_SID_BYTES && sid.bytes().all(|c| c.is_ascii_alphanumeric());
    let sid = match is_plain {
        true => sid.to_owned(),
        false => format!("hash-{}", crate::hex(&Sha256::digest(sid)[..16])),
    };
    Key::new(format!("{PREFIX}{}#{sid}", resource.name()), SEEN)
}

/// Where it is noted that the counts of this request are in.
pub fn request(id: &str) -> Key {
    Key::new(format!("{PREFIX}request#{id}"), SEEN)
}

/// The statuses that this record holds. One that cannot be read holds none: it is logged, and counted anew.
pub fn read(record: &Record) -> CountedStatuses {
    serde_json::from_str(&record.body).unwrap_or_else(|error| {
        tracing::error!(%error, "the statuses of a message or call cannot be read");
        CountedStatuses::default()
    })
}

/// The record of these statuses, in the place of `before`.
pub fn put(key: Key, statuses: &CountedStatuses, before: Option<&Record>, now: Timestamp) -> Put {
    let retention = match statuses.is_delivered() {
        true => DELIVERED_RETENTION,
        false => COUNTED_RETENTION,
    };
    Put {
        key,
        // Strings always serialise.
        body: serde_json::to_string(statuses).unwrap_or_default(),
        condition: before.map_or(Condition::Absent, |record| Condition::At(record.revision)),
        expires_at: now.checked_add(retention).ok(),
    }
}

/// The record that the counts of a request are in.
pub fn put_request(id: &str, now: Timestamp) -> Put {
    Put {
        key: request(id),
        body: "{}".to_owned(),
        condition: Condition::Absent,
        expires_at: now.checked_add(COUNTED_RETENTION).ok(),
    }
}
