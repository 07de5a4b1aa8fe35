//! The answers to HTTP requests and Functions, as a file lists them: `[[answers]]`.

use super::flows::widget as known_widget;
use super::table::{Field, Fields, Problems, ScenarioProblem};
use crate::play::{AnswerRule, HttpOutcome, PlayedFlows};
use crate::run::{HttpMethod, HttpResponse};

/// Reads a file that holds nothing but `[[answers]]`. Widgets that they name must be there, if the Flows are known, and send
/// requests.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_answers(
    text: &str,
    flows: Option<PlayedFlows<'_>>,
) -> Result<Vec<AnswerRule>, Vec<ScenarioProblem>> {
    let mut problems = Problems::new(text);
    let mut answers = Vec::new();
    if let Some(mut fields) = problems.parse() {
        answers = rules(fields.tables("answers", &mut problems), flows, &mut problems);
        fields.finish(&mut problems);
    }
    if problems.list.is_empty() { Ok(answers) } else { Err(problems.list) }
}

/// The answers of tables. Widgets that they name must be there, if the Flows are known, and send requests.
pub(super) fn rules(
    tables: Vec<Fields<'_>>,
    flows: Option<PlayedFlows<'_>>,
    problems: &mut Problems<'_>,
) -> Vec<AnswerRule> {
    tables.into_iter().filter_map(|table| rule(table, flows, problems)).collect()
}

fn rule(
    mut fields: Fields<'_>,
    flows: Option<PlayedFlows<'_>>,
    problems: &mut Problems<'_>,
) -> Option<AnswerRule> {
    let widget = fields.take("widget").and_then(|field| match flows {
        Some(flows) => asking(flows, field, problems),
        None => field.text(problems),
    });
    let url = fields.text("url", problems);
    let method = fields.take("method").and_then(|field| method(field, problems));
    let status = fields.take("status");
    let has_status = status.is_some();
    let status = status.and_then(|field| status_of(field, problems));
    let content_type = fields.text("content_type", problems);
    let json = fields.take("json").and_then(|field| field.json());
    let body = fields.text("body", problems);
    let no_answer = fields.take("no_answer").and_then(|field| field.flag(problems));
    let (at, key) = (fields.at, fields.key.clone());
    fields.finish(problems);
    let is_silent = no_answer == Some(true);
    if is_silent && (has_status || json.is_some() || body.is_some()) {
        problems.add(at, &key, "no_answer stands alone, without status, json and body");
        return None;
    }
    if json.is_some() && body.is_some() {
        problems.add(at, &key, "either json or body");
        return None;
    }
    let usual = if body.is_some() { "text/plain" } else { "application/json" };
    let body = json.map(|json| json.to_string()).or(body).unwrap_or_default();
    let outcome = match is_silent {
        true => HttpOutcome::Unanswered("the file says so".to_owned()),
        false => HttpOutcome::Responded(HttpResponse::of_text(
            status.unwrap_or(200),
            content_type.unwrap_or_else(|| usual.to_owned()),
            body,
        )),
    };
    let line = problems.line(at);
    Some(AnswerRule { line, widget, method, url, is_function: None, outcome })
}

/// The name of a widget that sends requests.
fn asking(flows: PlayedFlows<'_>, field: Field<'_>, problems: &mut Problems<'_>) -> Option<String> {
    let (at, key) = (field.at, field.key.clone());
    let name = known_widget(flows, field, problems)?;
    if let Some(state) = flows.state(&name).filter(|state| !state.sends_requests()) {
        problems.add(at, &key, format!("{name} sends no request: it is a {}", state.kind));
    }
    Some(name)
}

fn method(field: Field<'_>, problems: &mut Problems<'_>) -> Option<HttpMethod> {
    let (key, at) = (field.key.clone(), field.at);
    match field.text(problems)?.to_ascii_uppercase().as_str() {
        "GET" => Some(HttpMethod::Get),
        "POST" => Some(HttpMethod::Post),
        _ => {
            problems.add(at, &key, "expected GET or POST");
            None
        }
    }
}

fn status_of(field: Field<'_>, problems: &mut Problems<'_>) -> Option<u16> {
    let (key, at) = (field.key.clone(), field.at);
    let status = field.number(problems)?;
    let status = u16::try_from(status).ok().filter(|status| (100..600).contains(status));
    if status.is_none() {
        problems.add(at, &key, "expected a status of HTTP, from 100 to 599");
    }
    status
}
