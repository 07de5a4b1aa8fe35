//! The messages of the queue of callbacks: what the job Count is to count, and where it goes on looking.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::callbacks::Callback;

/// The group of reports. What is counted needs no order, and is counted by the hundred.
pub const CALLBACKS_GROUP: &str = "callbacks";
/// The group of pages: counting does not wait for a page that comes later.
pub const PAGES_GROUP: &str = "callbacks-pages";

/// The most callbacks of one message.
pub const MAX_CALLBACKS: usize = 500;

/// One message of the queue of callbacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum CallbackTask {
    /// Statuses that were reported.
    Report(Report),
    /// One page of Twilio's list of messages, to be looked at.
    Page(Page),
}

/// One page of Twilio's list of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The day whose messages are listed.
    pub day: Date,
    /// The last day that is looked at.
    pub last_day: Date,
    /// The page's path and query at Twilio's API; the first one, if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// How many ends were found on the pages before that no callback had reported.
    pub found: u64,
}

/// The report of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The statuses, at most [`MAX_CALLBACKS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callbacks: Vec<Callback>,
    /// Other counters that grow, once for the request of this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

/// Counters that a request lets grow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Names the request, however often it comes.
    pub request: String,
    /// By how much, by the names of the counters.
    pub counters: BTreeMap<String, u64>,
}

impl CallbackTask {
    /// The group in which it waits. A page of the former version may be in that of reports.
    pub fn group(&self) -> &'static str {
        match self {
            CallbackTask::Report(_) => CALLBACKS_GROUP,
            CallbackTask::Page(_) => PAGES_GROUP,
        }
    }

    /// As it stands in the queue.
    pub fn to_body(&self) -> String {
        // Strings and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
