//! JSON that arrived as text.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind};

/// JSON that arrived as text: behaves like what it holds, and prints as it arrived.
#[derive(Debug)]
pub(crate) struct JsonText {
    /// The text.
    pub(crate) text: String,
    /// What it holds.
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
