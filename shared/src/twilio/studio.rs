//! Twilio Studio: the Flow that places one call, and how it is asked for and reports.
//!
//! 1. [`callback_token`]: the token that lets a call's own reports in, and nothing else.
//! 2. [`api`]: Executions are begun, looked at and ended. [`context`]: what an Execution knows of its call.
//! 3. [`report`]: what the Flow reports.
//! 4. [`outage`]: the Flow that places our calls. (What a Flow is made of is the crate `studio`'s.)

pub mod api;
pub mod callback_token;
pub mod context;
pub mod outage;
pub mod report;

/// What the SID of a Flow begins with.
pub const FLOW: &str = "FW";
/// What the SID of an Execution begins with.
pub const EXECUTION: &str = "FN";
/// What the SID of a call begins with.
pub const CALL: &str = "CA";

/// Whether this is one of Twilio's SIDs: these two letters and 32 hexadecimal digits.
pub fn is_sid(letters: &str, text: &str) -> bool {
    let digits = text.strip_prefix(letters);
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|c| c.is_ascii_hexdigit()))
}
