//! Java's dialect where it differs from the one that is compiled here.

/// Syntax that Java has, and that is unknown here or means something else.
const OWN_SYNTAX: [&str; 25] = [
    "\\Q", "\\p", "\\P", "&&", "(?<", "\\x{", "\\c", "\\X", "\\R", "\\h", "\\H", "\\v", "\\V",
    "\\G", "\\Z", "\\N", "\\u", "\\0", "\\e", "\\k", "(?u", "(?d", "(?U", "\\b{", "[[",
];

/// The pattern has syntax of Java's own.
pub(super) fn has_own_syntax(pattern: &str) -> bool {
    OWN_SYNTAX.iter().any(|syntax| pattern.contains(syntax))
}

/// The reason why Java does not compile a pattern, where the dialect here does.
pub(super) fn syntax_error(pattern: &str) -> Option<String> {
    // Quoted text and patterns with comments have rules of their own.
    if pattern.contains("\\Q") || pattern.contains("(?x") {
        return None;
    }
    let mut rest = pattern;
    let mut classes = 0_usize;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = after;
        match c {
            '\\' => {
                let escaped = after.chars().next().map_or(0, char::len_utf8);
                let behind = after.get(escaped..).unwrap_or_default();
                // `\p{L}`, `\x{41}`: its braces repeat nothing.
                let has_braces =
                    behind.starts_with('{') && after.starts_with(['p', 'P', 'x', 'N', 'b', 'X']);
                let end = behind.find('}').filter(|_| has_braces).map_or(0, |end| end + 1);
                rest = behind.get(end..).unwrap_or_default();
            }
            '[' => {
                classes += 1;
                // A bracket that comes first is one of its characters.
                rest = after.strip_prefix('^').unwrap_or(after);
                rest = rest.strip_prefix(']').unwrap_or(rest);
            }
            ']' => classes = classes.saturating_sub(1),
            '(' if classes == 0 && after.starts_with("?P") => {
                return Some("Java has no group (?P…): write (?<name>…)".to_owned());
            }
            '{' if classes == 0 => match bounds(after) {
                None => return Some("a { that begins no repetition".to_owned()),
                Some((least, Some(most))) if most < least => {
                    return Some(format!("a repetition from {least} to {most}"));
                }
                Some(_) => {}
            },
            _ => {}
        }
    }
    None
}

/// The bounds of a repetition: `3}`, `3,}`, `3,5}`.
fn bounds(text: &str) -> Option<(u32, Option<u32>)> {
    let (inner, _) = text.split_once('}')?;
    let number = |text: &str| {
        text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten()
    };
    match inner.split_once(',') {
        None => number(inner).map(|least| (least, Some(least))),
        Some((least, "")) => number(least).map(|least| (least, None)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?))),
    }
}

/// A look-ahead for another letter than the one that follows it, or one that forbids everything.
pub(super) fn looks_ahead_in_vain(pattern: &str) -> bool {
    if pattern.contains('|') || pattern.contains(['[', '\\']) {
        return false;
    }
    if let Some((before, after)) = pattern.split_once("(?!)") {
        return !before.contains('(') && !after.starts_with(['?', '*', '{']);
    }
    let start = pattern.strip_prefix('^').unwrap_or(pattern);
    let Some((ahead, behind)) = start.strip_prefix("(?=").and_then(|rest| rest.split_once(')'))
    else {
        return false;
    };
    let first = |text: &str| {
        let mut chars = text.chars();
        let first = chars.next().filter(|c| c.is_alphanumeric())?;
        let is_certain = !chars.as_str().starts_with(['?', '*', '{']);
        is_certain.then(|| first.to_lowercase().to_string())
    };
    matches!((first(ahead), first(behind)), (Some(ahead), Some(behind)) if ahead != behind)
}
