//! How long a widget can last, from its own settings, and which Execution has outlived that.

use jiff::Timestamp;
use serde::Serialize;
use studio::{Flow, State};

use super::record::{Position, RecordedExecution};
use crate::domain::text::span;

/// What an HTTP request or a Function may take. (twilio.com/docs/studio/user-guide/studio-faq.)
const REQUEST: u64 = 10;
/// The longest call, and what anything within a call may take of which no time-out is known.
const CALL: u64 = 4 * 3_600;
/// The longest Execution.
const EXECUTION: u64 = 30 * 86_400;
/// What a number that Liquid gives may be at most, in keys and rounds.
const MAX_KEYS: u64 = 20;
/// How many characters are spoken in a second, at the slowest.
const CHARACTERS_PER_SECOND: u64 = 8;
/// The longest prompt that Liquid may give, in characters.
const MAX_PROMPT: u64 = 4_000;
/// The longest recording that is played.
const RECORDING: u64 = 30 * 60;
/// The longest time in which somebody speaks an answer.
const SPEECH: u64 = 60;
/// Is added to how long a widget can last: this, and a tenth of it.
const MARGIN: u64 = 60;

/// An Execution that is in its widget for longer than the widget can last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stuck {
    /// The widget.
    pub widget: String,
    /// Since when it is there.
    pub since: Timestamp,
    /// How long the widget can last, in seconds; without the margin.
    pub limit_seconds: u64,
    /// The reason, in a sentence without a full stop.
    pub reason: String,
}

/// Whether an Execution is stuck, by the definition that runs, if that is known.
pub fn stuck(execution: &RecordedExecution, flow: Option<&Flow>, now: Timestamp) -> Option<Stuck> {
    let position = execution.position()?;
    stuck_at(&position, execution.is_call(), flow, now)
}

/// The same of one that is there, and of which it is known whether it is about a call.
pub fn stuck_at(
    position: &Position,
    is_call: bool,
    flow: Option<&Flow>,
    now: Timestamp,
) -> Option<Stuck> {
    let Position { widget, since } = position;
    let state = flow.and_then(|flow| flow.state(widget));
    let limit_seconds = state.map_or(unknown(is_call), |state| limit(state, is_call));
    let lasts = now.duration_since(*since).as_secs();
    let most = limit_seconds + limit_seconds / 10 + MARGIN;
    if lasts <= i64::try_from(most).unwrap_or(i64::MAX) {
        return None;
    }
    let can = span(i64::try_from(limit_seconds).unwrap_or(i64::MAX));
    let reason = match state {
        _ if limit_seconds == 0 => format!("in {widget} for {}, which takes no time", span(lasts)),
        Some(_) => format!("in {widget} for {}, which can last {can}", span(lasts)),
        None if is_call => {
            format!("in {widget} for {}, and no call lasts longer than {can}", span(lasts))
        }
        None => {
            format!("in {widget} for {}, and no Execution lasts longer than {can}", span(lasts))
        }
    };
    Some(Stuck { widget: widget.clone(), since: *since, limit_seconds, reason })
}

/// What a widget may take of which nothing is known.
fn unknown(is_call: bool) -> u64 {
    if is_call { CALL } else { EXECUTION }
}

/// How long a widget can last, in seconds. (twilio.com/docs/studio/widget-library, the page of each widget.)
fn limit(state: &State, is_call: bool) -> u64 {
    match state.kind.as_str() {
        "split-based-on" | "set-variables" => 0,
        "make-http-request" | "run-function" | "fork-stream" | "record-call" => REQUEST,
        "say-play" => prompt(state),
        "gather-input-on-call" => {
            let keys = seconds(state, "number_of_digits", 0, MAX_KEYS).clamp(1, MAX_KEYS);
            let keys =
                if state.properties.contains_key("number_of_digits") { keys } else { MAX_KEYS };
            prompt(state)
                .saturating_add(seconds(state, "timeout", 5, 30).saturating_mul(keys + 1))
                .saturating_add(SPEECH)
        }
        "send-and-wait-for-reply" => seconds(state, "timeout", 3_600, EXECUTION),
        // A message may wait for its turn for as long as it is valid.
        "send-message" => CALL,
        "make-outgoing-call-v1" | "make-outgoing-call-v2" => {
            let detection = seconds(state, "machine_detection_timeout", 30, 59);
            seconds(state, "timeout", 60, 600).saturating_add(detection)
        }
        "connect-call-to" => seconds(state, "timeout", 30, 600).saturating_add(seconds(
            state,
            "time_limit",
            CALL,
            CALL,
        )),
        "record-voicemail" => {
            let recording = seconds(state, "max_length", 3_600, 3_600);
            recording.saturating_add(seconds(state, "timeout", 5, 3_600))
        }
        "add-twiml-redirect" => seconds(state, "timeout", CALL, CALL),
        "capture-payments" => CALL,
        _ => unknown(is_call),
    }
    .min(EXECUTION)
}

