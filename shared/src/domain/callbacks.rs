//! Reports of the status of a message or a call: what each says, and what is counted of it.
//!
//! Each status of a message or call counts once, however often, in whatever order and from whichever source it is
//! reported. What has counted is the [`CountedStatuses`] of that message or call.

mod counted_statuses;
#[cfg(test)]
mod tests;

use crate::domain::sid::Sid;
use serde::{Deserialize, Serialize};

pub use counted_statuses::{CountedStatuses, Outcome};

/// The kind of thing that a status is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// A message: SMS, MMS, WhatsApp, RCS.
    Message,
    /// A call.
    Call,
}

impl Resource {
    /// Its name in keys and logs.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Message => "message",
            Resource::Call => "call",
        }
    }
}

/// Where a report came from: a label of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A status callback.
    Form,
    /// An event of Event Streams.
    Event,
    /// Twilio's list.
    Reconciliation,
}

impl Source {
    /// The value of the label.
    pub fn name(self) -> &'static str {
        match self {
            Source::Form => "form",
            Source::Event => "event",
            Source::Reconciliation => "reconciliation",
        }
    }
}

/// One report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The kind of thing that it is about.
    pub resource: Resource,
    /// Its SID, of whatever length.
    pub sid: Sid,
    /// The status, in lower case: Twilio's word, or one that we do not know.
    pub status: String,
    /// The error code of a message that failed; [`UNREADABLE_CODE`] if there is one that is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// The SIP response code of a call that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sip_code: Option<u32>,
    /// Where it came from.
    pub source: Source,
}

/// Stands for an error code that is no number.
pub const UNREADABLE_CODE: u32 = u32::MAX;

/// How far a message of this status is; `None` for a status that we do not know. A higher one never goes back to a lower
/// one. (Twilio documents no order: a callback of a message carries no time and no number.)
fn message_rank(status: &str) -> Option<u8> {
    Some(match status {
        "accepted" | "scheduled" => 0,
        "queued" | "receiving" => 1,
        "sending" => 2,
        "sent" => 3,
        "delivered"
        | "undelivered"
        | "failed"
        | "canceled"
        | "partially_delivered"
        | "received" => 4,
        "read" => 5,
        _ => return None,
    })
}

/// The same of a call.
fn call_rank(status: &str) -> Option<u8> {
    Some(match status {
        "queued" => 0,
        "initiated" => 1,
        "ringing" => 2,
        "in-progress" => 3,
        "completed" | "busy" | "failed" | "no-answer" | "canceled" => 4,
        _ => return None,
    })
}

/// The rank from which on nothing more is to come.
const END: u8 = 4;

fn rank(resource: Resource, status: &str) -> Option<u8> {
    match resource {
        Resource::Message => message_rank(status),
        Resource::Call => call_rank(status),
    }
}

/// Whether a message or call of this status is at its end.
pub fn is_end(resource: Resource, status: &str) -> bool {
    rank(resource, status).is_some_and(|rank| rank >= END)
}
