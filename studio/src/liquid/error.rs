//! The one error of Liquid: where in the template, and why.

use std::fmt;

/// A template that cannot be parsed or rendered: Twilio's error 81018.
///
/// Its text names words of the template (tags, filters, paths), never the value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidError {
    /// The offset in the template, in bytes from 0.
    pub byte: usize,
    /// The line, from 1.
    pub line: usize,
    /// The character in its line, from 1.
    pub column: usize,
    /// The reason, to a person.
    pub message: String,
}

impl LiquidError {
    /// An error at this byte of a template.
    pub(super) fn new(source: &str, byte: usize, message: impl Into<String>) -> LiquidError {
        let mut byte = byte.min(source.len());
        while !source.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &source[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LiquidError {
            byte,
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }
}

impl fmt::Display for LiquidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for LiquidError {}

/// A word of a template, fit for an error: short, and runs of four and more digits left out, since a number that
/// somebody typed there may be a phone's.
pub(super) fn quoted(word: &str) -> String {
    const MAX_WORD_CHARACTERS: usize = 60;
    let mut shown = String::from("`");
    let mut digits = String::new();
    let flush = |digits: &mut String, shown: &mut String| {
        shown.push_str(if digits.len() < 4 { digits } else { "…" });
        digits.clear();
    };
    for character in word.chars().take(MAX_WORD_CHARACTERS) {
        if character.is_ascii_digit() {
            digits.push(character);
        } else {
            flush(&mut digits, &mut shown);
            shown.push(character);
        }
    }
    flush(&mut digits, &mut shown);
    if word.chars().nth(MAX_WORD_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown + "`"
}
