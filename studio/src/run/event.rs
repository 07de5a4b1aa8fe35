//! The events that a run is stepped with.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::flow::Flow;

/// Something that has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// The Execution was created.
    Begun,
    /// A call was placed, and has this SID.
    Placed {
        /// `CA…`
        call_sid: String,
    },
    /// It was found out what answers a call: `human`, `machine_start`, `fax`, `unknown`, …
    AnsweredBy(String),
    /// A call was answered, or will never be.
    Dialed(DialOutcome),
    /// All was said.
    Spoken,
    /// Keys were pressed; none is the same as [`RunEvent::TimedOut`].
    Digits(String),
    /// A request was answered.
    Responded(HttpResponse),
    /// A request was not sent at all: there is nothing of Twilio's to log, and the widget fails.
    Unsent,
    /// What was waited for did not come in time: a key, or the answer to a request.
    TimedOut,
    /// Something was spoken where keys or speech were waited for.
    SpeechResult {
        /// The words: Twilio ends them with a full stop.
        text: String,
        /// The confidence, from 0 to 1, as text.
        confidence: String,
    },
    /// A message was sent.
    MessageSent {
        /// `SM…`
        message_sid: String,
    },
    /// A message could not be sent, or was never delivered.
    MessageFailed {
        /// Twilio's error code, if one is known.
        error_code: Option<u32>,
    },
    /// The contact has sent a message: the parameters of its webhook (`MessageSid`, `From`, `To`, `Body`, …).
    Replied(Map<String, Value>),
    /// A hand-over to a queue is over, and the caller still there. (If the caller hung up: [`RunEvent::HungUp`].)
    Dequeued {
        /// Its result.
        result: QueueResult,
        /// The queue's SID; empty if it never came into one.
        queue_sid: String,
        /// How long it was in the queue.
        queue_time: Duration,
    },
    /// A connection with somebody is over, and the caller still there. (If the caller hung up: [`RunEvent::HungUp`].)
    DialEnded {
        /// Its result.
        status: DialCallStatus,
        /// The SID of the call to whoever was called; empty if there was none.
        call_sid: String,
        /// How long they talked.
        duration: Duration,
    },
    /// The caller was recorded.
    Recorded {
        /// `RE…`
        recording_sid: String,
        /// Where it is.
        recording_url: String,
        /// How long it is; zero if nothing was heard.
        duration: Duration,
        /// The key that ended it, or `hangup` if the caller hung up; empty if it ended by itself.
        digits: String,
    },
    /// A Flow was fetched.
    FlowFetched(Arc<Flow>),
    /// There is no such Flow.
    FlowMissing,
    /// The Flow is not at hand here, though Twilio may have it: how to give it.
    FlowNotGiven(String),
    /// Something that was handed over is done.
    HandedBack {
        /// The event of the widget: `return`, `success`, `failed`, …
        event: String,
        /// The variables that came with it.
        variables: Map<String, Value>,
    },
    /// The call was ended, by whichever side.
    HungUp,
    /// The Execution was ended from outside, or its call was given another document.
    Stopped,
}

/// The outcome of dialling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialOutcome {
    /// Somebody, or something, answered.
    Answered,
    /// The call was declined, or the line was taken.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// The call could not be placed.
    Failed,
    /// It was cancelled before anybody answered.
    Canceled,
}

impl DialOutcome {
    /// The event that the widget fires. (Of a cancelled call it is not documented.)
    pub(super) fn event(self) -> &'static str {
        match self {
            DialOutcome::Answered => "answered",
            DialOutcome::Busy => "busy",
            DialOutcome::NoAnswer => "noAnswer",
            DialOutcome::Failed | DialOutcome::Canceled => "failed",
        }
    }

    /// The call's status.
    pub(super) fn call_status(self) -> &'static str {
        match self {
            DialOutcome::Answered => "in-progress",
            DialOutcome::Busy => "busy",
            DialOutcome::NoAnswer => "no-answer",
            DialOutcome::Failed => "failed",
            DialOutcome::Canceled => "canceled",
        }
    }
}

/// The result of a hand-over to a queue. (twilio.com/docs/voice/twiml/enqueue, `QueueResult`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueResult {
    /// Somebody took it.
    Bridged,
    /// It left the queue.
    Leave,
    /// It was sent elsewhere while it was in the queue.
    Redirected,
    /// The queue was full.
    QueueFull,
    /// The request was wrong.
    Error,
    /// Twilio failed.
    SystemError,
}

/// The result of a connection. (twilio.com/docs/voice/twiml/dial, `DialCallStatus`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialCallStatus {
    /// Somebody answered, and it is over.
    Completed,
    /// The line was taken.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// Nobody could be called.
    Failed,
    /// It was cancelled before anybody answered.
    Canceled,
}

impl QueueResult {
    /// The result as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            QueueResult::Bridged => "bridged",
            QueueResult::Leave => "leave",
            QueueResult::Redirected => "redirected",
            QueueResult::QueueFull => "queue-full",
            QueueResult::Error => "error",
            QueueResult::SystemError => "system-error",
        }
    }
}

impl DialCallStatus {
    /// The result as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            DialCallStatus::Completed => "completed",
            DialCallStatus::Busy => "busy",
            DialCallStatus::NoAnswer => "no-answer",
            DialCallStatus::Failed => "failed",
            DialCallStatus::Canceled => "canceled",
        }
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: String,
    /// The body, as text.
    pub body: String,
    /// How many bytes of it were received: where these are no UTF-8, the text has more.
    pub size: usize,
}

impl HttpResponse {
    /// An answer with this text.
    pub fn of_text(status: u16, content_type: String, body: String) -> HttpResponse {
        HttpResponse { status, content_type, size: body.len(), body }
    }

    /// An answer as it was received; what is not UTF-8 is replaced.
    pub fn received(status: u16, content_type: String, body: &[u8]) -> HttpResponse {
        let text = String::from_utf8_lossy(body).into_owned();
        HttpResponse { status, content_type, body: text, size: body.len() }
    }
}
