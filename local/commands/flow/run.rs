//! `ringdown flow run`: plays a Flow from its start to its end, in virtual time.
//!
//! [`options`] is what can be typed. `terminal` plays the caller and the servers.

pub mod options;
mod terminal;

use std::path::Path;
use std::sync::Arc;

use sandbox::live::Live;
use serde_json::Value;
use studio::play::{MetDifferences, PlayScript, TraceWriter, play};
use studio::scenario::{call_from, execution, message_from, read_answers, request_for, usual};
use studio::{Flow, FlowFile, Trigger};

pub use options::{AnswerSource, FunctionSource, RunOptions, RunStart};

use self::terminal::Terminal;
use super::{name, read};
use crate::clock::now;

/// The contact unless one is named: one of Twilio's numbers for tests.
const CONTACT: &str = "+15005550001";

/// Plays a file's Flow. `false` means that it ended by an error, has no way in for this start, or that there is no Flow.
///
/// # Errors
/// Says what cannot be read.
pub fn run(options: &RunOptions) -> Result<bool, String> {
    let bytes = read(&options.file)?;
    let mut script =
        PlayScript { actions: options.caller.actions.clone().into(), ..PlayScript::default() };
    if let Some(AnswerSource::File(file)) = &options.http {
        script.answers.extend(answers(file, false)?);
    }
    if let Some(FunctionSource::File(file)) = &options.function {
        script.answers.extend(answers(file, true)?);
    }
    let Some(flow) = only_flow(&options.file, &bytes) else { return Ok(false) };
    let trigger = trigger(&flow, options.start.chosen().as_ref());
    say!("{}: {}", name(&options.file), start_words(&trigger));
    let began = now();
    let writer = TraceWriter::new(began, options.trace);
    let live = Live { allowed: options.allowed.clone() };
    let mut terminal = Terminal::new(options, script, live, writer);
    let flow = Arc::new(flow);
    let played = play(&flow, &execution(trigger), began, &mut terminal);
    let mut differences = MetDifferences::default();
    differences.add(&flow, &played);
    differences.lines().for_each(|line| say!("{line}"));
    say!("The run is over: {}.", played.end);
    if options.trace {
        say!("{:#}", played.context);
    }
    Ok(!played.end.is_error())
}

/// The Flow of a file that has one; otherwise the reasons are said.
pub(super) fn only_flow(file: &Path, bytes: &[u8]) -> Option<Flow> {
    let file = name(file);
    match FlowFile::read(bytes) {
        Ok(flows) => match flows.flows() {
            [flow] => Some(flow.flow()),
            several => {
                let count = several.len();
                say!("{file} has {count} Flows: put the one that is meant into a file of its own");
                None
            }
        },
        Err(findings) => {
            for finding in findings {
                let at = finding.position.map(|at| format!(", {at}")).unwrap_or_default();
                say!("{file}{at} ({}): {}", finding.path, finding.message);
            }
            None
        }
    }
}

/// The answers of a file, for Functions or for HTTP requests alone.
fn answers(file: &Path, is_function: bool) -> Result<Vec<studio::play::AnswerRule>, String> {
    let text = String::from_utf8(read(file)?)
        .map_err(|_| format!("{} is not text in UTF-8", name(file)))?;
    let mut rules = read_answers(&text).map_err(|problems| {
        let problems = problems.iter().map(|problem| format!("{}, {problem}", name(file)));
        problems.collect::<Vec<_>>().join("\n")
    })?;
    rules.iter_mut().for_each(|rule| rule.is_function = Some(is_function));
    Ok(rules)
}

/// The start that was asked for, or the first one that leads anywhere.
fn trigger(flow: &Flow, start: Option<&RunStart>) -> Trigger {
    match start {
        Some(RunStart::Call(from)) => call_from(from),
        Some(RunStart::Message(body)) => message_from(CONTACT, body.clone()),
        Some(RunStart::Request(parameters)) => {
            let parameters = parameters.iter();
            let pairs = parameters.map(|(key, value)| (key.clone(), Value::from(&**value)));
            request_for(CONTACT, pairs.collect())
        }
        None => usual(flow, CONTACT),
    }
}

fn start_words(trigger: &Trigger) -> String {
    let contact = trigger.contact();
    let last = contact.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let contact = contact.get(last..).unwrap_or_default();
    match trigger {
        Trigger::Call(_) => format!("a call from …{contact}"),
        Trigger::Message(message) => format!("the message {:?} from …{contact}", message.body),
        Trigger::Request(request) => {
            let keys: Vec<&str> = request.parameters.keys().map(String::as_str).collect();
            match keys.is_empty() {
                true => format!("a request for …{contact}, without parameters"),
                false => format!("a request for …{contact}, with {}", keys.join(", ")),
            }
        }
    }
}
