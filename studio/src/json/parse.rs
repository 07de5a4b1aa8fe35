//! The parser: a text to its values, without recursion.

use super::{Json, JsonKind, Position, hint};

/// A value in the text, or the key of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: JsonKind,
    /// Its first byte.
    pub(super) start: usize,
    /// The byte behind its last.
    pub(super) end: usize,
    /// The number of the first value behind it that it does not contain.
    pub(super) after: usize,
}

/// A text that is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJson {
    /// The place where it stops being JSON.
    pub at: Position,
    /// The problem there in words.
    pub message: String,
    /// Advice, if it looks like something known.
    pub hint: Option<String>,
}

impl std::fmt::Display for NotJson {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "it is not JSON: {}: {}", self.at, self.message)?;
        self.hint.iter().try_for_each(|hint| write!(formatter, ". {hint}"))
    }
}

impl std::error::Error for NotJson {}

/// The problem at a byte.
struct Problem {
    at: usize,
    message: String,
}

/// What may stand at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
    End,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Json, NotJson> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(before).into_owned();
            let at = Position::of(&before, before.len());
            let message = "a byte that is not UTF-8".to_owned();
            return Err(NotJson { at, message, hint: hint::of_bytes(bytes) });
        }
    };
    match (Parser { text, at: 0, nodes: Vec::new(), open: Vec::new() }).run() {
        Ok(nodes) => Ok(Json { text: text.to_owned(), nodes }),
        Err(Problem { at, message }) => {
            Err(NotJson { at: Position::of(text, at), message, hint: hint::of_text(text, at) })
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    nodes: Vec<Node>,
    /// The numbers of the arrays and objects that have not ended.
    open: Vec<usize>,
}

impl Parser<'_> {
    fn run(mut self) -> Result<Vec<Node>, Problem> {
        self.at = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut expected = Expected::Value;
        loop {
            self.skip_white_space();
            let Some(byte) = self.peek() else {
                return match expected {
                    Expected::End => Ok(self.nodes),
                    _ => Err(self.ended()),
                };
            };
            expected = match (expected, byte) {
                (Expected::End, _) => return Err(self.problem("extra text after the end")),
                (Expected::ValueOrEnd, b']')
                | (Expected::KeyOrEnd, b'}')
                | (Expected::CommaOrEnd, b']' | b'}') => self.close(byte)?,
                (Expected::CommaOrEnd, b',') => {
                    self.at += 1;
                    if self.is_in_object() { Expected::Key } else { Expected::Value }
                }
                (Expected::CommaOrEnd, _) => {
                    let end = if self.is_in_object() { "}" } else { "]" };
                    return Err(self.problem(&format!("expected a comma or {end}")));
                }
                (Expected::Key | Expected::KeyOrEnd, b'"') => self.key()?,
                (Expected::Key | Expected::KeyOrEnd, _) => {
                    return Err(self.problem("expected a key in double quotation marks"));
                }
                (Expected::Value | Expected::ValueOrEnd, _) => self.value(byte)?,
            };
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn problem(&self, message: &str) -> Problem {
        Problem { at: self.at, message: message.to_owned() }
    }

    fn ended(&self) -> Problem {
        let message = match self.open.last().and_then(|open| self.nodes.get(*open)) {
            Some(open) => {
                let what = if open.kind == JsonKind::Object { "object" } else { "array" };
                let Position { line, column } = Position::of(self.text, open.start);
                format!("unclosed {what} (opened at line {line}, column {column})")
            }
            None => "the end of the file, where a value was expected".to_owned(),
        };
        Problem { at: self.at, message }
    }

    fn is_in_object(&self) -> bool {
        let open = self.open.last().and_then(|open| self.nodes.get(*open));
        open.is_some_and(|open| open.kind == JsonKind::Object)
    }

    fn close(&mut self, byte: u8) -> Result<Expected, Problem> {
        if (byte == b'}') != self.is_in_object() {
            let end = if self.is_in_object() { "}" } else { "]" };
            return Err(self.problem(&format!("expected a comma or {end}")));
        }
        self.at += 1;
        let after = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|open| self.nodes.get_mut(open)) {
            (node.end, node.after) = (self.at, after);
        }
        Ok(self.behind_value())
    }

    fn behind_value(&self) -> Expected {
        if self.open.is_empty() { Expected::End } else { Expected::CommaOrEnd }
    }

    fn key(&mut self) -> Result<Expected, Problem> {
        self.leaf(JsonKind::Text, Self::text)?;
        self.skip_white_space();
        match self.peek() {
            Some(b':') => {
                self.at += 1;
                Ok(Expected::Value)
            }
            None => Err(self.ended()),
            Some(_) => Err(self.problem("expected a colon after the key")),
        }
    }

    fn value(&mut self, byte: u8) -> Result<Expected, Problem> {
        match byte {
            b'{' | b'[' => {
                let is_object = byte == b'{';
                let kind = if is_object { JsonKind::Object } else { JsonKind::Array };
                self.open.push(self.nodes.len());
                let start = self.at;
                self.nodes.push(Node { kind, start, end: start, after: 0 });
                self.at += 1;
                return Ok(if is_object { Expected::KeyOrEnd } else { Expected::ValueOrEnd });
            }
            b'"' => self.leaf(JsonKind::Text, Self::text)?,
            b'-' | b'0'..=b'9' => self.leaf(JsonKind::Number, Self::number)?,
            _ => {
                let words = [
                    ("true", JsonKind::Boolean),
                    ("false", JsonKind::Boolean),
                    ("null", JsonKind::Null),
                ];
                let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
                let word = words.into_iter().find(|(word, _)| {
                    let goes_on = rest.get(word.len()).is_some_and(u8::is_ascii_alphanumeric);
                    rest.starts_with(word.as_bytes()) && !goes_on
                });
                let Some((word, kind)) = word else {
                    return Err(self.problem("expected a value"));
                };
                self.leaf(kind, |parser| {
                    parser.at += word.len();
                    Ok(())
                })?;
            }
        }
        Ok(self.behind_value())
    }

    fn leaf(
        &mut self,
        kind: JsonKind,
        read: impl FnOnce(&mut Self) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let start = self.at;
        read(self)?;
        let after = self.nodes.len() + 1;
        self.nodes.push(Node { kind, start, end: self.at, after });
        Ok(())
    }

    fn text(&mut self) -> Result<(), Problem> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1F) => {
                    return Err(
                        self.problem("a string has a line break or a control character in it")
                    );
                }
                Some(_) => self.at += 1,
                None => {
                    let message = "unclosed string: it begins here".to_owned();
                    return Err(Problem { at: start, message });
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), Problem> {
        let rest = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        let length = match rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|one| one.is_ascii_hexdigit()) => 6,
            _ => {
                return Err(
                    self.problem("a backslash before a character that JSON does not escape")
                );
            }
        };
        self.at += length;
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Problem> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.problem("expected a digit"));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Problem> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.problem("a number with a leading zero"));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }
}
