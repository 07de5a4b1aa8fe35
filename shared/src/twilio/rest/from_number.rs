//! Our own number, which calls and texts.

use std::fmt;

use crate::domain::e164::E164;
use crate::domain::text::mask_numbers;

/// The number that calls and texts (`twilio/from-number`), as it is configured. It should be one in E.164; what it is
/// otherwise (a short code, a number without its plus) goes to Twilio as it is, which takes or refuses it.
#[derive(Clone, PartialEq, Eq)]
pub struct FromNumber(String);

impl FromNumber {
    /// The number that is configured so.
    pub fn new(configured: &str) -> FromNumber {
        FromNumber(configured.to_owned())
    }

    /// The number, if it is one in E.164.
    pub fn e164(&self) -> Option<E164> {
        E164::parse(&self.0)
    }

    /// The number itself, for Twilio.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FromNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_numbers(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_in_e164_goes_to_twilio_as_it_is() {
        for (text, shown) in
            [("+15005550006", "+…0006"), ("15005550006", "…0006"), ("12345", "12345")]
        {
            let number = FromNumber::new(text);
            assert_eq!((number.as_str(), format!("{number:?}").as_str()), (text, shown));
            assert_eq!(number.e164().is_some(), text.starts_with('+'));
        }
    }
}
