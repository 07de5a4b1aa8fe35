//! One field of a message, and one line for people. A field that is missing, null, empty or of another type than was
//! promised is all the same: it says nothing, and never spoils the rest.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long a key may be, in bytes: a sort key of DynamoDB has 1,024, and others stand beside it. The longest ARN of an
/// alarm with a contributor's id has about 330.
const MAX_KEY_BYTES: usize = 512;

/// From 2000 to 2200: Go's zero time, `0001-01-01T00:00:00Z`, means that there is none, and what is computed from a
/// time stays far from the ends of what a [`Timestamp`] can hold.
pub(super) const TIMES: std::ops::Range<Timestamp> =
    Timestamp::constant(946_684_800, 0)..Timestamp::constant(7_258_118_400, 0);

/// The text at a JSON pointer, or the number as text (an account's id, a label).
pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    scalar(value.pointer(pointer)?)
}

/// The time at a JSON pointer, in any form of ISO 8601 with an offset: `Z`, `+0000`, `+02:00`.
pub(super) fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    let at = text(value, pointer)?.parse().ok()?;
    TIMES.contains(&at).then_some(at)
}

/// The fields of an object, in the order of their names: dimensions, labels.
pub(super) fn pairs(value: &Value) -> Vec<(&str, String)> {
    let fields = value.as_object().into_iter().flatten();
    let mut pairs: Vec<_> =
        fields.filter_map(|(name, value)| Some((name.as_str(), scalar(value)?))).collect();
    pairs.sort();
    pairs
}

/// `a=1, b=2`, for people.
pub(super) fn listed(pairs: &[(&str, String)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

/// One line of at most so many characters: what breaks or turns a line is a space, and what was cut ends in `…`.
pub(super) fn line(text: &str, longest: usize) -> String {
    let text = trimmed(text);
    let mut line = spaced(text).take(longest).collect::<String>();
    if text.chars().nth(longest).is_some() {
        line.pop();
        line.push('…');
    }
    line
}

/// A key that is not too long for a store. Of a longer one the rest is a hash, so that two stay two.
pub(super) fn key(text: &str) -> String {
    let mut key: String = spaced(trimmed(text)).collect();
    if key.len() > MAX_KEY_BYTES {
        let hash = crate::hex(&Sha256::digest(&key));
        key.truncate(key.floor_char_boundary(MAX_KEY_BYTES - hash.len() - 1));
        key = format!("{key}~{hash}");
    }
    key
}

/// A hash that stands for an alarm's key, which may be long: 32 hexadecimal digits.
pub fn hashed_key(key: &str) -> String {
    crate::hex(&Sha256::digest(key)[..16])
}

/// The longest link, in characters. One that is cut leads elsewhere, so a longer one is none.
const MAX_LINK_CHARS: usize = 1_000;

/// Whether a text is one whole link to the web, and nothing in it could end it early or make it look like another one.
pub(super) fn is_link(text: &str) -> bool {
    let behind = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let rest = behind("https://").or_else(|| behind("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let ends_it = |c: char| c.is_whitespace() || is_unseen(c) || "<>|\"\\`".contains(c);
    !host.is_empty()
        && !host.contains('@')
        && !text.contains(ends_it)
        && text.chars().count() <= MAX_LINK_CHARS
}

/// Stands before a text that is kept of bytes that are not UTF-8: nothing that is read begins with it.
pub(super) const NOT_UTF_8: &str = "not UTF-8: ";

/// Turns what came into a text to keep. Of bytes that are not UTF-8 it says so, and has their characters replaced.
pub(super) fn kept_text(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("{NOT_UTF_8}{}", String::from_utf8_lossy(bytes)),
    }
}

/// Whether a kept text came as bytes that are not UTF-8.
pub(super) fn is_not_utf_8(kept: &str) -> bool {
    kept.starts_with(NOT_UTF_8)
}

fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => trimmed(text).to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_unseen(c))
}

fn spaced(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if is_unseen(c) { ' ' } else { c })
}

/// Whether a character begins a line, is not seen, or turns the direction of what follows: with it a text could look like
/// another one.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}
