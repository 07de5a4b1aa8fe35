//! All requests that the simulated Twilio received and sent, for tests and measurements.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

/// The most entries of each kind.
const MAX_ENTRIES: usize = 10_000;

/// A request that came to the REST API.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ReceivedRequest {
    pub(super) at: Timestamp,
    pub(super) method: String,
    /// Without the query.
    pub(super) path: String,
    /// The fields of query and form.
    pub(super) form: Vec<(String, String)>,
    pub(super) status: u16,
}

/// A request that left: a callback, the request for a document, that of a Flow, an event.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SentRequest {
    pub(super) at: Timestamp,
    /// The call, the text or the Execution.
    pub(super) sid: String,
    /// The callback's event, `voice` for a document, `amd` for what answering machine detection found, `studio` for what
    /// a Flow sends; the type of an event of Event Streams.
    pub(super) event: String,
    /// The path of its URL.
    pub(super) path: String,
    /// The status of the answer; none if nothing was, or if it was lost on purpose.
    pub(super) status: Option<u16>,
    /// Why nothing was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    pub(super) took_ms: u64,
}

/// Both, oldest first.
#[derive(Debug, Default, Serialize)]
pub(super) struct Journal {
    requests: VecDeque<ReceivedRequest>,
    callbacks: VecDeque<SentRequest>,
}

impl Journal {
    pub(super) fn add_received(&mut self, entry: ReceivedRequest) {
        push_bounded(&mut self.requests, entry, MAX_ENTRIES);
    }

    pub(super) fn add_sent(&mut self, entry: SentRequest) {
        push_bounded(&mut self.callbacks, entry, MAX_ENTRIES);
    }
}

/// Adds an entry, and lets the oldest go where there are too many.
pub(super) fn push_bounded<T>(list: &mut VecDeque<T>, entry: T, most: usize) {
    if list.len() >= most {
        list.pop_front();
    }
    list.push_back(entry);
}
