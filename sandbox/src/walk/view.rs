//! A Flow and a walk in words. Pure.

use jiff::Timestamp;
use serde::Serialize;
use studio::draw::{Graph, Mode, Overlay, PathStep, WidgetFigures, svg, type_words, widget_id};
use studio::play::{PlayEnd, TraceDetail, TraceEntry, TraceWriter, outcomes};
use studio::{Finding, Flow, FlowFile, HttpMethod, Severity, counted, without_secrets};

use super::question::{Awaited, Question};
use super::replay::Replayed;

/// The most entries of a trace that are shown, the newest ones.
const MAX_SHOWN: usize = 500;

/// A finding of the checks.
#[derive(Serialize)]
pub(super) struct ShownFinding {
    severity: &'static str,
    place: String,
    message: String,
    advice: String,
    code: &'static str,
}

/// The findings of a file, and their count in words.
pub(super) fn findings(file: &FlowFile) -> (Vec<ShownFinding>, String) {
    let found: Vec<Finding> = file.flows().iter().flat_map(|flow| flow.check()).collect();
    let number = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (number(severity), severity.name()));
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(number, one)| counted(number, one)).collect();
    let words = match counts.is_empty() {
        true => "The checks found nothing.".to_owned(),
        false => format!("The checks found {}.", counts.join(", ")),
    };
    let shown = found.iter().map(|finding| ShownFinding {
        severity: finding.severity.name(),
        place: place(finding),
        message: finding.message.clone(),
        advice: finding.advice.clone(),
        code: finding.code,
    });
    (shown.collect(), words)
}

fn place(finding: &Finding) -> String {
    let at = finding.position.map(|at| at.to_string());
    let parts = [finding.widget.clone(), at];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { finding.path.clone() } else { parts.join(", ") }
}

/// The reason why a text is no Flow.
pub(super) fn reason(finding: &Finding) -> String {
    let at = finding.position.map(|at| format!(" ({at})")).unwrap_or_default();
    format!("{}{at}; {}", finding.message, finding.advice)
}

/// The drawing of a Flow, with the path of a walk and the widget that it is in.
pub(super) fn drawing(flow: &Flow, walk: Option<(&Replayed, Timestamp)>) -> String {
    let mut overlay = Overlay::default();
    if let Some((replayed, began)) = walk {
        let steps = replayed.entries.iter().filter_map(|entry| match &entry.detail {
            TraceDetail::Left { step, .. } if step.subflow.is_none() => Some((entry.at, step)),
            _ => None,
        });
        let mut entered = began;
        for (left, step) in steps {
            overlay.path.push(PathStep { widget: step.from.clone(), time: clock(began, entered) });
            entered = left;
        }
        if let Some(current) = current(flow, replayed) {
            let figures = WidgetFigures { now: 1, ..WidgetFigures::default() };
            overlay.path.push(PathStep { widget: current.clone(), time: clock(began, entered) });
            overlay.widgets.insert(current, figures);
        } else if matches!(replayed.end, Some(PlayEnd::Ended(_))) {
            let widget = studio::draw::ENDED.to_owned();
            overlay.path.push(PathStep { widget, time: clock(began, entered) });
        }
    }
    svg(&Graph::of(flow), &overlay, Mode::Embedded)
}

/// The widget of the Flow itself that a walk is in: in a subflow, the one that runs it.
fn current(flow: &Flow, replayed: &Replayed) -> Option<String> {
    let awaited = replayed.awaited.as_ref()?;
    let last = replayed.entries.iter().rev().find_map(|entry| match &entry.detail {
        TraceDetail::Left { step, .. } => Some(step),
        _ => None,
    });
    match last {
        Some(step) => match &step.subflow {
            Some(parent) => Some(parent.clone()),
            None => step.to.clone(),
        },
        None => Some(flow.initial_state.clone()),
    }
    .or_else(|| Some(awaited.widget.clone()))
}

/// The question that it waits for, and what can be done.
#[derive(Serialize)]
pub(super) struct ShownQuestion {
    widget: String,
    kind: String,
    /// The id of its element in the drawing; in a subflow, that of the widget which runs it.
    place: String,
    sentence: String,
    /// `speech`, `input`, `reply`, `recording`, `request` or `outcome`.
    form: &'static str,
    can_hang_up: bool,
    /// One key is enough.
    is_one_key: bool,
    request: Option<ShownRequest>,
    outcomes: Vec<(String, String)>,
}

/// A request that is not answered yet.
#[derive(Serialize)]
struct ShownRequest {
    what: &'static str,
    line: String,
    body: String,
    has_twilio_auth: bool,
}

/// The question of a walk through this Flow.
pub(super) fn question(flow: &Flow, replayed: &Replayed) -> Option<ShownQuestion> {
    let awaited = replayed.awaited.as_ref()?;
    let place = current(flow, replayed).map(|widget| widget_id(&widget));
    Some(shown_question(awaited, place.unwrap_or_default()))
}

