//! A monitor's text as one says it: no URLs, no ids, no marks.

/// The words of a text that mean something when they are heard.
pub(super) fn speakable(text: &str) -> String {
    let text = text.replace('%', " percent");
    let mut spoken: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut words: Vec<&str> = Vec::new();
        let mut rest = line.split_whitespace().peekable();
        while let Some(word) = rest.next() {
            if !is_address(word) {
                words.push(word);
                continue;
            }
            let ends = word.ends_with(CLAUSE_ENDS) || rest.peek().is_none();
            if ends || words.last().is_some_and(|last| last.ends_with(':')) {
                drop_label(&mut words);
            }
        }
        spoken.extend(words.into_iter().flat_map(parts));
    }
    spoken.join(" ")
}

/// What a clause ends with.
const CLAUSE_ENDS: [char; 6] = ['.', ',', ';', ':', '!', '?'];
/// The longest label of any kind, in words: `Grafana panel:`.
const MAX_LABEL_WORDS: usize = 2;
/// Words that lead to a link, or name one.
const LABELS: [&str; 36] = [
    "a",
    "and",
    "at",
    "check",
    "dashboard",
    "details",
    "doc",
    "docs",
    "documentation",
    "for",
    "from",
    "full",
    "graph",
    "guide",
    "here",
    "in",
    "info",
    "instructions",
    "is",
    "link",
    "links",
    "logs",
    "more",
    "on",
    "our",
    "playbook",
    "runbook",
    "see",
    "source",
    "the",
    "ticket",
    "to",
    "under",
    "url",
    "via",
    "wiki",
];

/// Takes away what introduced a link that is not read: `Runbook:`, `See the dashboard at`.
fn drop_label(words: &mut Vec<&str>) {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let Some((last, before)) = words.split_last() else { return };
    if last.ends_with(':') {
        let clause = before.iter().rposition(|word| word.ends_with(CLAUSE_ENDS));
        let clause = clause.map_or(0, |end| end + 1);
        if words.len() - clause <= MAX_LABEL_WORDS {
            return words.truncate(clause);
        }
    }
    let mut may_end = true;
    while let Some(last) = words.last()
        && LABELS.contains(&bare(last).as_str())
        && (!last.ends_with(CLAUSE_ENDS) || (may_end && last.ends_with(':')))
    {
        words.pop();
        may_end = false;
    }
}

/// A text cut at a word's end, with at most so many characters.
pub(super) fn cut_words(text: &str, most: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let cut = &text[..end];
    let cut = cut.rfind(char::is_whitespace).map_or(cut, |at| &cut[..at]);
    cut.trim_end().trim_end_matches([',', ';', ':']).to_owned()
}

/// A URL, an ARN, an e-mail address.
fn is_address(word: &str) -> bool {
    word.contains("://") || word.contains("arn:") || word.contains("www.") || word.contains('@')
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
    fn a_name_is_spoken_in_words() {
        for (text, spoken) in [
            ("prod-api-5xx-rate", "prod api 5xx rate"),
            ("HighCPUUtilization", "High CPU Utilization"),
            ("checkout/Orders_DLQ", "checkout Orders DLQ"),
            ("Orders pile up. See https://wiki.example.com/x?y=1 now", "Orders pile up. See now"),
            ("arn:aws:sns:eu-central-1:123456789012:x failed", "failed"),
            ("instance i-0123456789abcdef0 is down", "instance is down"),
            ("job 6f1c2a34-9d1e-4c5b-8a77-0123456789ab failed", "job failed"),
            ("CPU > 80% for **5** minutes", "CPU 80 percent for 5 minutes"),
            ("p99 latency", "p99 latency"),
            ("Orders pile up. Runbook: https://wiki.example.com/x", "Orders pile up."),
            ("Orders pile up. Runbook: https://wiki.example.com/x.", "Orders pile up."),
            ("Orders pile up, see the runbook at https://wiki.example.com/x", "Orders pile up,"),
            (
                "Orders pile up\nDashboard: https://a.example.com Runbook: https://b.example.com",
                "Orders pile up",
            ),
            ("Orders pile up (details: https://wiki.example.com/x)", "Orders pile up"),
            ("Orders pile up: https://wiki.example.com/x", "Orders pile up:"),
            ("Orders pile up in the shop https://shop.example.com", "Orders pile up in the shop"),
            (
                "The long queue of orders grows at https://shop.example.com",
                "The long queue of orders grows",
            ),
            ("Runbook: https://wiki.example.com/x", ""),
            ("See https://wiki.example.com/x. Orders pile up", "Orders pile up"),
            ("More details here: https://a.example.com and https://b.example.com", ""),
            ("Orders pile up. Grafana panel: https://g.example.com", "Orders pile up."),
            ("Mail alpha@example.com", "Mail"),
            ("orders-AlarmHigh-3a9f8c1e-1111-2222-3333-444455556666", "orders Alarm High"),
        ] {
            assert_eq!(speakable(text), spoken, "{text}");
        }
    }

    #[test]
    fn a_cut_ends_with_a_word() {
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
