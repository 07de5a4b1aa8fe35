//! `ringdown flow run`: plays a Flow from its start to its end, in virtual time.
//!
//! [`options`] is what can be typed, and `script` what it means for a Flow. `terminal` plays the caller and the servers;
//! `done` is a run that is over, as JSON.

mod done;
pub mod options;
mod script;
mod terminal;

use std::path::Path;
use std::sync::Arc;

use sandbox::live::Live;
use serde_json::Value;
use studio::play::{AnswerRule, MetDifferences, PlayScript, PlayedFlows, TraceWriter, play};
use studio::scenario::{call_from, execution, message_from, read_answers, request_for, usual};
use studio::{Flow, Trigger, masked, why_not_runnable, without_numbers, without_secrets};

use self::done::DoneRun;
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
    let definition = only_flow(&options.file)?;
    let flow = Arc::new(definition.flow());
    let (script, refused_subflows) = script(options, &flow)?;
    let answers = answers(options, PlayedFlows { main: &flow, subflows: &script.flows })?;
    let script = PlayScript { answers, ..script };
    let refused = why_not_runnable(&definition.check());
    let trigger = trigger(&flow, options.start.chosen().as_ref());
    if !options.json {
        refused.iter().chain(&refused_subflows).for_each(|line| say!("{line}."));
        say!("{}: {}", name(&options.file), start_words(&trigger));
    }
    let began = now();
    let writer = TraceWriter::new(began, options.trace);
    let live = Live { allowed: options.allowed.clone() };
    let mut terminal = Terminal::new(options, script, live, writer.clone());
    let start = execution(trigger);
    let played = play(&flow, &start, began, &mut terminal);
    let mut differences = MetDifferences::default();
    differences.add(&flow, &played);
    let is_error = played.end.is_error();
    let done = DoneRun {
        file: name(&options.file),
        start: start.trigger,
        began,
        refused,
        refused_subflows,
        played,
        unused: terminal.leftovers(),
        differences: differences.lines().collect(),
        context: options.trace,
    };
    if options.json {
        say!("{}", json(&done.json(&writer)));
    } else {
        say_end(&done);
    }
    Ok(!is_error)
}

/// Prints what is said behind the trace.
fn say_end(done: &DoneRun) {
    done.unused.iter().chain(&done.differences).for_each(|line| say!("{line}"));
    say!("The run is over: {}.", done.played.end);
    if done.context {
        say!("{}", without_secrets(&json(&without_numbers(&done.played.context))));
    }
}

/// The answers to HTTP requests and of Functions that stand in files; one that stands for both is read once.
fn answers(options: &RunOptions, flows: PlayedFlows<'_>) -> Result<Vec<AnswerRule>, String> {
    let files = [false, true].map(|is_function| options.answer_file(Some(is_function)));
    match files {
        [Some(http), Some(function)] if http == function => answers_of(http, None, flows),
        [http, function] => {
            let of = |file: Option<&Path>, is_function| match file {
                Some(file) => answers_of(file, Some(is_function), flows),
                None => Ok(Vec::new()),
            };
            Ok([of(http, false)?, of(function, true)?].concat())
        }
    }
}

/// The answers of a file: for Functions or for HTTP requests alone, or for both.
fn answers_of(
    file: &Path,
    is_function: Option<bool>,
    flows: PlayedFlows<'_>,
) -> Result<Vec<AnswerRule>, String> {
    let text = String::from_utf8(read(file)?)
        .map_err(|_| format!("{} is not text in UTF-8", name(file)))?;
    let mut rules = read_answers(&text, Some(flows)).map_err(|problems| {
        let problems = problems.iter().map(|problem| format!("{}, {problem}", name(file)));
        problems.collect::<Vec<_>>().join("\n")
    })?;
    rules.iter_mut().for_each(|rule| rule.is_function = is_function);
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
    let contact = printable(&masked(trigger.contact()));
    match trigger {
        Trigger::Call(_) => format!("a call from {contact}"),
        Trigger::Message(message) => {
            format!("the message {:?} from {contact}", printable(&message.body))
        }
        Trigger::Request(request) => {
            let keys: Vec<&str> = request.parameters.keys().map(String::as_str).collect();
            match keys.is_empty() {
                true => format!("a request for {contact}, without parameters"),
                false => format!("a request for {contact}, with {}", keys.join(", ")),
            }
        }
    }
}
