//! The words that labels may hold. All are bounded: no number, no SID but that of a Flow,
//! and no word of the other side becomes a label.

use crate::domain::text::mask_numbers;

/// Stands for whatever is not in a list.
pub const OTHER: &str = "other";
/// Stands for a Flow whose name is not known.
pub const UNNAMED: &str = "unnamed";
/// Stands for a widget that is not known.
pub const UNKNOWN: &str = "unknown";
/// A failure for which Twilio gave no code.
pub const NO_CODE: &str = "none";

/// The statuses of a message. (twilio.com/docs/messaging/api/message-resource.)
pub const MESSAGE_STATUSES: &[&str] = &[
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "sent",
    "delivered",
    "read",
    "undelivered",
    "failed",
    "canceled",
    "partially_delivered",
    "receiving",
    "received",
    OTHER,
];

/// The statuses of a call. (twilio.com/docs/voice/api/call-resource.)
pub const CALL_STATUSES: &[&str] = &[
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "no-answer",
    "canceled",
    OTHER,
];

/// Why a call was not completed, in our words: Twilio has none. The status decides, a SIP response code divides `failed`.
/// The empty value is always 0: it is the series that dashboards without this label ask for.
pub const DISCONNECT_REASONS: &[&str] = &[
    "",
    "busy",
    "no-answer",
    "canceled",
    "rejected",
    "unreachable",
    "timeout",
    "sip-4xx",
    "sip-5xx",
    "sip-6xx",
    OTHER,
];

/// The codes of failed messages that are always shown; the rest of the known ones from the first time on.
pub const COMMON_MESSAGE_CODES: &[&str] = &[
    "21211", "21408", "21610", "21612", "21614", "30001", "30002", "30003", "30004", "30005",
    "30006", "30007", "30008", "30009", "30010", "30034", "63016", "63024", NO_CODE, OTHER,
];

/// The codes of failed requests to Twilio's REST API. (twilio.com/docs/api/errors.)
pub const API_CODES: &[&str] = &[
    "20003", "20404", "20429", "20503", "21201", "21205", "21210", "21211", "21212", "21214",
    "21215", "21216", "21217", "21219", "21220", "21221", "21401", "21408", "21601", "21602",
    "21603", "21604", "21606", "21608", "21610", "21611", "21612", "21614", "21617", "21618",
    HTTP_5XX, NO_ANSWER, OTHER,
];

/// The API answered with a 5xx and no code of Twilio's.
pub const HTTP_5XX: &str = "http_5xx";
/// The API did not answer.
pub const NO_ANSWER: &str = "no_answer";

/// The label for the error code of a message: the code if it is a known one, `none` for no code, else `other`.
pub fn message_code(code: Option<u32>) -> String {
    match code {
        None => NO_CODE.to_owned(),
        Some(code) if is_message_code(code) => code.to_string(),
        Some(_) => OTHER.to_owned(),
    }
}

/// Whether Twilio's documentation lists this code for messages that failed, as of 2023. docs/metrics.md names the same.
fn is_message_code(code: u32) -> bool {
    matches!(code,
        21211 | 21408 | 21610 | 21612 | 21614
        | 30001..=30035
        | 30400..=30450
        | 63001..=63003 | 63005..=63047 | 63051)
}

/// The label for a failed request to the REST API: Twilio's code if it is a known one.
pub fn api_code(code: Option<u64>, status: u16) -> &'static str {
    let named = code.map(|code| code.to_string());
    let known = API_CODES.iter().find(|known| named.as_deref() == Some(**known));
    match known {
        Some(known) => known,
        None if status == 429 => "20429",
        None if status == 401 => "20003",
        None if status >= 500 => HTTP_5XX,
        None => OTHER,
    }
}

/// The reason for which a call with this final status was not completed; `None` for a status that is none of these.
pub fn disconnect_reason(status: &str, sip_code: Option<u32>) -> Option<&'static str> {
    match status {
        "busy" => Some("busy"),
        "no-answer" => Some("no-answer"),
        "canceled" => Some("canceled"),
        "failed" => Some(match sip_code {
            Some(603 | 607 | 608) => "rejected",
            Some(404 | 410 | 480 | 484 | 604) => "unreachable",
            Some(408 | 487 | 504) => "timeout",
            Some(400..=499) => "sip-4xx",
            Some(500..=599) => "sip-5xx",
            Some(600..=699) => "sip-6xx",
            _ => OTHER,
        }),
        _ => None,
    }
}

/// The word of a list that this one is, or `other`.
pub fn word_of(list: &'static [&'static str], word: &str) -> &'static str {
    list.iter().find(|known| **known == word).copied().unwrap_or(OTHER)
}

/// The length of a name in a label, in characters.
const MAX_NAME: usize = 64;

/// The label for a name that people gave in Twilio: no number, no SID, and of bounded length.
pub fn name_of(name: &str) -> String {
    let is_sid = |word: &str| {
        let digits = word.get(2..).unwrap_or_default();
        digits.len() == 32 && digits.bytes().all(|c| c.is_ascii_hexdigit())
    };
    if name.trim().is_empty() || name.split(|c: char| !c.is_ascii_alphanumeric()).any(is_sid) {
        return UNNAMED.to_owned();
    }
    mask_numbers(name.trim()).chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn name_in_a_label_holds_no_number_and_no_sid() {
        for (name, label) in [
            (" Main menu ", "Main menu"),
            ("line +15005550006", "line +…0006"),
            ("copy of FW00000000000000000000000000000001", "unnamed"),
            ("", "unnamed"),
        ] {
            assert_eq!(super::name_of(name), label);
        }
        assert_eq!(super::name_of(&"ü".repeat(100)).chars().count(), 64);
    }
}
