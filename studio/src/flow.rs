//! A Studio Flow's definition: its widgets, and which event leads from one to the next. Pure.
//!
//! Any definition can be read: a widget of an unknown type is one more state, and what cannot be read as it should be is
//! missing. [`FlowDefinition::check`] says what Studio would refuse and what goes wrong in a call; [`Flow::problems`] only
//! whether the structure is sound.

mod check;
mod file;
mod finding;
mod old;
mod problem;
#[cfg(test)]
mod tests;
mod widgets;

use serde_json::{Map, Value};

use crate::json::Item;

pub use check::without_secrets;
pub use file::{FlowDefinition, FlowFile};
pub use finding::{Finding, Severity, why_not_runnable};
pub use old::Converted;
pub use problem::Problem;
pub(crate) use widgets::failure_event;
pub use widgets::widget_types;

/// A Flow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// Its purpose, in its author's words.
    pub description: String,
    /// The name of the state that it begins with.
    pub initial_state: String,
    /// Its widgets, in the file's order.
    pub states: Vec<State>,
}

/// A widget.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name: no other widget of the Flow has it.
    pub name: String,
    /// Its type: `trigger`, `say-play`, …
    pub kind: String,
    /// The transitions of its events.
    pub transitions: Vec<Transition>,
    /// Its settings, as they stand in the file.
    pub properties: Map<String, Value>,
}

/// The way from an event of a widget to the next one.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// `answered`, `keypress`, `match`, …
    pub event: String,
    /// The name of the state that it leads to; `None` is the end.
    pub next: Option<String>,
    /// The conditions that must hold besides; only `match` has any.
    pub conditions: Vec<Condition>,
}

/// A comparison of `split-based-on`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `equal_to`, `contains`, …
    pub kind: String,
    /// The value that is compared, usually the widget's own input again.
    pub arguments: Vec<String>,
    /// The value that it is compared with.
    pub value: String,
}

/// The place of a widget on Studio's canvas, in pixels: y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offset {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Flow {
    /// Reads a definition. The error says why it is none at all.
    pub fn parse(text: &str) -> Result<Flow, String> {
        let definition: Value =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        Flow::read(&definition)
    }

    fn of(definition: Item<'_>) -> Flow {
        Flow::read(&definition.to_value()).unwrap_or_default()
    }

    /// Reads a definition that was parsed as JSON. The error says why it is none at all.
    pub fn read(definition: &Value) -> Result<Flow, String> {
        let Some(Value::Array(states)) = definition.get("states") else {
            return Err("it has no array `states`".to_owned());
        };
        Ok(Flow {
            description: text(definition, "description"),
            initial_state: text(definition, "initial_state"),
            states: states.iter().map(State::read).collect(),
        })
    }

    /// The state of this name; the first, should there be several.
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// The state that it begins with.
    pub fn first(&self) -> Option<&State> {
        self.state(&self.initial_state)
    }
}

impl State {
    fn read(state: &Value) -> State {
        let properties = state.get("properties").and_then(Value::as_object);
        State {
            name: text(state, "name"),
            kind: text(state, "type"),
            transitions: list(state, "transitions").iter().map(Transition::read).collect(),
            properties: properties.cloned().unwrap_or_default(),
        }
    }

    /// It sends a request, and takes the answer: an HTTP request, or one to a Function.
    pub fn sends_requests(&self) -> bool {
        widgets::sends_requests(&self.kind)
    }

    /// Its place, if its author put it anywhere.
    pub fn offset(&self) -> Option<Offset> {
        let offset = self.properties.get("offset")?;
        Some(Offset { x: offset.get("x")?.as_f64()?, y: offset.get("y")?.as_f64()? })
    }

    /// A setting that is text; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.properties.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A setting that is a whole number; some of Studio's numbers are text.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.properties.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_u64(),
        }
    }

    /// A setting that is a list of keys with values: `parameters`, `variables`.
    pub fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let list = self.properties.get(name).and_then(Value::as_array);
        let pair = |entry: &Value| (text(entry, "key"), text(entry, "value"));
        list.into_iter().flatten().map(pair).collect()
    }

    /// The first transition of this event.
    pub fn on(&self, event: &str) -> Option<&Transition> {
        self.transitions.iter().find(|transition| transition.event == event)
    }
}

impl Transition {
    fn read(transition: &Value) -> Transition {
        Transition {
            event: text(transition, "event"),
            next: Some(text(transition, "next")).filter(|next| !next.is_empty()),
            conditions: list(transition, "conditions").iter().map(Condition::read).collect(),
        }
    }
}

impl Condition {
    fn read(condition: &Value) -> Condition {
        let arguments = list(condition, "arguments").iter();
        Condition {
            kind: text(condition, "type"),
            arguments: arguments.filter_map(Value::as_str).map(str::to_owned).collect(),
            value: text(condition, "value"),
        }
    }
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
