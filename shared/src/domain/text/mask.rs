//! Phone numbers in texts, masked.

/// Phone numbers in a text, shown by their last four digits: `+15005550001` becomes `+…0001`. A run of 7 to 15 digits
/// (E.164) that stands alone is taken for one, whatever is before it: `+`, `%2B`, `00`, `tel:`. A count of bytes or
/// characters, as our own reasons have them, is none.
pub fn mask_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(at);
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = number.split_at(digits);
        masked.push_str(before);
        // In a form's body a plus is `%2B`: its 2 is no part of the number, and the number follows a letter.
        let alone = !masked.ends_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            || masked.ends_with("%2B");
        let ends = !behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_counted = UNITS.iter().any(|unit| {
            let rest = behind.strip_prefix(unit);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        });
        let is_dialled =
            masked.ends_with('+') || masked.ends_with("%2B") || number.starts_with('0');
        let is_count = is_counted && !is_dialled;
        if (7..=15).contains(&digits) && alone && ends && !is_count {
            masked.push('…');
            masked.push_str(&number[digits - 4..]);
        } else {
            masked.push_str(number);
        }
        rest = behind;
    }
    masked + rest
}

/// What follows a count in our own reasons.
const UNITS: [&str; 2] = [" bytes", " characters"];

/// The phone numbers of a text that are written in E.164, with their plus: `+15005550001` becomes `+…0001`. Other digits
/// stay as they are: a monitor's texts are full of measured numbers.
pub fn mask_e164(text: &str) -> String {
    let mut parts = text.split('+');
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        masked.push('+');
        match (7..=15).contains(&digits) {
            true => masked.extend(["…", &part[digits - 4..]]),
            false => masked.push_str(part),
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn numbers_are_shown_by_their_last_four_digits() {
        for (text, shown) in [
            ("call +15005550006 <now>", "call +…0006 <now>"),
            ("From=%2B15005550006&To=0015005550007", "From=%2B…0006&To=…0007"),
            ("whatsapp:15005550006", "whatsapp:…0006"),
            (
                "WT00000000000000000000000000000001 took 42 minutes",
                "WT00000000000000000000000000000001 took 42 minutes",
            ),
            ("2026-11-20T12:00:00.377Z", "2026-11-20T12:00:00.377Z"),
        ] {
            assert_eq!(super::mask_numbers(text), shown);
        }
    }

    #[test]
    fn count_of_bytes_is_no_phone_number() {
        for (text, shown) in [
            (
                "has 20007217 bytes, expected 10240 at most",
                "has 20007217 bytes, expected 10240 at most",
            ),
            ("(cut: 1500000 bytes in all)", "(cut: 1500000 bytes in all)"),
            ("has 15005550006 characters", "has 15005550006 characters"),
            ("+15005550006 bytes", "+…0006 bytes"),
            ("To=%2B15005550006 bytes", "To=%2B…0006 bytes"),
            ("0015005550006 bytes", "…0006 bytes"),
            ("15005550006 bytesized", "…0006 bytesized"),
            ("15005550006, 3 bytes", "…0006, 3 bytes"),
        ] {
            assert_eq!(super::mask_numbers(text), shown);
        }
    }

    #[test]
    fn a_measured_number_is_no_phone_number() {
        for (text, shown) in [
            ("call +15005550006, 1500000 requests", "call +…0006, 1500000 requests"),
            ("a+b +12 ++15005550006", "a+b +12 ++…0006"),
        ] {
            assert_eq!(super::mask_e164(text), shown);
        }
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_panic(text in ".{0,60}", number in "[0-9+%A-F ]{0,40}") {
            super::mask_e164(&text);
            super::mask_e164(&number);
            super::mask_numbers(&text);
            super::mask_numbers(&number);
        }
    }
}
