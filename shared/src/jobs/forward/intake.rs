//! A request of an Event Streams sink → messages in the Slack queue; and that a call of ours is over → a wake-up.

use std::sync::Arc;

use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;

use crate::Error;
use crate::config::SettingsCache;
use crate::config::file::Escalation;
use crate::domain::event::Event;
use crate::domain::routes::{Line, Routes};
use crate::http::Request;
use crate::jobs::verify::{Kind, verified};
use crate::storage::messages::{Lines, MESSAGE_BYTES, Task, WakeUp, send_all};
use crate::storage::{Queue, QueueName};
use crate::twilio::event_stream::{self, Malformed};
use crate::twilio::studio::{EXECUTION, is_sid};

/// What the webhook needs.
pub struct Intake {
    /// Auth tokens, the public URL and the routes.
    pub settings: SettingsCache,
    /// Where the lines go.
    pub queue: Arc<dyn Queue>,
}

impl Intake {
    /// Takes one request of the sink: when this is `Ok`, all that it says is in the queue.
    ///
    /// # Errors
    /// 403 for a proven forgery; 5xx for all that may be our own fault, so that Twilio tries again.
    pub async fn accept(&self, request: &Request, now: Timestamp) -> Result<(), Error> {
        let (verified, settings) = verified(&self.settings, request, Kind::Json, now).await?;
        let events = event_stream::parse(verified.body());
        let queue = self.queue.as_ref();
        let wake_ups = wake_ups(&settings.config.escalation, &events, now);
        let lines = send_all(queue, tasks(&settings.config.routes, events, now));
        try_join(lines, wake(queue, wake_ups)).await.map(|_| ())
    }
}

/// The event that tells of a hang-up in a call that a Studio Flow placed.
const EXECUTION_ENDED: &str = "com.twilio.studio.flow.execution.ended";

/// Which Executions are over that may have placed calls of ours: those of the policies' Flows.
fn wake_ups(
    escalation: &Escalation,
    events: &[Result<Event, Malformed>],
    at: Timestamp,
) -> Vec<WakeUp> {
    let ended = events.iter().flatten().filter(|event| event.event_type == EXECUTION_ENDED);
    let of_ours = ended.filter_map(|event| {
        let data = &event.envelope["data"];
        let flow = data["flow_sid"].as_str().filter(|flow| !escalation.of_flow(flow).is_empty())?;
        let execution = data["execution_sid"].as_str().unwrap_or(&event.id);
        let (flow, execution) = (flow.to_owned(), execution.to_owned());
        is_sid(EXECUTION, &execution).then_some(WakeUp::ExecutionEnded { flow, execution, at })
    });
    of_ours.collect()
}

async fn wake(queue: &dyn Queue, wake_ups: Vec<WakeUp>) -> Result<(), Error> {
    let sent = wake_ups.into_iter().map(|wake_up| async move {
        queue.send(QueueName::WakeUps, wake_up.to_body(), &wake_up.group(), None).await
    });
    try_join_all(sent).await.map(|_| ())
}

/// What the queue is told of these events: lines by channel, in order, and what could not be read.
pub fn tasks(routes: &Routes, events: Vec<Result<Event, Malformed>>, at: Timestamp) -> Vec<Task> {
    let mut full = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in events {
        match event {
            Ok(event) => {
                for (channel, line) in routes.lines(&event) {
                    put(&mut open, &mut full, channel, line, at);
                }
            }
            Err(Malformed { reason, body }) => full.push(Task::Malformed { at, reason, body }),
        }
    }
    full.extend(open.into_iter().map(|open| Task::Lines(open.lines)));
    full
}

/// A channel's message that is being filled.
struct Open {
    lines: Lines,
    bytes: usize,
}

fn put(open: &mut Vec<Open>, full: &mut Vec<Task>, channel: String, line: Line, at: Timestamp) {
    let bytes = serde_json::to_string(&line).map_or(0, |json| json.len());
    match open.iter_mut().find(|open| open.lines.channel == channel) {
        None => {
            let lines = Lines::new(channel, at, vec![line]);
            open.push(Open { lines, bytes });
        }
        Some(open) if open.bytes + bytes > MESSAGE_BYTES => {
            let lines = std::mem::replace(&mut open.lines.lines, vec![line]);
            full.push(Task::Lines(Lines::new(channel, at, lines)));
            open.bytes = bytes;
        }
        Some(open) => {
            open.lines.lines.push(line);
            open.bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests;
