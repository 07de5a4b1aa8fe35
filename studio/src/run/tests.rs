//! The machine alone: no server, no clock.

mod calls;
mod functions;
mod hand_over;
mod hang_up;
mod http;
mod limits;
mod messages;
mod phone;
mod random;
mod refusals;
mod split;
mod start;
mod subflows;
mod texts;
mod variables;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).expect("a time")
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

fn start(trigger: Trigger) -> ExecutionStart {
    let [execution_sid, flow_sid] = ["FN1", "FW1"].map(str::to_owned);
    ExecutionStart { execution_sid, flow_sid, trigger }
}

/// A request, with parameters that a Flow reads.
fn request() -> Trigger {
    let [to, from] = ["+15005550001", "+15005550006"].map(str::to_owned);
    let parameters = object(json!({"say": "Press 1."}));
    Trigger::Request(ExecutionRequest { to, from, parameters })
}

fn call() -> Trigger {
    let [call_sid, from, to] = ["CA1", "+15005550001", "+15005550006"].map(str::to_owned);
    let parameters = object(json!({"Direction": "inbound", "CallStatus": "ringing"}));
    Trigger::Call(IncomingCall { call_sid, from, to, parameters })
}

fn message() -> Trigger {
    let [message_sid, from, to] = ["SM1", "+15005550001", "+15005550006"].map(str::to_owned);
    let (body, parameters) = ("Hello".to_owned(), object(json!({"NumMedia": "0"})));
    Trigger::Message(IncomingMessage { message_sid, from, to, body, parameters })
}

/// A widget. A transition to nothing has an empty name.
fn widget(name: &str, kind: &str, properties: Value, transitions: &[(&str, &str)]) -> Value {
    let transitions = transitions.iter().map(|(event, next)| match next.is_empty() {
        true => json!({"event": event}),
        false => json!({"event": event, "next": next}),
    });
    let transitions: Vec<Value> = transitions.collect();
    json!({"name": name, "type": kind, "properties": properties, "transitions": transitions})
}

/// A trigger that leads to the first of these widgets, whatever the beginning.
fn flow(widgets: &[Value]) -> Arc<Flow> {
    let first = widgets.first().and_then(|first| first["name"].as_str()).unwrap_or_default();
    let events = ["incomingCall", "incomingMessage", "incomingRequest", "incomingParent"];
    let events = events.map(|event| (event, first));
    let mut states = vec![widget("Trigger", "trigger", json!({}), &events)];
    states.extend(widgets.iter().cloned());
    let definition = json!({"initial_state": "Trigger", "states": states});
    Arc::new(Flow::read(&definition).expect("a Flow"))
}

/// A run that has begun, and what it asks for.
fn begun(trigger: Trigger, widgets: &[Value]) -> (Run, Vec<Action>) {
    let mut run = Run::new(flow(widgets), &start(trigger), at(0));
    let (_, actions) = run.step(RunEvent::Begun, at(0));
    (run, actions)
}

/// The steps after the first, as `widget event`.
fn passed(run: &Run) -> Vec<String> {
    let steps = run.steps().iter().skip(1);
    steps.map(|step| format!("{} {}", step.from, step.event)).collect()
}

/// The codes of the log.
fn codes(run: &Run) -> Vec<Option<u32>> {
    run.log().iter().map(|entry| entry.code).collect()
}

fn speech(text: &str, times: u32) -> Speech {
    Speech { text: text.to_owned(), times, ..Speech::default() }
}

fn say(text: &str) -> Vec<Action> {
    vec![Action::SayPlay(Prompt::Say(speech(text, 1)))]
}

fn response(status: u16, body: &str) -> RunEvent {
    let content_type = "application/json".to_owned();
    RunEvent::Responded(HttpResponse::of_text(status, content_type, body.to_owned()))
}
