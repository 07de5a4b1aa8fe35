//! The Flow that places one call, asks for one key, reports each outcome and speaks the answer.
//!
//! Rounds live in the rules: this Flow knows one person. It is a template in that a few numbers and names are the
//! policy's own, and stand in the definition itself, since a `timeout` there is a number and takes no template.

use serde_json::{Map, Value, json};

use crate::domain::escalation::Policy;

#[cfg(test)]
mod tests;

const TEMPLATE: &str = include_str!("../../../flows/outage-call.json");

/// The definition of a policy's own Flow: how long it rings, how long it waits for a key, in which voice it speaks.
pub fn outage_call(policy: &Policy) -> Value {
    // A test reads the template: it is JSON.
    let mut definition: Value = serde_json::from_str(TEMPLATE).unwrap_or_default();
    let states = definition.get_mut("states").and_then(Value::as_array_mut);
    for state in states.into_iter().flatten() {
        let kind = state.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(properties) = state.get_mut("properties").and_then(Value::as_object_mut) {
            properties.append(&mut own(&kind, policy));
        }
    }
    definition
}

/// The properties that a policy gives to a widget of this type. Without a voice or language it is Twilio's usual one.
fn own(kind: &str, policy: &Policy) -> Map<String, Value> {
    let mut own = Map::new();
    let mut set = |name: &str, value: Value| own.insert(name.to_owned(), value);
    match kind {
        "make-outgoing-call-v2" => {
            set("timeout", json!(policy.ring_seconds));
        }
        "gather-input-on-call" => {
            set("timeout", json!(policy.answer_seconds));
        }
        _ => {}
    }
    if matches!(kind, "gather-input-on-call" | "say-play") {
        for (name, value) in [("voice", &policy.voice), ("language", &policy.language)] {
            if let Some(value) = value {
                set(name, json!(value));
            }
        }
    }
    own
}
