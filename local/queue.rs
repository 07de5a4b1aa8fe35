//! Queue in the SQLite file, and what takes from it.
//!
//! Groups are dealt with side by side, each in order and one batch at a time. What is in flight is known to this
//! process alone, so a start releases what a killed one had in flight.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use shared::Error;
use shared::storage::{Message, Processed, Queue, QueueName};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

use crate::activity;
use crate::clock::{self, now};
use crate::database::Database;

/// How often we look for messages that fell due, or that another process put there.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// How many groups are dealt with side by side at most.
const MAX_GROUPS: usize = 256;
/// How many messages a batch takes at most, …
const MAX_BATCH_MESSAGES: i64 = 1_000;
/// … and how many bytes of them, about.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The queues.
#[derive(Clone)]
pub struct Messages {
    database: Database,
    arrived: Arc<Notify>,
}

/// Deals with one group's batch.
pub type Handler =
    Arc<dyn Fn(Vec<Message>) -> Pin<Box<dyn Future<Output = Vec<Processed>> + Send>> + Send + Sync>;

fn name(to: QueueName) -> &'static str {
    match to {
        QueueName::Slack => "slack",
        QueueName::WakeUps => "wake-ups",
        QueueName::Callbacks => "callbacks",
    }
}

#[async_trait]
impl Queue for Messages {
    async fn send(
        &self,
        to: QueueName,
        body: String,
        group: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        let group = group.to_owned();
        let not_before = not_before.map_or(0, Timestamp::as_millisecond);
        self.database
            .run(move |db| {
                db.prepare_cached(
                    "INSERT INTO messages (queue, batch, body, not_before) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![name(to), group, body, not_before])
            })
            .await
            .map_err(|error| Error::Queue(error.to_string()))?;
        self.arrived.notify_one();
        Ok(())
    }
}

impl Messages {
    /// The queues in this file.
    pub fn new(database: Database) -> Messages {
        Messages { database, arrived: Arc::default() }
    }

    /// Hands each group's messages to `handle`, batch by batch, until `stop` says so; then finishes what is in flight.
    /// After a batch its group rests for `pace`, so that the next one gathers what arrives meanwhile.
    pub async fn serve(
        &self,
        to: QueueName,
        handle: Handler,
        pace: Duration,
        mut stop: watch::Receiver<bool>,
    ) {
        let in_flight: Arc<Mutex<HashSet<String>>> = Arc::default();
        let places = Arc::new(Semaphore::new(MAX_GROUPS));
        let mut work = JoinSet::new();
        let mut pushed = clock::pushes();
        while !*stop.borrow() {
            match self.due_groups(to, &in_flight, places.available_permits()).await {
                Ok(groups) => {
                    for group in groups {
                        let Ok(place) = places.clone().try_acquire_owned() else { break };
                        let Some(flight) = Flight::of(group, &in_flight) else { continue };
                        let (queues, handle) = (self.clone(), handle.clone());
                        let mut stopped = stop.clone();
                        work.spawn(async move {
                            let work = activity::begin();
                            queues.batch(to, &flight.group, &handle).await;
                            drop(work);
                            drop(place);
                            if !pace.is_zero() {
                                queues.arrived.notify_one();
                                tokio::select! {
                                    () = tokio::time::sleep(pace) => {}
                                    _ = stopped.wait_for(|stop| *stop) => {}
                                }
                            }
                            drop(flight);
                            queues.arrived.notify_one();
                        });
                    }
                }
                Err(error) => tracing::error!(%error, "the queue cannot be read"),
            }
            while let Some(ended) = work.try_join_next() {
                if let Err(error) = ended {
                    tracing::error!(%error, "a batch ended in a panic: its messages come again");
                }
            }
            tokio::select! {
                () = self.arrived.notified() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                _ = pushed.changed() => {}
                _ = stop.changed() => {}
            }
        }
        while work.join_next().await.is_some() {}
    }

    /// Whether a message of these queues is due, or being dealt with.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn is_due(&self, queues: &'static [QueueName]) -> Result<bool, Error> {
        let due = now().as_millisecond();
        let is_due = move |db: &Connection| {
            for queue in queues {
                if !due_groups(db, name(*queue), due, HashSet::new(), 1)?.is_empty() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        self.database.run(is_due).await
    }

    /// So many groups at most whose first message is due, without those in flight.
    async fn due_groups(
        &self,
        to: QueueName,
        in_flight: &Mutex<HashSet<String>>,
        most: usize,
    ) -> Result<Vec<String>, Error> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let due = now().as_millisecond();
        let busy = in_flight.lock().map(|groups| groups.clone()).unwrap_or_default();
        self.database.run(move |db| due_groups(db, name(to), due, busy, most)).await
    }

