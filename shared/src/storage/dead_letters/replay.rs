//! Letters that are sent again.

use jiff::Timestamp;
use serde::Serialize;

use super::mark::{Outcome, replay_ended, replayed};
use super::{COUNT, DeadLetter, ESCALATE, StoredLetter, list, waiting, whole};
use crate::Error;
use crate::storage::messages::{CALLBACKS_GROUP, CallbackTask, Task, WakeUp, send_all};
use crate::storage::{MAX_TRANSACTION_ITEMS, Queue, QueueName, Store};

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

/// Replays the letters of one page behind `after` that wait, of this group, if one is named; and counts those that are
/// left.
///
/// # Errors
/// The store or the queue failed: what was replayed before stays replayed.
pub async fn replay_page(
    store: &dyn Store,
    queue: &dyn Queue,
    tasks: Tasks<'_>,
    group: Option<&str>,
    after: Option<&str>,
    now: Timestamp,
) -> Result<Progress, Error> {
    let mut progress = replay_some(store, queue, tasks, group, after, now).await?;
    if let Some(after) = &progress.after {
        progress.left = waiting(store, group, Some(after), now).await?;
    }
    Ok(progress)
}

/// The same as [`replay_page`], without counting what is left.
///
/// # Errors
/// The store or the queue failed: what was replayed before stays replayed.
pub async fn replay_some(
    store: &dyn Store,
    queue: &dyn Queue,
    tasks: Tasks<'_>,
    group: Option<&str>,
    after: Option<&str>,
    now: Timestamp,
) -> Result<Progress, Error> {
    let (letters, next) = list(store, after, MAX_TRANSACTION_ITEMS, now).await?;
    let mut progress = Progress { after: next, ..Progress::default() };
    let waiting_here = letters.iter().filter(|letter| letter.is_of(group));
    let ids: Vec<&str> = waiting_here.map(|letter| letter.id.as_str()).collect();
    // The bodies of a page have no space in memory together.
    for ids in ids.chunks(REPLAYED_AT_ONCE) {
        for kept in whole(store, ids, now).await? {
            match replay(store, queue, tasks, &kept, now).await? {
                Ok(()) => progress.replayed += 1,
                Err(_) => progress.refused += 1,
            }
        }
    }
    Ok(progress)
}

/// How many letters are read at a time to be replayed.
const REPLAYED_AT_ONCE: usize = 10;

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
    let StoredLetter { id, letter } = kept;
    // The part of its outcome that is known already.
    let mut delivered = None;
    if letter.job == ESCALATE {
        let again = WakeUp::Alarm { at: now, body: letter.body.clone(), letter: Some(id.clone()) };
        queue.send(QueueName::WakeUps, again.to_body(), id, None).await?;
    } else if letter.job == COUNT {
        // Such a message comes back only if it cannot be read.
        let task = serde_json::from_str::<CallbackTask>(&letter.body).ok();
        delivered = Some(task.is_some());
        let group = task.as_ref().map_or(CALLBACKS_GROUP, CallbackTask::group);
        queue.send(QueueName::Callbacks, letter.body.clone(), group, None).await?;
    } else {
        match tasks(letter) {
            Ok(mut again) => {
                // By now no route asks for what it is.
                delivered = again.is_empty().then_some(true);
                for task in &mut again {
                    task.is_replay_of(id);
                }
                send_all(queue, again).await?;
            }
            Err(reason) => return Ok(Err(reason)),
        }
    }
    match delivered {
        None => replayed(store, id, now).await?,
        Some(delivered) => {
            replay_ended(store, id, Outcome { replayed_at: now, delivered }, now).await?;
        }
    }
    Ok(Ok(()))
}
