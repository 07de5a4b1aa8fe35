//! `enqueue-call` and `send-to-flex`: a call or conversation in somebody else's hands.

use serde_json::{Map, Value, json};

use super::texts::WidgetTexts;
use super::widget::{Taken, WidgetFailure, kind};
use super::{Action, Enqueue, QueueResult, QueueTarget, Run, RunEvent, code};
use crate::flow::State;

/// The hand-over to a queue of Twilio's voice, or to a workflow of TaskRouter.
pub(super) fn enqueue(state: &State, texts: &mut WidgetTexts<'_>) -> Result<Action, WidgetFailure> {
    let workflow = texts.get(state, "workflow_sid");
    // A queue of voice makes no task.
    let attributes = match workflow.is_empty() {
        true => texts.get(state, "task_attributes"),
        false => attributes(state, "task_attributes", texts)?,
    };
    Ok(Action::Enqueue(Enqueue {
        queue: match workflow.is_empty() {
            true => QueueTarget::Queue(texts.get(state, "queue_name")),
            false => QueueTarget::Workflow(workflow),
        },
        attributes,
        priority: texts.get(state, "priority"),
        timeout: texts.seconds(state, "timeout"),
    }))
}

/// The hand-over to Flex.
pub(super) fn flex(state: &State, texts: &mut WidgetTexts<'_>) -> Result<Action, WidgetFailure> {
    let [workflow, channel] = ["workflow", "channel"].map(|name| texts.get(state, name));
    Ok(Action::Enqueue(Enqueue {
        queue: QueueTarget::Flex { workflow, channel },
        attributes: attributes(state, "attributes", texts)?,
        priority: texts.get(state, "priority"),
        timeout: texts.seconds(state, "timeout"),
    }))
}

/// The attributes of a task: a JSON object, or nothing.
fn attributes(
    state: &State,
    name: &str,
    texts: &mut WidgetTexts<'_>,
) -> Result<String, WidgetFailure> {
    let text = texts.get(state, name);
    let is_object = serde_json::from_str::<Map<String, Value>>(&text).is_ok();
    match text.trim().is_empty() || is_object {
        true => Ok(text),
        false => Err((code::TASK, format!("{name}: it is no JSON object, and no task is made"))),
    }
}

impl Run {
    /// The end of a hand-over. Which event an `error` fires is not documented.
    pub(super) fn take_queue(&mut self, state: &State, event: RunEvent) -> Taken {
        let RunEvent::Dequeued { result, queue_sid, queue_time } = event else {
            return Taken::Ignored;
        };
        let fired = match result {
            QueueResult::Bridged | QueueResult::Leave | QueueResult::Redirected => "callComplete",
            QueueResult::QueueFull => "failedToEnqueue",
            QueueResult::Error | QueueResult::SystemError => "callFailure",
        };
        if fired != "callComplete" && state.kind == kind::FLEX {
            self.warn(code::TASK, state, "the task could not be made");
        }
        let variables = json!({
            "QueueResult": result.as_str(),
            "QueueSid": queue_sid,
            "QueueTime": queue_time.as_secs().to_string(),
        });
        self.set(&state.name, variables);
        Taken::Fired(fired)
    }
}
