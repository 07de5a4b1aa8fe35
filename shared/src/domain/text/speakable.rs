//! A monitor's text as one says it: no URLs, no ids, no marks.

use super::labels::without_addresses;

/// The words of a text that mean something when they are heard.
pub(super) fn speakable(text: &str) -> String {
    let words = text.lines().flat_map(without_addresses);
    let words: Vec<String> = words.map(|word| word.replace('%', " percent")).collect();
    words.iter().flat_map(|word| word.split(' ')).flat_map(parts).collect::<Vec<_>>().join(" ")
}

/// A text cut at a word's end, with at most so many characters.
pub(super) fn cut_words(text: &str, most: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let cut = &text[..end];
    let cut = cut.rfind(char::is_whitespace).map_or(cut, |at| &cut[..at]);
    cut.trim_end().trim_end_matches([',', ';', ':']).to_owned()
}

/// The words in a name: `prod-api_5xx/HighLatency` has five.
fn parts(word: &str) -> Vec<String> {
    let is_joint =
        |c: char| !(c.is_alphanumeric() || matches!(c, '.' | ',' | '%' | '\'' | '!' | '?' | ':'));
    let mut whole: Vec<&str> = word.split(is_joint).filter(|part| !part.is_empty()).collect();
    // A UUID at the end of a name, as AWS gives it to alarms of its own.
    let is_uuid = |parts: &[&str]| {
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
            && parts.iter().all(|part| part.bytes().all(|c| c.is_ascii_hexdigit()))
    };
    while let Some(at) = whole.windows(5).position(is_uuid) {
        whole.drain(at..at + 5);
    }
    // An id with its prefix, like `i-0abc12` or a UUID.
    if whole.len() > 1
        && whole.iter().any(|part| is_id(part))
        && whole.iter().all(|part| is_id(part) || part.len() <= 4)
    {
        return Vec::new();
    }
    whole.into_iter().filter(|part| !is_id(part)).flat_map(humps).collect()
}

/// Eight characters or more that are digits, or letters and digits mixed: nobody can follow them.
fn is_id(part: &str) -> bool {
    let part = part.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let plain = part.chars().all(|c| c.is_ascii_alphanumeric());
    plain && part.len() >= 8 && (digits == part.len() || (digits >= 3 && digits < part.len()))
}

/// `HighCPUUtilization` is three words.
fn humps(part: &str) -> Vec<String> {
    let letters: Vec<char> = part.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|c| c.is_lowercase())));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(*letter);
        }
    }
    words.retain(|word| word.chars().any(char::is_alphanumeric));
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn name_is_spoken_in_words() {
        for (text, spoken) in [
            ("prod-api-5xx-rate", "prod api 5xx rate"),
            ("HighCPUUtilization", "High CPU Utilization"),
            ("checkout/Orders_DLQ", "checkout Orders DLQ"),
            ("Orders pile up. See https://wiki.example.com/x?y=1 now", "Orders pile up."),
            ("arn:aws:sns:eu-central-1:123456789012:x failed", "failed"),
            ("instance i-0123456789abcdef0 is down", "instance is down"),
            ("job 6f1c2a34-9d1e-4c5b-8a77-0123456789ab failed", "job failed"),
            ("CPU > 80% for **5** minutes", "CPU 80 percent for 5 minutes"),
            ("p99 latency", "p99 latency"),
            ("80%. https://a.example.com/b%20c", "80 percent."),
            ("Mail alpha@example.com", "Mail"),
            ("orders-AlarmHigh-3a9f8c1e-1111-2222-3333-444455556666", "orders Alarm High"),
        ] {
            assert_eq!(speakable(text), spoken, "{text}");
        }
    }

    #[test]
    fn cut_ends_with_a_word() {
        assert_eq!(cut_words("one two, three", 9), "one two");
        assert_eq!(cut_words("short", 9), "short");
        assert_eq!(cut_words("äöüäöüäöüäöü", 3), "äöü");
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_panic(text in ".{0,80}", most in 0usize..40) {
            let spoken = speakable(&text);
            prop_assert!(!spoken.contains("://"));
            prop_assert!(cut_words(&spoken, most).chars().count() <= most.max(1));
        }
    }
}
