//! What was asked of the sandbox's Twilio, and what it asked of us: for tests, measurements, and whoever wonders.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

/// How many entries of each kind are kept.
const KEPT: usize = 10_000;

/// A request that came to the REST API.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Asked {
    pub(super) at: Timestamp,
    pub(super) method: String,
    /// Without the query.
    pub(super) path: String,
    /// The fields of query and form.
    pub(super) form: Vec<(String, String)>,
    pub(super) status: u16,
}

/// A request that left: a callback, the request for a document, what a Flow asks, an event.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sent {
    pub(super) at: Timestamp,
    /// The call, the text or the Execution.
    pub(super) sid: String,
    /// The callback's event, `voice` for a document, `amd` for what answering machine detection found, `studio` for what
    /// a Flow asks; the type of an event of Event Streams.
    pub(super) event: String,
    /// The path of its URL.
    pub(super) path: String,
    /// What was answered; none if nothing was, or if it was lost on purpose.
    pub(super) status: Option<u16>,
    /// Why nothing was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    pub(super) took_ms: u64,
}

/// Both, oldest first.
#[derive(Debug, Default, Serialize)]
pub(super) struct Journal {
    requests: VecDeque<Asked>,
    callbacks: VecDeque<Sent>,
}

impl Journal {
    pub(super) fn asked(&mut self, entry: Asked) {
        keep(&mut self.requests, entry, KEPT);
    }

    pub(super) fn sent(&mut self, entry: Sent) {
        keep(&mut self.callbacks, entry, KEPT);
    }
}

/// Adds an entry, and lets the oldest go where there are too many.
pub(super) fn keep<T>(list: &mut VecDeque<T>, entry: T, most: usize) {
    if list.len() >= most {
        list.pop_front();
    }
    list.push_back(entry);
}
