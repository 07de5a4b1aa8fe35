//! Phone numbers in texts, masked.

/// Phone numbers in a text, shown by their last four digits: `+15005550001` becomes `+…0001`. A run of 7 to 15 digits
/// (E.164) that stands alone is taken for one, whatever is before it: `+`, `%2B`, `00`, `tel:`. A count of bytes or
/// characters, as our own reasons have them, is none.
/// What [`mask_dialled`] masks is masked too.
pub fn mask_numbers(text: &str) -> String {
    let text = mask_dialled(text);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
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

/// Phone numbers as people write them, with a country's code behind `+` or `00`: `+49 (170) 1234567` becomes `+…4567`,
/// `00491701234567` becomes `…4567`. Other digits stay as they are.
pub fn mask_dialled(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['+', '0']) {
        let (before, number) = rest.split_at(at);
        masked.push_str(before);
        let parts_a_number =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ',' | '-' | '+' | ':');
        let is_alone = !masked.ends_with(parts_a_number) || masked.ends_with("tel:");
        let dialled = match number.strip_prefix("00") {
            _ if number.starts_with('+') => international(&number[1..], MIN_DIGITS),
            Some(behind) if is_alone => international(behind, MIN_DIGITS_BEHIND_ZEROS),
            _ => None,
        };
        let prefix = if number.starts_with('+') { 1 } else { 2 };
        match dialled {
            Some((length, last)) => {
                masked.extend([if prefix == 1 { "+…" } else { "…" }, last.as_str()]);
                rest = &number[prefix + length..];
            }
            // The digits of one run are looked at once.
            None => {
                let run = number[1..].bytes().take_while(u8::is_ascii_digit).count() + 1;
                let run = if prefix == 1 { 1 } else { run };
                masked.push_str(&number[..run]);
                rest = &number[run..];
            }
        }
    }
    masked + rest
}

/// The fewest digits of a number, and of one that only zeros tell from an account's number.
const MIN_DIGITS: usize = 7;
const MIN_DIGITS_BEHIND_ZEROS: usize = 9;
/// The most digits of a number (E.164).
const MAX_DIGITS: usize = 15;

/// The number with a country's code that a text begins with, in one group of digits or in several: its length in bytes,
/// and its last four digits.
fn international(text: &str, fewest: usize) -> Option<(usize, String)> {
    let mut digits = String::new();
    let (mut at, mut found) = (0, None);
    loop {
        let group = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        digits.push_str(&text[at..at + group]);
        at += group;
        if group == 0 || digits.len() > MAX_DIGITS || digits.starts_with('0') {
            return found;
        }
        if digits.len() >= fewest {
            found = Some((at, digits[digits.len() - 4..].to_owned()));
        }
        // It is whole already: what follows is another number.
        let is_whole = found.is_some() && digits.len() == group;
        let gap = gap(&text[at..]);
        if is_whole || gap == 0 {
            return found;
        }
        at += gap;
    }
}

/// How many bytes stand between two groups of a number: one sign, or two with a bracket.
fn gap(text: &str) -> usize {
    let is_sign = |c: &char| matches!(c, ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')');
    let signs: Vec<char> = text.chars().take(3).take_while(is_sign).collect();
    match signs[..] {
        [one] => one.len_utf8(),
        [one, two] if "()".contains(one) || "()".contains(two) => one.len_utf8() + two.len_utf8(),
        _ => 0,
    }
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
    fn measured_number_is_no_phone_number() {
        for (text, shown) in [
            ("call +15005550006, 1500000 requests", "call +…0006, 1500000 requests"),
            ("a+b +12 ++15005550006", "a+b +12 ++…0006"),
        ] {
            assert_eq!(super::mask_e164(text), shown);
        }
    }

    #[test]
    fn number_is_masked_however_people_write_it() {
        for (text, shown) in [
            ("call +49 170 1234567 now", "call +…4567 now"),
            ("call +49 (170) 123-45.67, then 3", "call +…4567, then 3"),
            ("call 00491701234567", "call …4567"),
            ("tel:0049 170 1234567.", "tel:…4567."),
            ("+491701234567 3 hosts", "+…4567 3 hosts"),
            ("+49 170 1234567. 3 hosts", "+…4567. 3 hosts"),
            ("+49\u{a0}170\u{a0}1234567", "+…4567"),
        ] {
            assert_eq!(super::mask_dialled(text), shown);
            assert_eq!(super::mask_numbers(text), shown);
        }
        for text in [
            "1500000 requests, +12 %, a+b, 0.00123456789012, 00:00:00, 0 000",
            "arn:aws:sns:eu-central-1:001234567890:t 0012345",
            "00000000-0000-0000-0000-004917012345",
        ] {
            assert_eq!(super::mask_dialled(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_panic(text in ".{0,60}", number in "[0-9+%A-F ]{0,40}") {
            super::mask_e164(&text);
            super::mask_e164(&number);
            super::mask_numbers(&text);
            super::mask_numbers(&number);
            super::mask_dialled(&text);
            let masked = super::mask_dialled(&number);
            proptest::prop_assert_eq!(super::mask_dialled(&masked), masked);
        }
    }
}
