//! What an answer of Twilio's means.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use super::{Told, Trouble};
use crate::domain::text::mask_numbers;

/// What became of what was asked.
pub(in crate::twilio) fn verdict(told: Told) -> Result<Bytes, Trouble> {
    match told {
        Told::Answer { status: 200..=299, body, .. } => Ok(body),
        Told::Answer { status: 429, retry_after, .. } => {
            let after = retry_after.map(Duration::from_secs);
            Err(Trouble::Later(after, "Twilio has too many requests (429)".to_owned()))
        }
        Told::Answer { status: status @ 400..=499, body, .. } => {
            Err(Trouble::Refused(refusal(status, &body)))
        }
        Told::Answer { status, .. } => Err(Trouble::Unknown(format!("Twilio answered {status}"))),
        Told::NotSent(why) => Err(Trouble::Later(None, format!("Twilio: {why}"))),
        Told::NoAnswer(why) => Err(Trouble::Unknown(format!("Twilio: {why}"))),
    }
}

/// An answer, read.
pub(in crate::twilio) fn read<T: serde::de::DeserializeOwned>(body: Bytes) -> Result<T, Trouble> {
    serde_json::from_slice(&body)
        .map_err(|_| Trouble::Unknown("Twilio's answer could not be read".to_owned()))
}

/// Whether a call cannot be changed because it is over (21220, "invalid call state") or unknown (20404).
pub(super) fn is_over(refusal: &str) -> bool {
    refusal.starts_with("Twilio 21220") || is_unknown(refusal)
}

/// Whether what was asked about is unknown to Twilio (20404).
pub(in crate::twilio) fn is_unknown(refusal: &str) -> bool {
    ["Twilio 20404", "Twilio 404"].iter().any(|code| refusal.starts_with(code))
}

/// Twilio's own words: a code and a message, where they can be read.
fn refusal(status: u16, body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        code: Option<u64>,
        message: Option<String>,
    }
    let told = serde_json::from_slice::<Refusal>(body).ok();
    let code = told.as_ref().and_then(|told| told.code).unwrap_or(u64::from(status));
    let message = told.and_then(|told| told.message).unwrap_or_default();
    let message: String = mask_numbers(&message).chars().take(200).collect();
    format!("Twilio {code} {message}").trim_end().to_owned()
}

/// A time of the API: RFC 2822 in the older one, RFC 3339 in the newer.
pub(in crate::twilio) fn read_time(text: Option<&str>) -> Option<Timestamp> {
    let text = text?;
    rfc2822::parse(text).map(|at| at.timestamp()).or_else(|_| text.parse()).ok()
}
