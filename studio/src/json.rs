//! JSON as it stands in a file: every byte of it is kept, so that what is not changed is written back as it was.
//!
//! Strict: what is no JSON is refused with its place and a hint. Byte order marks, line ends, numbers as they are written,
//! escapes, the order of keys and keys that stand twice are kept. Nothing here recurses: a file may be nested as deeply as
//! it likes.
//!
//! 1. [`Json::parse`] reads a text, in `parse`; [`NotJson`] says why it is none, and its hint comes from `hint`.
//! 2. [`Item`] is a value in it: its kind, its text, its members.
//! 3. `layout` writes values anew, indented.

mod hint;
mod item;
mod layout;
mod parse;
#[cfg(test)]
mod tests;

pub use item::{Item, JsonKind};
pub use parse::NotJson;

pub(crate) use layout::Layout;

use parse::Node;

/// A JSON text and the places of its values.
#[derive(Clone, Debug)]
pub struct Json {
    text: String,
    /// In the order of the file; what a value contains follows it.
    nodes: Vec<Node>,
}

/// A place in a text; lines and columns count from one, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The place of a byte.
    fn of(text: &str, at: usize) -> Position {
        let mut place = Position { line: 1, column: 1 };
        place.advance(text.get(..at).unwrap_or(text));
        place
    }

    /// The place behind a text that begins here.
    fn advance(&mut self, text: &str) {
        for c in text.chars().filter(|c| *c != '\u{feff}') {
            if c == '\n' {
                *self = Position { line: self.line + 1, column: 1 };
            } else {
                self.column += 1;
            }
        }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

impl Json {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// Says where they stop being JSON, and what they look like.
    pub fn parse(bytes: &[u8]) -> Result<Json, NotJson> {
        parse::parse(bytes)
    }

    /// The value that the text is.
    pub fn root(&self) -> Item<'_> {
        Item::new(self, 0)
    }

    /// The places of values, whose numbers are in the order of the text.
    pub(crate) fn positions(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<Position> {
        let (mut place, mut from) = (Position { line: 1, column: 1 }, 0);
        let position = |number: usize| {
            let start = self.nodes.get(number).map_or(from, |node| node.start);
            place.advance(self.text.get(from..start).unwrap_or_default());
            from = start;
            place
        };
        numbers.into_iter().map(position).collect()
    }

    /// Writes the text anew from its values and from what stands between them: byte for byte as it was read.
    pub fn print(&self) -> String {
        let mut printed = String::with_capacity(self.text.len());
        let mut from = 0;
        for node in &self.nodes {
            printed.push_str(self.text.get(from..node.start).unwrap_or_default());
            from = node.start.max(from);
            if node.kind.is_leaf() {
                printed.push_str(self.text.get(from..node.end).unwrap_or_default());
                from = node.end;
            }
        }
        printed.push_str(self.text.get(from..).unwrap_or_default());
        printed
    }
}
