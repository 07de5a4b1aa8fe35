//! From widget to widget: a run enters one, goes on by an event, leaves it, and ends.

use jiff::Timestamp;

use super::action::Action;
use super::budget::Budget;
use super::calls::CallLine;
use super::event::RunEvent;
use super::log::code;
use super::state::{EndReason, RunState, Step};
use super::widget::{Begun, Taken};
use super::{HANG_UP, MAX_ROUNDS, MAX_STEPS, Run};
use crate::flow::State;

impl Run {
    /// Passes widgets, beginning with this one, until one waits or the run ends.
    pub(super) fn enter(&mut self, first: Option<&str>, now: Timestamp) -> Vec<Action> {
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
    pub(super) fn arrive(&mut self, index: usize, state: &State) -> Result<(), EndReason> {
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
    pub(super) fn resume(&mut self, event: RunEvent, now: Timestamp) -> Vec<Action> {
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
    pub(super) fn fire(&mut self, state: &State, event: &str, now: Timestamp) -> Vec<Action> {
        let next = state.on(event).and_then(|transition| transition.next.as_deref());
        self.leave(state, event, next, now);
        if next.is_none() && event == HANG_UP {
            return self.end(EndReason::HungUp, now);
        }
        self.enter(next, now)
    }

    pub(super) fn leave(&mut self, state: &State, event: &str, to: Option<&str>, now: Timestamp) {
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
    pub(super) fn hang_up(&mut self, now: Timestamp) -> Vec<Action> {
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
    pub(super) fn end(&mut self, reason: EndReason, now: Timestamp) -> Vec<Action> {
        self.state = RunState::Ended(reason.within(self.subflow()));
        self.close_log();
        self.updated = now;
        let is_connected = self.line() == Some(CallLine::Open);
        self.call = None;
        if is_connected { vec![Action::HangUp] } else { Vec::new() }
    }
}
