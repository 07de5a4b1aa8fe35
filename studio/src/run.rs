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

use self::budget::Budget;
use self::calls::{CallLine, RunCall};
use self::log::code;
use self::messages::Outbound;
use self::subflows::ParentFlow;
use self::widget::{Begun, Taken};
use crate::flow::{Flow, State};

/// The most steps of one run: a Flow that leads back to itself would never end. (docs/studio, error 81000.)
pub const MAX_STEPS: usize = 1_000;

/// The most rounds of one widget that leads to itself. (docs/studio, error 81001.)
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

    /// What Twilio's debugger would show of it, oldest first; [`MAX_LOG_ENTRIES`] at most, and the last
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

    /// Passes widgets, beginning with this one, until one waits or the run ends.
    fn enter(&mut self, first: Option<&str>, now: Timestamp) -> Vec<Action> {
        let mut next = first.map(str::to_owned);
        let mut budget = Budget::new(self.work_left, &self.patterns);
        loop {
            let flow = self.flow.clone();
            let is_next = |state: &&State| next.as_deref() == Some(state.name.as_str());
            let found = flow.states.iter().enumerate().find(|(_, state)| is_next(state));
            let Some((index, state)) = found else {
                if let Some(name) = &next {
                    self.warn_missing(name);
                }
                match self.ascend(now) {
                    Some(after) => next = after,
                    None => return self.end(EndReason::FlowEnd, now),
                }
                continue;
            };
            if let Err(reason) = self.arrive(index, state) {
                if reason == EndReason::HungUp {
                    self.leave(state, HANG_UP, None, now);
                }
                return self.end(reason, now);
            }
            let begun = self.begin(state, &mut budget, now);
            self.work_left = budget.left();
            match begun {
                Begun::Waits(action) => return vec![action],
                Begun::Fired { event, to } => {
                    self.leave(state, event, to.as_deref(), now);
                    next = to;
                }
                Begun::Ends(reason) => return self.end(reason, now),
            }
        }
    }

    /// Comes to a widget; or the run ends before it, and the reason says why.
    fn arrive(&mut self, index: usize, state: &State) -> Result<(), EndReason> {
        if self.steps.len() >= MAX_STEPS {
            self.warn(code::TOO_MANY_STEPS, state, "the run has taken too many steps");
            return Err(EndReason::TooManySteps);
        }
        self.rounds = if self.widget == Some(index) { self.rounds + 1 } else { 1 };
        self.widget = Some(index);
        let widget = state.name.clone();
        if self.rounds > MAX_ROUNDS {
            self.warn(code::SAME_WIDGET, state, "the widget leads to itself again and again");
            return Err(EndReason::SameWidget { widget });
        }
        match self.line() {
            _ if !self.is_voice(state) => Ok(()),
            Some(CallLine::Open) => Ok(()),
            Some(CallLine::HungUp) => Err(EndReason::HungUp),
            Some(CallLine::Dialing | CallLine::Closed) | None => {
                let why = "nobody is on the line".to_owned();
                self.warn(code::WRONG_TRIGGER, state, &why);
                Err(EndReason::Unplayable { widget, why })
            }
        }
    }

    /// Gives an event to the current widget, and goes on with what follows.
    fn resume(&mut self, event: RunEvent, now: Timestamp) -> Vec<Action> {
        let flow = self.flow.clone();
        let state = self.widget.and_then(|index| flow.states.get(index));
        let Some(state) = state else { return Vec::new() };
        match self.take(state, event, now) {
            Taken::Ignored => {
                self.warn(code::UNEXPECTED_EVENT, state, "an event came that it does not wait for");
                Vec::new()
            }
            Taken::Waits(action) => action.into_iter().collect(),
            Taken::Fired(event) => self.fire(state, event, now),
            Taken::Entered => {
                let first = self.flow.initial_state.clone();
                self.enter(Some(&first), now)
            }
        }
    }

    /// Leaves a widget by an event, and goes on with what follows.
    fn fire(&mut self, state: &State, event: &str, now: Timestamp) -> Vec<Action> {
        let next = state.on(event).and_then(|transition| transition.next.as_deref());
        self.leave(state, event, next, now);
        if next.is_none() && event == HANG_UP {
            return self.end(EndReason::HungUp, now);
        }
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
            split: self.split.take(),
            subflow: self.parent.as_ref().map(|parent| parent.name.clone()),
        });
    }

    /// A widget of the call is left by the event [`HANG_UP`], whether it has such a transition or not. Any other goes on
    /// without the call, and the next widget of the call shows it.
    fn hang_up(&mut self, now: Timestamp) -> Vec<Action> {
        let flow = self.flow.clone();
        let state = self.widget.and_then(|index| flow.states.get(index));
        let is_on = matches!(self.line(), Some(CallLine::Open | CallLine::Dialing));
        if let Some(call) = self.call.as_mut().filter(|_| is_on) {
            call.line = CallLine::HungUp;
        }
        match state {
            None if is_on => self.end(EndReason::HungUp, now),
            None => Vec::new(),
            Some(state) if is_on && self.is_of_call(state) => self.fire(state, HANG_UP, now),
            Some(state) => {
                self.warn(code::UNEXPECTED_EVENT, state, "a hang-up came; the widget goes on");
                Vec::new()
            }
        }
    }

    /// Ends the run, and with it the call.
    fn end(&mut self, reason: EndReason, now: Timestamp) -> Vec<Action> {
        self.state = RunState::Ended(reason.within(self.subflow()));
        self.close_log();
        self.updated = now;
        let is_connected = self.line() == Some(CallLine::Open);
        self.call = None;
        if is_connected { vec![Action::HangUp] } else { Vec::new() }
    }
}
