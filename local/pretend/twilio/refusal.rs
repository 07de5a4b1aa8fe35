//! What the pretend Twilio says no with: a status, a code, and a page about it that exists at the real one.

use serde_json::json;
use shared::http::Response;

/// A refusal in Twilio's own form. (docs/usage/twilios-response: `code`, `message`, `more_info`, `status`.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: u32,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }

    /// A parameter that is missing or wrong.
    pub(super) fn bad(code: u32, message: impl Into<String>) -> Refusal {
        Refusal::new(400, code, message)
    }

    /// Nothing lives at this path.
    pub(super) fn not_found(path: &str) -> Refusal {
        Refusal::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    /// The account SID or the auth token is not right.
    pub(super) fn not_allowed() -> Refusal {
        Refusal::new(401, 20003, "Authenticate")
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Response {
        let Refusal { status, code, message } = refusal;
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        Response::json(
            status,
            &json!({"code": code, "message": message, "more_info": more_info, "status": status}),
        )
    }
}
