//! Requests of a run, and their outcomes.

use crate::run::{HttpMethod, HttpResponse};

/// A request of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpRequest<'a> {
    /// The name of the widget.
    pub widget: &'a str,
    /// The widget's type is `run-function`.
    pub is_function: bool,
    /// The method.
    pub method: HttpMethod,
    /// The URL.
    pub url: &'a str,
    /// The header `Content-Type`; of a GET without effect.
    pub content_type: &'a str,
    /// The body; of a GET empty.
    pub body: &'a str,
    /// It carries the account's own credentials, and goes to Twilio.
    pub has_twilio_auth: bool,
}

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpOutcome {
    /// It was answered.
    Responded(HttpResponse),
    /// There was no answer, for this reason.
    Unanswered(String),
    /// It was not sent, for this reason.
    Unsent(String),
}
