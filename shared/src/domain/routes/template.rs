//! Templates whose literals are Slack mrkdwn, and whose values are escaped whatever they hold.

use std::fmt;
use std::sync::Arc;

use minijinja::value::Object;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};

use crate::domain::templates::{self, JsonText, line_and_text};
use crate::domain::text::escape;

/// What a template may call by name: the fields of the envelope (CloudEvents 1.0).
const NAMES: [&str; 8] =
    ["type", "id", "source", "time", "data", "specversion", "dataschema", "datacontenttype"];

/// Signs that no expression has.
const UNKNOWN_SIGNS: [char; 9] = ['&', '$', '?', ';', '\\', '^', '`', '@', '#'];

/// How much work a template may do on one event, in minijinja's instructions.
const FUEL: u64 = 100_000;

/// The environment that all templates and conditions share.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = templates::environment(FUEL, written);
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    // These would let a value through unescaped, or escape it for HTML.
    for filter in ["safe", "escape", "e"] {
        environment.remove_filter(filter);
    }
    environment.add_filter("mention", mention);
    environment
}

/// How values are escaped: for Slack, by what a template writes.
pub(super) fn mrkdwn() -> AutoEscape {
    AutoEscape::Custom("mrkdwn".into())
}

fn written(value: &Value, text: String) -> String {
    if value.is_undefined() || value.is_none() {
        return String::new();
    }
    if value.is_safe() && is_mention(&text) { text } else { escape(&text) }
}

/// Mentions a Slack member; anything that is not a member's id (U or W, then letters and digits) gives nothing.
fn mention(value: &Value) -> Value {
    let id = value.to_string();
    if is_member(id.trim()) {
        Value::from_safe_string(format!("<@{}>", id.trim()))
    } else {
        Value::from("")
    }
}

fn is_member(id: &str) -> bool {
    id.len() >= 3
        && id.len() <= 24
        && id.starts_with(['U', 'W'])
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_mention(text: &str) -> bool {
    text.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>')).is_some_and(is_member)
}

/// The context that a template sees of an event: the envelope, with JSON that arrived as text usable as an object.
pub(super) fn context(envelope: &serde_json::Value) -> Value {
    match envelope {
        serde_json::Value::Object(fields) => {
            Value::from_pairs(fields.iter().map(|(name, value)| (name.as_str(), context(value))))
        }
        serde_json::Value::Array(items) => items.iter().map(context).collect::<Vec<_>>().into(),
        serde_json::Value::String(text) => from_text(text),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(whole)) => whole.into(),
            (None, None) => number.as_f64().unwrap_or(f64::NAN).into(),
        },
        serde_json::Value::Bool(truth) => (*truth).into(),
        serde_json::Value::Null => Value::from(()),
    }
}

fn from_text(text: &str) -> Value {
    if text.starts_with(['{', '['])
        && let Ok(parsed) = serde_json::from_str::<serde_json::Value>(text)
    {
        return Value::from_object(JsonText { text: text.to_owned(), value: context(&parsed) });
    }
    Value::from(text)
}

/// Checks a template; the error says what is wrong, and in which line of the template (from 1).
pub fn check_template(source: &str) -> Result<(), (usize, String)> {
    templates::check(source).map_err(|(line, what)| (line, with_end(what)))?;
    let environment = environment();
    let template = environment.template_from_str(source).map_err(|error| line_and_text(&error))?;
    check_names(&environment, template.undeclared_variables(false))?;
    check_calls(|trial| templates::render(&environment, source, trial, mrkdwn()).map(|_| ()))
}

/// Checks a condition, as [`check_template`] does.
pub fn check_expression(source: &str) -> Result<(), (usize, String)> {
    // Behind a text minijinja takes a sign that it does not know for the end.
    if without_texts(source).contains(UNKNOWN_SIGNS) {
        return Err((1, hinted(source, "unexpected character".to_owned())));
    }
    templates::check_expression(source).map_err(|(line, what)| (line, hinted(source, what)))?;
    let environment = environment();
    let expression =
        environment.compile_expression(source).map_err(|error| line_and_text(&error))?;
    check_names(&environment, expression.undeclared_variables(false))?;
    check_calls(|trial| templates::evaluate(&environment, source, trial).map(|_| ()))
}

/// What has no end, in a template's own signs.
fn with_end(what: String) -> String {
    if what.ends_with("expected end of variable block") {
        return format!("{what}: {{{{ needs its }}}}");
    }
    if what.ends_with("expected end of block") {
        return format!("{what}: {{% needs its %}}, {{% if … %}} its {{% endif %}}");
    }
    what
}

/// Says what is wrong with a condition, and the sign that is written differently here, if it has one.
fn hinted(source: &str, what: String) -> String {
    let code = without_texts(source);
    let is_sign = |at: usize, sign: char| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        let after = code[at + sign.len_utf8()..].chars().next().unwrap_or(' ');
        !"=!<>".contains(before) && after != '='
    };
    let alone = |sign: char| code.match_indices(sign).any(|(at, _)| is_sign(at, sign));
    let hint = if code.contains("{{") || code.contains("{%") {
        "the condition alone, without {{ and }}"
    } else if code.contains("&&") {
        "`and` in place of &&"
    } else if code.contains("||") {
        "`or` in place of ||"
    } else if alone('!') {
        "`not` in place of !"
    } else if alone('=') {
        "== in place of ="
    } else {
        return what;
    };
    format!("{what}: expected {hint}")
}

/// An expression without what stands in quotes.
fn without_texts(source: &str) -> String {
    let mut quote = None;
    let outside = source.chars().filter(|&c| match quote {
        Some(open) => {
            quote = Some(open).filter(|open| *open != c);
            false
        }
        None if c == '"' || c == '\'' => {
            quote = Some(c);
            false
        }
        None => true,
    });
    outside.collect()
}

fn check_names(
    environment: &Environment,
    used: impl IntoIterator<Item = String>,
) -> Result<(), (usize, String)> {
    let known = |name: &str| {
        NAMES.contains(&name) || environment.globals().any(|(global, _)| global == name)
    };
    match used.into_iter().find(|name| !known(name)) {
        Some(name) => {
            let within = if name == "payload" { "data" } else { "data.payload" };
            let what = format!(
                "unknown name `{name}`, expected one of {} (what an event carries is in `data`, like {within}.{name})",
                NAMES.join(", ")
            );
            Err((1, what))
        }
        None => Ok(()),
    }
}

/// Unknown filters, tests, functions and templates show only when they are called, so both an event without anything
/// and one with everything are tried. Any other failure says nothing about real events.
fn check_calls(run: impl Fn(Value) -> Result<(), minijinja::Error>) -> Result<(), (usize, String)> {
    let everything = NAMES.iter().map(|name| (*name, Value::from_object(Everything)));
    for trial in [Value::UNDEFINED, Value::from_pairs(everything)] {
        match run(trial) {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction
                ) || templates::is_too_much(&error) =>
            {
                return Err(line_and_text(&error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A value that is true and has every field.
#[derive(Debug)]
struct Everything;

impl Object for Everything {
    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(Value::from_object(Everything))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("everything")
    }
}
