//! The ways in which a call, a connection, a queue, a message or a hand-over may go, by the types of widgets.

use std::time::Duration;

use serde_json::Map;

use super::flows::PlayedFlows;
use crate::run::{
    DialCallStatus, DialOutcome, Enqueue, QueueResult, QueueTarget, RunEvent, hand_over_events,
};

const CALLS: &[&str] = &["answered", "busy", "no-answer", "failed", "canceled", "machine", "fax"];
const CONNECTIONS: &[&str] = &["completed", "busy", "no-answer", "failed", "canceled"];
const QUEUES: &[&str] = &["bridged", "leave", "redirected", "queue-full", "error", "system-error"];
const MESSAGES: &[&str] = &["sent", "failed"];

/// The outcomes of a type of widget, the usual one first; empty if it has none of its own.
pub fn outcomes(kind: &str) -> &'static [&'static str] {
    match kind {
        "make-outgoing-call-v1" | "make-outgoing-call-v2" => CALLS,
        "connect-call-to" => CONNECTIONS,
        "enqueue-call" | "send-to-flex" => QUEUES,
        "send-message" | "send-and-wait-for-reply" => MESSAGES,
        other => hand_over_events(other),
    }
}

/// The reason why a widget cannot have this outcome; none if it can.
pub fn no_outcome(flows: PlayedFlows<'_>, widget: &str, outcome: &str) -> Option<String> {
    let Some(state) = flows.state(widget) else { return Some(flows.unknown(widget)) };
    match outcomes(&state.kind) {
        [] => Some(format!("{outcome:?} is no outcome: a {} has no outcomes", state.kind)),
        known if known.contains(&outcome) => None,
        known => Some(format!("{outcome:?} is no outcome: expected one of {}", known.join(", "))),
    }
}

/// The events of an outcome, each after the time that it takes; none if the type of widget has no such outcome.
pub fn outcome_events(
    kind: &str,
    outcome: &str,
    sid: u64,
    timeout: Duration,
) -> Vec<(Duration, RunEvent)> {
    let seconds = Duration::from_secs;
    if !outcomes(kind).contains(&outcome) {
        return Vec::new();
    }
    match kind {
        "make-outgoing-call-v1" | "make-outgoing-call-v2" => {
            let placed = (seconds(0), RunEvent::Placed { call_sid: format!("CA{sid:032x}") });
            let (dialed, takes) = match outcome {
                "busy" => (DialOutcome::Busy, seconds(3)),
                "no-answer" => (DialOutcome::NoAnswer, timeout),
                "failed" => (DialOutcome::Failed, seconds(1)),
                "canceled" => (DialOutcome::Canceled, seconds(1)),
                _ => (DialOutcome::Answered, seconds(5)),
            };
            let by = match outcome {
                "machine" => Some("machine_start"),
                "fax" => Some("fax"),
                "answered" => Some("human"),
                _ => None,
            };
            let by = by.map(|by| (takes, RunEvent::AnsweredBy(by.to_owned())));
            let takes = if by.is_some() { seconds(0) } else { takes };
            let dialed = (takes, RunEvent::Dialed(dialed));
            std::iter::once(placed).chain(by).chain([dialed]).collect()
        }
        "connect-call-to" => {
            let all = [
                DialCallStatus::Completed,
                DialCallStatus::Busy,
                DialCallStatus::NoAnswer,
                DialCallStatus::Failed,
                DialCallStatus::Canceled,
            ];
            let Some(status) = all.into_iter().find(|status| status.as_str() == outcome) else {
                return Vec::new();
            };
            let takes = match status {
                DialCallStatus::Completed => seconds(60),
                DialCallStatus::NoAnswer => timeout,
                _ => seconds(3),
            };
            let talks = status == DialCallStatus::Completed;
            let call_sid = if talks { format!("CA{sid:032x}") } else { String::new() };
            let duration = seconds(if talks { 60 } else { 0 });
            vec![(takes, RunEvent::DialEnded { status, call_sid, duration })]
        }
        "enqueue-call" | "send-to-flex" => {
            let all = [
                QueueResult::Bridged,
                QueueResult::Leave,
                QueueResult::Redirected,
                QueueResult::QueueFull,
                QueueResult::Error,
                QueueResult::SystemError,
            ];
            let found = all.into_iter().find(|result| result.as_str() == outcome);
            let Some(result) = found else { return Vec::new() };
            let is_in = matches!(
                result,
                QueueResult::Bridged | QueueResult::Leave | QueueResult::Redirected
            );
            let queue_sid = if is_in { format!("QU{sid:032x}") } else { String::new() };
            let queue_time = seconds(if is_in { 30 } else { 0 });
            vec![(queue_time, RunEvent::Dequeued { result, queue_sid, queue_time })]
        }
        "send-message" | "send-and-wait-for-reply" => {
            let event = match outcome {
                "sent" => RunEvent::MessageSent { message_sid: format!("SM{sid:032x}") },
                _ => RunEvent::MessageFailed { error_code: None },
            };
            vec![(seconds(1), event)]
        }
        _ => {
            let (event, variables) = (outcome.to_owned(), Map::new());
            vec![(seconds(30), RunEvent::HandedBack { event, variables })]
        }
    }
}

/// The words for a hand-over to a queue.
pub(super) fn queue_words(enqueue: &Enqueue) -> String {
    match &enqueue.queue {
        QueueTarget::Queue(name) => format!("waits in the queue {name:?}"),
        QueueTarget::Workflow(_) => "waits for TaskRouter".to_owned(),
        QueueTarget::Flex { .. } => "waits for an agent of Flex".to_owned(),
    }
}
