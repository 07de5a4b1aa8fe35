//! Finds the outputs and tags of a template among its text.

use std::ops::Range;

use super::error::LiquidError;

/// A piece of a template, as ranges of its source.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Markup {
    Text(Range<usize>),
    /// The inside of `{{ }}`.
    Output(Range<usize>),
    /// The inside of `{% %}`, its name apart.
    Tag {
        name: Range<usize>,
        rest: Range<usize>,
    },
}

/// All pieces of a template, in order. A comment is none; what is between `raw` and `endraw` is text; a hyphen at a
/// brace (`{{-`, `-%}`) has taken the white space beside it.
pub(super) fn split(source: &str) -> Result<Vec<Markup>, LiquidError> {
    let mut splitter = Splitter { source, at: 0, trims: false, pieces: Vec::new() };
    while splitter.at < source.len() {
        splitter.next()?;
    }
    Ok(splitter.pieces)
}

struct Splitter<'s> {
    source: &'s str,
    /// The first byte that is not read.
    at: usize,
    /// The last brace read takes the white space behind it.
    trims: bool,
    pieces: Vec<Markup>,
}

impl Splitter<'_> {
    fn next(&mut self) -> Result<(), LiquidError> {
        let Some(open) = self.find_open(self.at) else {
            self.text(self.at..self.source.len(), false);
            self.at = self.source.len();
            return Ok(());
        };
        self.text(self.at..open, self.source[open + 2..].starts_with('-'));
        let is_tag = self.source[open..].starts_with("{%");
        let inside = self.inside(open, if is_tag { "%}" } else { "}}" })?;
        if !is_tag {
            self.pieces.push(Markup::Output(inside));
            return Ok(());
        }
        let (name, rest) = self.name(inside);
        match &self.source[name.clone()] {
            "raw" => self.raw(open, "endraw", true),
            "comment" => self.raw(open, "endcomment", false),
            _ => {
                self.pieces.push(Markup::Tag { name, rest });
                Ok(())
            }
        }
    }

    /// The next `{{` or `{%`.
    fn find_open(&self, from: usize) -> Option<usize> {
        let bytes = self.source.as_bytes();
        (from..bytes.len().saturating_sub(1))
            .find(|at| bytes[*at] == b'{' && matches!(bytes[at + 1], b'{' | b'%'))
    }

    fn text(&mut self, mut range: Range<usize>, trims_end: bool) {
        if std::mem::take(&mut self.trims) {
            range.start = range.end - self.source[range.clone()].trim_start().len();
        }
        if trims_end {
            range.end = range.start + self.source[range.clone()].trim_end().len();
        }
        if !range.is_empty() {
            self.pieces.push(Markup::Text(range));
        }
    }

    /// The inside of the braces that open here, and moves behind them. A brace in quotation marks does not close.
    fn inside(&mut self, open: usize, close: &str) -> Result<Range<usize>, LiquidError> {
        let bytes = self.source.as_bytes();
        let mut start = open + 2;
        if bytes.get(start) == Some(&b'-') {
            start += 1;
        }
        let mut at = start;
        while at < bytes.len() {
            match bytes[at] {
                mark @ (b'"' | b'\'') => {
                    let behind = &bytes[at + 1..];
                    let Some(length) = behind.iter().position(|byte| *byte == mark) else {
                        return Err(
                            self.error(at, "a quotation mark that opens here is not closed")
                        );
                    };
                    at += length + 2;
                }
                _ if self.source.as_bytes()[at..].starts_with(close.as_bytes()) => {
                    self.at = at + 2;
                    self.trims = at > start && bytes[at - 1] == b'-';
                    return Ok(start..at - usize::from(self.trims));
                }
                _ => at += 1,
            }
        }
        let open_braces = &self.source[open..open + 2];
        Err(self.error(open, format!("the braces `{open_braces}` are not closed by `{close}`")))
    }

    /// The name of a tag, and what is behind it.
    fn name(&self, inside: Range<usize>) -> (Range<usize>, Range<usize>) {
        let text = &self.source[inside.clone()];
        let start = inside.end - text.trim_start().len();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = self.source.as_bytes()[start..inside.end]
            .iter()
            .take_while(|byte| is_name(byte))
            .count();
        (start..start + length, start + length..inside.end)
    }

    /// Moves behind the tag that ends a part whose braces mean nothing.
    fn raw(&mut self, open: usize, end: &str, is_text: bool) -> Result<(), LiquidError> {
        let start = self.at;
        let mut from = start;
        while let Some(found) = self.source[from..].find("{%") {
            let tag = from + found;
            from = tag + 2;
            let inside = self.source[from..].strip_prefix('-').unwrap_or(&self.source[from..]);
            let Some(behind) = inside.trim_start().strip_prefix(end) else { continue };
            let behind = behind.trim_start();
            let (trims, behind) = match behind.strip_prefix('-') {
                Some(behind) => (true, behind),
                None => (false, behind),
            };
            let Some(behind) = behind.strip_prefix("%}") else { continue };
            if is_text {
                self.text(start..tag, self.source[from..].starts_with('-'));
            }
            self.at = self.source.len() - behind.len();
            self.trims = trims;
            return Ok(());
        }
        Err(self.error(open, format!("the tag has no `{end}` that closes it")))
    }

    fn error(&self, at: usize, message: impl Into<String>) -> LiquidError {
        LiquidError::new(self.source, at, message)
    }
}
