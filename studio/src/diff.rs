//! The differences between two definitions of a Flow: its widgets, their settings and their transitions. Pure.
//!
//! [`FlowDiff`] lists them, and [`picture()`] marks them in a drawing. A widget that only stands elsewhere on the canvas has moved, and is else the same.

mod picture;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use picture::picture;

use crate::draw::ChangeKind;

/// The longest value that is shown, in characters.
const MAX_VALUE_CHARACTERS: usize = 120;

/// The differences between two definitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowDiff {
    /// The settings of the Flow itself: `initial_state`, `flags/allow_concurrent_calls`, …
    pub settings: Vec<SettingChange>,
    /// The widgets that were added, changed or removed, in the order of the definitions.
    pub widgets: Vec<WidgetChange>,
    /// The transitions that were added, changed or removed, of the widgets that both definitions have.
    pub transitions: Vec<TransitionChange>,
    /// How many widgets stand elsewhere on the canvas.
    pub moved: usize,
}

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

/// A widget that is not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct WidgetChange {
    /// Its name.
    pub name: String,
    /// Its type, in the later definition that has it.
    pub widget_type: String,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// Its settings that are not the same, if both definitions have it.
    pub settings: Vec<SettingChange>,
}

/// A transition that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionChange {
    /// The name of its widget.
    pub widget: String,
    /// Its event, with its conditions: `keypress`, `match equal_to "1"`.
    pub label: String,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The widget that it led to; `None` is the end.
    pub before: Option<String>,
    /// The widget that it leads to; `None` is the end.
    pub after: Option<String>,
}

impl FlowDiff {
    /// The differences between two definitions.
    pub fn of(before: &Value, after: &Value) -> FlowDiff {
        let mut diff = FlowDiff::default();
        changed_settings(
            "",
            &without(before, &["states"]),
            &without(after, &["states"]),
            &mut diff.settings,
        );
        let (old, new) = (states(before), states(after));
        let names: BTreeMap<&str, &Value> =
            new.iter().map(|(name, state)| (*name, *state)).collect();
        for (name, state) in &new {
            match old.iter().find(|(have, _)| have == name) {
                None => diff.widgets.push(WidgetChange::whole(name, state, ChangeKind::Added)),
                Some((_, earlier)) => diff.compare(name, earlier, state),
            }
        }
        let gone = old.iter().filter(|(name, _)| !names.contains_key(name));
        diff.widgets
            .extend(gone.map(|(name, state)| WidgetChange::whole(name, state, ChangeKind::Gone)));
        diff
    }

