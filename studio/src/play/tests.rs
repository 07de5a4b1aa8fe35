//! Whole runs against scripts.

mod endings;
mod support;
mod trace;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::*;
use crate::flow::Flow;
use crate::run::{
    EndReason, ExecutionRequest, ExecutionStart, HttpResponse, IncomingCall, IncomingMessage,
    Prompt, Trigger,
};

fn widget(name: &str, kind: &str, properties: Value, transitions: &[(&str, &str)]) -> Value {
    let transitions = transitions.iter().map(|(event, next)| match next.is_empty() {
        true => json!({"event": event}),
        false => json!({"event": event, "next": next}),
    });
    let transitions: Vec<Value> = transitions.collect();
    json!({"name": name, "type": kind, "properties": properties, "transitions": transitions})
}

fn flow(widgets: &[Value]) -> Arc<Flow> {
    let first = widgets[0]["name"].as_str().unwrap();
    let events = ["incomingCall", "incomingMessage", "incomingRequest"].map(|event| (event, first));
    let mut states = vec![widget("Trigger", "trigger", json!({}), &events)];
    states.extend(widgets.iter().cloned());
    Arc::new(Flow::read(&json!({"initial_state": "Trigger", "states": states})).unwrap())
}

fn start(trigger: Trigger) -> ExecutionStart {
    let [execution_sid, flow_sid] = ["FN1", "FW1"].map(str::to_owned);
    ExecutionStart { execution_sid, flow_sid, trigger }
}

fn call() -> ExecutionStart {
    let [call_sid, from, to] = ["CA1", "+15005550001", "+15005550006"].map(str::to_owned);
    start(Trigger::Call(IncomingCall { call_sid, from, to, parameters: Map::new() }))
}

fn message() -> ExecutionStart {
    let [message_sid, from, to, body] =
        ["SM1", "+15005550001", "+15005550006", "hi"].map(str::to_owned);
    let parameters = Map::new();
    start(Trigger::Message(IncomingMessage { message_sid, from, to, body, parameters }))
}

fn request() -> ExecutionStart {
    let [to, from] = ["+15005550001", "+15005550006"].map(str::to_owned);
    start(Trigger::Request(ExecutionRequest { to, from, parameters: Map::new() }))
}

fn played(widgets: &[Value], start: &ExecutionStart, mut script: PlayScript) -> Played {
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    play(&flow(widgets), start, now, &mut script)
}

fn actions(actions: &[CallerAction]) -> PlayScript {
    PlayScript { actions: actions.iter().cloned().collect(), ..PlayScript::default() }
}

fn press(keys: &str) -> CallerAction {
    CallerAction::Press(keys.to_owned())
}

/// The steps after the first, as `widget event`.
fn steps(played: &Played) -> Vec<String> {
    let step = |entry: &TraceEntry| match &entry.detail {
        TraceDetail::Left { step, .. } => Some(format!("{} {}", step.from, step.event)),
        _ => None,
    };
    played.entries.iter().filter_map(step).skip(1).collect()
}

fn menu(properties: Value) -> Value {
    widget("menu", "gather-input-on-call", properties, &[("keypress", "bye"), ("timeout", "bye")])
}

fn bye() -> Value {
    widget(
        "bye",
        "say-play",
        json!({"say": "Bye {{widgets.menu.Digits}}"}),
        &[("audioComplete", "")],
    )
}

#[test]
fn keys_are_used_up_in_order_and_then_the_caller_is_silent() {
    let again = |name: &str, next: &str| {
        widget(name, "gather-input-on-call", json!({}), &[("keypress", next), ("timeout", "bye")])
    };
    let widgets = [again("a", "b"), again("b", "c"), again("c", "bye"), bye()];
    let run = played(&widgets, &call(), actions(&[press("1"), press("2")]));
    assert_eq!(steps(&run), ["a keypress", "b keypress", "c timeout", "bye audioComplete"]);
    assert_eq!(run.end, PlayEnd::Ended(EndReason::FlowEnd));
    assert_eq!(run.context["widgets"]["b"]["Digits"], "2");
}

