//! A Queue in memory that remembers what was sent, and fails on demand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::Fault;
use super::fault::Switch;
use crate::Error;
use crate::domain::routes::Line;
use crate::storage::messages::{Lines, Task};
use crate::storage::{MAX_MESSAGE_BYTES, Message, Queue, QueueName};

/// A message as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// On which queue.
    pub queue: QueueName,
    /// The text of the message.
    pub body: String,
    /// In which group.
    pub group: String,
    /// When it is due; at once, if `None`.
    pub not_before: Option<Timestamp>,
}

impl Sent {
    /// The lines for Slack in it, if it has any.
    pub fn lines(&self) -> Option<Lines> {
        match (self.queue, serde_json::from_str(&self.body)) {
            (QueueName::Slack, Ok(Task::Lines(lines))) => Some(lines),
            _ => None,
        }
    }

    /// The message as it comes out of the queue for the first time.
    pub fn message(self) -> Message {
        Message { id: "1".to_owned(), group: self.group, body: self.body, receive_count: 1 }
    }
}

/// The lines for Slack in these messages. A line that was sent twice is there once, as the forwarder posts it.
pub fn each_line_once(sent: &[Sent]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for line in sent.iter().filter_map(Sent::lines).flat_map(|lines| lines.lines) {
        if lines.iter().all(|have| have.event_id != line.event_id) {
            lines.push(line);
        }
    }
    lines
}

/// The queues, in memory. Clones are the same queues.
#[derive(Clone, Default)]
pub struct MemoryQueue(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    sent: Vec<Sent>,
    sends: Switch,
    changes: Switch,
}

impl MemoryQueue {
    pub(super) fn of(changes: &Switch) -> MemoryQueue {
        let state = State { changes: changes.clone(), ..State::default() };
        MemoryQueue(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets messages fail like this from now on: they are not sent.
    pub fn fail_sends(&self, fault: Fault) {
        self.state().sends.set(fault);
    }

    /// The messages sent and not taken yet, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.state().sent.clone()
    }

    /// Takes all that was sent, in order, due or not.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.state().sent)
    }

    /// Takes what is due on this queue, in order, as its messages come out for the first time.
    pub fn take_due(&self, queue: QueueName, now: Timestamp) -> Vec<Message> {
        let is_due =
            |sent: &mut Sent| sent.queue == queue && sent.not_before.is_none_or(|due| due <= now);
        let due: Vec<Sent> = self.state().sent.extract_if(.., is_due).collect();
        due.into_iter()
            .enumerate()
            .map(|(at, sent)| Message { id: at.to_string(), ..sent.message() })
            .collect()
    }

    /// Lets messages come again whose handler has died.
    pub fn put_back(&self, messages: Vec<Sent>) {
        self.state().sent.extend(messages);
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(
        &self,
        queue: QueueName,
        body: String,
        group: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        let (sends, changes) = {
            let state = self.state();
            (state.sends.clone(), state.changes.clone())
        };
        sends.pass("send").await.map_err(Error::Queue)?;
        if body.len() > MAX_MESSAGE_BYTES {
            return Err(Error::Queue(format!("a message of {} bytes", body.len())));
        }
        changes.pass("send").await.map_err(Error::Queue)?;
        self.state().sent.push(Sent { queue, body, group: group.to_owned(), not_before });
        Ok(())
    }
}
