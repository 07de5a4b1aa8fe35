//! The machine's steps in the trace.

use super::Playing;
use crate::flow::{State, Transition};
use crate::play::trace::{TraceDetail, TraceEntry};
use crate::run::{Action, RunEvent, RunState, SplitStep, Step};

impl Playing<'_> {
    /// Steps the machine, and puts what has happened into the trace.
    pub(super) fn step(&mut self, event: RunEvent) -> Vec<Action> {
        let (_, actions) = self.run.step(event, self.now);
        let log = self.run.log().get(self.logged..).unwrap_or_default().to_vec();
        self.logged = self.run.log().len();
        let mut log = log.into_iter().peekable();
        let steps = self.run.steps().get(self.steps..).unwrap_or_default().to_vec();
        let first = self.steps;
        self.steps += steps.len();
        for (index, step) in (first..).zip(steps) {
            let widget = step.place();
            self.compared(&widget, step.split.as_ref());
            while let Some(entry) = log.next_if(|entry| entry.step <= index) {
                self.note(&entry.widget.clone(), TraceDetail::Logged(entry));
            }
            self.hang_up_between(&step);
            let flow =
                if step.subflow.is_some() { self.subflow.as_ref() } else { Some(&self.flow) };
            let state = flow.and_then(|flow| flow.state(&step.from));
            let transition = state.and_then(|state| transition(state, &step));
            // What a subflow knew is gone with it.
            let is_here = step.subflow.as_deref() == self.run.subflow();
            let variables = self.run.context()["widgets"].get(&step.from);
            let variables = variables.filter(|_| is_here).cloned();
            self.note(&widget, TraceDetail::Left { step, transition, variables });
        }
        if let (RunState::Ended(_), Some(split)) = (self.run.state(), self.run.split().cloned()) {
            let widget = self.run.widget_place().unwrap_or_default();
            self.compared(&widget, Some(&split));
        }
        for entry in log {
            self.note(&entry.widget.clone(), TraceDetail::Logged(entry));
        }
        actions
    }

    /// A caller may hang up in a widget that takes no time: the next one that takes some learns of it.
    fn hang_up_between(&mut self, step: &Step) {
        let goes_on = *self.run.state() == RunState::Active;
        let takes_none = matches!(
            step.kind.as_str(),
            "trigger" | "set-variables" | "split-based-on" | "record-call" | "fork-stream"
        );
        if takes_none && self.is_on_line && self.peer.hangs_up(&step.place(), false) {
            (self.is_on_line, self.is_cut_off) = (false, goes_on);
            self.note(&step.place(), TraceDetail::HungUp);
        }
    }

    fn compared(&mut self, widget: &str, split: Option<&SplitStep>) {
        for comparison in split.map(|split| split.comparisons.as_slice()).unwrap_or_default() {
            let input = split.map(|split| split.input.clone()).unwrap_or_default();
            let comparison = comparison.clone();
            self.note(widget, TraceDetail::Compared { input, comparison });
        }
    }

    pub(super) fn note(&mut self, widget: &str, detail: TraceDetail) {
        let entry = TraceEntry { at: self.now, widget: widget.to_owned(), detail };
        self.peer.observe(&entry);
        self.entries.push(entry);
    }
}

/// The index of the transition that a step has taken.
fn transition(state: &State, step: &Step) -> Option<usize> {
    let first = || state.transitions.iter().position(|one| one.event == step.event);
    let Some(split) = step.split.as_ref().filter(|_| step.event == "match") else { return first() };
    let mut comparisons = split.comparisons.iter();
    let mut all_hold = |transition: &Transition| {
        let conditions = transition.conditions.len();
        let held = comparisons.by_ref().take(conditions).take_while(|one| one.holds).count();
        conditions > 0 && held == conditions
    };
    let mut matches = state.transitions.iter().enumerate().filter(|(_, one)| one.event == "match");
    matches.find(|(_, one)| all_hold(one)).map(|(index, _)| index)
}
