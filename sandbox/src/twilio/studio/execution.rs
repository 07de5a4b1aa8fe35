//! An Execution: one person's run through a Flow, and its status.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};
use studio::{
    Action, EndReason, ExecutionRequest, ExecutionStart, Flow, Run, RunEvent, RunState, Trigger,
};

use super::super::Twilio;
use super::events::{Stream, StreamEvent};
use crate::ids::random;

/// The request for an Execution. Nothing here changes.
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

/// A step of the run, as Studio's resource.
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
            to: order.to.clone(),
            from: order.from.clone(),
            parameters: order.data.clone(),
        };
        let start = ExecutionStart {
            execution_sid: format!("FN{}", random()),
            flow_sid: order.flow_sid.clone(),
            trigger: Trigger::Request(request),
        };
        let run = Run::new(order.flow.clone(), &start, now);
        let stream = Stream::open(twilio.clone());
        let progress = Mutex::new(Progress { run, steps: Vec::new(), stream: None });
        let sid = start.execution_sid;
        let execution = Execution { sid, created: now, order, progress };
        stream.put(started(&execution));
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
            stream.put(step_ended(self, &record));
            progress.steps.push(record);
        }
        if let RunState::Ended(reason) = state {
            stream.put(ended(self, now));
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
            EndReason::SameWidget { widget } | EndReason::NoMatch { widget } => {
                tracing::warn!(execution, widget, "a sandbox Execution has ended for an error");
            }
            EndReason::FlowEnd | EndReason::HungUp | EndReason::Stopped => {
                tracing::info!(execution, "a sandbox Execution ended");
            }
        }
    }
}

/// The event of its beginning.
fn started(execution: &Execution) -> StreamEvent {
    let at = execution.created;
    let data = json!({"status": "active"});
    of_execution(execution, at, "com.twilio.studio.flow.execution.started", data)
}

/// The event of its end: `FLOW_END` is what a hang-up brings, too. (Contract 4.1: no other reason was seen.)
fn ended(execution: &Execution, at: Timestamp) -> StreamEvent {
    let data = json!({"status": "ended", "ended_reason": "FLOW_END", "date_updated": time(at)});
    of_execution(execution, at, "com.twilio.studio.flow.execution.ended", data)
}

fn of_execution(
    execution: &Execution,
    at: Timestamp,
    kind: &'static str,
    mut data: Value,
) -> StreamEvent {
    data["date_created"] = json!(time(execution.created));
    data["started_by"] = json!(execution.started_by());
    data["flow_revision"] = json!(execution.order.revision);
    data["contact_channel_address"] = json!(execution.order.to);
    event(execution, (kind, "Studio.FlowExecutionEvent"), at, &execution.sid, data)
}

/// The event of a widget that was left.
fn step_ended(execution: &Execution, record: &StepRecord) -> StreamEvent {
    let step = &record.step;
    let data = json!({
        "date_created": time(step.at),
        "step_sid": record.sid,
        "name": step.event,
        "transitioned_from": step.from,
        "transitioned_to": record.to(),
    });
    let kind = ("com.twilio.studio.flow.step.ended", "Studio.FlowStepEvent");
    event(execution, kind, step.at, &record.sid, data)
}

fn event(
    execution: &Execution,
    (kind, schema): (&'static str, &str),
    at: Timestamp,
    id: &str,
    mut data: Value,
) -> StreamEvent {
    let Execution { sid, order, .. } = execution;
    data["execution_sid"] = json!(sid);
    data["flow_sid"] = json!(order.flow_sid);
    data["account_sid"] = json!(order.account);
    let step = if id == sid { String::new() } else { format!("/Steps/{id}") };
    let envelope = json!({
        "specversion": "1.0",
        "type": kind,
        "source": format!("/v2/Flows/{}/Executions/{sid}{step}", order.flow_sid),
        "id": id,
        "dataschema": format!("https://events-schemas.twilio.com/{schema}/2"),
        "datacontenttype": "application/json",
        "time": time(at),
        "data": data,
    });
    StreamEvent { sid: sid.clone(), kind, at, envelope }
}

/// A time as events write it: with milliseconds.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}
