//! Twilio's SIDs: two letters that name the kind of thing, and 32 hexadecimal digits.

/// The first letters of a Flow's SID, …
pub const FLOW: &str = "FW";
/// … of an Execution's, …
pub const EXECUTION: &str = "FN";
/// … of a step's, …
pub const STEP: &str = "FT";
/// … and of a call's.
pub const CALL: &str = "CA";

/// Whether this is one of Twilio's SIDs: these two letters and 32 hexadecimal digits.
pub fn is_sid(letters: &str, text: &str) -> bool {
    let digits = text.strip_prefix(letters);
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|c| c.is_ascii_hexdigit()))
}
