//! Settings that are not the same, and their values for a person.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::draw::ChangeKind;

/// The most characters of a value that are shown beside another one.
const MAX_CHANGED_CHARACTERS: usize = 120;
/// The most characters of a value that are shown alone.
const MAX_WHOLE_CHARACTERS: usize = 2_000;
/// The characters that are shown before the first one that is not the same, if a value has to be cut.
const CHARACTERS_BEFORE: usize = 20;

/// A setting that is not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingChange {
    /// Its keys: `say`, `parameters/0/value`.
    pub path: String,
    /// Its value before.
    pub before: Option<Value>,
    /// Its value after.
    pub after: Option<Value>,
}

impl SettingChange {
    /// Its words, in something that was added, changed or removed as a whole.
    pub(super) fn as_text(&self, kind: ChangeKind) -> String {
        let SettingChange { path, before, after } = self;
        let [before, after] = [before, after].map(|value| value.as_ref().map(Value::to_string));
        let (before, after) = match (kind, before, after) {
            (ChangeKind::Changed, Some(before), Some(after)) => {
                let start = start_of_difference(&before, &after);
                let cut = |text: &str| cut(text, start, MAX_CHANGED_CHARACTERS);
                (cut(&before), cut(&after))
            }
            (ChangeKind::Changed, before, after) => {
                let words = |value: Option<String>| match value {
                    None => "not set".to_owned(),
                    Some(value) => cut(&value, 0, MAX_WHOLE_CHARACTERS),
                };
                (words(before), words(after))
            }
            (_, before, after) => {
                let value = after.or(before).unwrap_or_default();
                return format!("{path}: {}", cut(&value, 0, MAX_WHOLE_CHARACTERS));
            }
        };
        format!("{path}: {before} => {after}")
    }
}

/// The character at which two values that are too long to be shown are cut; 0 if both are short.
fn start_of_difference(before: &str, after: &str) -> usize {
    let is_short = |text: &str| text.chars().nth(MAX_CHANGED_CHARACTERS).is_none();
    if is_short(before) && is_short(after) {
        return 0;
    }
    let same = before.chars().zip(after.chars()).take_while(|(old, new)| old == new).count();
    same.saturating_sub(CHARACTERS_BEFORE)
}

/// So many characters of a text from this one on, with dots where something is left out.
fn cut(text: &str, start: usize, most: usize) -> String {
    let shown: String = text.chars().skip(start).take(most).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if text.chars().nth(start + most).is_some() { "…" } else { "" };
    format!("{before}{shown}{after}")
}

/// Collects the values that are not the same, as deep as they lie; walks without recursion, for a file may be deep.
pub(super) fn changed_settings(
    path: &str,
    before: &Value,
    after: &Value,
    found: &mut Vec<SettingChange>,
) {
    let mut rest = vec![(path.to_owned(), Some(before), Some(after))];
    while let Some((path, before, after)) = rest.pop() {
        let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") };
        match (before, after) {
            (Some(before), Some(after)) if before == after => {}
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                let inner = keys.into_iter().rev().map(|key| (at(key), old.get(key), new.get(key)));
                rest.extend(inner);
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                let indexes = (0..old.len().max(new.len())).rev();
                rest.extend(
                    indexes.map(|index| (at(&index.to_string()), old.get(index), new.get(index))),
                );
            }
            (before, after) => {
                let (before, after) = (before.cloned(), after.cloned());
                found.push(SettingChange { path, before, after });
            }
        }
    }
}
