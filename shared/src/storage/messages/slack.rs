//! The messages of the Slack queue.

use std::borrow::Cow;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::domain::escalation::IncidentId;
use crate::domain::response_url::ResponseUrl;
use crate::domain::routes::Line;
use crate::storage::{Queue, QueueName};

/// One message of the Slack queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Task {
    /// Lines for one channel, in order.
    Lines(Lines),
    /// Something in Twilio's request that is no event: it becomes a dead letter.
    Malformed {
        /// When Twilio brought it.
        at: Timestamp,
        /// The reason why it is no event.
        reason: String,
        /// The text that arrived.
        body: String,
    },
    /// The answer to a click in Slack. It is tried for as long as its URL lives, and never becomes a dead letter:
    /// whoever clicked sees the incident itself.
    Reply {
        /// When the button was clicked.
        at: Timestamp,
        /// Where it goes.
        url: ResponseUrl,
        /// The JSON that is posted there.
        body: Value,
    },
}

/// Lines for one channel, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// The channel.
    pub channel: String,
    /// When Twilio brought their events.
    pub at: Timestamp,
    /// The incident that they are about, if any: with a bot they stand in the thread of its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// When they were replayed, if they were dead letters: they come late, and say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed_at: Option<Timestamp>,
    /// The dead letter that is replayed with them: it is told what became of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// How large a message of the queue may get before the next one is begun, in bytes of its lines as JSON. A dead letter
/// is a record that holds it as text, at most twice as long; the store takes 400 KB.
pub const MESSAGE_BYTES: usize = 100 * 1024;

/// The group of what belongs to no channel. No channel can have this name.
pub const MALFORMED_GROUP: &str = "(malformed)";

impl Lines {
    /// Lines of no incident, which were never dead letters.
    pub fn new(channel: String, at: Timestamp, lines: Vec<Line>) -> Lines {
        Lines { channel, at, incident: None, replayed_at: None, letter: None, lines }
    }

    /// The same lines in messages of about [`MESSAGE_BYTES`] at most, in order. None, if there are no lines.
    pub fn split(self) -> Vec<Lines> {
        let Lines { channel, at, incident, replayed_at, letter, lines } = self;
        let (mut parts, mut bytes): (Vec<Vec<Line>>, usize) = (Vec::new(), 0);
        for line in lines {
            let more = serde_json::to_string(&line).map_or(0, |json| json.len());
            match parts.last_mut().filter(|_| bytes + more <= MESSAGE_BYTES) {
                Some(part) => part.push(line),
                None => {
                    parts.push(vec![line]);
                    bytes = 0;
                }
            }
            bytes += more;
        }
        let part = |lines| {
            let (channel, incident) = (channel.clone(), incident.clone());
            Lines { channel, at, incident, replayed_at, letter: letter.clone(), lines }
        };
        parts.into_iter().map(part).collect()
    }

    /// Queues them for their channel.
    ///
    /// # Errors
    /// The queue does not take them.
    pub async fn send(self, queue: &dyn Queue) -> Result<(), Error> {
        for lines in self.split() {
            let channel = lines.channel.clone();
            queue.send(QueueName::Slack, Task::Lines(lines).to_body(), &channel, None).await?;
        }
        Ok(())
    }
}

impl Task {
    /// The queue's group: what must stay in order.
    pub fn group(&self) -> Cow<'_, str> {
        match self {
            Task::Lines(lines) => Cow::Borrowed(&lines.channel),
            Task::Malformed { .. } => Cow::Borrowed(MALFORMED_GROUP),
            // Each for itself: one that waits keeps no other waiting.
            Task::Reply { url, .. } => {
                let hash = crate::hex(&Sha256::digest(url.expose())[..8]);
                Cow::Owned(format!("(reply)-{hash}"))
            }
        }
    }

    /// Says of lines that they are this dead letter, sent again.
    pub fn is_replay_of(&mut self, id: &str) {
        if let Task::Lines(Lines { letter, .. }) = self {
            *letter = Some(id.to_owned());
        }
    }

    /// As it stands in the queue.
    pub fn to_body(&self) -> String {
        // Strings, numbers and string keys always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Sends tasks: each group's in order, the groups side by side.
pub async fn send_all(queue: &dyn Queue, tasks: Vec<Task>) -> Result<(), Error> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for task in tasks {
        let body = task.to_body();
        match groups.iter_mut().find(|(group, _)| *group == task.group()) {
            Some((_, bodies)) => bodies.push(body),
            None => groups.push((task.group().into_owned(), vec![body])),
        }
    }
    try_join_all(groups.into_iter().map(|(group, bodies)| async move {
        for body in bodies {
            queue.send(QueueName::Slack, body, &group, None).await?;
        }
        Ok(())
    }))
    .await
    .map(|_| ())
}