    /// Both definitions are the same, but for the places of widgets on the canvas.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.widgets.is_empty() && self.transitions.is_empty()
    }

    fn compare(&mut self, name: &str, before: &Value, after: &Value) {
        let mut settings = Vec::new();
        let parts = |state: &Value| {
            let rest = without(state, &["name", "transitions", "properties"]);
            let properties = state.get("properties").cloned().unwrap_or(Value::Null);
            (rest, without(&properties, &["offset"]))
        };
        let ((rest, properties), (new_rest, new_properties)) = (parts(before), parts(after));
        changed_settings("", &rest, &new_rest, &mut settings);
        changed_settings("", &properties, &new_properties, &mut settings);
        if !settings.is_empty() {
            let widget_type = text(after, "type").to_owned();
            let (name, kind) = (name.to_owned(), ChangeKind::Changed);
            self.widgets.push(WidgetChange { name, widget_type, kind, settings });
        }
        let offset = |state: &Value| state.pointer("/properties/offset").cloned();
        self.moved += usize::from(offset(before) != offset(after));
        self.compare_transitions(name, before, after);
    }

    fn compare_transitions(&mut self, name: &str, before: &Value, after: &Value) {
        let (old, new) = (transitions(before), transitions(after));
        let change = |label: &str, kind, before: Option<String>, after: Option<String>| {
            let (widget, label) = (name.to_owned(), label.to_owned());
            TransitionChange { widget, label, kind, before, after }
        };
        for (label, next) in &new {
            match old.iter().find(|(have, _)| have == label) {
                None => {
                    self.transitions.push(change(label, ChangeKind::Added, None, next.clone()));
                }
                Some((_, earlier)) if earlier != next => {
                    let (before, after) = (earlier.clone(), next.clone());
                    self.transitions.push(change(label, ChangeKind::Changed, before, after));
                }
                Some(_) => {}
            }
        }
        let labels: BTreeSet<&str> = new.iter().map(|(label, _)| label.as_str()).collect();
        for (label, next) in old.iter().filter(|(label, _)| !labels.contains(label.as_str())) {
            self.transitions.push(change(label, ChangeKind::Gone, next.clone(), None));
        }
        let matches = |all: &[(String, Option<String>)]| -> Vec<String> {
            let is_match = |label: &&String| label.starts_with("match ");
            all.iter().map(|(label, _)| label).filter(is_match).cloned().collect()
        };
        let (first, second) = (matches(&old), matches(&new));
        let is_sorted = first != second
            && first.iter().collect::<BTreeSet<_>>() == second.iter().collect::<BTreeSet<_>>();
        if is_sorted {
            // The first that holds is taken.
            self.transitions.push(change(
                "match: in another order",
                ChangeKind::Changed,
                None,
                None,
            ));
        }
    }

    /// The differences, a line for each, for a person.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for setting in &self.settings {
            lines.push(format!("~ the Flow's {}", setting.words()));
        }
        for widget in &self.widgets {
            let WidgetChange { name, widget_type, kind, settings } = widget;
            lines.push(format!("{} widget {name} ({widget_type})", kind.sign()));
            lines.extend(settings.iter().map(|setting| format!("    {}", setting.words())));
        }
        for transition in &self.transitions {
            let TransitionChange { widget, label, kind, before, after } = transition;
            let end = |next: &Option<String>| next.clone().unwrap_or_else(|| "the end".to_owned());
            let to = match kind {
                ChangeKind::Added => format!(" -> {}", end(after)),
                ChangeKind::Gone => format!(" -> {}", end(before)),
                ChangeKind::Changed if before == after => String::new(),
                ChangeKind::Changed => format!(": {} => {}", end(before), end(after)),
            };
            lines.push(format!("{} transition {widget}.{label}{to}", kind.sign()));
        }
        lines
    }
}

impl WidgetChange {
    fn whole(name: &str, state: &Value, kind: ChangeKind) -> WidgetChange {
        let (name, widget_type) = (name.to_owned(), text(state, "type").to_owned());
        WidgetChange { name, widget_type, kind, settings: Vec::new() }
    }
}

impl SettingChange {
    fn words(&self) -> String {
        let value = |value: &Option<Value>| match value {
            None => "not set".to_owned(),
            Some(value) => cut(&value.to_string()),
        };
        format!("{}: {} => {}", self.path, value(&self.before), value(&self.after))
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE_CHARACTERS) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
    }
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn without(value: &Value, keys: &[&str]) -> Value {
    let mut value = value.clone();
    if let Value::Object(entries) = &mut value {
        entries.retain(|key, _| !keys.contains(&key.as_str()));
    }
    value
}

/// The states by their names; of several with one name the first.
fn states(definition: &Value) -> Vec<(&str, &Value)> {
    let all = definition.get("states").and_then(Value::as_array);
    let mut seen = BTreeSet::new();
    let all = all.into_iter().flatten().map(|state| (text(state, "name"), state));
    all.filter(|(name, _)| seen.insert(*name)).collect()
}

/// The transitions of a state by their labels, with what they lead to. Equal labels are numbered.
fn transitions(state: &Value) -> Vec<(String, Option<String>)> {
    let all = state.get("transitions").and_then(Value::as_array);
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for transition in all.into_iter().flatten() {
        let conditions = transition.get("conditions").and_then(Value::as_array);
        let conditions = conditions.into_iter().flatten().map(|condition| {
            format!(" {} {:?}", text(condition, "type"), text(condition, "value"))
        });
        let conditions: Vec<String> = conditions.collect();
        let label = format!("{}{}", text(transition, "event"), conditions.join(" and"));
        let count = counts.entry(label.clone()).or_insert(0);
        *count += 1;
        let label = if *count > 1 { format!("{label} ({count})") } else { label };
        let next = Some(text(transition, "next")).filter(|next| !next.is_empty());
        found.push((label, next.map(str::to_owned)));
    }
    found
}

/// Collects the values that are not the same, as deep as they lie; walks without recursion, for a file may be deep.
fn changed_settings(path: &str, before: &Value, after: &Value, found: &mut Vec<SettingChange>) {
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
