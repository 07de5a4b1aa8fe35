//! A phone number of somebody, which no log and no page shows whole.

use std::fmt;

/// A phone number in E.164: `+` and 7 to 15 digits.
///
/// There is no `Display` and no `Deref`, and `Debug` shows the last four digits: whoever needs the number itself says
/// [`as_str`](E164::as_str), whoever shows it says [`masked`](E164::masked). Nor is there serde: no record of any version has
/// a number (sessions, links, texts and opt-outs are kept under its hash), so none has to be read leniently, and no JSON can
/// show one.
#[derive(Clone, PartialEq, Eq)]
pub struct E164(String);

/// The fewest and the most digits.
const MIN_DIGITS: usize = 7;
const MAX_DIGITS: usize = 15;

impl E164 {
    /// Reads a number; `None` if it is none in E.164.
    pub fn parse(text: &str) -> Option<E164> {
        let digits = text.strip_prefix('+')?;
        let is_one = (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_one.then(|| E164(text.to_owned()))
    }

    /// The number itself, for Twilio and for hashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number by its last four digits: `+…0001`.
    pub fn masked(&self) -> String {
        // All of it is ASCII, and long enough.
        format!("+…{}", &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::{mask_e164, mask_numbers};

    #[test]
    fn number_has_a_plus_and_seven_to_fifteen_digits() {
        for text in ["+1500555", "+15005550001", "+123456789012345", "+0000000"] {
            assert_eq!(E164::parse(text).expect(text).as_str(), text);
        }
        for text in [
            "",
            "+",
            "+150055",
            "+1234567890123456",
            "15005550001",
            "5005550001",
            "++15005550001",
            "+1 500 555 0001",
            " +15005550001",
            "+15005550001\n",
            "+١٥٠٠٥٥٥٠٠٠١",
            "whatsapp:+15005550001",
            "12345",
        ] {
            assert_eq!(E164::parse(text), None, "{text}");
        }
    }

    #[test]
    fn debug_shows_the_last_four_digits() {
        let number = E164::parse("+15005550001").expect("a number");
        assert_eq!(format!("{number:?} {:?}", Some(&number)), "+…0001 Some(+…0001)");
    }

    proptest! {
        #[test]
        fn number_is_masked_as_in_any_text(text in "\\+[0-9]{7,15}") {
            let masked = E164::parse(&text).expect("a number").masked();
            prop_assert_eq!(&masked, &mask_e164(&text));
            prop_assert_eq!(&masked, &mask_numbers(&text));
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,20}|\\+?[0-9\u{660}-\u{669}]{0,20}") {
            if let Some(number) = E164::parse(&text) {
                prop_assert_eq!(number.masked().chars().count(), 6);
            }
        }
    }
}
