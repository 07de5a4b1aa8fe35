//! The question that a Flow waits for while somebody walks through it.

use studio::HttpMethod;
use studio::play::HttpRequest;

/// The thing that a Flow waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Awaited {
    /// The name of the widget.
    pub(super) widget: String,
    /// Its type.
    pub(super) kind: String,
    pub(super) question: Question,
    /// The caller is on the line, and may hang up.
    pub(super) can_hang_up: bool,
}

/// The kind of move that it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Something is said to the end, or the caller hangs up.
    Speech,
    /// Keys or words.
    Input {
        /// The number of keys that is enough.
        max_digits: Option<usize>,
    },
    /// A message of the contact.
    Reply,
    /// Words to record.
    Recording,
    /// The answer to a request.
    Request(AwaitedRequest),
    /// The outcome of a call, a queue, a message or a hand-over.
    Outcome {
        /// The type of the widget.
        kind: String,
    },
}

/// A request that is not answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AwaitedRequest {
    pub(super) is_function: bool,
    pub(super) method: HttpMethod,
    pub(super) url: String,
    pub(super) content_type: String,
    pub(super) body: String,
    pub(super) has_twilio_auth: bool,
}

impl AwaitedRequest {
    /// The request as the crate `studio` has it.
    pub(super) fn of_widget<'a>(&'a self, widget: &'a str) -> HttpRequest<'a> {
        HttpRequest {
            widget,
            is_function: self.is_function,
            method: self.method,
            url: &self.url,
            content_type: &self.content_type,
            body: &self.body,
            has_twilio_auth: self.has_twilio_auth,
        }
    }
}
