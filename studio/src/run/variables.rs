//! The values of `set-variables` and of the parameters of `run-subflow`, and their types.
//! (twilio.com/docs/studio/widget-library/set-variables, …/run-subflow.)

use serde_json::{Number, Value};

use super::texts::WidgetTexts;
use super::{LogEntry, code};
use crate::flow::State;

/// The variables of one of a widget's lists. None of them sees another: they are there at the end of its step.
pub(super) fn variables(
    state: &State,
    name: &str,
    texts: &mut WidgetTexts<'_>,
    log: &mut Vec<LogEntry>,
) -> Vec<(String, Value)> {
    let list = state.properties.get(name).and_then(Value::as_array);
    let mut variables = Vec::new();
    for entry in list.into_iter().flatten() {
        let Some(key) = entry.get("key").and_then(Value::as_str) else { continue };
        let text = match entry.get("value") {
            Some(Value::String(template)) => texts.render(&format!("{name}, {key}"), template),
            Some(Value::Null) | None => String::new(),
            Some(value) => value.to_string(),
        };
        let value = if is_json(entry) { parsed(&text, state, key, log) } else { cast(&text) };
        variables.push((key.to_owned(), value));
    }
    variables
}

/// Whether the value is JSON: exports write a type, the documentation `parse_as_json`.
fn is_json(entry: &Value) -> bool {
    let flag = entry.get("parse_as_json");
    entry.get("type").is_some_and(|kind| kind == "json_object")
        || flag.is_some_and(|flag| flag == true || flag == "true")
}

/// A value of JSON: only an object is one.
fn parsed(text: &str, state: &State, key: &str, log: &mut Vec<LogEntry>) -> Value {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => object,
        _ => {
            let message = format!("the value of {key:?} is not a JSON object; it stays a text");
            log.push(LogEntry::new(Some(code::TYPE), &state.name, message));
            Value::String(text.trim().to_owned())
        }
    }
}

/// A value without the white space around it: a number if it is written as one, and nothing for `null`.
fn cast(text: &str) -> Value {
    let text = text.trim();
    match text.parse::<Number>() {
        Ok(number) if is_plain(text, &number) => Value::Number(number),
        _ if text == "null" => Value::String(String::new()),
        _ => Value::String(text.to_owned()),
    }
}

/// A number that loses nothing but zeros at its end when it is written again: not `02`, `+2` or `1e3`.
fn is_plain(text: &str, number: &Number) -> bool {
    let written = number.to_string();
    let shorter = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    written == text || (text.contains('.') && shorter(&written) == shorter(text))
}
