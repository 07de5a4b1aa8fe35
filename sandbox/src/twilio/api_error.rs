//! Twilio's errors: a status, a code, and a page about it that exists at the real one.

use serde_json::{Value, json};
use shared::http::Response;

/// An error in Twilio's own form. (twilio.com/docs/usage/twilios-response: `code`, `message`, `more_info`, `status`.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    status: u16,
    code: u32,
    message: String,
    details: Option<Value>,
    /// The header `Retry-After`, in seconds.
    retry_after: Option<u32>,
}

impl ApiError {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> ApiError {
        ApiError { status, code, message: message.into(), details: None, retry_after: None }
    }

    /// A parameter that is missing or wrong.
    pub(super) fn bad(code: u32, message: impl Into<String>) -> ApiError {
        ApiError::new(400, code, message)
    }

    /// The same with more about it, in JSON.
    pub(super) fn with(self, details: Value) -> ApiError {
        ApiError { details: Some(details), ..self }
    }

    /// It is out of order. After a POST nobody knows whether it was done.
    pub(super) fn out_of_order() -> ApiError {
        ApiError::new(500, 20500, "Internal Server Error")
    }

    /// It was asked too fast, and nothing was done.
    pub(super) fn too_many() -> ApiError {
        let error = ApiError::new(429, 20429, "Too Many Requests");
        ApiError { retry_after: Some(1), ..error }
    }

    /// Nothing lives at this path.
    pub(super) fn not_found(path: &str) -> ApiError {
        ApiError::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    /// The account SID or the auth token is not right.
    pub(super) fn not_allowed() -> ApiError {
        ApiError::new(401, 20003, "Authenticate")
    }
}

impl From<ApiError> for Response {
    fn from(error: ApiError) -> Response {
        let ApiError { status, code, message, details, retry_after } = error;
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        let mut body =
            json!({"code": code, "message": message, "more_info": more_info, "status": status});
        if let Some(details) = details {
            body["details"] = details;
        }
        let response = Response::json(status, &body);
        match retry_after {
            Some(seconds) => response.with("retry-after", seconds.to_string()),
            None => response,
        }
    }
}
