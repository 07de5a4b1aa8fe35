//! A line that waits to be posted, and the mark that it was.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::domain::escalation::IncidentId;
use crate::domain::routes::Line;
use crate::domain::text::cut_section;
use crate::storage::messages::{Lines, Task};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Store};

/// A line that waits to be posted.
pub(super) struct Waiting {
    /// The message of the batch that it came with.
    pub(super) message: usize,
    channel: String,
    pub(super) incident: Option<IncidentId>,
    pub(super) at: Timestamp,
    replayed_at: Option<Timestamp>,
    pub(super) mark: Key,
    pub(super) line: Line,
}

impl Waiting {
    pub(super) fn all(message: usize, lines: Lines) -> impl Iterator<Item = Waiting> {
        let Lines { channel, at, incident, replayed_at, lines, .. } = lines;
        lines.into_iter().map(move |line| Waiting {
            message,
            channel: channel.clone(),
            incident: incident.clone(),
            at,
            replayed_at,
            mark: mark(&line),
            line,
        })
    }

    /// The message of the queue that these lines came with, with no other lines.
    pub(super) fn task(of_one_message: &[Waiting]) -> String {
        let first = &of_one_message[0];
        let lines = of_one_message.iter().map(|waiting| waiting.line.clone()).collect();
        let (channel, incident) = (first.channel.clone(), first.incident.clone());
        let (at, replayed_at) = (first.at, first.replayed_at);
        let letter = None;
        Task::Lines(Lines { channel, at, incident, replayed_at, letter, lines }).to_body()
    }

    pub(super) fn text(&self) -> String {
        match self.replayed_at {
            Some(_) => cut_section(&format!(
                "_(late, from {})_ {}",
                self.at.strftime("%Y-%m-%d %H:%M UTC"),
                self.line.text
            )),
            None => self.line.text.clone(),
        }
    }

    /// It speaks to the whole channel: in a thread it would reach only those who follow that.
    pub(super) fn is_broadcast(&self) -> bool {
        self.line.asks && self.line.text.starts_with("<!channel>")
    }

    /// How long we have been trying.
    pub(super) fn age(&self, now: Timestamp) -> Duration {
        age(self.replayed_at.unwrap_or(self.at), now)
    }
}

/// How long ago this was.
pub(super) fn age(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or_default()
}

/// The mark that a line was delivered: its event's type and id, and its route.
fn mark(line: &Line) -> Key {
    let name = serde_json::json!([line.event_type, line.event_id, line.route]).to_string();
    Key::new(format!("line#{}", crate::hex(&Sha256::digest(name)[..16])), "delivered")
}

/// How many of these lines were delivered already, so that they would be left out.
///
/// # Errors
/// The store does not answer.
pub async fn count_delivered(
    store: &dyn Store,
    lines: &[Line],
    now: Timestamp,
) -> Result<usize, Error> {
    let marks: HashSet<Key> = lines.iter().map(mark).collect();
    let marks: Vec<Key> = marks.into_iter().collect();
    let mut count = 0;
    for keys in marks.chunks(MAX_TRANSACTION_ITEMS) {
        count += store.load(keys, now).await?.into_iter().flatten().count();
    }
    Ok(count)
}

/// The lines that were not delivered yet, each once.
pub(super) async fn without_delivered(
    store: &dyn Store,
    mut waiting: Vec<Waiting>,
    now: Timestamp,
) -> Result<Vec<Waiting>, Error> {
    let mut seen = HashSet::new();
    waiting.retain(|waiting| seen.insert(waiting.mark.clone()));
    let marks: Vec<Key> = waiting.iter().map(|waiting| waiting.mark.clone()).collect();
    let loaded =
        try_join_all(marks.chunks(MAX_TRANSACTION_ITEMS).map(|keys| store.load(keys, now))).await?;
    let mut delivered = loaded.into_iter().flatten().map(|record| record.is_some());
    waiting.retain(|_| !delivered.next().unwrap_or(false));
    Ok(waiting)
}
