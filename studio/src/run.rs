//! One run through a Flow, as a pure machine. Its I/O is [`Action`]s out and [`RunEvent`]s in; time is an argument.
//!
//! The driver places the call, speaks and sends requests, and steps the machine with what came of that. Widgets that need
//! no I/O pass within one step. A widget that cannot be run here ends the run, and the reason says why.

mod action;
mod budget;
mod calls;
mod event;
mod hand_over;
mod http;
mod log;
mod messages;
mod patterns;
mod predicate;
mod prompts;
mod queues;
mod split;
mod start;
mod state;
mod subflows;
#[cfg(test)]
mod tests;
mod texts;
mod transitions;
mod variables;
mod widget;
mod widgets;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

pub use action::{
    Action, Connect, Enqueue, HTTP_TIMEOUT, HandOver, HttpMethod, OutboundMessage, Prompt,
    QueueTarget, Record, Speech,
};
pub use budget::MAX_RUN_WORK;
pub use event::{DialCallStatus, DialOutcome, HttpResponse, QueueResult, RunEvent};
pub use hand_over::hand_over_events;
pub use http::MAX_RESPONSE_BYTES;
pub use log::{LogEntry, MAX_LOG_ENTRIES};
pub use patterns::Patterns;
pub use start::{ExecutionRequest, ExecutionStart, IncomingCall, IncomingMessage, Trigger};
pub use state::{EndReason, RunState, SplitComparison, SplitStep, Step};

use self::calls::RunCall;
use self::log::code;
use self::messages::Outbound;
use self::subflows::ParentFlow;
use crate::flow::{Flow, State};

/// The most steps of one run: a Flow that leads back to itself would never end. (twilio.com/docs/studio, error 81000.)
pub const MAX_STEPS: usize = 1_000;

/// The most rounds of one widget that leads to itself. (twilio.com/docs/studio, error 81001.)
pub const MAX_ROUNDS: usize = 10;

/// The name that a step has in place of an event when the call ended in its widget.
pub const HANG_UP: &str = "hangup";

/// A run through a Flow.
#[derive(Clone, Debug)]
pub struct Run {
    flow: Arc<Flow>,
    state: RunState,
    /// The event of its beginning.
    trigger: &'static str,
    /// The index of the widget that it is in; none before the first.
    widget: Option<usize>,
    context: Value,
    /// The Flow that it goes back to, if it is in a subflow.
    parent: Option<Box<ParentFlow>>,
    call: Option<RunCall>,
    /// The message of the widget that it is in.
    outbound: Option<Outbound>,
    /// The comparisons of the split that it is in.
    split: Option<SplitStep>,
    steps: Vec<Step>,
    /// How many steps the last widget has taken in a row.
    rounds: usize,
    /// The work that it may still do by itself.
    work_left: u64,
    /// Its patterns: each is compiled once, and that is work once.
    patterns: Patterns,
    log: Vec<LogEntry>,
    /// The newest entry that the full log has no place for.
    left_out: Option<LogEntry>,
    updated: Timestamp,
}

impl Run {
    /// A run that has not begun: [`RunEvent::Begun`] begins it.
    pub fn new(flow: Arc<Flow>, start: &ExecutionStart, now: Timestamp) -> Run {
        let context = start.context();
        let call = match &start.trigger {
            Trigger::Call(call) => Some(RunCall::incoming(call)),
            Trigger::Request(_) | Trigger::Message(_) => None,
        };
        Run {
            flow,
            state: RunState::Active,
            trigger: start.trigger.event(),
            widget: None,
            context,
            parent: None,
            call,
            outbound: None,
            split: None,
            steps: Vec::new(),
            rounds: 0,
            work_left: MAX_RUN_WORK,
            patterns: Patterns::default(),
            log: Vec::new(),
            left_out: None,
            updated: now,
        }
    }

    /// Shares compiled patterns with other runs: what one of them has compiled is no work of another.
    #[must_use]
    pub fn sharing(self, patterns: &Patterns) -> Run {
        Run { patterns: patterns.clone(), ..self }
    }

    /// Takes in what has happened: whether the run goes on, and what is to be done now. An event that the current widget
    /// does not wait for changes nothing, as in Studio (error 81002).
    pub fn step(&mut self, event: RunEvent, now: Timestamp) -> (RunState, Vec<Action>) {
        let actions = match (&self.state, event) {
            (RunState::Ended(_), _) => Vec::new(),
            (RunState::Active, RunEvent::Begun) if self.widget.is_none() => {
                let first = self.flow.initial_state.clone();
                self.enter(Some(&first), now)
            }
            (RunState::Active, RunEvent::HungUp) => self.hang_up(now),
            (RunState::Active, RunEvent::Stopped) => self.end(EndReason::Stopped, now),
            (RunState::Active, event) => self.resume(event, now),
        };
        (self.state.clone(), actions)
    }

    /// Whether it goes on.
    pub fn state(&self) -> &RunState {
        &self.state
    }

    /// The namespaces that Liquid looks up: `trigger`, `flow`, `contact`, `widgets`; in a subflow, its own.
    pub fn context(&self) -> &Value {
        &self.context
    }

    /// The steps so far, oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The entries that Twilio's debugger would show of it, oldest first; [`MAX_LOG_ENTRIES`] at most, and the last
    /// before its end.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// The comparisons of the split in which it ended, because no branch holds.
    pub fn split(&self) -> Option<&SplitStep> {
        self.split.as_ref()
    }

    /// The work that its templates and patterns have taken so far; [`MAX_RUN_WORK`] at most.
    pub fn work(&self) -> u64 {
        MAX_RUN_WORK.saturating_sub(self.work_left)
    }

    /// The time of its last change.
    pub fn updated(&self) -> Timestamp {
        self.updated
    }

    /// The widget that it is in.
    pub fn widget(&self) -> Option<&State> {
        self.widget.and_then(|index| self.flow.states.get(index))
    }

    /// The name of the parent's widget whose subflow it is in.
    pub fn subflow(&self) -> Option<&str> {
        self.parent.as_ref().map(|parent| parent.name.as_str())
    }

    /// The name of the widget that it is in; in a subflow, behind that of the parent's widget: `ask/menu`.
    pub fn widget_place(&self) -> Option<String> {
        self.widget().map(|state| self.place_of(&state.name))
    }

    fn place_of(&self, widget: &str) -> String {
        state::place(self.subflow(), widget)
    }
}