#[test]
fn keys_end_at_the_stop_key_or_the_last_that_is_taken() {
    for (properties, keys, digits, lost) in [
        (json!({"number_of_digits": 1}), "123", "1", 2),
        (json!({}), "12#3", "12", 1),
        (json!({"stop_gather": false}), "12#3", "12#3", 0),
        (json!({"number_of_digits": 2}), "1", "1", 0),
    ] {
        let run = played(&[menu(properties), bye()], &call(), actions(&[press(keys)]));
        let expected = TraceDetail::Pressed { digits: digits.to_owned(), lost };
        assert!(run.entries.iter().any(|entry| entry.detail == expected), "{:?}", run.entries);
        assert_eq!(run.context["widgets"]["menu"]["Digits"], digits);
    }
}

#[test]
fn time_outs_are_jumped_and_counted() {
    let menu = menu(json!({"say": "x".repeat(30), "timeout": 7}));
    let run = played(&[menu, bye()], &call(), PlayScript::default());
    let at = |index: usize| run.entries[index].at.as_second();
    // Two seconds of words, and seven of silence.
    let left = run.entries.iter().position(
        |entry| matches!(&entry.detail, TraceDetail::Left { step, .. } if step.from == "menu"),
    );
    assert_eq!(at(left.unwrap()) - at(0), 9);
}

#[test]
fn words_come_as_twilio_writes_them() {
    let menu = widget("menu", "gather-input-on-call", json!({}), &[("speech", "bye")]);
    let script = actions(&[CallerAction::Say("yes please".to_owned())]);
    let run = played(&[menu, bye()], &call(), script);
    assert_eq!(run.context["widgets"]["menu"]["SpeechResult"], "Yes please.");
}

#[test]
fn replies_are_sent_as_they_are() {
    let ask = widget(
        "ask",
        "send-and-wait-for-reply",
        json!({"body": "How?", "timeout": "60"}),
        &[("incomingMessage", "ask"), ("timeout", "")],
    );
    let run = played(&[ask], &message(), actions(&[press("5"), CallerAction::Say("good".into())]));
    assert_eq!(steps(&run), ["ask incomingMessage", "ask incomingMessage", "ask timeout"]);
    let sent = |entry: &&TraceEntry| matches!(entry.detail, TraceDetail::Sent(_));
    assert_eq!(run.entries.iter().filter(sent).count(), 3);
}

fn http(name: &str, next: &str) -> Value {
    let properties = json!({"method": "GET", "url": format!("https://a.example/{name}")});
    widget(name, "make-http-request", properties, &[("success", next), ("failed", "bye")])
}

fn answer(widget: Option<&str>, url: Option<&str>, status: u16) -> AnswerRule {
    AnswerRule {
        line: 1,
        widget: widget.map(str::to_owned),
        method: None,
        url: url.map(str::to_owned),
        is_function: None,
        outcome: HttpOutcome::Responded(HttpResponse::of_text(
            status,
            "application/json".to_owned(),
            "{}".to_owned(),
        )),
    }
}

#[test]
fn requests_have_the_answers_of_the_script_and_without_one_are_not_sent() {
    let widgets = [http("a", "b"), http("b", "bye"), bye()];
    let script = PlayScript {
        answers: vec![answer(Some("a"), None, 200)],
        unsent: "no".to_owned(),
        ..PlayScript::default()
    };
    let run = played(&widgets, &call(), script);
    assert_eq!(steps(&run), ["a success", "b failed", "bye audioComplete"]);
    let unsent = TraceDetail::Answered(HttpOutcome::Unsent("no".to_owned()));
    assert!(run.entries.iter().any(|entry| entry.detail == unsent));
    // Twilio would have logged nothing: nothing was sent.
    assert!(!run.entries.iter().any(|entry| matches!(entry.detail, TraceDetail::Logged(_))));
}

