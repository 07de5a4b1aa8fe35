//! Letters that are sent again.

use jiff::Timestamp;
use serde::Serialize;

use super::{COUNT, DeadLetter, ESCALATE, PARTITION, StoredLetter, page, put, waiting};
use crate::Error;
use crate::storage::messages::{CALLBACKS_GROUP, Task, WakeUp, send_all};
use crate::storage::{Condition, Key, MAX_TRANSACTION_ITEMS, Queue, QueueName, Store};

/// The messages that a letter of the job Forward becomes, or why it cannot be sent again.
pub type Tasks<'a> = &'a (dyn Fn(&DeadLetter) -> Result<Vec<Task>, String> + Send + Sync);

/// The outcome of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// So many letters are in their queue again.
    pub replayed: usize,
    /// So many cannot be sent again: what was wrong with them is still wrong.
    pub refused: usize,
    /// So many are still to be replayed, or more if they are very many.
    pub left: usize,
    /// Where to go on; `None` at the end.
    pub after: Option<String>,
}

/// Replays the letters of one page behind `after` that were not replayed yet.
///
/// # Errors
/// The store or the queue failed: what was replayed before stays replayed.
pub async fn replay_page(
    store: &dyn Store,
    queue: &dyn Queue,
    tasks: Tasks<'_>,
    after: Option<&str>,
    now: Timestamp,
) -> Result<Progress, Error> {
    let (letters, next) = page(store, after, MAX_TRANSACTION_ITEMS, now).await?;
    let mut progress = Progress { after: next, ..Progress::default() };
    for kept in letters.iter().filter(|kept| kept.waits()) {
        match replay(store, queue, tasks, kept, now).await? {
            Ok(()) => progress.replayed += 1,
            Err(_) => progress.refused += 1,
        }
    }
    if let Some(after) = &progress.after {
        progress.left = waiting(store, Some(after), now).await?;
    }
    Ok(progress)
}

/// Replays one letter. The inner error says why it cannot be sent again.
///
/// # Errors
/// The store or the queue failed.
pub async fn replay(
    store: &dyn Store,
    queue: &dyn Queue,
    tasks: Tasks<'_>,
    kept: &StoredLetter,
    now: Timestamp,
) -> Result<Result<(), String>, Error> {
    if kept.letter.job == ESCALATE {
        let again = WakeUp::Alarm { at: now, body: kept.letter.body.clone() };
        queue.send(QueueName::WakeUps, again.to_body(), &kept.id, None).await?;
    } else if kept.letter.job == COUNT {
        let body = kept.letter.body.clone();
        queue.send(QueueName::Callbacks, body, CALLBACKS_GROUP, None).await?;
    } else {
        match tasks(&kept.letter) {
            Ok(again) => send_all(queue, again).await?,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    mark_replayed(store, kept, now).await.map(Ok)
}

async fn mark_replayed(
    store: &dyn Store,
    kept: &StoredLetter,
    now: Timestamp,
) -> Result<(), Error> {
    let letter = DeadLetter { replayed_at: Some(now), ..kept.letter.clone() };
    let key = Key::new(PARTITION, &kept.id);
    match store.write(&[put(key, &letter, Condition::At(kept.revision), now).into()], now).await {
        // Somebody else replayed it too: the marks of what was delivered keep its lines from being said twice.
        Err(Error::Conflict { .. }) => Ok(()),
        written => written,
    }
}
