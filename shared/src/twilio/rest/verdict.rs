//! The meaning of Twilio's answers.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use super::{ApiError, ApiResponse, Rejection};
use crate::domain::text::mask_numbers;

/// Turns Twilio's response into its body, or into the error that it means.
pub(in crate::twilio) fn verdict(told: ApiResponse) -> Result<Bytes, ApiError> {
    match told {
        ApiResponse::Answer { status: 200..=299, body, .. } => Ok(body),
        ApiResponse::Answer { status: 429, retry_after, .. } => {
            let after = retry_after.map(Duration::from_secs);
            Err(ApiError::Later(after, "Twilio has too many requests (429)".to_owned()))
        }
        ApiResponse::Answer { status: status @ 400..=499, body, .. } => {
            Err(ApiError::Refused(rejection(status, &body)))
        }
        ApiResponse::Answer { status, .. } => {
            Err(ApiError::Unknown(format!("Twilio answered {status}")))
        }
        ApiResponse::NotSent(why) => Err(ApiError::Later(None, format!("Twilio: {why}"))),
        ApiResponse::NoAnswer(why) => Err(ApiError::Unknown(format!("Twilio: {why}"))),
    }
}

/// An answer, read.
pub(in crate::twilio) fn read<T: serde::de::DeserializeOwned>(body: Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(&body)
        .map_err(|_| ApiError::Unknown("Twilio's answer could not be read".to_owned()))
}

impl Rejection {
    /// Whether a call cannot be changed because it is over (21220, "invalid call state") or unknown (20404).
    pub(super) fn is_over(&self) -> bool {
        self.code == Some(21220) || self.is_unknown()
    }

    /// Whether what was asked about is unknown to Twilio (20404).
    pub(in crate::twilio) fn is_unknown(&self) -> bool {
        matches!(self.code, Some(20404 | 404))
    }
}

/// Twilio's error code in the body of an answer, if there is one.
pub fn error_code(body: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Body {
        code: Option<u64>,
    }
    serde_json::from_slice::<Body>(body).ok()?.code
}

/// Reads Twilio's own words: a code and a message, where they can be read; else the status stands for the code.
fn rejection(status: u16, body: &[u8]) -> Rejection {
    #[derive(Deserialize)]
    struct Body {
        code: Option<u64>,
        message: Option<String>,
    }
    let body = serde_json::from_slice::<Body>(body).ok();
    let code = body.as_ref().and_then(|body| body.code).unwrap_or(u64::from(status));
    let message = body.and_then(|body| body.message).unwrap_or_default();
    let message: String = mask_numbers(&message).chars().take(200).collect();
    let text = format!("Twilio {code} {message}").trim_end().to_owned();
    Rejection { code: Some(code), text }
}

/// A time of the API: RFC 2822 in the older one, RFC 3339 in the newer.
pub(in crate::twilio) fn read_time(text: Option<&str>) -> Option<Timestamp> {
    let text = text?;
    rfc2822::parse(text).map(|at| at.timestamp()).or_else(|_| text.parse()).ok()
}
