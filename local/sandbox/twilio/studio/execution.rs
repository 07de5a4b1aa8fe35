//! An Execution: one person's run through a Flow, and its status.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use studio::{Action, EndReason, ExecutionRequest, Flow, Run, RunEvent, RunState};

use super::super::Twilio;
use super::events::{self, Stream};
use crate::commands::send::random;

/// The Execution as it was asked for. Nothing here changes.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) account: String,
    pub(super) flow_sid: String,
    pub(super) revision: u32,
    pub(super) flow: Arc<Flow>,
    pub(super) to: String,
    pub(super) from: String,
    /// The request's `Parameters`.
    pub(super) data: serde_json::Map<String, Value>,
}

/// A step of the run, as the resource that Studio keeps of it.
#[derive(Clone, Debug)]
pub(super) struct StepRecord {
    pub(super) sid: String,
    pub(super) step: studio::Step,
}

impl StepRecord {
    /// The name of the next widget, as Studio writes it.
    pub(super) fn to(&self) -> &str {
        self.step.to.as_deref().unwrap_or("Ended")
    }
}

/// An Execution.
pub(super) struct Execution {
    pub(super) sid: String,
    pub(super) created: Timestamp,
    pub(super) order: Order,
    progress: Mutex<Progress>,
}

struct Progress {
    run: Run,
    /// Oldest first.
    steps: Vec<StepRecord>,
    /// Where its events go; none once it has ended.
    stream: Option<Stream>,
}

impl Execution {
    /// An Execution that is created now, with its first event.
    pub(super) fn create(twilio: &Arc<Twilio>, order: Order) -> Execution {
        let now = twilio.now();
        let request = ExecutionRequest {
            execution_sid: format!("FN{}", random()),
            flow_sid: order.flow_sid.clone(),
            to: order.to.clone(),
            from: order.from.clone(),
            parameters: order.data.clone(),
        };
        let run = Run::new(order.flow.clone(), &request, now);
        let stream = Stream::open(twilio.clone());
        let progress = Mutex::new(Progress { run, steps: Vec::new(), stream: None });
        let sid = request.execution_sid;
        let execution = Execution { sid, created: now, order, progress };
        stream.put(events::started(&execution));
        execution.progress().stream = Some(stream);
        execution
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is still active.
    pub(super) fn is_active(&self) -> bool {
        self.progress().stream.is_some()
    }

    /// `active` or `ended`.
    pub(super) fn status(&self) -> &'static str {
        if self.is_active() { "active" } else { "ended" }
    }

    /// When it last changed.
    pub(super) fn updated(&self) -> Timestamp {
        self.progress().run.updated()
    }

    /// The namespaces of its widgets' variables.
    pub(super) fn context(&self) -> Value {
        self.progress().run.context().clone()
    }

    /// The steps so far, oldest first.
    pub(super) fn steps(&self) -> Vec<StepRecord> {
        self.progress().steps.clone()
    }

    /// Who began it: for a request of the REST API that is the account. (K)
    pub(super) fn started_by(&self) -> &str {
        &self.order.account
    }

    /// Tells its run of an event, and Event Streams of the steps that follow from it: what is to be done now.
    pub(super) fn step(&self, event: RunEvent, now: Timestamp) -> Vec<Action> {
        let progress = &mut *self.progress();
        let (state, actions) = progress.run.step(event, now);
        let Some(stream) = &progress.stream else { return Vec::new() };
        for step in progress.run.steps().iter().skip(progress.steps.len()) {
            let record = StepRecord { sid: format!("FT{}", random()), step: step.clone() };
            stream.put(events::step_ended(self, &record));
            progress.steps.push(record);
        }
        if let RunState::Ended(reason) = state {
            stream.put(events::ended(self, now));
            progress.stream = None;
            self.log_end(&reason);
        }
        actions
    }

    fn log_end(&self, reason: &EndReason) {
        let execution = &self.sid;
        match reason {
            EndReason::Unplayable { widget, why } => {
                tracing::warn!(execution, widget, why, "a sandbox Execution cannot go on");
            }
            EndReason::TooManySteps => {
                tracing::warn!(execution, "a sandbox Execution has taken too many steps");
            }
            EndReason::FlowEnd | EndReason::HungUp | EndReason::Stopped => {
                tracing::info!(execution, "a sandbox Execution ended");
            }
        }
    }
}
