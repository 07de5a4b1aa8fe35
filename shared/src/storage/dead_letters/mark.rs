//! Notes made of a letter later: that it was sent again, what became of that, and that somebody dismissed it.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::summary::{Row, Summary, put_body};
use super::{LETTER_RETENTION, Listed, PARTITION, list};
use crate::Error;
use crate::storage::{Condition, Key, MAX_TRANSACTION_ITEMS, Store, writes};

/// The outcome of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// When it was sent again.
    pub replayed_at: Timestamp,
    /// It arrived; else it came back as a dead letter.
    pub delivered: bool,
}

/// Somebody said that a letter need not be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// When.
    pub at: Timestamp,
    /// Where: on the page, or at the command line.
    pub by: String,
}

/// How often a mark is tried against others who write the same letter.
const MAX_CONFLICTS: usize = 10;
/// How many letters are marked at a time.
const MARKED_AT_ONCE: usize = 25;

/// Notes what became of the replay of this letter at `replayed_at`. That something of it came back stays, though other
/// parts arrive later; a replay that was followed by another, or a letter that waits again, is left as it is.
///
/// # Errors
/// The store does not answer.
pub async fn replay_ended(
    store: &dyn Store,
    id: &str,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), Error> {
    update(store, id, now, &|summary| {
        let Outcome { replayed_at, .. } = outcome;
        let last = summary.outcome.map(|outcome| outcome.replayed_at).max(summary.replayed_at);
        let is_over = last.is_some_and(|last| last > replayed_at);
        let came_back = Some(Outcome { replayed_at, delivered: false });
        if is_over || summary.outcome == came_back || summary.given_up_at > replayed_at {
            return false;
        }
        summary.outcome = Some(outcome);
        summary.replayed_at = Some(replayed_at);
        summary.dismissed = None;
        true
    })
    .await
    .map(|_| ())
}

/// Notes that the letter was sent again at `now`. Where that is over already, what became of it stays.
pub(super) async fn replayed(store: &dyn Store, id: &str, now: Timestamp) -> Result<(), Error> {
    update(store, id, now, &|summary| {
        if summary.outcome.is_some_and(|outcome| outcome.replayed_at == now) {
            return false;
        }
        summary.replayed_at = Some(now);
        summary.dismissed = None;
        true
    })
    .await
    .map(|_| ())
}

/// Dismisses a letter, if it waits: it is shown until it expires, and only replayed if somebody asks for it alone.
/// Gives whether there is such a letter.
///
/// # Errors
/// The store does not answer.
pub async fn dismiss(store: &dyn Store, id: &str, by: &str, now: Timestamp) -> Result<bool, Error> {
    update(store, id, now, &|summary| {
        let waits = summary.waits();
        if waits {
            summary.dismissed = Some(Dismissal { at: now, by: by.to_owned() });
        }
        waits
    })
    .await
}

/// Dismisses those that wait of one page of letters behind `after`: of this group, if one is named. Gives how many, and
/// where to go on.
///
/// # Errors
/// The store does not answer: what was dismissed before stays dismissed.
pub async fn dismiss_page(
    store: &dyn Store,
    group: Option<&str>,
    by: &str,
    after: Option<&str>,
    now: Timestamp,
) -> Result<(usize, Option<String>), Error> {
    let (letters, next) = list(store, after, MAX_TRANSACTION_ITEMS, now).await?;
    let waiting: Vec<_> = letters.into_iter().filter(|letter| letter.is_of(group)).collect();
    dismiss_each(store, &waiting, by, now).await?;
    Ok((waiting.len(), next))
}

/// Dismisses these letters, as far as they wait.
///
/// # Errors
/// The store does not answer: what was dismissed before stays dismissed.
pub async fn dismiss_each(
    store: &dyn Store,
    letters: &[Listed],
    by: &str,
    now: Timestamp,
) -> Result<(), Error> {
    for some in letters.chunks(MARKED_AT_ONCE) {
        try_join_all(some.iter().map(|letter| dismiss(store, &letter.id, by, now))).await?;
    }
    Ok(())
}

/// Changes what is noted of a letter, unless `change` says that there is nothing to change. Gives whether there is such
/// a letter.
async fn update(
    store: &dyn Store,
    id: &str,
    now: Timestamp,
    change: &(dyn Fn(&mut Summary) -> bool + Sync),
) -> Result<bool, Error> {
    let key = Key::new(PARTITION, id);
    for _ in 0..MAX_CONFLICTS {
        let record = store.load(std::slice::from_ref(&key), now).await?.pop().flatten();
        let Some((row, record)) = record.and_then(|record| Some((Row::read(&record)?, record)))
        else {
            return Ok(false);
        };
        let Row { mut summary, former_body } = row;
        if !change(&mut summary) {
            return Ok(true);
        }
        // The body is kept as long as the summary: both from when it was given up, or moved here.
        let since = if former_body.is_some() { now } else { summary.given_up_at };
        let expires_at = since.checked_add(LETTER_RETENTION).ok();
        let mut puts = vec![summary.put(id, Condition::At(record.revision), expires_at)];
        puts.extend(former_body.map(|body| put_body(id, &body, expires_at)));
        match store.write(&writes(puts), now).await {
            Err(Error::Conflict { .. }) => {}
            written => return written.map(|()| true),
        }
    }
    Err(Error::Conflict { keys: vec![key] })
}
