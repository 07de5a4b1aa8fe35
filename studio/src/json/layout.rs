//! Values written anew: two spaces for each level, texts and numbers as they stood.

use serde_json::Value;

use super::{Item, JsonKind};

/// A JSON text that grows.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    text: String,
    /// For each array or object that is open: it is an object, and it holds something.
    open: Vec<(bool, bool)>,
    /// A key stands before the next value.
    is_keyed: bool,
}

impl Layout {
    /// The text with a line end.
    pub(crate) fn finish(mut self) -> String {
        self.text.push('\n');
        self.text
    }

    fn begin(&mut self) {
        if std::mem::take(&mut self.is_keyed) {
            return;
        }
        if let Some((_, has_any)) = self.open.last_mut() {
            self.text.push_str(if std::mem::replace(has_any, true) { ",\n" } else { "\n" });
            self.indent();
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }

    /// A key, for the value that comes next.
    pub(crate) fn key(&mut self, key: &str) {
        self.raw_key(&Value::from(key).to_string());
    }

    fn raw_key(&mut self, key: &str) {
        self.begin();
        self.text.push_str(key);
        self.text.push_str(": ");
        self.is_keyed = true;
    }

    /// A value as it is written.
    pub(crate) fn raw(&mut self, value: &str) {
        self.begin();
        self.text.push_str(value);
    }

    /// A text.
    pub(crate) fn string(&mut self, value: &str) {
        self.raw(&Value::from(value).to_string());
    }

    /// Begins an object.
    pub(crate) fn object(&mut self) {
        self.raw("{");
        self.open.push((true, false));
    }

    /// Begins an array.
    pub(crate) fn array(&mut self) {
        self.raw("[");
        self.open.push((false, false));
    }

    /// Ends the array or object that was begun last.
    pub(crate) fn end(&mut self) {
        let Some((is_object, has_any)) = self.open.pop() else { return };
        if has_any {
            self.text.push('\n');
            self.indent();
        }
        self.text.push(if is_object { '}' } else { ']' });
    }

    /// A value of a file with all that it holds.
    pub(crate) fn item(&mut self, item: Item<'_>) {
        enum Part<'a> {
            Key(Item<'a>),
            Value(Item<'a>),
            End,
        }
        let mut rest = vec![Part::Value(item)];
        while let Some(part) = rest.pop() {
            match part {
                Part::Key(key) => self.raw_key(key.raw()),
                Part::End => self.end(),
                Part::Value(item) => match item.kind() {
                    JsonKind::Object => {
                        self.object();
                        rest.push(Part::End);
                        let members =
                            item.members().map(|(key, value)| [Part::Key(key), Part::Value(value)]);
                        let from = rest.len();
                        rest.extend(members.flatten());
                        rest[from..].reverse();
                    }
                    JsonKind::Array => {
                        self.array();
                        rest.push(Part::End);
                        let from = rest.len();
                        rest.extend(item.elements().map(Part::Value));
                        rest[from..].reverse();
                    }
                    _ => self.raw(item.raw()),
                },
            }
        }
    }
}
