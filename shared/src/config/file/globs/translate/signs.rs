//! The signs that give a text away: of a regular expression, of a shell's braces and brackets, of SQL's LIKE.

/// Whether a text has what only a regular expression, or a shell's class of characters, has.
pub(super) fn is_regex(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let next = |at: usize| chars.get(at + 1).copied().unwrap_or(' ');
    let is_special = |(at, c): (usize, &char)| match c {
        '\\' => !next(at).is_whitespace(),
        '^' => at == 0,
        '$' => at + 1 == chars.len(),
        '.' => matches!(next(at), '*' | '+') || is_any_character(&chars, at),
        '{' => at > 0 && !chars[at - 1].is_whitespace() && is_count(&chars, at),
        '|' => true,
        '(' => next(at) == '?',
        ')' => matches!(next(at), '*' | '+' | '?' | '{'),
        '[' => is_class(&chars, at),
        _ => false,
    };
    chars.iter().enumerate().any(is_special)
}

/// Whether the dot at this place is a regular expression's, for what is behind it: in `v1.?` and `v1.{1,2}` it is a dot.
fn is_any_character(chars: &[char], at: usize) -> bool {
    let is_inside_word = at > 0 && chars[at - 1].is_alphanumeric();
    match chars.get(at + 1) {
        Some('?') => !is_inside_word,
        Some('{') => is_count(chars, at + 1) || (!is_inside_word && is_quantity(chars, at + 1)),
        _ => false,
    }
}

/// Whether the brace at this place says how often: `{3}` or `{3,}`, which no shell reads.
pub(super) fn is_count(chars: &[char], at: usize) -> bool {
    let inner: String = chars[at + 1..].iter().take_while(|c| **c != '}').collect();
    let digits = inner.strip_suffix(',').unwrap_or(&inner);
    is_quantity(chars, at) && digits.chars().all(|c| c.is_ascii_digit())
}

/// The same with `{1,3}` and `{,3}`, which a shell reads too.
fn is_quantity(chars: &[char], at: usize) -> bool {
    let Some(length) = chars[at + 1..].iter().position(|c| *c == '}') else { return false };
    let inner = &chars[at + 1..at + 1 + length];
    let commas = inner.iter().filter(|c| **c == ',').count();
    let are_known = inner.iter().all(|c| c.is_ascii_digit() || *c == ',');
    are_known && commas <= 1 && inner.len() > commas
}

/// Whether a text has the `%` of SQL's LIKE: `prod-%`, `%api`. A share (`cpu-90%`, `50 % used`) and an escape of a URL
/// (`a%20b`) have another one.
pub(super) fn is_like(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let is_wildcard = |(at, c): (usize, &char)| {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let behind = |by: usize| chars.get(at + by).copied().unwrap_or(' ');
        let is_escape = behind(1).is_ascii_digit() && behind(2).is_ascii_hexdigit();
        *c == '%'
            && match before {
                None => chars.len() == 1 || !behind(1).is_whitespace(),
                Some(before) => !before.is_whitespace() && !before.is_numeric() && !is_escape,
            }
    };
    let has_spaces = text.contains(char::is_whitespace);
    chars.iter().enumerate().any(is_wildcard) && (!has_spaces || text.starts_with('%'))
}

/// Whether the bracket at this place begins a class of characters: `[a-z]`, `[^x]`, `[123]`; not a word as in "[P1] disk".
fn is_class(chars: &[char], at: usize) -> bool {
    let Some(length) = chars[at + 1..].iter().position(|c| *c == ']') else { return false };
    let inner = &chars[at + 1..at + 1 + length];
    let repeated = chars.get(at + length + 2).is_some_and(|c| "*+?{".contains(*c));
    let is_short =
        !inner.is_empty() && inner.len() <= 4 && inner.iter().all(char::is_ascii_alphanumeric);
    let goes_on = chars.get(at + length + 2).is_some_and(|c| c.is_ascii_lowercase());
    let inside_name = (at > 0 && !chars[at - 1].is_whitespace()) || goes_on;
    matches!(inner, ['^' | '!', ..] | ['[', ':', ..])
        || repeated
        || is_ranges(inner)
        || (is_short && inside_name)
}

/// Whether all that stands in a bracket are ranges, with single signs between them: `a-zA-Z0-9_`.
fn is_ranges(mut inner: &[char]) -> bool {
    let mut ranges = 0;
    while let [first, rest @ ..] = inner {
        inner = match rest {
            ['-', last, rest @ ..] if first < last && last.is_alphanumeric() => {
                ranges += 1;
                rest
            }
            _ if first.is_alphanumeric() => return false,
            _ => rest,
        };
    }
    ranges > 0
}
