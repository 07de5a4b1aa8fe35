//! The I/O that a run asks for.

use std::time::Duration;

/// How long Studio waits for the answer to an HTTP request.
pub const HTTP_TIMEOUT: Duration = Duration::from_secs(10);

/// Something to do. Each but [`Action::HangUp`] is answered with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Places a call: [`RunEvent::Placed`](super::RunEvent::Placed), then
    /// [`RunEvent::Dialed`](super::RunEvent::Dialed).
    PlaceCall {
        /// The number that is called.
        to: String,
        /// The number that it is called from.
        from: String,
        /// How long it rings.
        timeout: Duration,
    },
    /// Speaks: [`RunEvent::Spoken`](super::RunEvent::Spoken) when all is said.
    Say(Speech),
    /// Speaks and takes keys: [`RunEvent::Digits`](super::RunEvent::Digits), or
    /// [`RunEvent::TimedOut`](super::RunEvent::TimedOut) if none is pressed.
    Gather {
        /// The prompt.
        prompt: Speech,
        /// How long a key is waited for after the prompt.
        timeout: Duration,
        /// The keys that end the input, and are no part of it.
        finish_on_key: String,
        /// The number of keys that ends the input.
        max_digits: Option<usize>,
    },
    /// Sends a POST: [`RunEvent::Responded`](super::RunEvent::Responded), or
    /// [`RunEvent::TimedOut`](super::RunEvent::TimedOut) if there is no answer.
    Request {
        /// The URL.
        url: String,
        /// The header `Content-Type`.
        content_type: String,
        /// The body.
        body: String,
        /// How long the answer may take.
        timeout: Duration,
    },
    /// Ends the call.
    HangUp,
}

/// A text that is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// The text, its expressions looked up.
    pub text: String,
    /// How often it is said; 0 is until the call ends.
    pub times: u32,
}