#[test]
fn answers_that_fit_are_used_one_after_another() {
    let retry = json!({"method": "GET", "url": "https://a.example/x?n=1"});
    let retry = widget("a", "make-http-request", retry, &[("success", "bye"), ("failed", "a")]);
    let rules = |url: &str| vec![answer(None, Some(url), 500), answer(None, Some(url), 200)];
    for (url, expected) in [
        ("https://a.example/*", 2),
        ("*n=1", 2),
        ("https://*/x*1", 2),
        ("*", 2),
        ("https://b.example/*", 10),
    ] {
        let script = PlayScript { answers: rules(url), ..PlayScript::default() };
        let run = played(&[retry.clone(), bye()], &call(), script);
        let count = steps(&run).iter().filter(|step| step.starts_with("a ")).count();
        assert_eq!(count, expected, "{url}");
    }
}

#[test]
fn start_without_a_way_in_says_so() {
    let trigger = widget("Trigger", "trigger", json!({}), &[("incomingCall", "")]);
    let flow = Flow::read(&json!({"initial_state": "Trigger", "states": [trigger]})).unwrap();
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    for (start, event) in [(call(), "incomingCall"), (message(), "incomingMessage")] {
        let run = play(&Arc::new(flow.clone()), &start, now, &mut PlayScript::default());
        assert_eq!(run.end, PlayEnd::NoWayIn { event: event.to_owned() });
        assert!(run.end.is_error());
    }
}

#[test]
fn missing_widget_and_an_endless_loop_are_errors() {
    let run = played(&[http("a", "nowhere")], &call(), PlayScript::default());
    assert!(matches!(run.end, PlayEnd::Missing { .. }), "{:?}", run.end);
    let set = |name: &str, next: &str| {
        widget(name, "set-variables", json!({"variables": []}), &[("next", next)])
    };
    let run = played(&[set("a", "b"), set("b", "a")], &call(), PlayScript::default());
    assert_eq!(run.end, PlayEnd::Ended(EndReason::TooManySteps));
    let run = played(&[set("a", "a")], &call(), PlayScript::default());
    assert_eq!(run.end, PlayEnd::Ended(EndReason::SameWidget { widget: "a".to_owned() }));
}

#[test]
fn match_names_the_transition_whose_conditions_hold() {
    let condition = |value: &str| json!({"type": "equal_to", "value": value, "arguments": []});
    let to =
        |conditions: &[Value]| json!({"event": "match", "next": "bye", "conditions": conditions});
    let split = json!({"name": "split", "type": "split-based-on", "properties": {"input": "2"},
        "transitions": [{"event": "noMatch"}, to(&[condition("1")]), to(&[condition("2"), condition("3")]),
            to(&[]), to(&[condition("2")])]});
    let run = played(&[split, bye()], &call(), PlayScript::default());
    let taken = run.entries.iter().find_map(|entry| match &entry.detail {
        TraceDetail::Left { step, transition, .. } if step.from == "split" => Some(*transition),
        _ => None,
    });
    assert_eq!(taken, Some(Some(4)));
}

#[test]
fn lines_name_each_widget_once_and_hold_no_control_characters() {
    let say = widget("say", "say-play", json!({"say": "a\u{1b}[2Jb"}), &[("audioComplete", "")]);
    let run = played(&[say], &call(), PlayScript::default());
    let mut writer = TraceWriter::new(run.entries[0].at, false);
    let text: String = run.entries.iter().map(|entry| writer.lines(entry)).collect();
    assert_eq!(text.matches("say ").count(), 1, "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.contains("audioComplete -> the end"), "{text}");
    let heard =
        run.entries.iter().any(|entry| matches!(&entry.detail, TraceDetail::Heard(Prompt::Say(_))));
    assert!(heard);
}
