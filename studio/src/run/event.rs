//! The events that a run is stepped with.

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// The Execution was created.
    Begun,
    /// A call was placed, and has this SID.
    Placed {
        /// `CA…`
        call_sid: String,
    },
    /// A call was answered, or will never be.
    Dialed(DialOutcome),
    /// All was said.
    Spoken,
    /// Keys were pressed; none is the same as [`RunEvent::TimedOut`].
    Digits(String),
    /// A request was answered.
    Responded(HttpResponse),
    /// What was waited for did not come in time: a key, or the answer to a request.
    TimedOut,
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

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: String,
    /// The body, as text.
    pub body: String,
}
