//! A filter's input and arguments.

use jiff::Timestamp;
use serde_json::Value;

use crate::liquid::meter::MAX_VALUE_BYTES;
use crate::liquid::value::{Data, text, whole};

/// The input and the arguments of a filter, and the time of the rendering.
pub(in crate::liquid) struct FilterInput<'c, 'a> {
    pub(in crate::liquid) value: &'c Value,
    pub(in crate::liquid) arguments: &'c [Data<'a>],
    pub(in crate::liquid) now: Timestamp,
}

impl FilterInput<'_, '_> {
    /// The input as text.
    pub(super) fn text(&self) -> String {
        text(self.value)
    }

    /// An argument; nil if it is not given.
    pub(super) fn argument(&self, index: usize) -> &Value {
        self.arguments.get(index).map_or(&Value::Null, |argument| argument)
    }

    /// An argument as text; empty if it is not given.
    pub(super) fn argument_text(&self, index: usize) -> String {
        text(self.argument(index))
    }

    /// An argument as text, or a default.
    pub(super) fn text_or(&self, index: usize, default: &str) -> String {
        self.arguments.get(index).map_or_else(|| default.to_owned(), |argument| text(argument))
    }

    /// An argument as a whole number, or a default.
    pub(super) fn whole_or(&self, index: usize, default: i64) -> i64 {
        whole(self.argument(index)).unwrap_or(default)
    }

    /// The input as a list: a list's items, else the value itself, nil as none.
    pub(super) fn items(&self) -> &[Value] {
        match self.value {
            Value::Array(items) => items,
            Value::Null => &[],
            value => std::slice::from_ref(value),
        }
    }
}

/// Fails for a text too large to be made.
pub(super) fn check_size(bytes: usize) -> Result<(), String> {
    if bytes > MAX_VALUE_BYTES { Err("too large a value".into()) } else { Ok(()) }
}
