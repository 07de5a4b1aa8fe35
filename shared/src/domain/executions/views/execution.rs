//! One Execution, with its path.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use studio::Flow;

use crate::domain::executions::record::RecordedExecution;
use crate::domain::executions::step::RecordedStep;
use crate::domain::executions::stuck::{Stuck, stuck};
use crate::domain::executions::{HANG_UP, TRIGGER};
use crate::domain::sid::Sid;

/// Whether an Execution runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutionState {
    /// It runs.
    Active,
    /// It runs, and is in its widget for longer than that can last.
    Stuck,
    /// It is over.
    Ended,
}

/// Which Executions are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecutionFilter {
    /// All of them.
    #[default]
    All,
    /// Those that run, stuck ones among them.
    Active,
    /// Those that are over.
    Ended,
    /// Those that are stuck.
    Stuck,
}

impl ExecutionFilter {
    /// The filter of this name: `active`, `ended`, `stuck`; all of them for any other.
    pub fn of(name: &str) -> ExecutionFilter {
        match name {
            "active" => ExecutionFilter::Active,
            "ended" => ExecutionFilter::Ended,
            "stuck" => ExecutionFilter::Stuck,
            _ => ExecutionFilter::All,
        }
    }

    /// Whether one in this state is looked for.
    pub fn takes(self, state: ExecutionState) -> bool {
        match self {
            ExecutionFilter::All => true,
            ExecutionFilter::Active => state != ExecutionState::Ended,
            ExecutionFilter::Ended => state == ExecutionState::Ended,
            ExecutionFilter::Stuck => state == ExecutionState::Stuck,
        }
    }
}

/// An Execution as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExecutionView {
    /// Its SID.
    pub sid: Sid,
    /// The SID of its Flow.
    pub flow: Option<Sid>,
    /// The revision of the Flow that runs, once an event has told it.
    pub revision: Option<u32>,
    /// The last four digits of the contact's number.
    pub contact: Option<String>,
    /// The SID of the call, message or request that began it.
    pub started_by: Option<String>,
    /// Whether it runs.
    pub state: ExecutionState,
    /// When it began, or the earliest that is known of it.
    pub began_at: Option<Timestamp>,
    /// Whether the event has come that it began.
    pub is_start_known: bool,
    /// When it ended, once the event has come that says so.
    pub ended_at: Option<Timestamp>,
    /// The reason of its end, as Twilio gives it.
    pub ended_reason: Option<String>,
    /// How long it lasted, or lasts so far, in seconds.
    pub seconds: Option<i64>,
    /// The widget that it is in; `None` once it is over.
    pub widget: Option<String>,
    /// Since when it is there.
    pub since: Option<Timestamp>,
    /// Why it is stuck, if it is.
    pub stuck: Option<Stuck>,
    /// Its steps, in their order.
    pub steps: Vec<StepView>,
    /// It had more steps than are kept.
    pub is_cut: bool,
}

/// A step as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// Its SID.
    pub sid: Sid,
    /// The event that ended it; empty if it came without one.
    pub event: String,
    /// The widget that it was in.
    pub from: String,
    /// The widget that it led to.
    pub to: String,
    /// When it ended.
    pub at: Timestamp,
    /// How long it was in its widget, in milliseconds; `None` where a step before it is missing.
    pub milliseconds: Option<i64>,
    /// A step before it is missing.
    pub is_after_gap: bool,
    /// It is noted at a later time than the end of the Execution.
    pub is_after_end: bool,
    /// Somebody hung up in it.
    pub is_hang_up: bool,
    /// The step of the Flow around it, if it is a subflow's.
    pub parent: Option<Sid>,
}

impl ExecutionView {
    /// The view of an Execution, by the definition that runs, if that is known.
    pub fn of(
        sid: &Sid,
        execution: &RecordedExecution,
        flow: Option<&Flow>,
        now: Timestamp,
    ) -> ExecutionView {
        let stuck = stuck(execution, flow, now);
        let state = match (execution.is_over(), &stuck) {
            (true, _) => ExecutionState::Ended,
            (false, Some(_)) => ExecutionState::Stuck,
            (false, None) => ExecutionState::Active,
        };
        let began_at = execution.began_at();
        let position = execution.position();
        let until = execution.over_at().unwrap_or(now);
        ExecutionView {
            sid: sid.clone(),
            flow: execution.flow.clone(),
            revision: execution.revision,
            contact: execution.contact.clone(),
            started_by: execution.started_by.clone(),
            state,
            began_at,
            is_start_known: execution.started_at.is_some(),
            ended_at: execution.ended_at,
            ended_reason: execution.ended_reason.clone(),
            seconds: began_at.map(|began_at| until.duration_since(began_at).as_secs().max(0)),
            since: position.as_ref().map(|position| position.since),
            widget: position.map(|position| position.widget),
            stuck,
            steps: step_views(execution),
            is_cut: execution.is_cut,
        }
    }
}

/// The steps of an Execution, each with how long it was in its widget.
pub(super) fn step_views(execution: &RecordedExecution) -> Vec<StepView> {
    let mut before: HashMap<Option<&Sid>, &RecordedStep> = HashMap::new();
    let mut views = Vec::with_capacity(execution.steps.len());
    for step in &execution.steps {
        let previous = before.insert(step.parent.as_ref(), step);
        let is_after_gap = match previous {
            Some(previous) => previous.to != step.from,
            None => step.from != TRIGGER,
        };
        let since = match previous {
            Some(previous) => Some(previous.at),
            None => execution.started_at.filter(|_| step.parent.is_none()),
        };
        let lasted = |since| step.at.duration_since(since).as_millis().max(0);
        let lasted = since.filter(|_| !is_after_gap).map(lasted);
        views.push(StepView {
            sid: step.sid.clone(),
            event: step.event.clone(),
            from: step.from.clone(),
            to: step.to.clone(),
            at: step.at,
            milliseconds: lasted.map(|lasted| i64::try_from(lasted).unwrap_or(i64::MAX)),
            is_after_gap,
            is_after_end: execution.ended_at.is_some_and(|ended_at| step.at > ended_at),
            is_hang_up: step.event == HANG_UP,
            parent: step.parent.clone(),
        });
    }
    views
}
