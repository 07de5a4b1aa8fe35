//! `make-http-request` and `run-function`: the request, and the variables of its answer.
//! (twilio.com/docs/studio/widget-library/http-request, …/run-function.)

use serde_json::{Map, Value, json};

use super::texts::{WidgetTexts, flag};
use super::widget::{Taken, WidgetFailure, kind};
use super::{Action, HTTP_TIMEOUT, HttpMethod, HttpResponse, Run, RunEvent, code};
use crate::flow::{State, without_secrets};

/// The most bytes that an answer may have.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// The widget's request; the error is for the log, and the widget fails.
pub(super) fn request(state: &State, texts: &mut WidgetTexts<'_>) -> Result<Action, WidgetFailure> {
    let url = texts.get(state, "url").trim().to_owned();
    let content_type = texts.get(state, "content_type");
    let parameters = texts.pairs(state, "parameters");
    let method = match state.text("method").trim().to_ascii_uppercase().as_str() {
        "GET" | "" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        _ => return failed("the method is neither GET nor POST"),
    };
    let host = match host(&url) {
        Ok(host) => host,
        Err(why) => return Err((code::HTTP_INTERNAL, no_address(state, why))),
    };
    if parameters.iter().any(|(key, _)| key == "method") {
        return failed("a parameter called \"method\" breaks the request");
    }
    let has_twilio_auth = flag(state, "add_twilio_auth") == Some(true);
    if has_twilio_auth && host != "twilio.com" && !host.ends_with(".twilio.com") {
        return failed("the account's credentials are sent to Twilio alone");
    }
    let is_form = content_type.trim().to_ascii_lowercase().starts_with("application/x-www-form");
    let timeout = HTTP_TIMEOUT;
    Ok(match method {
        HttpMethod::Get => {
            let (url, body) = (with_query(&url, &parameters), String::new());
            Action::Request { method, url, content_type, body, timeout, has_twilio_auth }
        }
        HttpMethod::Post if is_form && !parameters.is_empty() => {
            let body = form(&parameters);
            Action::Request { method, url, content_type, body, timeout, has_twilio_auth }
        }
        HttpMethod::Post => {
            let body = texts.get(state, "body");
            Action::Request { method, url, content_type, body, timeout, has_twilio_auth }
        }
    })
}

fn failed(why: &str) -> Result<Action, WidgetFailure> {
    Err((code::HTTP_INTERNAL, why.to_owned()))
}

/// The request of a Function: its parameters as a form. The error is for the log, and the widget fails.
pub(super) fn function(
    state: &State,
    texts: &mut WidgetTexts<'_>,
) -> Result<Action, WidgetFailure> {
    let url = texts.get(state, "url").trim().to_owned();
    let body = form(&texts.pairs(state, "parameters"));
    if let Err(why) = host(&url) {
        return Err((code::FUNCTION, no_address(state, why)));
    }
    let (method, content_type) = (HttpMethod::Post, "application/x-www-form-urlencoded".to_owned());
    let (timeout, has_twilio_auth) = (HTTP_TIMEOUT, false);
    Ok(Action::Request { method, url, content_type, body, timeout, has_twilio_auth })
}

fn form(parameters: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// The URL with parameters behind its own.
fn with_query(url: &str, parameters: &[(String, String)]) -> String {
    if parameters.is_empty() {
        return url.to_owned();
    }
    let (url, fragment) = url.split_once('#').map_or((url, None), |(url, end)| (url, Some(end)));
    let join = match url.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{url}{join}{}{fragment}", form(parameters))
}

/// The URL as it stands in the Flow, without a secret, and what is wrong with what it becomes.
fn no_address(state: &State, why: &str) -> String {
    format!("url, {:?}, {why}", without_secrets(state.text("url")))
}

/// The host of a URL of the web; if it is no such URL, what is wrong with it.
fn host(url: &str) -> Result<String, &'static str> {
    if url.is_empty() {
        return Err("is empty");
    }
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("has white space in it");
    }
    let is_web =
        |scheme: &str| ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let (_, rest) = url
        .split_once("://")
        .filter(|(scheme, _)| is_web(scheme))
        .ok_or("does not begin with http:// or https://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = if host.starts_with('[') { Some(host) } else { host.split(':').next() };
    name.filter(|name| !name.is_empty()).map(str::to_ascii_lowercase).ok_or("has no host")
}

impl Run {
    pub(super) fn take_response(&mut self, state: &State, event: RunEvent) -> Taken {
        let is_function = state.kind == kind::FUNCTION;
        let (failed, answer, size) = match is_function {
            true => ("fail", code::FUNCTION, code::FUNCTION_ANSWER),
            false => ("failed", code::HTTP_RESPONSE, code::HTTP_RESPONSE),
        };
        let response = match event {
            RunEvent::Responded(response) => response,
            RunEvent::TimedOut => {
                self.warn(answer, state, "there was no answer");
                return Taken::Fired(failed);
            }
            RunEvent::Unsent => return Taken::Fired(failed),
            _ => return Taken::Ignored,
        };
        let is_good = match response.status {
            200..=299 => true,
            300..=399 => is_function,
            _ => false,
        };
        if !is_good {
            self.warn(answer, state, &format!("the server answered {}", response.status));
            return Taken::Fired(failed);
        }
        if response.size > MAX_RESPONSE_BYTES {
            self.warn(size, state, "the answer is larger than 64 kB");
            return Taken::Fired(failed);
        }
        let variables = variables(self.context["widgets"].get(&state.name), response);
        self.set(&state.name, variables);
        Taken::Fired("success")
    }
}

/// The variables of an answer, with those of the widget's earlier ones.
fn variables(earlier: Option<&Value>, response: HttpResponse) -> Value {
    let HttpResponse { status, content_type, body, .. } = response;
    let mut variables = Map::new();
    if let Some(parsed) = merged(earlier, &content_type, &body) {
        variables.insert("parsed".to_owned(), parsed);
    }
    variables.insert("status_code".to_owned(), json!(status));
    variables.insert("content_type".to_owned(), json!(content_type));
    variables.insert("body".to_owned(), json!(body));
    Value::Object(variables)
}

/// The keys of the answer, if it is a JSON object, and those of earlier answers that it does not have.
fn merged(earlier: Option<&Value>, content_type: &str, body: &str) -> Option<Value> {
    let earlier = earlier.and_then(|variables| variables.get("parsed"));
    let is_json = content_type.split(';').next().unwrap_or_default().trim();
    let parsed: Option<Map<String, Value>> = match is_json.eq_ignore_ascii_case("application/json")
    {
        true => serde_json::from_str(body).ok(),
        false => None,
    };
    let Some(parsed) = parsed else { return earlier.cloned() };
    let mut all = earlier.and_then(Value::as_object).cloned().unwrap_or_default();
    all.extend(parsed);
    Some(Value::Object(all))
}
