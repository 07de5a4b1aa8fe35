//! The words of a trace, for a terminal.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::http::HttpOutcome;
use super::trace::{TraceDetail, TraceEntry};
use crate::flow::without_secrets;
use crate::run::{HANG_UP, HttpMethod, Prompt};
use crate::text::{masked, without_numbers};

/// The width of the column with the names of widgets.
const NAME_WIDTH: usize = 22;
/// The most characters of a body that are shown.
const MAX_BODY_CHARACTERS: usize = 2_000;

/// Writes the entries of a trace as lines: each widget's name once, at its first line.
#[derive(Clone, Debug)]
pub struct TraceWriter {
    began: Timestamp,
    /// Times, bodies and variables are written too.
    is_full: bool,
    widget: Option<String>,
}

impl TraceWriter {
    /// A writer for a run that begins now; `is_full` writes times, bodies and variables too.
    pub fn new(began: Timestamp, is_full: bool) -> TraceWriter {
        TraceWriter { began, is_full, widget: None }
    }

    /// The lines of an entry, each with its line break.
    pub fn lines(&mut self, entry: &TraceEntry) -> String {
        let mut out = String::new();
        for line in self.text_lines(&entry.detail) {
            let is_same = self.widget.as_deref() == Some(&entry.widget);
            let name = if is_same { "" } else { &entry.widget };
            if self.is_full {
                let seconds = entry.at.duration_since(self.began).as_secs();
                let _ = write!(out, "{:>4}:{:02}  ", seconds / 60, seconds % 60);
            }
            let _ = writeln!(
                out,
                "{:<NAME_WIDTH$} {}",
                printable(name),
                printable(&without_secrets(&line))
            );
            self.widget = Some(entry.widget.clone());
        }
        if let TraceDetail::Left { .. } = entry.detail {
            self.widget = None;
        }
        out
    }

    /// The words of an entry, one line each.
    pub fn text_lines(&self, detail: &TraceDetail) -> Vec<String> {
        let one = |line: String| vec![line];
        match detail {
            TraceDetail::Heard(Prompt::Say(speech)) => one(format!("says {:?}", speech.text)),
            TraceDetail::Heard(Prompt::Play { url, .. }) => one(format!("plays {url}")),
            TraceDetail::Heard(Prompt::Digits { digits, .. }) => one(format!("sounds {digits}")),
            TraceDetail::Pressed { digits, lost } => {
                let keys = if digits.is_empty() { "no key but the stop key" } else { digits };
                let lost = (*lost > 0).then(|| format!(" ({lost} more not taken)"));
                one(format!("the caller presses {keys}{}", lost.unwrap_or_default()))
            }
            TraceDetail::Spoke { words, transcript } => {
                let other = transcript.as_ref().filter(|transcript| *transcript != words);
                let other = other.map(|text| format!(", which speech recognition writes {text:?}"));
                one(format!("the caller says {words:?}{}", other.unwrap_or_default()))
            }
            TraceDetail::Replied(text) => one(format!("the contact sends {text:?}")),
            TraceDetail::Silent => one("silence".to_owned()),
            TraceDetail::HungUp => one("the caller hangs up".to_owned()),
            TraceDetail::Requested { method, url, body, asked_at } => {
                let method = method_name(*method);
                let body = (self.is_full && !body.is_empty()).then(|| format!("  {}", cut(body)));
                let asked_at = asked_at.as_ref().map(|url| format!("asked at {url}"));
                let first = std::iter::once(format!("{method} {url}"));
                first.chain(asked_at).chain(body).collect()
            }
            TraceDetail::Answered(outcome) => self.answer(outcome),
            TraceDetail::Sent(message) => {
                let to = masked(&message.to);
                one(match message.content_sid.is_empty() {
                    true => format!("sends {:?} to {to}", message.body),
                    false => format!("sends the content {} to {to}", message.content_sid),
                })
            }
            TraceDetail::Went { doing, outcome, is_assumed: true } => {
                one(format!("{doing}: {outcome}, as usual"))
            }
            TraceDetail::Went { doing, outcome, .. } => one(format!("{doing}: {outcome}")),
            TraceDetail::Compared { input, comparison } => {
                let is = if comparison.holds { "yes" } else { "no" };
                one(format!("{input:?} {} {:?}: {is}", comparison.predicate, comparison.value))
            }
            TraceDetail::Left { step, variables, .. } => {
                let is_inner = step.subflow.is_some() && step.event != HANG_UP;
                let end = if is_inner { "the end of the subflow" } else { "the end" };
                let to = step.to.as_deref().unwrap_or(end);
                let variables = variables.as_ref().filter(|_| self.is_full);
                let variables = variables.map(|values| {
                    format!("  variables {}", cut(&without_numbers(values).to_string()))
                });
                std::iter::once(format!("{} -> {to}", step.event)).chain(variables).collect()
            }
            TraceDetail::Logged(entry) => one(match entry.code {
                Some(code) => format!("Twilio logs {code}: {}", entry.message),
                None => format!("note: {}", entry.message),
            }),
        }
    }

    fn answer(&self, outcome: &HttpOutcome) -> Vec<String> {
        match outcome {
            HttpOutcome::Responded(response) => {
                let line = format!("answer {} {}", response.status, response.content_type);
                let body = (self.is_full && !response.body.is_empty())
                    .then(|| format!("  {}", cut(&response.body)));
                std::iter::once(line).chain(body).collect()
            }
            HttpOutcome::Unanswered(why) => vec![format!("no answer: {why}")],
            HttpOutcome::Unsent(why) => vec![format!("not sent: {why}")],
        }
    }
}

fn method_name(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
    }
}

fn cut(text: &str) -> String {
    // A secret that is cut off has another shape.
    let text = &without_secrets(text);
    match text.char_indices().nth(MAX_BODY_CHARACTERS) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
    }
}

/// A character that would move a terminal's cursor, turn the order of its letters, or not be seen.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}
