//! The addresses in a text.

use super::fold::is_without_blanks;

/// Where addresses like `alpha.lima@example.com` stand in a text. What follows the @ has a dot: "oncall@bravo" is none.
pub(super) fn in_text(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let begin = text[..at].trim_end_matches(is_of_address).len();
        let from = at - text[begin..at].trim_start_matches(is_at_no_edge).len();
        let end =
            at + 1 + text[at + 1..].find(|c| !is_of_address(c)).unwrap_or(text.len() - at - 1);
        let to = text[..end].trim_end_matches(is_at_no_edge).len();
        let has_dot = text.get(at + 1..to).is_some_and(|host| host.contains('.'));
        let is_free = found.last().is_none_or(|(_, end)| *end <= from);
        if from < at && has_dot && is_free {
            found.push((from, to));
        }
    }
    found
}

fn is_of_address(c: char) -> bool {
    (c.is_alphanumeric() && !is_without_blanks(c)) || is_at_no_edge(c) || matches!(c, '_' | '+')
}

/// Whether a character is only inside an address: beside one it is of the sentence.
fn is_at_no_edge(c: char) -> bool {
    matches!(c, '.' | '-' | '\'')
}
