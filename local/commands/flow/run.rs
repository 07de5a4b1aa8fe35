//! `ringdown flow run`: plays a Flow from its start to its end, in virtual time.
//!
//! [`options`] is what can be typed, and `script` what it means for a Flow. `terminal` plays the caller and the servers.

pub mod options;
mod script;
mod terminal;

use std::path::Path;
use std::sync::Arc;

use sandbox::live::Live;
use serde_json::Value;
use studio::play::{AnswerRule, MetDifferences, PlayScript, TraceWriter, play};
use studio::scenario::{call_from, execution, message_from, read_answers, request_for, usual};
use studio::{Flow, Trigger, refusal, without_secrets};

use self::script::script;

pub use options::{AnswerSource, FunctionSource, RunOptions, RunStart};

use self::terminal::Terminal;
use super::{name, only_flow, printable, read};
use crate::clock::now;
use crate::output::json;

/// The contact unless one is named: one of Twilio's numbers for tests.
const CONTACT: &str = "+15005550001";

/// Plays a file's Flow. `false` means that it ended by an error, or has no way in for this start.
///
/// # Errors
/// Says what cannot be read, or that the file does not hold one Flow.
pub fn run(options: &RunOptions) -> Result<bool, String> {
    let answers = answers(options)?;
    let definition = only_flow(&options.file)?;
    refusal(&definition.check()).iter().for_each(|line| say!("{line}."));
    let flow = definition.flow();
    let script = PlayScript { answers, ..script(options, &flow)? };
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
    terminal.leftovers().for_each(|line| say!("{line}"));
    differences.lines().for_each(|line| say!("{line}"));
    say!("The run is over: {}.", played.end);
    if options.trace {
        say!("{}", without_secrets(&json(&played.context)));
    }
    Ok(!played.end.is_error())
}

/// The answers to HTTP requests and of Functions that stand in files.
fn answers(options: &RunOptions) -> Result<Vec<AnswerRule>, String> {
    let mut answers = Vec::new();
    if let Some(AnswerSource::File(file)) = &options.http {
        answers.extend(answers_of(file, false)?);
    }
    if let Some(FunctionSource::File(file)) = &options.function {
        answers.extend(answers_of(file, true)?);
    }
    Ok(answers)
}

/// The answers of a file, for Functions or for HTTP requests alone.
fn answers_of(file: &Path, is_function: bool) -> Result<Vec<AnswerRule>, String> {
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
    let contact = printable(contact.get(last..).unwrap_or_default());
    match trigger {
        Trigger::Call(_) => format!("a call from …{contact}"),
        Trigger::Message(message) => {
            format!("the message {:?} from …{contact}", printable(&message.body))
        }
        Trigger::Request(request) => {
            let keys: Vec<&str> = request.parameters.keys().map(String::as_str).collect();
            match keys.is_empty() {
                true => format!("a request for …{contact}, without parameters"),
                false => format!("a request for …{contact}, with {}", keys.join(", ")),
            }
        }
    }
}
