//! The differences between two definitions of a Flow: its widgets, their settings and their transitions. Pure.
//!
//! [`FlowDiff`] lists them, `lines` are its words, and [`picture()`] marks them in a drawing. A widget that only stands
//! elsewhere on the canvas has moved, and is else the same; one that only has another name was renamed.

mod lines;
mod picture;
mod renames;
mod settings;
#[cfg(test)]
mod tests;
mod transitions;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use picture::picture;
pub use settings::SettingChange;
pub use transitions::TransitionChange;

use self::settings::changed_settings;
use crate::draw::ChangeKind;

/// The differences between two definitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowDiff {
    /// The settings of the Flow itself: `initial_state`, `flags/allow_concurrent_calls`, …
    pub settings: Vec<SettingChange>,
    /// The widgets that were added, changed or removed, in the order of the definitions.
    pub widgets: Vec<WidgetChange>,
    /// The transitions that were added, changed or removed, those of whole widgets too.
    pub transitions: Vec<TransitionChange>,
    /// The new names of widgets by their old ones.
    pub renamed: BTreeMap<String, String>,
    /// How many widgets stand elsewhere on the canvas.
    pub moved: usize,
}

/// A widget that is not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct WidgetChange {
    /// Its name, in the later definition that has it.
    pub name: String,
    /// Its name before, if it had another one.
    pub old_name: Option<String>,
    /// Its type, in the later definition that has it.
    pub widget_type: String,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// Its settings that are not the same; all of them if only one definition has it.
    pub settings: Vec<SettingChange>,
}

impl FlowDiff {
    /// The differences between two definitions.
    pub fn of(before: &Value, after: &Value) -> FlowDiff {
        let renamed = renames::found(&states(before), &states(after));
        let before = &renames::renamed(before, &renamed);
        let mut diff = FlowDiff { renamed, ..FlowDiff::default() };
        changed_settings(
            "",
            &without(before, &["states"]),
            &without(after, &["states"]),
            &mut diff.settings,
        );
        let (old, new) = (states(before), states(after));
        let earlier: BTreeMap<&str, &Value> = old.iter().copied().collect();
        for (name, state) in &new {
            diff.compare(name, earlier.get(name).copied(), Some(state));
        }
        let names: BTreeSet<&str> = new.iter().map(|(name, _)| *name).collect();
        for (name, state) in old.iter().filter(|(name, _)| !names.contains(name)) {
            diff.compare(name, Some(state), None);
        }
        diff
    }

    /// Both definitions are the same, but for the places of widgets on the canvas.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.widgets.is_empty() && self.transitions.is_empty()
    }

    /// Compares a widget of both definitions, or takes one that only one of them has as a whole.
    fn compare(&mut self, name: &str, before: Option<&Value>, after: Option<&Value>) {
        let nothing = Value::Object(serde_json::Map::new());
        let (old, new) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        let kind = match (before, after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Gone,
            _ => ChangeKind::Changed,
        };
        let parts = |state: &Value| {
            let rest = without(state, &["name", "transitions", "properties"]);
            let rest = if kind == ChangeKind::Changed { rest } else { without(&rest, &["type"]) };
            let properties = state.get("properties").unwrap_or(&nothing);
            (rest, without(properties, &["offset"]))
        };
        let mut settings = Vec::new();
        let ((rest, properties), (new_rest, new_properties)) = (parts(old), parts(new));
        changed_settings("", &rest, &new_rest, &mut settings);
        changed_settings("", &properties, &new_properties, &mut settings);
        let mut names = self.renamed.iter().filter(|_| kind == ChangeKind::Changed);
        let old_name = names.find(|(_, new)| *new == name).map(|(old, _)| old.clone());
        if !settings.is_empty() || old_name.is_some() || kind != ChangeKind::Changed {
            let widget_type = text(after.unwrap_or(old), "type").to_owned();
            let name = name.to_owned();
            self.widgets.push(WidgetChange { name, old_name, widget_type, kind, settings });
        }
        if kind == ChangeKind::Changed {
            let offset = |state: &Value| state.pointer("/properties/offset").cloned();
            self.moved += usize::from(offset(old) != offset(new));
        }
        self.transitions.extend(transitions::changed(name, old, new));
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
