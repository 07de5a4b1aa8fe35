//! The labels of keys, as whoever asks for keys says them: "Press 1 to take it" labels the 1. Pure.
//!
//! In: what is said while a Gather listens. Out: keys with their labels; none for a question that is put in other words.

use super::twiml::{Gather, Verb};

/// The longest label, in characters: a key has little space.
const MAX_LABEL: usize = 40;
const PRESS: &str = "press ";

/// The label of a key: what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyLabel {
    pub(crate) key: char,
    pub(crate) label: String,
}

/// The labels of the keys that a Gather asks for.
pub(super) fn of_gather(gather: &Gather) -> Vec<KeyLabel> {
    let mut labels: Vec<KeyLabel> = Vec::new();
    for verb in gather.inside.iter().filter(|_| gather.keys) {
        let Verb::Say { text, .. } = verb else { continue };
        for found in text.split(['.', '?', '!', ';', ':']).flat_map(of_sentence) {
            if labels.iter().all(|known| known.key != found.key) {
                labels.push(found);
            }
        }
    }
    labels
}

/// "Press 1 to take it, press 2 to pass it on", or "To take it, press 1".
fn of_sentence(sentence: &str) -> Vec<KeyLabel> {
    // Letters keep their places: only ASCII ones change.
    let lower = sentence.to_ascii_lowercase();
    let starts: Vec<usize> = lower.match_indices(PRESS).map(|(at, _)| at).collect();
    let Some(first) = starts.first() else { return Vec::new() };
    let before = plain(&sentence[..*first]);
    let mut labels = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(sentence.len());
        let mut rest = sentence[start + PRESS.len()..end].chars();
        let Some(key) = rest.next().filter(|c| c.is_ascii_digit() || "*#".contains(*c)) else {
            continue;
        };
        let rest = rest.as_str();
        // "press 10" is no key.
        if rest.starts_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let label = match plain(rest) {
            "" if index == 0 => before,
            after => after,
        };
        if !label.is_empty() && label.chars().count() <= MAX_LABEL {
            labels.push(KeyLabel { key, label: label.to_owned() });
        }
    }
    labels
}

/// A clause without the words that join it to its neighbours.
fn plain(clause: &str) -> &str {
    let mut text = clause.trim_matches(|c: char| c.is_whitespace() || c == ',');
    for join in [" and", " or", " please"] {
        text = text.strip_suffix(join).unwrap_or(text).trim_end_matches(',');
    }
    for join in ["or", "and", "to", "if", "for"] {
        text = without_first_word(text, join);
    }
    text
}

fn without_first_word<'a>(text: &'a str, word: &str) -> &'a str {
    match text.split_once(' ') {
        Some((first, rest)) if first.eq_ignore_ascii_case(word) => rest.trim_start(),
        None if text.eq_ignore_ascii_case(word) => "",
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::twiml::read;
    use super::*;

    fn labels(attributes: &str, said: &str) -> String {
        let document =
            format!("<Response><Gather {attributes}><Say>{said}</Say></Gather></Response>");
        let verbs = read(&document).expect("TwiML");
        let Some(Verb::Gather(gather)) = verbs.first() else { panic!("a Gather") };
        let labels = of_gather(gather);
        labels.iter().map(|one| format!("{}={};", one.key, one.label)).collect()
    }

    #[test]
    fn key_is_labelled_by_what_the_caller_asks() {
        for (said, expected) in [
            (
                "It began just now. Press 1 to take it. Press 2 to pass it on.",
                "1=take it;2=pass it on;",
            ),
            ("Press 3 if it is over.", "3=it is over;"),
            ("Press 1 to take it, or press 2 to decline.", "1=take it;2=decline;"),
            ("To find a parcel, press 1. For invoices, press 3.", "1=find a parcel;3=invoices;"),
            (
                "To speak with a person, press 0. To speak with a person, press *.",
                "0=speak with a person;*=speak with a person;",
            ),
            ("Press 1 to keep it. PRESS 1 to drop it.", "1=keep it;"),
        ] {
            assert_eq!(labels("", said), expected, "{said}");
        }
    }

    #[test]
    fn key_has_no_label_where_none_is_said() {
        let long = format!("Press 1 to {}.", "x".repeat(MAX_LABEL + 1));
        for said in
            ["Enter your number", "Press 1.", "press", "Press any key", "Press 10 to go", &long]
        {
            assert_eq!(labels("", said), "", "{said}");
        }
        assert_eq!(labels("input='speech'", "Press 1 to take it."), "");
    }

    proptest! {
        #[test]
        fn no_sentence_makes_it_panic(said in "(press |PRESS |to |[ ,.0-9*#äöß😀a-z]){0,12}") {
            for found in of_sentence(&said) {
                prop_assert!(!found.label.is_empty() && found.label.chars().count() <= MAX_LABEL);
            }
        }
    }
}
