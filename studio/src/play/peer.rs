//! The other side of a run: the caller, the servers, and the outcomes of calls and queues.

use std::sync::Arc;

use super::http::{HttpOutcome, HttpRequest};
use super::trace::TraceEntry;
use crate::flow::Flow;

/// The other side of a run. It knows a widget of a subflow by the names of the parent's widget and its own: `ask/menu`.
pub trait Peer {
    /// The caller's action at a prompt that waits for one.
    fn act(&mut self, prompt: &CallerPrompt<'_>) -> CallerAction;

    /// The caller hangs up in this widget, while it waits or speaks; `is_heard` if the caller hears something of it.
    fn hangs_up(&mut self, widget: &str, is_heard: bool) -> bool;

    /// The answer to a request.
    fn answer(&mut self, request: &HttpRequest<'_>) -> HttpOutcome;

    /// The URL that is asked in place of the request's own, if it is another one.
    fn asks_at(&self, _request: &HttpRequest<'_>) -> Option<String> {
        None
    }

    /// The outcome of a widget's call, connection, queue, message or hand-over, one of [`super::outcomes`]; `None` is the
    /// usual one.
    fn outcome(&mut self, widget: &str, kind: &str) -> Option<String>;

    /// A subflow.
    ///
    /// # Errors
    /// Says how it can be given, if it is not here.
    fn flow(&mut self, flow_sid: &str, revision: &str) -> Result<Arc<Flow>, String>;

    /// It has no answer to what it was asked last: the run stops there, and can be played again with one.
    fn is_undecided(&self) -> bool {
        false
    }

    /// Is shown each entry of the trace, as soon as it is there.
    fn observe(&mut self, _entry: &TraceEntry) {}
}

/// An action of a caller, or of whoever answers a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerAction {
    /// Presses keys; as an answer to a message, their text.
    Press(String),
    /// Says something, or sends it as a message.
    Say(String),
    /// Does nothing until the time is over.
    Silence,
    /// Hangs up.
    HangUp,
}

/// Something that waits for a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerPrompt<'a> {
    /// The name of the widget.
    pub widget: &'a str,
    /// The kind of answer.
    pub kind: PromptKind,
}

/// The kind of answer that a prompt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// Keys, so many at most if there is a limit, or words.
    Input(Option<usize>),
    /// A message.
    Reply,
    /// A recording.
    Recording,
}