    async fn batch(&self, to: QueueName, group: &str, handle: &Handler) {
        let messages = match self.take(to, group).await {
            Ok(messages) if messages.is_empty() => return,
            Ok(messages) => messages,
            Err(error) => return tracing::error!(%error, "the queue cannot be read"),
        };
        let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
        let outcomes = handle(messages).await;
        while let Err(error) = self.finalize(&ids, &outcomes).await {
            tracing::error!(%error, "processed messages cannot be deleted from the queue: trying again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn take(&self, to: QueueName, group: &str) -> Result<Vec<Message>, Error> {
        let (group, due) = (group.to_owned(), now().as_millisecond());
        self.database
            .run(move |db| {
                let mut query = db.prepare_cached(
                    "SELECT id, body, receives, not_before FROM messages WHERE queue = ?1 AND batch = ?2 ORDER BY id LIMIT ?3",
                )?;
                let mut rows = query.query(params![name(to), group, MAX_BATCH_MESSAGES])?;
                let (mut messages, mut bytes) = (Vec::new(), 0);
                while let Some(row) = rows.next()? {
                    if row.get::<_, i64>(3)? > due {
                        break;
                    }
                    let (id, body, receives): (i64, String, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
                    bytes += body.len();
                    messages.push(Message { id: id.to_string(), group: group.clone(), body, receive_count: receives + 1 });
                    if bytes > MAX_BATCH_BYTES {
                        break;
                    }
                }
                let mut count = db.prepare_cached("UPDATE messages SET receives = receives + 1 WHERE id = ?1")?;
                for message in &messages {
                    count.execute([&message.id])?;
                }
                Ok(messages)
            })
            .await
    }

    async fn finalize(&self, ids: &[String], outcomes: &[Processed]) -> Result<(), Error> {
        let told: Vec<(String, Processed)> =
            ids.iter().cloned().zip(outcomes.iter().copied()).collect();
        let at = now();
        self.database
            .run(move |db| {
                let mut done = db.prepare_cached("DELETE FROM messages WHERE id = ?1")?;
                let mut later =
                    db.prepare_cached("UPDATE messages SET not_before = ?2 WHERE id = ?1")?;
                for (id, outcome) in &told {
                    match outcome {
                        Processed::Done => done.execute([id])?,
                        Processed::RetryAfter(rest) => {
                            let rest =
                                SignedDuration::try_from(*rest).unwrap_or(SignedDuration::ZERO);
                            let due = at.checked_add(rest).unwrap_or(at);
                            later.execute(params![id, due.as_millisecond()])?
                        }
                    };
                }
                Ok(())
            })
            .await
    }
}

/// A group that is being dealt with. However that ends, it is free again then.
struct Flight {
    group: String,
    in_flight: Arc<Mutex<HashSet<String>>>,
}

impl Flight {
    /// `None` if the group is in flight already.
    fn of(group: String, in_flight: &Arc<Mutex<HashSet<String>>>) -> Option<Flight> {
        let free = in_flight.lock().is_ok_and(|mut groups| groups.insert(group.clone()));
        free.then(|| Flight { group, in_flight: in_flight.clone() })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Ok(mut groups) = self.in_flight.lock() {
            groups.remove(&self.group);
        }
    }
}

/// So many groups at most whose first message is due, without the busy ones: a few looks into the index for each group
/// with a due message, however many messages wait for later.
fn due_groups(
    db: &Connection,
    queue: &str,
    due: i64,
    mut seen: HashSet<String>,
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    let mut next = db.prepare_cached(
        "SELECT not_before, batch FROM messages
         WHERE queue = ?1 AND not_before <= ?2 AND (not_before, batch) > (?3, ?4)
         ORDER BY not_before, batch LIMIT 1",
    )?;
    let mut groups = Vec::new();
    let mut last = (i64::MIN, String::new());
    while groups.len() < most {
        let found = next.query_row(params![queue, due, last.0, last.1], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?))
        });
        let Some(found) = found.optional()? else { break };
        last = found;
        if seen.insert(last.1.clone()) && head_is_due(db, queue, &last.1, due)? {
            groups.push(last.1.clone());
        }
    }
    Ok(groups)
}

fn head_is_due(db: &Connection, queue: &str, group: &str, due: i64) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT not_before <= ?3 FROM messages WHERE queue = ?1 AND batch = ?2 ORDER BY id LIMIT 1",
    )?
    .query_row(params![queue, group, due], |row| row.get(0))
}
