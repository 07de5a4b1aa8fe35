//! Conditions that cannot hold, or that hold for something else than was meant.

use std::collections::HashSet;

use super::pattern::{self, Unmatchable};
use super::{CheckedState, quoted, texts};

/// The problems of a condition of this type with this value.
pub(super) fn problems(kind: &str, value: &str, lines: &HashSet<String>) -> Vec<Unmatchable> {
    // A value that is filled in later may be anything.
    if value.contains("{{") || value.contains("{%") {
        return Vec::new();
    }
    let value = value.trim();
    match kind {
        "matches_any_of" if value.is_empty() => {
            let message = "the condition can never hold: the list is empty".to_owned();
            vec![(
                "value-cannot-match",
                message,
                "list the answers, or test with is_blank".to_owned(),
            )]
        }
        "regex" => pattern::problem(value).into_iter().collect(),
        "matches_any_of" | "does_not_match_any_of" => any_of(value, lines).into_iter().collect(),
        "less_than" | "greater_than" => {
            literal(value, is_number(value), "a number", "numbers are compared, and nothing else")
        }
        "is_before_date" | "is_after_date" => {
            let is_date = is_date(value);
            literal(value, is_date, "a date like 2026-12-24", "write it as YYYY-MM-DD")
        }
        "is_before_time" | "is_after_time" => {
            let is_time = is_time(value);
            literal(value, is_time, "a time like 08:30", "write it as HH:MM, of 24 hours")
        }
        _ => Vec::new(),
    }
}

fn literal(value: &str, is_right: bool, expected: &str, advice: &str) -> Vec<Unmatchable> {
    if is_right {
        return Vec::new();
    }
    let message = format!("the condition can never hold: {} is not {expected}", quoted(value));
    vec![("value-cannot-match", message, advice.to_owned())]
}

fn is_number(text: &str) -> bool {
    let is_plain =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    is_plain && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A text has digits where a form has zeros, and else the same characters.
fn has_form(text: &str, form: &str) -> bool {
    let is_alike = |(c, of): (u8, u8)| if of == b'0' { c.is_ascii_digit() } else { c == of };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(is_alike)
}

/// A day of the calendar, `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(5..7), part(8..10)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    has_form(text, "0000-00-00") && (1..=days).contains(&day)
}

/// A time of the day, `HH:MM` from 00:00 to 23:59.
fn is_time(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    has_form(text, "00:00")
        && part(0..2).is_some_and(|hours| hours < 24)
        && part(3..5).is_some_and(|minutes| minutes < 60)
}

/// Labels that Studio takes apart at their commas, so that none of them can match as a whole.
fn any_of(value: &str, lines: &HashSet<String>) -> Option<Unmatchable> {
    const ADVICE: &str = "Studio takes the list apart at every comma: test a label with a comma by equal_to, in a \
                          transition of its own";
    const CODE: &str = "comma-in-label";
    if !value.contains(',') {
        return None;
    }
    let parts: Vec<&str> = value.split(',').map(str::trim).collect();
    let is_quoted = |part: &&&str| {
        part.len() > 1
            && ['"', '\''].iter().any(|mark| part.starts_with(*mark) != part.ends_with(*mark))
    };
    if parts.iter().any(|part| part.is_empty()) {
        let message =
            format!("the list {} has an empty label, which can never match", quoted(value));
        return Some((
            CODE,
            message,
            "remove the comma, or test a label that has one by equal_to".to_owned(),
        ));
    }
    if let Some(part) = parts.iter().find(is_quoted) {
        let message = format!(
            "quotation marks do not keep a label together at its comma: {} is looked for with its mark",
            quoted(part)
        );
        return Some((CODE, message, ADVICE.to_owned()));
    }
    if let Some(part) = parts.iter().find(|part| part.ends_with('\\')) {
        let message = format!(
            "a backslash does not keep a label together at its comma: {} is looked for with it",
            quoted(part)
        );
        return Some((CODE, message, ADVICE.to_owned()));
    }
    let starts = ["and ", "or "];
    if let Some(part) =
        parts.last().filter(|part| starts.iter().any(|word| part.to_lowercase().starts_with(word)))
    {
        let message = format!("the last label is {}, with its first word", quoted(part));
        return Some((CODE, message, ADVICE.to_owned()));
    }
    whole_label(&parts, lines).map(|label| {
        let message = format!(
            "{} is offered as one answer, and can never match: it is taken apart at its comma",
            quoted(&label)
        );
        (CODE, message, ADVICE.to_owned())
    })
}

/// Neighbouring parts of a list that the Flow offers as one answer.
fn whole_label(parts: &[&str], lines: &HashSet<String>) -> Option<String> {
    const MAX_PARTS: usize = 6;
    (0..parts.len()).find_map(|from| {
        let ends = from + 2..=parts.len().min(from + MAX_PARTS);
        ends.rev().find_map(|to| {
            let label = parts.get(from..to)?.join(", ");
            lines.contains(&label.to_lowercase()).then_some(label)
        })
    })
}

/// The lines with commas that the Flow's texts have, without their numbers and bullets, in small letters: answers that
/// somebody may be offered.
pub(super) fn lines(states: &[CheckedState<'_>]) -> HashSet<String> {
    let asks = |state: &&CheckedState<'_>| state.kind.as_deref() != Some("split-based-on");
    let properties = states.iter().filter(asks).filter_map(|state| state.at.get("properties"));
    let texts = properties.flat_map(|at| texts(&at)).filter(|(_, text)| text.contains(','));
    let lines = texts.flat_map(|(_, text)| text.lines().map(answer).collect::<Vec<_>>());
    lines.filter(|line| line.contains(',')).collect()
}

/// A line without what numbers it, its parts one space behind each comma.
fn answer(line: &str) -> String {
    let is_bullet = |c: char| {
        c.is_whitespace()
            || c.is_ascii_digit()
            || matches!(c, '-' | '*' | '•' | '.' | ')' | ':' | '(' | '=')
    };
    let line = line.trim_start_matches(is_bullet).trim_end();
    line.split(',').map(str::trim).collect::<Vec<_>>().join(", ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_that_nothing_can_match_is_told() {
        for (kind, wrong, right) in [
            ("is_after_time", "25:00", "23:59"),
            ("is_before_time", "24:00", "00:00"),
            ("is_before_time", "08:60", "08:59"),
            ("is_before_date", "2026-13-01", "2026-12-31"),
            ("is_before_date", "2026-02-30", "2024-02-29"),
            ("is_after_date", "2100-02-29", "2000-02-29"),
            ("is_after_date", "2026-00-10", "2026-01-10"),
            ("matches_any_of", "", "yes"),
        ] {
            let codes = |value| {
                let found = problems(kind, value, &HashSet::new()).into_iter();
                found.map(|(code, ..)| code).collect::<Vec<_>>()
            };
            assert_eq!(codes(wrong), ["value-cannot-match"], "{kind} {wrong}");
            assert!(codes(right).is_empty(), "{kind} {right}");
        }
    }
}
