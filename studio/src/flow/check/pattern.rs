//! Regular expressions that do not compile, or that no text matches as a whole.

use fancy_regex::{CompileError, Error, ParseError, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Look};

mod java;

use super::quoted;

/// The code, message and advice of a condition that cannot hold as it was meant.
pub(super) type Unmatchable = (&'static str, String, String);

/// The most bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;

/// The problem of a pattern, which Studio compares with the whole text, whatever its case.
pub(super) fn problem(pattern: &str) -> Option<Unmatchable> {
    if let Some(reason) = java::syntax_error(pattern).or_else(|| syntax_error(pattern)) {
        let message =
            format!("the regular expression {} does not compile: {reason}", quoted(pattern));
        let advice = "Studio says nothing and never matches: fix the expression, or test with equal_to or contains";
        return Some(("regex-does-not-compile", message, advice.to_owned()));
    }
    if pattern.len() > 2
        && pattern.starts_with('/')
        && pattern.trim_end_matches(['g', 'i', 'm']).ends_with('/')
    {
        let message = format!(
            "the regular expression {} matches only texts that begin and end with a slash",
            quoted(pattern)
        );
        return Some(("regex-cannot-match", message, "leave the slashes out".to_owned()));
    }
    if ["\\\\d", "\\\\w", "\\\\s", "\\\\b"].iter().any(|doubled| pattern.contains(doubled)) {
        let message = format!(
            "the regular expression {} looks for a backslash: it is escaped once too often",
            quoted(pattern)
        );
        return Some(("regex-cannot-match", message, "write \\d, in JSON \"\\\\d\"".to_owned()));
    }
    if java::looks_ahead_in_vain(pattern) {
        let message = format!("the regular expression {} matches no text", quoted(pattern));
        let advice = "its look-ahead excludes every text: fix it, or leave it out";
        return Some(("regex-cannot-match", message, advice.to_owned()));
    }
    let hir = ParserBuilder::new().case_insensitive(true).build().parse(pattern).ok()?;
    if never_matches(&hir) || starts_or_ends_blank(&hir) {
        let message = format!("the regular expression {} matches no text", quoted(pattern));
        let advice = "it is compared with the whole text, without white space around it: look at its ^ and $, and at its ends";
        return Some(("regex-cannot-match", message, advice.to_owned()));
    }
    None
}

/// The reason why a pattern does not compile, if that is certain: Studio's dialect is Java's, and some of it is
/// unknown here.
fn syntax_error(pattern: &str) -> Option<String> {
    let built =
        RegexBuilder::new(pattern).case_insensitive(true).delegate_size_limit(SIZE_LIMIT).build();
    let is_foreign = java::has_own_syntax(pattern);
    match built {
        _ if is_foreign => None,
        Err(Error::ParseError(_, ParseError::RecursionExceeded)) => None,
        Err(Error::ParseError(at, error)) => Some(format!("{error}, at byte {at}")),
        Err(Error::CompileError(error)) => match *error {
            CompileError::InnerError(error) => match error.syntax_error()? {
                regex_syntax::Error::Parse(error) => Some(error.kind().to_string()),
                regex_syntax::Error::Translate(error) => Some(error.kind().to_string()),
                _ => None,
            },
            error @ CompileError::InvalidBackref(_) => Some(error.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// No text matches, for an anchor stands where something comes before or behind it, or a class is empty.
fn never_matches(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => false,
        HirKind::Class(class) => class.is_empty(),
        HirKind::Repetition(repetition) => repetition.min > 0 && never_matches(&repetition.sub),
        HirKind::Capture(capture) => never_matches(&capture.sub),
        HirKind::Alternation(branches) => branches.iter().all(never_matches),
        HirKind::Concat(parts) => {
            let takes = |part: &Hir| part.properties().minimum_len().unwrap_or(0) > 0;
            let is_misplaced = |(at, part): (usize, &Hir)| {
                needs(part, Look::Start) && parts.iter().take(at).any(takes)
                    || needs(part, Look::End) && parts.iter().skip(at + 1).any(takes)
            };
            parts.iter().any(never_matches) || parts.iter().enumerate().any(is_misplaced)
        }
    }
}

/// A match of it begins at the text's start, or ends at its end.
fn needs(hir: &Hir, edge: Look) -> bool {
    match hir.kind() {
        HirKind::Look(look) => *look == edge,
        HirKind::Capture(capture) => needs(&capture.sub, edge),
        HirKind::Repetition(repetition) => repetition.min > 0 && needs(&repetition.sub, edge),
        HirKind::Alternation(branches) => branches.iter().all(|branch| needs(branch, edge)),
        HirKind::Concat(parts) if edge == Look::Start => {
            parts.first().is_some_and(|part| needs(part, edge))
        }
        HirKind::Concat(parts) => parts.last().is_some_and(|part| needs(part, edge)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => false,
    }
}

/// The first or the last character must be white space, which is trimmed before.
fn starts_or_ends_blank(hir: &Hir) -> bool {
    let HirKind::Concat(parts) = hir.kind() else { return is_blank(hir) };
    let visible = |part: &&Hir| !matches!(part.kind(), HirKind::Look(_));
    let mut visible = parts.iter().filter(visible);
    let first = visible.clone().next();
    first.is_some_and(is_blank) || visible.next_back().is_some_and(is_blank)
}

/// White space, once or more.
fn is_blank(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).is_ok_and(|text| text.trim().is_empty())
        }
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => {
            let is_blank =
                |(from, to): (char, char)| to <= '\u{3000}' && (from..=to).all(char::is_whitespace);
            let mut ranges =
                class.ranges().iter().map(|range| (range.start(), range.end())).peekable();
            ranges.peek().is_some() && ranges.all(is_blank)
        }
        HirKind::Repetition(repetition) => repetition.min > 0 && is_blank(&repetition.sub),
        HirKind::Capture(capture) => is_blank(&capture.sub),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_that_some_text_matches_has_no_problem() {
        for pattern in [
            "",
            "yes",
            "^yes$",
            "(^yes|no$)",
            "^(?=.*a)(?=.*b).*$",
            "(?:^$|a)",
            "^ *[0-9]{3}$",
            "^\\d{4,6}$",
            "\\p{L}+",
            "\\Qa.b\\E",
            "(?i)y(es)?",
            "[a-z&&[^b]]+",
            "(a|b|^)c?",
            "\\s*yes\\s*",
            "a{1,100000}",
            "(.)\\1",
            "[\\w.]+@[\\w.]+",
            "(?<!x)y",
            "\\/help",
            "a++b",
            "\\X+",
            "\\R",
            "\\h*yes",
            "(?<n>a)\\k<n>",
            "a{2}b{1,}c{1,2}",
            "[{]",
            "\\{3",
            "(?=a)a",
            "(?=a)b?a",
            "(?=a)b|a",
        ] {
            assert_eq!(problem(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn pattern_that_no_text_matches_is_told() {
        for (pattern, code) in [
            ("a^b", "regex-cannot-match"),
            ("a(?:^b)", "regex-cannot-match"),
            ("(a$|b$)c", "regex-cannot-match"),
            ("\\d$\\d", "regex-cannot-match"),
            ("( )yes", "regex-cannot-match"),
            ("yes\\s", "regex-cannot-match"),
            ("/^yes$/", "regex-cannot-match"),
            ("\\\\d+", "regex-cannot-match"),
            ("(?!)", "regex-cannot-match"),
            ("(?=a)b", "regex-cannot-match"),
            ("^(?=yes)no$", "regex-cannot-match"),
            ("a{2,1}", "regex-does-not-compile"),
            ("^[0-9]{3$", "regex-does-not-compile"),
            ("(?P<n>a)", "regex-does-not-compile"),
            ("[", "regex-does-not-compile"),
            ("a)", "regex-does-not-compile"),
            ("*a", "regex-does-not-compile"),
            ("[z-a]", "regex-does-not-compile"),
            ("a\\", "regex-does-not-compile"),
        ] {
            assert_eq!(problem(pattern).map(|(code, ..)| code), Some(code), "{pattern}");
        }
    }

    proptest::proptest! {
        #[test]
        fn pattern_never_panics(pattern in r"([a-c^$.*+?|()\[\]{},0-9 \\dwsbBpLQE<=!:&/-]){0,24}") {
            let _ = problem(&pattern);
        }
    }
}