fn shown_question(awaited: &Awaited, place: String) -> ShownQuestion {
    let Awaited { widget, kind, question, can_hang_up } = awaited;
    let (form, sentence, request) = match question {
        Question::Speech => ("speech", "The caller listens.".to_owned(), None),
        Question::Input { max_digits: Some(1) } => {
            ("input", "The caller is asked for a key, or for words.".to_owned(), None)
        }
        Question::Input { max_digits: Some(most) } => {
            ("input", format!("The caller is asked for keys, {most} at most, or for words."), None)
        }
        Question::Input { max_digits: None } => {
            ("input", "The caller is asked for keys, or for words.".to_owned(), None)
        }
        Question::Reply => ("reply", "The Flow waits for a text.".to_owned(), None),
        Question::Recording => ("recording", "What the caller says is recorded.".to_owned(), None),
        Question::Outcome { kind } => {
            ("outcome", format!("{}: how does that go?", outcome_words(kind)), None)
        }
        Question::Request(request) => {
            let method = match request.method {
                HttpMethod::Get => "GET",
                HttpMethod::Post => "POST",
            };
            let what = if request.is_function { "Function" } else { "server" };
            let shown = ShownRequest {
                what,
                line: format!("{method} {}", without_secrets(&request.url)),
                body: without_secrets(&request.body),
                has_twilio_auth: request.has_twilio_auth,
            };
            ("request", format!("The Flow asks a {what}: what comes back?"), Some(shown))
        }
    };
    let outcome_list = match question {
        Question::Outcome { kind } => outcomes(kind),
        _ => &[],
    };
    ShownQuestion {
        place,
        widget: widget.clone(),
        kind: type_words(kind).unwrap_or_default(),
        sentence,
        form,
        can_hang_up: *can_hang_up,
        is_one_key: *question == Question::Input { max_digits: Some(1) },
        request,
        outcomes: outcome_list
            .iter()
            .map(|outcome| ((*outcome).to_owned(), event_words(outcome)))
            .collect(),
    }
}

fn outcome_words(kind: &str) -> &'static str {
    match kind {
        "make-outgoing-call-v1" | "make-outgoing-call-v2" => "The phone rings",
        "connect-call-to" => "The call is connected to somebody",
        "enqueue-call" | "send-to-flex" => "The call waits in a queue",
        "send-message" | "send-and-wait-for-reply" => "The text is on its way",
        _ => "This is done elsewhere",
    }
}

/// The name of an outcome or an event, as a button says it: `queue-full` and `providerError` are "Queue full" and
/// "Provider error".
fn event_words(name: &str) -> String {
    let mut words = String::new();
    for (index, character) in name.chars().enumerate() {
        match character {
            '-' => words.push(' '),
            character if index == 0 => words.extend(character.to_uppercase()),
            character if character.is_ascii_uppercase() => {
                words.push(' ');
                words.push(character.to_ascii_lowercase());
            }
            character => words.push(character),
        }
    }
    words
}

/// The part of a trace in one widget.
#[derive(Serialize)]
pub(super) struct ShownStep {
    at: String,
    widget: String,
    lines: Vec<String>,
}

/// The trace by widgets, and how many entries were left out at its beginning.
pub(super) fn steps(replayed: &Replayed, began: Timestamp) -> (Vec<ShownStep>, usize) {
    let left_out = replayed.entries.len().saturating_sub(MAX_SHOWN);
    let writer = TraceWriter::new(began, false);
    let mut shown: Vec<ShownStep> = Vec::new();
    let mut is_new = true;
    for entry in replayed.entries.iter().skip(left_out) {
        let lines = writer.text_lines(&entry.detail).into_iter().map(|line| without_secrets(&line));
        match shown.last_mut().filter(|step| !is_new && step.widget == entry.widget) {
            Some(step) => step.lines.extend(lines),
            None => shown.push(ShownStep {
                at: clock(began, entry.at),
                widget: entry.widget.clone(),
                lines: lines.collect(),
            }),
        }
        is_new = matches!(entry.detail, TraceDetail::Left { .. });
    }
    (shown, left_out)
}

/// The entries that Twilio's debugger would have logged: the code and the widget, and the words.
pub(super) fn log(entries: &[TraceEntry]) -> Vec<(String, String)> {
    let logged = entries.iter().filter_map(|entry| match &entry.detail {
        TraceDetail::Logged(entry) => {
            let code = entry.code.map_or_else(|| "note".to_owned(), |code| code.to_string());
            let widget = &entry.widget;
            let place = if widget.is_empty() { code } else { format!("{code}, {widget}") };
            Some((place, entry.message.clone()))
        }
        _ => None,
    });
    logged.collect()
}

fn clock(began: Timestamp, at: Timestamp) -> String {
    let seconds = at.duration_since(began).as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcome_is_named_in_words() {
        for (name, words) in [
            ("queue-full", "Queue full"),
            ("providerError", "Provider error"),
            ("live-agent-handoff", "Live agent handoff"),
            ("sent", "Sent"),
        ] {
            assert_eq!(event_words(name), words);
        }
    }
}
