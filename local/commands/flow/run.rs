//! `ringdown flow run`: plays a Flow from its start to its end, in virtual time.
//!
//! [`options`] is what can be typed. `terminal` plays the caller and the servers; [`live`] sends requests for real, if
//! that is asked for, and `addresses` decides where to.

mod addresses;
pub mod live;
pub mod options;
mod terminal;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use studio::play::{PlayScript, TraceWriter, play};
use studio::scenario::read_answers;
use studio::{
    ExecutionRequest, ExecutionStart, Flow, FlowFile, IncomingCall, IncomingMessage, Trigger,
};

pub use options::{AnswerSource, FunctionSource, RunOptions, RunStart};

use self::live::Live;
use self::terminal::Terminal;
use super::{name, read};
use crate::clock::now;

/// Our own number, and the contact's unless one is named: Twilio's numbers for tests.
const OUR_NUMBER: &str = "+15005550006";
const CONTACT: &str = "+15005550001";

/// Plays a file's Flow. `false` means that it ended by an error, has no way in for this start, or that there is no Flow.
///
/// # Errors
/// Says what cannot be read.
pub fn run(options: &RunOptions) -> Result<bool, String> {
    let bytes = read(&options.file)?;
    let mut script =
        PlayScript { actions: options.actions.clone().into(), ..PlayScript::default() };
    if let Some(AnswerSource::File(file)) = &options.http {
        script.answers.extend(answers(file, false)?);
    }
    if let Some(FunctionSource::File(file)) = &options.function {
        script.answers.extend(answers(file, true)?);
    }
    let Some(flow) = only_flow(&options.file, &bytes) else { return Ok(false) };
    let trigger = trigger(&flow, options.start.as_ref());
    say!("{}: {}", name(&options.file), start_words(&trigger));
    let began = now();
    let writer = TraceWriter::new(began, options.trace);
    let live = Live { allowed: options.allowed.clone() };
    let mut terminal = Terminal::new(options, script, live, writer);
    let played = play(&Arc::new(flow), &start(trigger), began, &mut terminal);
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
    let call = |from: &str| {
        Trigger::Call(IncomingCall {
            call_sid: sid("CA"),
            from: from.to_owned(),
            to: OUR_NUMBER.to_owned(),
            parameters: object(&[("Direction", "inbound"), ("CallStatus", "ringing")]),
        })
    };
    let message = |body: &str| {
        Trigger::Message(IncomingMessage {
            message_sid: sid("SM"),
            from: CONTACT.to_owned(),
            to: OUR_NUMBER.to_owned(),
            body: body.to_owned(),
            parameters: object(&[("NumMedia", "0")]),
        })
    };
    let request = |parameters: Map<String, Value>| {
        let [to, from] = [CONTACT, OUR_NUMBER].map(str::to_owned);
        Trigger::Request(ExecutionRequest { to, from, parameters })
    };
    match start {
        Some(RunStart::Call(from)) => call(from),
        Some(RunStart::Message(body)) => message(body),
        Some(RunStart::Request(parameters)) => request(
            parameters.iter().map(|(key, value)| (key.clone(), Value::from(&**value))).collect(),
        ),
        None => {
            let leads = |trigger: &Trigger| {
                let transition = flow.first().and_then(|first| first.on(trigger.event()));
                transition.is_some_and(|transition| transition.next.is_some())
            };
            let mut all = [call(CONTACT), message("Hello"), request(Map::new())].into_iter();
            all.find(leads).unwrap_or_else(|| call(CONTACT))
        }
    }
}

fn object(entries: &[(&str, &str)]) -> Map<String, Value> {
    entries.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect()
}

fn sid(kind: &str) -> String {
    format!("{kind}{:032x}", 1)
}

/// The start of a run, with SIDs that are none of Twilio's.
fn start(trigger: Trigger) -> ExecutionStart {
    ExecutionStart { execution_sid: sid("FN"), flow_sid: sid("FW"), trigger }
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
