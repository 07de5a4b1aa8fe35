//! Twilio's SIDs: two letters that name the kind of thing, and 32 hexadecimal digits.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The first letters of a Flow's SID, …
pub const FLOW: &str = "FW";
/// … of an Execution's, …
pub const EXECUTION: &str = "FN";
/// … of a step's, …
pub const STEP: &str = "FT";
/// … and of a call's.
pub const CALL: &str = "CA";

/// A SID: what Twilio calls a call, a message, a Flow, an Execution or a step. Where it matters that it is one, it is read by
/// [`Sid::parse`] or [`Sid::read`]; where Twilio's word is taken, by [`Sid::as_sent`]; and what is stored is read as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sid(String);

impl Sid {
    /// The SID that a text is: these two letters and 32 hexadecimal digits; `None` if it is none.
    pub fn parse(letters: &str, text: &str) -> Option<Sid> {
        let digits = text.strip_prefix(letters)?;
        let is_sid = digits.len() == 32 && digits.bytes().all(|c| c.is_ascii_hexdigit());
        is_sid.then(|| Sid(text.to_owned()))
    }

    /// The SID that a text is, with its digits in lower case, whatever the case of the text; `None` if it is none.
    pub fn read(letters: &str, text: &str) -> Option<Sid> {
        let (first, digits) = text.split_at_checked(letters.len())?;
        let sid = Sid::parse(letters, &format!("{letters}{}", digits.to_ascii_lowercase()))?;
        first.eq_ignore_ascii_case(letters).then_some(sid)
    }

    /// Takes what Twilio sent as a SID, whatever its letters, form and length.
    pub fn as_sent(text: &str) -> Sid {
        Sid(text.to_owned())
    }

    /// Whether it is one of these letters, in Twilio's form.
    pub fn is_of(&self, letters: &str) -> bool {
        Sid::parse(letters, &self.0).is_some()
    }

    /// The SID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(any(test, feature = "testing"))]
impl From<&str> for Sid {
    /// Any text, for tests.
    fn from(text: &str) -> Sid {
        Sid::as_sent(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOWER: &str = "FW0123456789abcdef0123456789abcdef";

    #[test]
    fn sid_is_the_same_in_either_case() {
        for text in [LOWER.to_owned(), LOWER.to_ascii_uppercase(), LOWER.to_ascii_lowercase()] {
            assert_eq!(Sid::read(FLOW, &text), Some(LOWER.into()));
        }
        for text in ["", "F", "FW", "ü", "FW../../x", "FN0123456789abcdef0123456789abcdef"] {
            assert_eq!(Sid::read(FLOW, text), None, "{text}");
        }
    }

    #[test]
    fn sid_of_the_strict_rule_is_taken_as_it_is_written() {
        for text in [LOWER, "FW0123456789ABCDEF0123456789abcdef"] {
            assert_eq!(Sid::parse(FLOW, text), Some(text.into()), "{text}");
        }
        for text in
            ["", "FW", "fw0123456789abcdef0123456789abcdef", &LOWER[..33], &LOWER.replace('f', "g")]
        {
            assert_eq!(Sid::parse(FLOW, text), None, "{text}");
        }
        assert!(Sid::as_sent(LOWER).is_of(FLOW) && !Sid::as_sent(LOWER).is_of(CALL));
    }

    #[test]
    fn stored_sid_is_plain_text_and_read_as_it_is() {
        let sid = Sid::as_sent("CA1");
        let json = serde_json::to_string(&sid).expect("JSON");
        assert_eq!(json, "\"CA1\"");
        assert_eq!(serde_json::from_str::<Sid>(&json).expect("a SID"), sid);
    }
}
