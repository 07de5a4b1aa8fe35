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

/// The SID that a text is, with its digits in lower case, whatever the case of the text; `None` if it is none.
pub fn read_sid(letters: &str, text: &str) -> Option<String> {
    let (first, digits) = text.split_at_checked(letters.len())?;
    let sid = format!("{letters}{}", digits.to_ascii_lowercase());
    (first.eq_ignore_ascii_case(letters) && is_sid(letters, &sid)).then_some(sid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sid_is_the_same_in_either_case() {
        let sid = "FW0123456789abcdef0123456789abcdef";
        for text in [sid.to_owned(), sid.to_ascii_uppercase(), sid.to_ascii_lowercase()] {
            assert_eq!(read_sid(FLOW, &text).as_deref(), Some(sid));
        }
        for text in ["", "F", "FW", "ü", "FW../../x", "FN0123456789abcdef0123456789abcdef"] {
            assert_eq!(read_sid(FLOW, text), None, "{text}");
        }
    }
}
