//! Exports of Studio's editor before 2020, and their form of today.
//!
//! They have `description` and `states` only. Types have names like `Branch`; each state has a SID, `FF…`, and each `next`
//! is one or null; each transition has a `uuid` and a list of conditions, empty or not.

use std::collections::{HashMap, HashSet};

use crate::json::{Item, JsonKind, Layout};

/// The types of the old editor, and their names of today.
pub(super) const TYPES: [(&str, &str); 11] = [
    ("InitialState", "trigger"),
    ("Message", "send-message"),
    ("MessagePrompt", "send-and-wait-for-reply"),
    ("Branch", "split-based-on"),
    ("SetVariables", "set-variables"),
    ("Gather", "gather-input-on-call"),
    ("SayPlay", "say-play"),
    ("DialV2", "make-outgoing-call-v2"),
    ("Webhook", "make-http-request"),
    ("Function", "run-function"),
    ("EnqueueCall", "enqueue-call"),
];

/// Properties that today's types do not have.
const FORMER_PROPERTIES: [&str; 2] = ["flow_url", "save_response_as"];

/// Today's form of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The definition, as JSON.
    pub text: String,
    /// Sentences for a person: what could not be converted, and what was left out.
    pub notes: Vec<String>,
    /// The number of the state that each flaw of the export is in, and the flaw.
    pub(super) flaws: Vec<(usize, String)>,
}

/// Today's name of an old type.
pub(super) fn type_of_today(old: &str) -> Option<&'static str> {
    TYPES.iter().find(|(name, _)| *name == old).map(|(_, today)| *today)
}

/// The definition is one of the old editor: by its types, or where none of them is known, by its SIDs.
pub(super) fn is_old(definition: Item<'_>) -> bool {
    let has_type = |is_so: fn(&str) -> bool| {
        states(definition).any(|state| state.text_of("type").is_some_and(|kind| is_so(&kind)))
    };
    if has_type(|kind| type_of_today(kind).is_some()) && !has_type(super::widgets::is_known) {
        return true;
    }
    let is_old_state = |state: Item<'_>| {
        state.text_of("type").is_some_and(|kind| type_of_today(&kind).is_some())
            || state.text_of("sid").is_some_and(|sid| sid.starts_with("FF"))
    };
    definition.get("initial_state").is_none_or(|state| state.kind() == JsonKind::Null)
        && states(definition).any(is_old_state)
}

