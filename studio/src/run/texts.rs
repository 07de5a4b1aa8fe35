//! The settings of a widget with their expressions evaluated.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::budget::Budget;
use crate::flow::State;
use crate::liquid::Template;

/// Renders a widget's settings, and keeps the errors of those that cannot be: their text stays as it is.
pub(super) struct WidgetTexts<'a> {
    context: &'a Value,
    now: Timestamp,
    pub(super) budget: &'a mut Budget,
    pub(super) errors: Vec<String>,
}

impl<'a> WidgetTexts<'a> {
    pub(super) fn new(
        context: &'a Value,
        now: Timestamp,
        budget: &'a mut Budget,
    ) -> WidgetTexts<'a> {
        WidgetTexts { context, now, budget, errors: Vec::new() }
    }

    /// A template, rendered; an error names its place.
    pub(super) fn render(&mut self, place: &str, template: &str) -> String {
        // Most settings have no expression.
        if !template.contains('{') {
            return template.to_owned();
        }
        // Without anything left to spend, the run ends before the text is used.
        if self.budget.left() == 0 {
            return String::new();
        }
        self.budget.spend_parsing(template);
        let rendered = Template::parse(template).and_then(|template| {
            let (rendered, work) = template.render_counted(self.context, self.now);
            self.budget.spend(work);
            rendered
        });
        match rendered {
            Ok(text) => text,
            Err(error) => {
                self.errors.push(format!("{place}: {error}"));
                template.to_owned()
            }
        }
    }

    /// A setting as text; empty if there is none.
    pub(super) fn get(&mut self, state: &State, name: &str) -> String {
        match state.properties.get(name) {
            Some(Value::String(template)) => self.render(name, template),
            Some(Value::Null) | None => String::new(),
            Some(value) => value.to_string(),
        }
    }

    /// A setting as a whole number, whether it is one or a text.
    pub(super) fn number(&mut self, state: &State, name: &str) -> Option<u64> {
        self.get(state, name).trim().parse().ok()
    }

    /// A setting in seconds.
    pub(super) fn seconds(&mut self, state: &State, name: &str) -> Option<Duration> {
        self.number(state, name).map(Duration::from_secs)
    }

    /// A setting that is a list of keys with values. The keys are never Liquid.
    pub(super) fn pairs(&mut self, state: &State, name: &str) -> Vec<(String, String)> {
        let pairs = state.pairs(name).into_iter();
        let rendered = pairs.map(|(key, template)| {
            let value = self.render(&format!("{name}, {key}"), &template);
            (key, value)
        });
        rendered.collect()
    }

    /// A value that is always there: `contact.channel.address`, …
    pub(super) fn address(&self, pointer: &str) -> String {
        let value = self.context.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    }
}

/// A setting that is true or false; some of Studio's are text.
pub(super) fn flag(state: &State, name: &str) -> Option<bool> {
    match state.properties.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
