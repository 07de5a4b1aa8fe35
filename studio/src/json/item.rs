//! A value in a JSON text.

use std::borrow::Cow;
use std::iter;

use serde_json::{Map, Value};

use super::parse::Node;
use super::{Json, Position};

/// The kinds of JSON's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string.
    Text,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl JsonKind {
    /// It holds no other values.
    pub(super) fn is_leaf(self) -> bool {
        !matches!(self, JsonKind::Array | JsonKind::Object)
    }

    /// The kind in words.
    pub fn name(self) -> &'static str {
        match self {
            JsonKind::Null => "null",
            JsonKind::Boolean => "a boolean",
            JsonKind::Number => "a number",
            JsonKind::Text => "a string",
            JsonKind::Array => "a list",
            JsonKind::Object => "an object",
        }
    }
}

/// The depth below which [`Item::to_value`] reads nothing more.
pub(crate) const MAX_DEPTH: usize = 100;

/// A value in a JSON text.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    json: &'a Json,
    number: usize,
}

impl<'a> Item<'a> {
    pub(crate) fn new(json: &'a Json, number: usize) -> Item<'a> {
        Item { json, number }
    }

    fn node(&self) -> Node {
        let none = Node { kind: JsonKind::Null, start: 0, end: 0, after: self.number + 1 };
        self.json.nodes.get(self.number).copied().unwrap_or(none)
    }

    /// Its kind.
    pub fn kind(&self) -> JsonKind {
        self.node().kind
    }

    /// Its bytes in the text.
    pub fn raw(&self) -> &'a str {
        let node = self.node();
        self.json.text.get(node.start..node.end).unwrap_or_default()
    }

    /// Its number in the text: no other value has it.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Its place in the text.
    pub fn position(&self) -> Position {
        Position::of(&self.json.text, self.node().start)
    }

    /// The text that it is, its escapes resolved; half of a surrogate pair becomes U+FFFD.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let inner = self.raw().strip_prefix('"')?.strip_suffix('"')?;
        Some(if inner.contains('\\') { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) })
    }

    /// The values that it holds as an array; none if it is none.
    pub fn elements(self) -> impl Iterator<Item = Item<'a>> {
        self.parts().filter(move |_| self.kind() == JsonKind::Array)
    }

    /// The keys and values that it holds as an object; none if it is none.
    pub fn members(self) -> impl Iterator<Item = (Item<'a>, Item<'a>)> {
        let mut parts = self.parts();
        iter::from_fn(move || {
            if self.kind() == JsonKind::Object { parts.next().zip(parts.next()) } else { None }
        })
    }

    fn parts(self) -> impl Iterator<Item = Item<'a>> {
        let Node { after: end, .. } = self.node();
        let mut next = self.number + 1;
        iter::from_fn(move || {
            let item = (next < end).then(|| Item::new(self.json, next))?;
            next = item.node().after;
            Some(item)
        })
    }

    /// The value of this key; the last one, should there be several.
    pub fn get(self, key: &str) -> Option<Item<'a>> {
        let found = self.members().filter(|(name, _)| name.text().as_deref() == Some(key));
        found.last().map(|(_, value)| value)
    }

    /// The text of this key, if it is one.
    pub fn text_of(self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key)?.text()
    }

    /// The value, without what lies deeper in it than a hundred levels.
    pub fn to_value(self) -> Value {
        self.value(MAX_DEPTH)
    }

    fn value(self, depth: usize) -> Value {
        match self.kind() {
            JsonKind::Null => Value::Null,
            JsonKind::Boolean => Value::Bool(self.raw() == "true"),
            // A number beyond every range is none to calculate with.
            JsonKind::Number => serde_json::from_str(self.raw()).unwrap_or(Value::Null),
            JsonKind::Text => Value::String(self.text().unwrap_or_default().into_owned()),
            JsonKind::Array | JsonKind::Object if depth == 0 => Value::Null,
            JsonKind::Array => self.elements().map(|item| item.value(depth - 1)).collect(),
            JsonKind::Object => {
                let member = |(key, value): (Item<'_>, Item<'_>)| {
                    (key.text().unwrap_or_default().into_owned(), value.value(depth - 1))
                };
                Value::Object(self.members().map(member).collect::<Map<_, _>>())
            }
        }
    }
}

/// A text without its escapes.
fn unescape(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, behind)) = rest.split_once('\\') {
        text.push_str(before);
        let mut letters = behind.chars();
        match letters.next() {
            Some('u') => {
                let (letter, length) = from_hex(behind);
                text.push(letter);
                rest = behind.get(length..).unwrap_or_default();
                continue;
            }
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some(other) => text.push(other),
            None => {}
        }
        rest = letters.as_str();
    }
    text.push_str(rest);
    text
}

/// The character of `u` and four hexadecimal digits, and of the other half of a pair behind them; and their length.
fn from_hex(escape: &str) -> (char, usize) {
    let unit = |from: usize| {
        escape.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let first = unit(1).unwrap_or(0xFFFD);
    if let Some(letter) = char::from_u32(first) {
        return (letter, 5);
    }
    let second = if escape.get(5..7) == Some("\\u") { unit(7) } else { None };
    match second {
        Some(second) if first < 0xDC00 && (0xDC00..0xE000).contains(&second) => {
            let pair = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            (char::from_u32(pair).unwrap_or('\u{FFFD}'), 11)
        }
        _ => ('\u{FFFD}', 5),
    }
}
