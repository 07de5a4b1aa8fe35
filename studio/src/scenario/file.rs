//! Files of scenarios, from text.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answers::rules as answer_rules;
use super::expect::Expectations;
use super::flows::widget;
use super::rules::FlowRules;
use super::start::{
    CALLERS, CONTACT, USUAL_TIME, call_from, execution, is_caller, message_from, request_for, usual,
};
use super::subflows::NamedSubflows;
use super::table::{Field, Fields, Problems, ScenarioProblem};
use crate::flow::Flow;
use crate::play::{AnswerRule, CallerAction, PlayScript, PlayedFlows, no_outcome};
use crate::run::ExecutionStart;

/// The scenarios of a Flow, and the rules that all of its runs keep.
#[derive(Clone, Debug)]
pub struct ScenarioFile {
    /// The scenarios, in the file's order.
    pub scenarios: Vec<FlowScenario>,
    /// The rules.
    pub rules: FlowRules,
    /// The answers of servers that stand for all scenarios.
    pub answers: Vec<AnswerRule>,
    /// The subflows by their SIDs.
    pub subflows: BTreeMap<String, Arc<Flow>>,
}

/// One scenario: what the caller and the servers do, and what must come of it.
#[derive(Clone, Debug)]
pub struct FlowScenario {
    /// Its name.
    pub name: String,
    /// The line at which it begins.
    pub line: usize,
    /// The start of the run.
    pub start: ExecutionStart,
    /// The time at which it starts.
    pub at: Timestamp,
    /// The other side.
    pub script: PlayScript,
    /// The expectations.
    pub expectations: Expectations,
}

/// The files that a file of scenarios names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFiles {
    /// Its Flow, if it names one.
    pub flow: Option<String>,
    /// The subflows by their SIDs.
    pub subflows: BTreeMap<String, String>,
}

/// Reads which files a file of scenarios names.
///
/// # Errors
/// The reasons why it names none: it is no TOML, or what names a file is no text.
pub fn named_files(text: &str) -> Result<NamedFiles, Vec<ScenarioProblem>> {
    let mut problems = Problems::new(text);
    let Some(mut fields) = problems.parse() else { return Err(problems.list) };
    let flow = fields.text("flow", &mut problems);
    let subflows = subflows(&mut fields, None, &mut problems);
    if problems.list.is_empty() { Ok(NamedFiles { flow, subflows }) } else { Err(problems.list) }
}

/// The files of subflows by their SIDs. One that the Flow does not go into is a problem, where it is known.
fn subflows(
    fields: &mut Fields<'_>,
    flow: Option<&Flow>,
    problems: &mut Problems<'_>,
) -> BTreeMap<String, String> {
    let named = flow.map(NamedSubflows::of);
    let table = fields.take("subflows").and_then(|field| field.table(problems));
    let mut files = BTreeMap::new();
    for (sid, field) in table.map(|mut table| table.remaining()).unwrap_or_default() {
        if let Some(why) = named.as_ref().and_then(|named| named.why_not_runnable(&sid)) {
            field.problem(problems, why);
        }
        files.extend(field.text(problems).map(|file| (sid, file)));
    }
    files
}

impl ScenarioFile {
    /// Reads the scenarios of a Flow.
    ///
    /// # Errors
    /// Everything that is wrong in the file, with its lines.
    pub fn read(
        text: &str,
        flow: &Flow,
        flows: &BTreeMap<String, Arc<Flow>>,
    ) -> Result<ScenarioFile, Vec<ScenarioProblem>> {
        let mut problems = Problems::new(text);
        let Some(mut fields) = problems.parse() else { return Err(problems.list) };
        fields.text("flow", &mut problems);
        subflows(&mut fields, Some(flow), &mut problems);
        let known = PlayedFlows { main: flow, subflows: flows };
        let rules = FlowRules::take(&mut fields, known, &mut problems);
        let tables = fields.tables("answers", &mut problems);
        let answers = answer_rules(tables, Some(known), &mut problems);
        let tables = fields.tables("scenarios", &mut problems);
        fields.finish(&mut problems);
        let mut scenarios = Vec::new();
        for table in tables {
            let scenario = scenario(table, known, &answers, &mut problems);
            scenarios.push(scenario);
        }
        for (name, line, earlier) in doubles(&scenarios) {
            let message = format!("the scenario of line {earlier} is called {name:?} too");
            let key = "scenarios".to_owned();
            problems.list.push(ScenarioProblem { line, key, message });
        }
        for scenario in &mut scenarios {
            scenario.script.flows = flows.clone();
        }
        problems.list.sort();
        match problems.list.is_empty() {
            true => Ok(ScenarioFile { scenarios, rules, answers, subflows: flows.clone() }),
            false => Err(problems.list),
        }
    }
}

