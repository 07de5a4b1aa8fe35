//! The values that a Flow compares its inputs with: what a caller who is played at random may press, say and send.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::{Span, ToSpan};
use serde_json::{Map, Value, json};

use super::pattern::pattern_samples;

use crate::flow::{Condition, Flow};
use crate::liquid::Template;
use crate::play::PlayedFlows;

/// The values of a Flow's conditions, and the names that its templates look up.
#[derive(Clone, Debug, Default)]
pub(super) struct FlowValues {
    /// The values by the path that they are compared with.
    by_path: BTreeMap<Vec<String>, BTreeSet<String>>,
    /// All of them.
    all: BTreeSet<String>,
    /// Every path that a template looks up.
    paths: BTreeSet<Vec<String>>,
}

impl FlowValues {
    /// Those of a Flow and its subflows, whose widgets have the names that a run gives them.
    pub(super) fn of(flows: PlayedFlows<'_>) -> FlowValues {
        let mut values = FlowValues::default();
        values.add(flows.main, None);
        flows.runs().for_each(|(parent, _, flow)| values.add(flow, Some(&parent.name)));
        values
    }

    fn add(&mut self, flow: &Flow, parent: Option<&str>) {
        let named = |paths: Vec<Vec<String>>| paths.into_iter().map(|path| named(path, parent));
        for state in &flow.states {
            let mut found = Vec::new();
            state.properties.values().for_each(|value| collect_paths(value, &mut found));
            self.paths.extend(named(found));
            let subjects: Vec<_> = named(paths(state.text("input"))).collect();
            let transitions = state.transitions.iter();
            for condition in transitions.flat_map(|transition| &transition.conditions) {
                for value in samples(condition) {
                    self.all.insert(value.clone());
                    for (path, part) in parts(&subjects, &value) {
                        self.by_path.entry(path.clone()).or_default().insert(part);
                    }
                }
            }
        }
    }

    /// The values that are compared with what a widget has taken.
    pub(super) fn of_widget(&self, widget: &str) -> Vec<&str> {
        let is_its =
            |path: &[String]| path.iter().take(2).map(String::as_str).eq(["widgets", widget]);
        let its = self.by_path.iter().filter(|(path, _)| is_its(path));
        its.flat_map(|(_, values)| values).map(String::as_str).collect()
    }

    /// The values that are compared with what stands at one of these paths.
    pub(super) fn at(&self, paths: &[&[&str]]) -> Vec<&str> {
        let is_one = |path: &[String]| paths.iter().any(|one| path.iter().eq(one.iter()));
        let its = self.by_path.iter().filter(|(path, _)| is_one(path));
        its.flat_map(|(_, values)| values).map(String::as_str).collect()
    }

    /// All values.
    pub(super) fn all(&self) -> Vec<&str> {
        self.all.iter().map(String::as_str).collect()
    }

    /// An object with a value for each path that begins like this; `choose` gets the last name of the path, and the
    /// values that are compared with it; without a value, nothing stands there.
    pub(super) fn object(
        &self,
        start: &[&str],
        choose: &mut dyn FnMut(&str, Vec<&str>) -> Option<String>,
    ) -> Value {
        let mut object = json!({});
        for path in &self.paths {
            let is_below = path.len() > start.len()
                && path.iter().zip(start).all(|(have, expected)| have == expected);
            let Some(last) = path.last().filter(|_| is_below) else { continue };
            let known = self.by_path.get(path).into_iter().flatten().map(String::as_str);
            if let Some(value) = choose(last, known.collect()) {
                put(&mut object, path.get(start.len()..).unwrap_or_default(), value);
            }
        }
        object
    }
}

/// Collects the paths of the templates in a setting.
fn collect_paths(value: &Value, found: &mut Vec<Vec<String>>) {
    match value {
        Value::String(template) => found.extend(paths(template)),
        Value::Array(items) => items.iter().for_each(|item| collect_paths(item, found)),
        Value::Object(entries) => entries.values().for_each(|entry| collect_paths(entry, found)),
        _ => {}
    }
}

/// A path with the name that a widget of a subflow has in a run.
fn named(mut path: Vec<String>, parent: Option<&str>) -> Vec<String> {
    if let (Some(parent), [first, widget, ..]) = (parent, path.as_mut_slice())
        && first == "widgets"
    {
        *widget = format!("{parent}/{widget}");
    }
    path
}

/// A value for each of several expressions that a split's input has one after the other: `1 true`.
fn parts<'a>(subjects: &'a [Vec<String>], value: &str) -> Vec<(&'a Vec<String>, String)> {
    let words: Vec<&str> = value.split_whitespace().collect();
    match subjects {
        [only] => vec![(only, value.to_owned())],
        several if several.len() == words.len() => {
            several.iter().zip(words).map(|(path, word)| (path, word.to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

/// Puts a value at the end of a path of keys, where nothing else stands in its way.
fn put(object: &mut Value, path: &[String], value: String) {
    let Some((first, rest)) = path.split_first() else { return };
    let Value::Object(entries) = object else { return };
    if rest.is_empty() {
        entries.entry(first.clone()).or_insert(Value::String(value));
    } else {
        put(entries.entry(first.clone()).or_insert(Value::Object(Map::new())), rest, value);
    }
}

fn paths(template: &str) -> Vec<Vec<String>> {
    match template.contains('{') {
        true => Template::parse(template).map(|template| template.paths()).unwrap_or_default(),
        false => Vec::new(),
    }
}

/// Texts for which a condition holds, and some for which it just does not.
fn samples(condition: &Condition) -> Vec<String> {
    let value = condition.value.trim();
    match condition.kind.as_str() {
        "is_blank" | "is_not_blank" => Vec::new(),
        _ if value.contains('{') && condition.kind != "regex" => Vec::new(),
        "matches_any_of" | "does_not_match_any_of" => {
            value.split(',').map(|part| part.trim().to_owned()).collect()
        }
        "regex" => pattern_samples(value),
        "less_than" | "greater_than" => {
            let number: Option<f64> = value.parse().ok();
            let around = number.map(|number| [number - 1.0, number, number + 1.0]);
            around.into_iter().flatten().map(|number| number.to_string()).collect()
        }
        "is_before_date" | "is_after_date" => {
            let shifted = |span: Span| value.parse::<Date>().ok()?.checked_add(span).ok();
            let days = [-1, 0, 1].into_iter().filter_map(|days| shifted(days.days()));
            days.map(|date| date.to_string()).collect()
        }
        "is_before_time" | "is_after_time" => {
            let shifted = |span: Span| value.parse::<Time>().ok()?.checked_add(span).ok();
            let minutes = [-1, 0, 1].into_iter().filter_map(|minutes| shifted(minutes.minutes()));
            minutes.map(|time| time.strftime("%H:%M").to_string()).collect()
        }
        "contains" | "does_not_contain" => vec![value.to_owned(), format!("and {value} too")],
        "starts_with" | "does_not_start_with" => vec![value.to_owned(), format!("{value} 1")],
        _ => vec![value.to_owned()],
    }
}
