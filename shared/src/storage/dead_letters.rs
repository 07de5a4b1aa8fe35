//! Messages that could not pass: kept with the reason, listed, and sent again when somebody says so.
//!
//! One shape for every job. A letter's body is the message that stood in the queue, so a replay is that message once
//! more; the marks of what was delivered keep a replay from saying anything twice. Which messages a letter of the job
//! Forward becomes is that job's, and comes as an argument.
//!
//! A letter is two records: its [`Summary`], which is small, so that letters can be listed and counted by the thousand;
//! and its body, in a partition of its own.

mod fit;
mod list;
mod mark;
mod replay;
mod summary;

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use list::{Listed, StoredLetter, all, list, listed, measured, one, page, waiting, whole};
pub use mark::{Dismissal, Outcome, dismiss, dismiss_each, dismiss_page, replay_ended};
pub use replay::{Progress, Tasks, replay, replay_page, replay_some};
pub use summary::Summary;

use crate::Error;
use crate::storage::messages::{Lines, Task};
use crate::storage::{
    Condition, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ITEMS, Processed, Put, Store, writes,
};

/// The partition of all dead letters, in the order of their time. The former version kept their bodies here too.
pub const PARTITION: &str = "dead-letters";
/// The partition of their bodies.
pub const BODIES: &str = "dead-letter-bodies";
/// The retention of a letter.
const LETTER_RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The job whose letters are alarms.
const ESCALATE: &str = "escalate";
/// The job whose letters are messages of the queue of callbacks.
const COUNT: &str = "count";

/// A dead letter as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// The job that it belongs to.
    pub job: String,
    /// Why it could not pass.
    pub reason: String,
    /// The message that stood in the queue.
    pub body: String,
    /// When it came in from outside.
    pub at: Timestamp,
    /// When it was given up.
    pub given_up_at: Timestamp,
    /// When it was last sent again, if ever.
    pub replayed_at: Option<Timestamp>,
    /// The outcome of its last replay, once that is known.
    pub outcome: Option<Outcome>,
    /// When somebody dismissed it, and where.
    pub dismissed: Option<Dismissal>,
}

impl DeadLetter {
    /// A letter of the job Forward.
    pub fn forward(reason: &str, body: String, at: Timestamp, now: Timestamp) -> DeadLetter {
        DeadLetter { at, ..DeadLetter::of("forward", reason, body, now) }
    }

    /// A letter of the job Escalate: what came in as an alarm.
    pub fn escalate(reason: &str, body: String, now: Timestamp) -> DeadLetter {
        DeadLetter::of(ESCALATE, reason, body, now)
    }

    /// A letter of the job Count: a message of its queue.
    pub fn count(reason: &str, body: String, now: Timestamp) -> DeadLetter {
        DeadLetter::of(COUNT, reason, body, now)
    }

    fn of(job: &str, reason: &str, body: String, now: Timestamp) -> DeadLetter {
        let (job, reason) = (job.to_owned(), reason.to_owned());
        let (at, given_up_at) = (now, now);
        let (replayed_at, outcome, dismissed) = (None, None, None);
        DeadLetter { job, reason, body, at, given_up_at, replayed_at, outcome, dismissed }
    }

    /// The channel and the lines that it holds, if it holds any.
    pub fn lines(&self) -> Option<Lines> {
        match serde_json::from_str(&self.body) {
            Ok(Task::Lines(lines)) => Some(lines),
            _ => None,
        }
    }

    /// Names it among the dead letters. The same trouble twice is one letter: its name is its time and what it is about.
    pub fn id(&self) -> String {
        let about = match serde_json::from_str(&self.body) {
            Ok(Task::Lines(lines)) => format!("{:?}", lines.lines),
            _ => self.body.clone(),
        };
        let hash = crate::hex(&Sha256::digest(about)[..8]);
        format!("{:.3}-{hash}", self.at)
    }
}

/// Keeps letters.
pub async fn keep(store: &dyn Store, letters: &[DeadLetter], now: Timestamp) -> Result<(), Error> {
    let puts = puts(letters, now);
    let mut rest = &puts[..];
    while !rest.is_empty() {
        // No letter is without its body.
        let count = many_at_once(rest) / PUTS_PER_LETTER * PUTS_PER_LETTER;
        let (together, later) = rest.split_at(count.max(PUTS_PER_LETTER));
        store.write(&writes(together.iter().cloned()), now).await?;
        rest = later;
    }
    Ok(())
}

/// Keeps a message of a queue that could not be understood, as this letter: the message is done then. If it cannot be kept,
/// it comes again after `backoff`.
pub async fn keep_unreadable(
    store: &dyn Store,
    letter: DeadLetter,
    backoff: Duration,
    now: Timestamp,
) -> Processed {
    let reason = letter.reason.as_str();
    tracing::error!(letters = 1, reason, "it could not be read: stored as a dead letter");
    match keep(store, &[letter], now).await {
        Ok(()) => Processed::Done,
        Err(error) => {
            tracing::error!(%error, "a dead letter was not kept");
            Processed::RetryAfter(backoff)
        }
    }
}

/// The records of one letter: its summary and its body.
pub(crate) const PUTS_PER_LETTER: usize = 2;

/// Puts for letters, each once, [`PUTS_PER_LETTER`] for each: for whoever writes them together with records of its own.
pub(crate) fn puts(letters: &[DeadLetter], now: Timestamp) -> Vec<Put> {
    let mut all: Vec<[Put; PUTS_PER_LETTER]> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for letter in letters.iter().flat_map(DeadLetter::fitted) {
        let id = letter.id();
        let expires_at = now.checked_add(LETTER_RETENTION).ok();
        let puts = [
            Summary::of(&letter).put(&id, Condition::Always, expires_at),
            summary::put_body(&id, &letter.body, expires_at),
        ];
        match places.get(&id) {
            Some(place) => all[*place] = puts,
            None => {
                places.insert(id, all.len());
                all.push(puts);
            }
        }
    }
    all.into_iter().flatten().collect()
}

/// How many of these go into one transaction: one, at least.
pub(crate) fn many_at_once(puts: &[Put]) -> usize {
    let mut space = MAX_TRANSACTION_BYTES;
    let fits = |put: &&Put| {
        let bytes = put.item_bytes();
        let fits = bytes <= space;
        space = space.saturating_sub(bytes);
        fits
    };
    puts.iter().take(MAX_TRANSACTION_ITEMS).take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests;
