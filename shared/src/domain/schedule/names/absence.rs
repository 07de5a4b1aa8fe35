//! Whether a word of `not_on_call` says that somebody is away.
//!
//! Nobody is called for a shift that is taken for an absence, so what is said of a shift counts: "holiday cover" is one.

/// A text in which hyphens are blanks, byte for byte: "sick-leave" has the word "leave".
pub(super) fn with_blanks(text: &str) -> String {
    text.replace(['-', '_'], " ")
}

/// What follows a word where there is a shift in spite of it: "holiday cover".
const SHIFT: [&str; 9] =
    ["cover", "coverage", "duty", "on call", "oncall", "rota", "shift", "shifts", "support"];

/// What follows "off" where nobody is away: "off hours".
const HOURS: [&str; 3] = ["hour", "hours", "peak"];

/// Prefixes that are joined to a word and mean another time, or not it: "non-holiday".
const BEFORE: [&str; 4] = ["non", "not", "post", "pre"];

/// Whether the word here says that somebody is away.
pub(super) fn is_meant(text: &str, from: usize, to: usize) -> bool {
    let (before, word, after) = (&text[..from], &text[from..to], &text[to..]);
    let is_off = word == "off";
    let is_joined = |beside: Option<char>| beside.is_some_and(|c| matches!(c, '-' | '_'));
    let joined = before.strip_suffix(['-', '_']).unwrap_or_default();
    let joined = joined.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    // "kick-off" and "off-site" are words of their own.
    if is_off && (!joined.is_empty() || is_joined(after.chars().next())) {
        return false;
    }
    let next = with_blanks(after.strip_prefix([' ', '-', '_']).unwrap_or_default());
    let is_next = |what: &&str| {
        next.strip_prefix(*what).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let is_shift = if is_off { HOURS.iter().any(is_next) } else { SHIFT.iter().any(is_next) };
    !is_shift && !BEFORE.contains(&joined)
}
