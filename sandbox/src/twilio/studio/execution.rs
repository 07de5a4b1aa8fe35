//! An Execution: one person's run through a Flow, and its status.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use studio::{Action, EndReason, ExecutionStart, Flow, Run, RunEvent, RunState, Trigger};
use tokio::sync::mpsc;

use super::super::Twilio;
use super::events::{Stream, StreamEvent};
use crate::demo::is_demo_caller;
use crate::ids::random;

/// The most steps of an Execution whose contexts are kept, the newest ones.
const MAX_STEP_CONTEXTS: usize = 100;

/// The request to begin an Execution, and its Flow. Nothing here changes.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) account: String,
    pub(super) flow_sid: String,
    pub(super) revision: u32,
    pub(super) flow: Arc<Flow>,
    pub(super) trigger: Trigger,
}

impl Order {
    /// The number of the contact.
    pub(super) fn contact(&self) -> &str {
        self.trigger.contact()
    }
}

/// Where the messages arrive that the contact sends meanwhile. It ends with the Execution.
pub(super) type Replies = mpsc::UnboundedReceiver<Map<String, Value>>;

/// A step of the run, as Studio's resource.
#[derive(Clone, Debug)]
pub(super) struct StepRecord {
    pub(super) sid: String,
    pub(super) step: studio::Step,
    /// The SID of the step of the `run-subflow` that it is within.
    pub(super) parent: Option<String>,
    /// The namespaces of the widgets' variables then; none of a step that was long ago.
    pub(super) context: Option<Arc<Value>>,
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
    started_by: String,
    progress: Mutex<Progress>,
}

struct Progress {
    run: Run,
    /// Oldest first.
    steps: Vec<StepRecord>,
    /// The SID that the step of the subflow's widget will have, while a subflow runs.
    subflow: Option<String>,
    /// Where its events go, and the contact's messages; none once it has ended.
    stream: Option<Stream>,
    replies: Option<mpsc::UnboundedSender<Map<String, Value>>>,
}

impl Execution {
    /// An Execution that is created now, with its first event, and the messages that its contact will send.
    pub(super) fn create(twilio: &Arc<Twilio>, order: Order) -> (Arc<Execution>, Replies) {
        let now = twilio.now();
        let start = ExecutionStart {
            execution_sid: format!("FN{}", random()),
            flow_sid: order.flow_sid.clone(),
            trigger: order.trigger.clone(),
        };
        let run = Run::new(order.flow.clone(), &start, now);
        let (sender, replies) = mpsc::unbounded_channel();
        let progress =
            Progress { run, steps: Vec::new(), subflow: None, stream: None, replies: Some(sender) };
        let (sid, progress) = (start.execution_sid, Mutex::new(progress));
        let started_by = match &order.trigger {
            Trigger::Request(_) => format!("RQ{}", random()),
            Trigger::Call(call) => call.call_sid.clone(),
            Trigger::Message(message) => message.message_sid.clone(),
        };
        let execution = Execution { sid, created: now, order, started_by, progress };
        let stream = Stream::open(twilio.clone());
        stream.put(started(&execution));
        execution.progress().stream = Some(stream);
        (Arc::new(execution), replies)
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

    /// The SID of who began it: the call, the message, or the request of the REST API.
    pub(super) fn started_by(&self) -> &str {
        &self.started_by
    }

    /// Whether it began with a call of the contact. A contact may be in several of those.
    pub(super) fn is_of_call(&self) -> bool {
        matches!(self.order.trigger, Trigger::Call(_))
    }

    /// The name of the widget that it is in, empty before the first, and how many it has left; none once it has ended.
    pub(super) fn place(&self) -> Option<(String, usize)> {
        let progress = self.progress();
        progress.stream.as_ref()?;
        let widget = progress.run.widget().map(|widget| widget.name.clone());
        Some((widget.unwrap_or_default(), progress.steps.len()))
    }

    /// Hands over a message of the contact. A widget that waits for none ignores it, as in Studio (error 81002).
    pub(super) fn reply(&self, fields: Map<String, Value>) {
        if let Some(replies) = &self.progress().replies {
            let _ = replies.send(fields);
        }
    }

    /// Tells its run of an event, and Event Streams of the steps that follow from it: what is to be done now.
    pub(super) fn step(&self, event: RunEvent, now: Timestamp) -> Vec<Action> {
        let progress = &mut *self.progress();
        let (state, actions) = progress.run.step(event, now);
        let Some(stream) = &progress.stream else { return Vec::new() };
        let new = progress.run.steps().iter().skip(progress.steps.len());
        let context = Arc::new(progress.run.context().clone());
        for step in new {
            let new_sid = || format!("FT{}", random());
            let parent =
                step.subflow.as_ref().map(|_| progress.subflow.get_or_insert_with(new_sid));
            let (parent, context) = (parent.cloned(), Some(context.clone()));
            let sid = match parent {
                Some(_) => new_sid(),
                None => progress.subflow.take().unwrap_or_else(new_sid),
            };
            let record = StepRecord { sid, step: step.clone(), parent, context };
            stream.put(step_ended(self, &record));
            progress.steps.push(record);
        }
        let old = progress.steps.len().saturating_sub(MAX_STEP_CONTEXTS);
        progress.steps.iter_mut().take(old).for_each(|step| step.context = None);
        if let RunState::Ended(reason) = state {
            stream.put(ended(self, now));
            progress.stream = None;
            progress.replies = None;
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
            EndReason::SameWidget { widget }
            | EndReason::NoMatch { widget }
            | EndReason::TooMuchWork { widget } => {
                tracing::warn!(execution, widget, "a sandbox Execution has ended for an error");
            }
            EndReason::FlowEnd | EndReason::HungUp | EndReason::Stopped
                if is_demo_caller(self.order.contact()) =>
            {
                tracing::debug!(execution, "a sandbox Execution ended");
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

/// The event of its end: `FLOW_END` is what a hang-up brings, too. (Twilio documents no list of reasons, and no other one was seen.)
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
    data["contact_channel_address"] = json!(execution.order.contact());
    event(execution, (kind, "Studio.FlowExecutionEvent"), at, &execution.sid, data)
}

/// The event of a widget that was left.
fn step_ended(execution: &Execution, record: &StepRecord) -> StreamEvent {
    let step = &record.step;
    let mut data = json!({
        "date_created": time(step.at),
        "step_sid": record.sid,
        "name": step.event,
        "transitioned_from": step.from,
        "transitioned_to": record.to(),
    });
    if let Some(parent) = &record.parent {
        data["parent_step_sid"] = json!(parent);
    }
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