fn scenario(
    mut fields: Fields<'_>,
    flows: PlayedFlows<'_>,
    answers: &[AnswerRule],
    problems: &mut Problems<'_>,
) -> FlowScenario {
    let line = problems.line(fields.at);
    let name = name(&mut fields, problems).unwrap_or_default();
    let start = start(&mut fields, flows.main, problems);
    let time = time(&mut fields, problems).unwrap_or(USUAL_TIME);
    let mut script =
        PlayScript { unsent: "no answer of the scenario fits".to_owned(), ..PlayScript::default() };
    for (at, text) in fields.texts("caller", problems) {
        match action(&text) {
            Some(action) => script.actions.push_back(action),
            None => problems.add(
                at,
                "caller",
                format!(
                    "{text:?} is no action, expected press KEYS, say WORDS, send TEXT, silence or hang up"
                ),
            ),
        }
    }
    for field in fields.take("hang_up_in").map(Field::items).unwrap_or_default() {
        script.hang_ups.extend(widget(flows, field, problems));
    }
    let tables = fields.tables("answers", problems);
    script.answers = answer_rules(tables, Some(flows), problems);
    script.common_answers = answers.to_vec();
    script.outcomes = outcomes_of(&mut fields, flows, problems);
    let expectations = Expectations::take(&mut fields, flows, problems);
    fields.finish(problems);
    FlowScenario { name, line, start, at: time, script, expectations }
}

fn name(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Option<String> {
    let Some(field) = fields.take("name") else {
        problems.add(fields.at, &fields.key, "it has no name");
        return None;
    };
    let (at, key) = (field.at, field.key.clone());
    let name = field.text(problems)?;
    if name.trim().is_empty() {
        problems.add(at, &key, "the name is empty");
    }
    Some(name)
}

/// The scenarios with the name of an earlier one: the name, the line, and the line of the earlier one.
fn doubles(scenarios: &[FlowScenario]) -> Vec<(String, usize, usize)> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for scenario in scenarios.iter().filter(|scenario| !scenario.name.trim().is_empty()) {
        match first.get(scenario.name.as_str()) {
            Some(earlier) => found.push((scenario.name.clone(), scenario.line, *earlier)),
            None => {
                first.insert(&scenario.name, scenario.line);
            }
        }
    }
    found
}

fn time(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Option<Timestamp> {
    let field = fields.take("at")?;
    let (at, key) = (field.at, field.key.clone());
    let time = field.text(problems)?.parse().ok();
    if time.is_none() {
        problems.add(at, &key, "expected a time such as 2026-11-28T09:00:00Z");
    }
    time
}

/// The start of a scenario: `call`, `message` or `request`; without any, the first that leads anywhere.
fn start(fields: &mut Fields<'_>, flow: &Flow, problems: &mut Problems<'_>) -> ExecutionStart {
    let contact = fields.text("contact", problems).unwrap_or_else(|| CONTACT.to_owned());
    let starts = ["call", "message", "request"].map(|key| (key, fields.take(key)));
    if let Some((_, Some(second))) = starts.iter().filter(|(_, field)| field.is_some()).nth(1) {
        second.problem(problems, "a scenario has one start: call, message or request");
    }
    let [(_, call), (_, message), (_, request)] = starts;
    let trigger = if let Some(field) = call {
        let (at, key) = (field.at, field.key.clone());
        let from = field.text(problems).filter(|from| from != "true");
        if let Some(from) = from.as_ref().filter(|from| !is_caller(from)) {
            problems.add(at, &key, format!("{from:?} is no caller: {CALLERS}, or true"));
        }
        call_from(&from.unwrap_or(contact))
    } else if let Some(field) = message {
        message_from(&contact, field.text(problems).unwrap_or_default())
    } else if let Some(field) = request {
        let parameters = match field.json() {
            Some(Value::Object(parameters)) => parameters,
            _ => {
                field.problem(problems, "expected a table of parameters");
                Map::new()
            }
        };
        request_for(&contact, parameters)
    } else {
        usual(flow, &contact)
    };
    execution(trigger)
}

/// `press 1#`, `say yes`, `silence`, `hang up`. A message is said too, or sent: `send yes`; `send` alone is one without words.
fn action(text: &str) -> Option<CallerAction> {
    let text = text.trim();
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#');
    match verb {
        "press" if !rest.is_empty() && rest.chars().all(is_key) => {
            Some(CallerAction::Press(rest.to_owned()))
        }
        "say" if rest.is_empty() => None,
        "say" | "send" => Some(CallerAction::Say(rest.to_owned())),
        "silence" if rest.is_empty() => Some(CallerAction::Silence),
        "hang" if rest == "up" => Some(CallerAction::HangUp),
        _ => None,
    }
}

fn outcomes_of(
    fields: &mut Fields<'_>,
    flows: PlayedFlows<'_>,
    problems: &mut Problems<'_>,
) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let table = fields.take("outcomes").and_then(|field| field.table(problems));
    for (widget, field) in table.map(|mut table| table.remaining()).unwrap_or_default() {
        for item in field.items() {
            let (at, key) = (item.at, item.key.clone());
            let Some(outcome) = item.text(problems) else { continue };
            match no_outcome(flows, &widget, &outcome) {
                Some(why) => problems.add(at, &key, why),
                None => all.entry(widget.clone()).or_default().push(outcome),
            }
        }
    }
    all
}
