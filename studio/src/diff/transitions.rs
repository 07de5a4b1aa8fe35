//! The transitions of a widget that are not the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::settings::{SettingChange, changed_settings};
use super::text;
use crate::draw::ChangeKind;

/// A transition that is not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionChange {
    /// The name of its widget.
    pub widget: String,
    /// Its event, with its conditions: `keypress`, `match equal_to "1"`.
    pub label: String,
    /// Its label before, if its conditions were others.
    pub old_label: Option<String>,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The widget that it led to; `None` is the end.
    pub before: Option<String>,
    /// The widget that it leads to; `None` is the end.
    pub after: Option<String>,
    /// Other settings of it that are not the same, such as the arguments of its conditions.
    pub settings: Vec<SettingChange>,
}

/// A transition of a definition.
pub(super) struct Way {
    /// Its event with its conditions; equal ones are numbered.
    pub(super) label: String,
    event: String,
    next: Option<String>,
    /// All that is neither in the label nor the next widget.
    rest: Value,
}

/// The transitions of a widget that are not the same.
pub(super) fn changed(widget: &str, before: &Value, after: &Value) -> Vec<TransitionChange> {
    let (old, new) = (ways(before), ways(after));
    let pairs = pairs(&old, &new);
    let change = |kind, label: &str, before: Option<&Way>, after: Option<&Way>| TransitionChange {
        widget: widget.to_owned(),
        label: label.to_owned(),
        old_label: None,
        kind,
        before: before.and_then(|way| way.next.clone()),
        after: after.and_then(|way| way.next.clone()),
        settings: Vec::new(),
    };
    let mut found = Vec::new();
    for (way, pair) in new.iter().zip(&pairs) {
        let Some(earlier) = pair.and_then(|index| old.get(index)) else {
            found.push(change(ChangeKind::Added, &way.label, None, Some(way)));
            continue;
        };
        let mut one = change(ChangeKind::Changed, &way.label, Some(earlier), Some(way));
        changed_settings("", &earlier.rest, &way.rest, &mut one.settings);
        one.old_label = Some(&earlier.label).filter(|label| **label != way.label).cloned();
        if one.before != one.after || one.old_label.is_some() || !one.settings.is_empty() {
            found.push(one);
        }
    }
    let is_paired = |index: usize| pairs.contains(&Some(index));
    for (_, way) in old.iter().enumerate().filter(|(index, _)| !is_paired(*index)) {
        found.push(change(ChangeKind::Gone, &way.label, Some(way), None));
    }
    // The first that holds is taken.
    let matches = new.iter().zip(&pairs).filter(|(way, _)| way.event == "match");
    let places: Vec<usize> = matches.filter_map(|(_, pair)| *pair).collect();
    if !places.is_sorted() {
        found.push(change(ChangeKind::Changed, "match: in another order", None, None));
    }
    found
}

/// For each new transition the index of the old one that it was: of the same label, or else of the same event to the
/// same widget.
fn pairs(old: &[Way], new: &[Way]) -> Vec<Option<usize>> {
    let by_label: BTreeMap<&str, usize> =
        old.iter().enumerate().map(|(index, way)| (way.label.as_str(), index)).collect();
    let mut pairs: Vec<Option<usize>> =
        new.iter().map(|way| by_label.get(way.label.as_str()).copied()).collect();
    let mut used: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
    for (way, pair) in new.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
        let is_like = |earlier: &Way| earlier.event == way.event && earlier.next == way.next;
        let mut rest = old.iter().enumerate();
        let found = rest.find(|(index, earlier)| !used.contains(index) && is_like(earlier));
        *pair = found.map(|(index, _)| index);
        used.extend(*pair);
    }
    pairs
}

/// The transitions of a state.
pub(super) fn ways(state: &Value) -> Vec<Way> {
    let all = state.get("transitions").and_then(Value::as_array);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let way = |transition: &Value| {
        let conditions = transition.get("conditions").and_then(Value::as_array);
        let conditions = conditions.into_iter().flatten().map(|condition| {
            format!(" {} {:?}", text(condition, "type"), text(condition, "value"))
        });
        let conditions: Vec<String> = conditions.collect();
        let event = text(transition, "event").to_owned();
        let label = format!("{event}{}", conditions.join(" and"));
        let count = counts.entry(label.clone()).or_insert(0);
        *count += 1;
        let label = if *count > 1 { format!("{label} ({count})") } else { label };
        let next = Some(text(transition, "next")).filter(|next| !next.is_empty());
        Way { label, event, next: next.map(str::to_owned), rest: remainder(transition) }
    };
    all.into_iter().flatten().map(way).collect()
}

/// A transition without what its label and its next widget say, and without what is empty.
fn remainder(transition: &Value) -> Value {
    let mut rest = transition.clone();
    let is_text = |value: &Value| value.is_string() || value.is_null();
    if let Some(conditions) = rest.get_mut("conditions").and_then(Value::as_array_mut) {
        for condition in conditions.iter_mut().filter_map(Value::as_object_mut) {
            condition.retain(|key, value| !(matches!(&**key, "type" | "value") && is_text(value)));
        }
    }
    if let Some(entries) = rest.as_object_mut() {
        let is_empty =
            |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        entries.retain(|key, value| {
            !(is_empty(value) || matches!(&**key, "event" | "next") && is_text(value))
        });
    }
    rest
}

impl Way {
    /// The widget that it leads to, if it leads anywhere.
    pub(super) fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
}
