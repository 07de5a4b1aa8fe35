//! Steps a run from its start to its end; `answers` says what each action is answered with, `caller` turns what a
//! caller does into events, and `record` writes the trace.

mod answers;
mod caller;
mod record;

pub use caller::transcribed;

use std::sync::Arc;
use std::time::Duration;

use super::peer::Peer;
use super::trace::{PlayEnd, Played, TraceEntry};
use crate::flow::Flow;
use crate::run::{
    EndReason, ExecutionStart, MAX_STEPS, Patterns, Run, RunEvent, RunState, Trigger,
};
use jiff::Timestamp;

/// The most times that the other side is asked in one run: each step asks a few times at most.
const MAX_QUESTIONS: usize = 4 * MAX_STEPS;

/// Plays a Flow from its start to its end. Time begins at `now`, and jumps.
pub fn play(
    flow: &Arc<Flow>,
    start: &ExecutionStart,
    now: Timestamp,
    peer: &mut dyn Peer,
) -> Played {
    play_sharing(flow, start, now, peer, &Patterns::default())
}

/// Plays a Flow as [`play`] does, with compiled patterns that other runs use too.
pub fn play_sharing(
    flow: &Arc<Flow>,
    start: &ExecutionStart,
    now: Timestamp,
    peer: &mut dyn Peer,
    patterns: &Patterns,
) -> Played {
    let is_call = matches!(start.trigger, Trigger::Call(_));
    let run = Run::new(flow.clone(), start, now).sharing(patterns);
    let address = (start.trigger.contact().to_owned(), start.trigger.address().to_owned());
    let mut player = Playing {
        flow: flow.clone(),
        subflow: None,
        run,
        now,
        peer,
        entries: Vec::new(),
        steps: 0,
        logged: 0,
        sids: 1,
        is_on_line: is_call,
        is_cut_off: false,
        address,
    };
    let end = player.play();
    let context = player.run.context().clone();
    let work = player.run.work();
    Played { end, entries: player.entries, context, work }
}

/// A run that is played.
struct Playing<'a> {
    flow: Arc<Flow>,
    subflow: Option<Arc<Flow>>,
    run: Run,
    now: Timestamp,
    peer: &'a mut dyn Peer,
    entries: Vec<TraceEntry>,
    /// How many steps have entries.
    steps: usize,
    /// How many entries of the log have entries here.
    logged: usize,
    /// The number of the next SID.
    sids: u64,
    is_on_line: bool,
    /// The caller hung up in a widget that takes no time, and the one that came after it does not know yet.
    is_cut_off: bool,
    /// The contact's, and ours.
    address: (String, String),
}

impl Playing<'_> {
    fn play(&mut self) -> PlayEnd {
        let mut actions = self.step(RunEvent::Begun);
        for _ in 0..MAX_QUESTIONS {
            if let RunState::Ended(reason) = self.run.state() {
                return self.end(reason.clone());
            }
            let state = self.run.widget().cloned();
            let (Some(state), false) = (state, actions.is_empty()) else { break };
            let events = actions.into_iter().flat_map(|action| self.answer(&state, action));
            let events: Vec<(Duration, RunEvent)> = events.collect();
            if self.peer.is_undecided() {
                return self.waits();
            }
            actions = Vec::new();
            let steps = self.run.steps().len();
            for (takes, event) in events {
                // What the other side did to a widget that was left is of no use to the next.
                if self.run.steps().len() == steps {
                    self.now = self.now.checked_add(takes).unwrap_or(self.now);
                    actions.extend(self.step(event));
                }
            }
        }
        match self.run.state() {
            RunState::Ended(reason) => self.end(reason.clone()),
            RunState::Active => self.waits(),
        }
    }

    fn waits(&self) -> PlayEnd {
        PlayEnd::Waits { widget: self.place() }
    }

    /// The widget that the run is in, as the other side knows it.
    fn place(&self) -> String {
        self.run.widget_place().unwrap_or_default()
    }

    fn end(&self, reason: EndReason) -> PlayEnd {
        let only = match self.run.steps() {
            [step] if step.kind == "trigger" && step.to.is_none() => Some(step),
            _ => None,
        };
        match (reason, only, self.run.log().last()) {
            (EndReason::FlowEnd, Some(step), _) => PlayEnd::NoWayIn { event: step.event.clone() },
            (EndReason::FlowEnd, None, Some(entry)) if entry.code == Some(81022) => {
                PlayEnd::Missing { message: entry.message.clone() }
            }
            (reason, _, _) => PlayEnd::Ended(reason),
        }
    }

    fn sid(&mut self) -> u64 {
        self.sids += 1;
        self.sids
    }
}
