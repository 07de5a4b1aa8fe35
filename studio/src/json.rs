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
        let bytes = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
        let line = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        // A byte that continues a character is none of its own.
        let column = bytes[start..].iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
        Position {
            line,
            column: column - usize::from(line == 1 && text.starts_with('\u{feff}') && column > 1),
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