/// A setting in seconds: `default` where it is not set, `most` where Liquid sets it.
fn seconds(state: &State, name: &str, default: u64, most: u64) -> u64 {
    match state.properties.get(name) {
        None => default,
        Some(value) if value.as_str().is_some_and(|text| text.trim().is_empty()) => default,
        Some(_) => state.number(name).unwrap_or(most),
    }
}

/// How long a prompt can last that is said, played or dialled, as often as it is repeated.
fn prompt(state: &State) -> u64 {
    let rounds = seconds(state, "loop", 1, MAX_KEYS);
    let said = state.text("say");
    let characters = said.chars().count() as u64;
    let characters = if said.contains("{{") || said.contains("{%") {
        characters.max(MAX_PROMPT)
    } else {
        characters
    };
    let played = if state.text("play").is_empty() { 0 } else { RECORDING };
    let dialled = state.text("digits").chars().count() as u64;
    let once = characters.div_ceil(CHARACTERS_PER_SECOND) + played + dialled;
    // A loop of 0 goes on until the call ends.
    if rounds == 0 { CALL } else { once.saturating_mul(rounds).min(CALL) }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn widget_is_stuck_when_it_is_older_than_its_own_time_outs_and_a_margin() {
        let definition = json!({"initial_state": "Trigger", "states": [
            {"name": "ask", "type": "gather-input-on-call", "transitions": [],
             "properties": {"timeout": 5, "number_of_digits": 1, "say": "Press one."}},
            {"name": "http", "type": "make-http-request", "transitions": [], "properties": {}},
            {"name": "split", "type": "split-based-on", "transitions": [], "properties": {}},
            {"name": "wait", "type": "send-and-wait-for-reply", "transitions": [], "properties": {"timeout": "7200"}},
            {"name": "liquid", "type": "send-and-wait-for-reply", "transitions": [], "properties": {"timeout": "{{x}}"}},
            {"name": "queue", "type": "enqueue-call", "transitions": [], "properties": {}},
            {"name": "call", "type": "make-outgoing-call-v2", "transitions": [], "properties": {"timeout": 25}},
            {"name": "old call", "type": "make-outgoing-call-v1", "transitions": [], "properties": {"timeout": 25}},
        ]});
        let flow = studio::Flow::read(&definition).unwrap();
        let lasts = |widget: &str, flow: Option<&studio::Flow>, is_call: bool| {
            let position = Position { widget: widget.to_owned(), since: at(0) };
            let is_stuck = |seconds: i64| {
                let now = at(seconds);
                stuck_at(&position, is_call, flow, now).is_some()
            };
            // The first second at which it is stuck.
            let (mut low, mut high) = (0, 40 * 86_400);
            while low < high {
                let middle = (low + high) / 2;
                if is_stuck(middle) { high = middle } else { low = middle + 1 }
            }
            low
        };
        // A prompt of ten characters takes two seconds; five seconds for a key, five before it, a minute for speech.
        assert_eq!(lasts("ask", Some(&flow), true), 72 + 7 + 60 + 1);
        assert_eq!(lasts("http", Some(&flow), true), 10 + 1 + 60 + 1);
        assert_eq!(lasts("split", Some(&flow), true), 61);
        assert_eq!(lasts("wait", Some(&flow), false), 7_200 + 720 + 61);
        assert_eq!(lasts("liquid", Some(&flow), false), 33 * 86_400 + 61);
        assert_eq!(lasts("queue", Some(&flow), true), 14_400 + 1_440 + 61);
        // 25 seconds of ringing, and 30 in which a machine is told from a person.
        assert_eq!(lasts("call", Some(&flow), true), 55 + 5 + 60 + 1);
        assert_eq!(lasts("old call", Some(&flow), true), 55 + 5 + 60 + 1);
        assert_eq!(lasts("queue", None, true), 14_400 + 1_440 + 61);
        assert_eq!(lasts("queue", None, false), 33 * 86_400 + 61);
    }
}
