//! A walk so far: the Flow is played again from its start with the moves that were made, until one is missing. Pure.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use studio::play::{
    CallerAction, CallerPrompt, HttpOutcome, HttpRequest, Peer, PlayEnd, PlayedFlows, PromptKind,
    TraceEntry, play,
};
use studio::{ExecutionStart, Flow, HttpResponse};

use super::moves::Move;
use super::question::{Awaited, AwaitedRequest, Question};

/// A walk as far as its moves go.
#[derive(Debug)]
pub(super) struct Replayed {
    /// The entries of its trace, oldest first.
    pub(super) entries: Vec<TraceEntry>,
    /// The namespaces of Liquid now.
    pub(super) context: Value,
    /// The thing that it waits for; none if it is over.
    pub(super) awaited: Option<Awaited>,
    /// Its end, if it is over.
    pub(super) end: Option<PlayEnd>,
}

/// Gives the Flow that a `run-subflow` names, by its SID and revision.
pub(super) type Subflows<'a> = dyn Fn(&str, &str) -> Option<Arc<Flow>> + 'a;

/// Plays a Flow from its start with these moves.
pub(super) fn replay(
    flow: &Arc<Flow>,
    start: &ExecutionStart,
    began: Timestamp,
    moves: Vec<Move>,
    subflows: &Subflows<'_>,
) -> Replayed {
    let mut walker = Walker {
        flow: flow.clone(),
        known: BTreeMap::new(),
        subflows,
        moves: moves.into(),
        seen: 0,
        is_on_line: false,
        awaited: None,
    };
    let mut played = play(flow, start, began, &mut walker);
    let awaited = walker.awaited;
    let end = awaited.is_none().then_some(played.end);
    // What follows the question is only there because it was not answered.
    if awaited.is_some() {
        played.entries.truncate(walker.seen);
    }
    Replayed { entries: played.entries, context: played.context, awaited, end }
}

/// The other side of the run: it makes the moves, and then stops.
struct Walker<'a> {
    flow: Arc<Flow>,
    /// The subflows so far, by their SIDs.
    known: BTreeMap<String, Arc<Flow>>,
    subflows: &'a Subflows<'a>,
    moves: VecDeque<Move>,
    /// How many entries the trace has.
    seen: usize,
    /// The caller could hang up in the present widget.
    is_on_line: bool,
    awaited: Option<Awaited>,
}

impl Walker<'_> {
    fn kind(&self, widget: &str) -> String {
        let flows = PlayedFlows { main: &self.flow, subflows: &self.known };
        flows.state(widget).map(|state| state.kind.clone()).unwrap_or_default()
    }

    /// The next move; if there is none, the question is what is awaited.
    fn next(&mut self, widget: &str, question: Question) -> Option<Move> {
        let can_hang_up = std::mem::take(&mut self.is_on_line) && question != Question::Reply;
        let made = self.moves.pop_front().filter(|_| self.awaited.is_none());
        if made.is_none() && self.awaited.is_none() {
            let kind = self.kind(widget);
            let widget = widget.to_owned();
            self.awaited = Some(Awaited { widget, kind, question, can_hang_up });
        }
        made
    }
}

impl Peer for Walker<'_> {
    fn act(&mut self, prompt: &CallerPrompt<'_>) -> CallerAction {
        let question = match prompt.kind {
            PromptKind::Input(max_digits) => Question::Input { max_digits },
            PromptKind::Reply => Question::Reply,
            PromptKind::Recording => Question::Recording,
        };
        match self.next(prompt.widget, question) {
            Some(Move::Press(keys)) => CallerAction::Press(keys),
            Some(Move::Say(words)) => CallerAction::Say(words),
            Some(Move::HangUp) => CallerAction::HangUp,
            _ => CallerAction::Silence,
        }
    }

    fn hangs_up(&mut self, widget: &str, _is_heard: bool) -> bool {
        self.is_on_line = true;
        match self.kind(widget).as_str() {
            "say-play" => self.next(widget, Question::Speech) == Some(Move::HangUp),
            // Their own question comes next, and a hang-up is one of its answers.
            "gather-input-on-call" | "record-voicemail" => false,
            // They ask nothing, so the move is about a widget behind them.
            "trigger" | "set-variables" | "split-based-on" | "record-call" | "fork-stream"
            | "run-subflow" => false,
            _ => {
                let hangs_up = self.moves.front() == Some(&Move::HangUp);
                if hangs_up {
                    self.moves.pop_front();
                    self.is_on_line = false;
                }
                hangs_up
            }
        }
    }

    fn answer(&mut self, request: &HttpRequest<'_>) -> HttpOutcome {
        let question = Question::Request(AwaitedRequest {
            is_function: request.is_function,
            method: request.method,
            url: request.url.to_owned(),
            content_type: request.content_type.to_owned(),
            body: request.body.to_owned(),
            has_twilio_auth: request.has_twilio_auth,
        });
        match self.next(request.widget, question) {
            Some(Move::Answer { status, content_type, body, size }) => {
                let size = size.unwrap_or(body.len());
                HttpOutcome::Responded(HttpResponse { status, content_type, body, size })
            }
            Some(Move::NoAnswer(why)) => HttpOutcome::Unanswered(why),
            Some(Move::Unsent(why)) => HttpOutcome::Unsent(why),
            _ => HttpOutcome::Unsent("it has no answer".to_owned()),
        }
    }

    fn outcome(&mut self, widget: &str, kind: &str) -> Option<String> {
        match self.next(widget, Question::Outcome { kind: kind.to_owned() }) {
            Some(Move::Outcome(outcome)) => Some(outcome),
            _ => None,
        }
    }

    fn flow(&mut self, flow_sid: &str, revision: &str) -> Result<Arc<Flow>, String> {
        let flow = (self.subflows)(flow_sid, revision);
        let flow = flow.ok_or("upload it with its SID")?;
        self.known.insert(flow_sid.to_owned(), flow.clone());
        Ok(flow)
    }

    fn is_undecided(&self) -> bool {
        self.awaited.is_some()
    }

    fn observe(&mut self, _entry: &TraceEntry) {
        if self.awaited.is_none() {
            self.seen += 1;
        }
    }
}
