//! One run through a Flow, as a pure machine. Its I/O is [`Action`]s out and [`RunEvent`]s in; time is an argument.
//!
//! The driver places the call, speaks and sends requests, and steps the machine with what came of that. Widgets that need
//! no I/O pass within one step. A widget that cannot be run here ends the run, and the reason says why.

mod action;
mod event;
mod start;
#[cfg(test)]
mod tests;
mod widgets;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

pub use action::{
    Action, Connect, Enqueue, HTTP_TIMEOUT, HttpMethod, OutboundMessage, Prompt, QueueTarget,
    Record, Speech,
};
pub use event::{DialCallStatus, DialOutcome, HttpResponse, QueueResult, RunEvent};
pub use start::{ExecutionRequest, ExecutionStart, IncomingCall, IncomingMessage, Trigger};

use crate::flow::{Flow, State};

/// The most steps of one run: a Flow that leads back to itself would never end. (docs/studio, error 81000.)
pub const MAX_STEPS: usize = 1_000;

/// The name that a step has in place of an event when the call ended in its widget.
pub const HANG_UP: &str = "hangup";

/// A widget that was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The time when it was left.
    pub at: Timestamp,
    /// The event that it fired, or [`HANG_UP`].
    pub event: String,
    /// Its type: `say-play`, …
    pub kind: String,
    /// Its name.
    pub from: String,
    /// The name of the next widget; `None` if nothing follows.
    pub to: Option<String>,
}

/// Whether a run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It waits for the next [`RunEvent`].
    Active,
    /// It is over.
    Ended(EndReason),
}

/// The reason why a run is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The last widget led nowhere.
    FlowEnd,
    /// The call ended in the middle of a widget.
    HungUp,
    /// It was ended from outside.
    Stopped,
    /// It has taken [`MAX_STEPS`].
    TooManySteps,
    /// A widget cannot be run here.
    Unplayable {
        /// The widget's name.
        widget: String,
        /// The reason, for a person.
        why: String,
    },
}

/// The call of a run.
#[derive(Clone, Debug)]
struct Call {
    sid: Option<String>,
    to: String,
    from: String,
    is_answered: bool,
}

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
    call: Option<Call>,
    steps: Vec<Step>,
    updated: Timestamp,
}

impl Run {
    /// A run that has not begun: [`RunEvent::Begun`] begins it.
    pub fn new(flow: Arc<Flow>, start: &ExecutionStart, now: Timestamp) -> Run {
        let context = start.context();
        let call = match &start.trigger {
            Trigger::Call(IncomingCall { call_sid, from, to, .. }) => Some(Call {
                sid: Some(call_sid.clone()),
                to: to.clone(),
                from: from.clone(),
                is_answered: true,
            }),
            Trigger::Request(_) | Trigger::Message(_) => None,
        };
        let (state, steps, trigger) = (RunState::Active, Vec::new(), start.trigger.event());
        Run { flow, state, trigger, widget: None, context, call, steps, updated: now }
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

    /// The namespaces that Liquid looks up: `trigger`, `flow`, `contact`, `widgets`.
    pub fn context(&self) -> &Value {
        &self.context
    }

    /// The steps so far, oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The time of its last change.
    pub fn updated(&self) -> Timestamp {
        self.updated
    }

    /// The widget that it is in.
    pub fn widget(&self) -> Option<&State> {
        self.widget.and_then(|index| self.flow.states.get(index))
    }

    /// Passes widgets, beginning with this one, until one waits or the run ends.
    fn enter(&mut self, first: Option<&str>, now: Timestamp) -> Vec<Action> {
        let flow = self.flow.clone();
        let mut next = first.map(str::to_owned);
        while self.steps.len() < MAX_STEPS {
            let is_next = |state: &State| next.as_deref() == Some(state.name.as_str());
            let Some(index) = flow.states.iter().position(is_next) else {
                return self.end(EndReason::FlowEnd, now);
            };
            self.widget = Some(index);
            let Some(state) = flow.states.get(index) else { break };
            match self.begin(state) {
                Ok(widgets::Begun::Waits(action)) => return vec![action],
                Ok(widgets::Begun::Fired { event, to }) => {
                    self.leave(state, event, to.as_deref(), now);
                    next = to;
                }
                Err(why) => {
                    let widget = state.name.clone();
                    return self.end(EndReason::Unplayable { widget, why }, now);
                }
            }
        }
        self.end(EndReason::TooManySteps, now)
    }

    /// Gives an event to the current widget, and goes on with what follows.
    fn resume(&mut self, event: RunEvent, now: Timestamp) -> Vec<Action> {
        let flow = self.flow.clone();
        let state = self.widget.and_then(|index| flow.states.get(index));
        let Some(state) = state else { return Vec::new() };
        let Some(event) = self.take(state, event) else { return Vec::new() };
        let next = state.on(event).and_then(|transition| transition.next.as_deref());
        self.leave(state, event, next, now);
        self.enter(next, now)
    }

    fn leave(&mut self, state: &State, event: &str, to: Option<&str>, now: Timestamp) {
        self.updated = now;
        self.steps.push(Step {
            at: now,
            event: event.to_owned(),
            kind: state.kind.clone(),
            from: state.name.clone(),
            to: to.map(str::to_owned),
        });
    }

    /// No widget learns of a hang-up: the run ends where it is.
    fn hang_up(&mut self, now: Timestamp) -> Vec<Action> {
        let flow = self.flow.clone();
        if let Some(state) = self.widget.and_then(|index| flow.states.get(index)) {
            self.leave(state, HANG_UP, None, now);
        }
        self.call = None;
        self.end(EndReason::HungUp, now)
    }

    /// Ends the run, and with it the call.
    fn end(&mut self, reason: EndReason, now: Timestamp) -> Vec<Action> {
        self.state = RunState::Ended(reason);
        self.updated = now;
        let is_connected = self.call.take().is_some_and(|call| call.is_answered);
        if is_connected { vec![Action::HangUp] } else { Vec::new() }
    }
}
