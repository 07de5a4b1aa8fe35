//! A Queue in memory that remembers what was sent, and fails on demand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::Fault;
use crate::Error;
use crate::storage::{MAX_MESSAGE_BYTES, Message, Queue, QueueName};

/// A message as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// On which queue.
    pub queue: QueueName,
    /// What.
    pub body: String,
    /// In which group.
    pub group: String,
    /// When it is due; at once, if `None`.
    pub not_before: Option<Timestamp>,
}

/// The queues, in memory. Clones are the same queues.
#[derive(Clone, Default)]
pub struct MemoryQueue(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    sent: Vec<Sent>,
    sends: Fault,
}

impl MemoryQueue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets messages fail like this from now on: they are not sent.
    pub fn fail_sends(&self, fault: Fault) {
        self.state().sends = fault;
    }

    /// What was sent and not taken yet, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.state().sent.clone()
    }

    /// Takes what is due on this queue, in order, as its messages come out for the first time.
    pub fn take_due(&self, queue: QueueName, now: Timestamp) -> Vec<Message> {
        let mut state = self.state();
        let is_due =
            |sent: &mut Sent| sent.queue == queue && sent.not_before.is_none_or(|due| due <= now);
        let due: Vec<Sent> = state.sent.extract_if(.., is_due).collect();
        let message = |(at, sent): (usize, Sent)| Message {
            id: at.to_string(),
            group: sent.group,
            body: sent.body,
            receive_count: 1,
        };
        due.into_iter().enumerate().map(message).collect()
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
        let mut state = self.state();
        state.sends.strikes("send").map_err(Error::Queue)?;
        if body.len() > MAX_MESSAGE_BYTES {
            return Err(Error::Queue(format!("a message of {} bytes", body.len())));
        }
        state.sent.push(Sent { queue, body, group: group.to_owned(), not_before });
        Ok(())
    }
}
