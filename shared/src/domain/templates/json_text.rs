//! JSON that arrived as text, and values as JSON.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind};
use serde::Serialize;
use serde_json::ser::Formatter;

/// JSON that arrived as text: behaves like what it holds, and prints as it arrived.
#[derive(Debug)]
pub(crate) struct JsonText {
    /// The text.
    pub(crate) text: String,
    /// The value that it holds.
    pub(crate) value: Value,
}

impl Object for JsonText {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.value.kind() == ValueKind::Seq { ObjectRepr::Seq } else { ObjectRepr::Map }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.value.get_item(key).ok().filter(|value| !value.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.value.kind() {
            ValueKind::Seq => Enumerator::Seq(self.value.len().unwrap_or(0)),
            _ => {
                Enumerator::Values(self.value.try_iter().map(Iterator::collect).unwrap_or_default())
            }
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        self.value.len()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How long the text is that this value prints, if it is JSON that arrived as text.
pub(super) fn printed_length(value: &Value) -> Option<usize> {
    value.downcast_object_ref::<JsonText>().map(|json| json.text.len())
}

/// A value as JSON in one line, with a space behind each comma and colon; `None` if JSON has no such value.
pub(super) fn spaced(value: &Value) -> Option<String> {
    let mut json = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, Spaced)).ok()?;
    String::from_utf8(json).ok()
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin_array_value(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}