fn states(definition: Item<'_>) -> impl Iterator<Item = Item<'_>> {
    definition.get("states").into_iter().flat_map(Item::elements)
}

/// Converts a definition; one of today comes out with its own values.
pub(super) fn convert(item: Item<'_>) -> Converted {
    let mut conversion = Conversion::of(item);
    let mut layout = Layout::default();
    layout.object();
    layout.key("description");
    match item.get("description").filter(|text| text.kind() == JsonKind::Text) {
        Some(text) => layout.item(text),
        None => layout.string(""),
    }
    layout.key("states");
    layout.array();
    for (index, state) in states(item).enumerate() {
        conversion.state(index, state, &mut layout);
    }
    layout.end();
    layout.key("initial_state");
    let first = states(item).position(|state| kind(state) == "trigger").unwrap_or(0);
    layout.string(conversion.names.get(first).map_or("", String::as_str));
    let is_known = |key: &str| matches!(key, "description" | "states" | "initial_state" | "flags");
    members(item).filter(|(key, _)| !is_known(key)).for_each(|(key, value)| {
        layout.key(&key);
        layout.item(value);
    });
    layout.key("flags");
    match item.get("flags") {
        Some(flags) => layout.item(flags),
        None => {
            layout.object();
            layout.key("allow_concurrent_calls");
            layout.raw("true");
            layout.end();
        }
    }
    layout.end();
    Converted { text: layout.finish(), notes: conversion.notes, flaws: conversion.flaws }
}

/// A state's type of today.
fn kind(state: Item<'_>) -> String {
    let kind = state.text_of("type").unwrap_or_default();
    type_of_today(&kind).map_or_else(|| kind.into_owned(), str::to_owned)
}

/// The members of an object, each key once: the last value counts.
fn members(item: Item<'_>) -> impl Iterator<Item = (String, Item<'_>)> {
    let (mut keys, mut last) = (Vec::new(), HashMap::new());
    for (key, value) in item.members() {
        let key = key.text().unwrap_or_default().into_owned();
        if last.insert(key.clone(), value).is_none() {
            keys.push(key);
        }
    }
    keys.into_iter().filter_map(move |key| last.get(&key).map(|value| (key, *value)))
}

struct Conversion {
    /// The names of the states, each once, in their order.
    names: Vec<String>,
    /// From SID to name.
    by_sid: HashMap<String, String>,
    notes: Vec<String>,
    flaws: Vec<(usize, String)>,
}

impl Conversion {
    fn of(definition: Item<'_>) -> Conversion {
        let (mut names, mut by_sid, mut flaws) = (Vec::new(), HashMap::new(), Vec::new());
        let mut taken = HashSet::new();
        for (index, state) in states(definition).enumerate() {
            let given = state.text_of("name").filter(|name| !name.is_empty());
            let wanted =
                given.as_deref().map_or_else(|| kind(state).replace('-', "_"), str::to_owned);
            let numbered = (2..).map(|number| format!("{wanted}_{number}"));
            let mut free = std::iter::once(wanted.clone()).chain(numbered);
            let name = free.find(|name| !taken.contains(name)).unwrap_or_default();
            if given.is_none() {
                flaws.push((index, format!("a state has no name, and is called {name:?} now")));
            } else if name != wanted {
                flaws.push((index, format!("a second state {wanted:?} is called {name:?} now")));
            }
            taken.insert(name.clone());
            if let Some(sid) = state.text_of("sid") {
                by_sid.entry(sid.into_owned()).or_insert_with(|| name.clone());
            }
            names.push(name);
        }
        let notes = flaws.iter().map(|(_, flaw): &(usize, String)| flaw.clone()).collect();
        Conversion { names, by_sid, notes, flaws }
    }

    fn flaw(&mut self, index: usize, flaw: String) {
        self.notes.push(flaw.clone());
        self.flaws.push((index, flaw));
    }

    fn state(&mut self, index: usize, state: Item<'_>, layout: &mut Layout) {
        let name = self.names.get(index).cloned().unwrap_or_default();
        let old = state.text_of("type").unwrap_or_default();
        let today = kind(state);
        if old == today && !super::widgets::is_known(&today) {
            self.flaw(index, format!(
                "{name:?} has the type {old:?}, which stays as it is: there is no such type today"
            ));
        }
        layout.object();
        layout.key("name");
        layout.string(&name);
        layout.key("type");
        layout.string(&today);
        layout.key("transitions");
        layout.array();
        for transition in state.get("transitions").into_iter().flat_map(Item::elements) {
            self.transition(index, &name, transition, layout);
        }
        layout.end();
        layout.key("properties");
        layout.object();
        let properties = state.get("properties");
        for (key, value) in properties.into_iter().flat_map(members) {
            if value.kind() == JsonKind::Null {
                continue;
            }
            if !FORMER_PROPERTIES.contains(&key.as_str()) {
                layout.key(&key);
                layout.item(value);
                continue;
            }
            let instead = match (key.as_str(), today.as_str()) {
                ("save_response_as", "send-and-wait-for-reply") => {
                    format!(": today the answer is {{{{widgets.{name}.inbound.Body}}}}")
                }
                _ => String::new(),
            };
            if value.text().is_none_or(|text| !text.is_empty()) {
                self.notes.push(format!("`{key}` of {name:?} is left out{instead}"));
            }
        }
        layout.end();
        let is_known =
            |key: &str| matches!(key, "name" | "type" | "transitions" | "properties" | "sid");
        members(state).filter(|(key, _)| !is_known(key)).for_each(|(key, value)| {
            layout.key(&key);
            layout.item(value);
        });
        layout.end();
    }

    fn transition(&mut self, index: usize, of: &str, transition: Item<'_>, layout: &mut Layout) {
        if transition.kind() != JsonKind::Object {
            self.flaw(
                index,
                format!("a transition of {of:?} is not an object, and stays as it is"),
            );
            return layout.item(transition);
        }
        layout.object();
        for (key, value) in members(transition) {
            let is_empty = value.kind() == JsonKind::Array && value.elements().next().is_none();
            let is_nothing = value.kind() == JsonKind::Null || is_empty;
            match key.as_str() {
                "uuid" => {}
                "next" | "conditions" if is_nothing => {}
                "next" => {
                    layout.key("next");
                    let sid = value.text().unwrap_or_default();
                    match self.by_sid.get(sid.as_ref()) {
                        Some(name) => layout.string(name),
                        None => {
                            let known = self.names.iter().any(|name| *name == sid);
                            if !known {
                                self.flaw(index, format!(
                                    "a transition of {of:?} leads to {sid:?}: there is no widget of that name"
                                ));
                            }
                            layout.item(value);
                        }
                    }
                }
                _ => {
                    layout.key(&key);
                    layout.item(value);
                }
            }
        }
        layout.end();
    }
}
