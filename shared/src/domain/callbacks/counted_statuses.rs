//! The statuses of one message or call that have counted.

use serde::{Deserialize, Serialize};

use super::{Callback, Resource, Source, UNREADABLE_CODE, is_end, rank};
use crate::domain::metrics::catalogue::{
    CALL_CALLBACKS, CALLBACKS, CALLBACKS_RECONCILED, CALLS_COMPLETED, CALLS_FAILED,
    MESSAGE_CALLBACKS, MESSAGES_DELIVERED, MESSAGES_FAILED,
};
use crate::domain::metrics::vocabulary::{
    CALL_STATUSES, MESSAGE_STATUSES, OTHER, disconnect_reason, message_code, word_of,
};

/// The most statuses of one message or call that are remembered, but for those that we know: unknown ones beyond do not
/// count.
const MAX_STATUSES: usize = 32;

/// The statuses of one message or call that have counted, in the order in which they were reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedStatuses {
    seen: Vec<String>,
}

/// The outcome of a report: a label of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts.
    Counted,
    /// It has counted before.
    Duplicate,
    /// It counts, and came after a later status: where the message or call stands is not changed by it.
    OutOfOrder,
    /// It counts as a status that we do not know.
    Unknown,
}

impl Outcome {
    /// The value of the label.
    fn name(self) -> &'static str {
        match self {
            Outcome::Counted => "counted",
            Outcome::Duplicate => "duplicate",
            Outcome::OutOfOrder => "out_of_order",
            Outcome::Unknown => "unknown",
        }
    }
}

impl CountedStatuses {
    /// Notes a report, and gives its outcome and the counters that grow by one.
    pub fn add(&mut self, callback: &Callback) -> (Outcome, Vec<String>) {
        let outcome = self.outcome(callback);
        let mut counters = vec![CALLBACKS.series(&[callback.source.name(), outcome.name()])];
        if outcome == Outcome::Duplicate {
            return (outcome, counters);
        }
        if callback.source == Source::Reconciliation {
            counters.push(CALLBACKS_RECONCILED.series(&[]));
        }
        match callback.resource {
            Resource::Message => counters.extend(self.of_message(callback)),
            Resource::Call => counters.extend(of_call(callback)),
        }
        self.seen.push(callback.status.clone());
        (outcome, counters)
    }

    fn outcome(&self, callback: &Callback) -> Outcome {
        let rank_of = |status: &str| rank(callback.resource, status);
        let is_full = self.seen.len() >= MAX_STATUSES && rank_of(&callback.status).is_none();
        if self.has(&callback.status) || is_full {
            return Outcome::Duplicate;
        }
        let furthest = self.seen.iter().filter_map(|status| rank_of(status)).max();
        match rank_of(&callback.status) {
            None => Outcome::Unknown,
            Some(rank) if furthest.is_some_and(|furthest| furthest > rank) => Outcome::OutOfOrder,
            Some(_) => Outcome::Counted,
        }
    }

    fn of_message(&self, callback: &Callback) -> Vec<String> {
        let status = callback.status.as_str();
        let mut counters = vec![MESSAGE_CALLBACKS.series(&[word_of(MESSAGE_STATUSES, status)])];
        match status {
            "delivered" | "read" if !self.is_delivered() => {
                counters.push(MESSAGES_DELIVERED.series(&[]));
            }
            _ if has_failed(callback) => {
                counters.push(MESSAGES_FAILED.series(&[&message_code(callback.code)]));
            }
            _ => {}
        }
        counters
    }

    /// Whether the message was delivered, as far as was reported: `read` says so too, and may come alone.
    pub fn is_delivered(&self) -> bool {
        self.has("delivered") || self.has("read")
    }

    /// Whether its end was reported.
    pub fn is_over(&self, resource: Resource) -> bool {
        self.seen.iter().any(|status| is_end(resource, status))
    }

    fn has(&self, status: &str) -> bool {
        self.seen.iter().any(|seen| seen == status)
    }
}

/// Whether a message was not delivered.
fn has_failed(callback: &Callback) -> bool {
    callback.resource == Resource::Message
        && matches!(callback.status.as_str(), "failed" | "undelivered")
}

impl Callback {
    /// The error code of a message that failed, if it is a number that is in no list: it counts as `other`.
    pub fn unknown_code(&self) -> Option<u32> {
        let code = self.code.filter(|code| has_failed(self) && *code != UNREADABLE_CODE);
        code.filter(|code| message_code(Some(*code)) == OTHER)
    }
}

fn of_call(callback: &Callback) -> Vec<String> {
    let status = callback.status.as_str();
    let mut counters = vec![CALL_CALLBACKS.series(&[word_of(CALL_STATUSES, status)])];
    if status == "completed" {
        counters.push(CALLS_COMPLETED.series(&[status]));
    }
    if let Some(reason) = disconnect_reason(status, callback.sip_code) {
        counters.push(CALLS_FAILED.series(&[reason]));
    }
    counters
}
