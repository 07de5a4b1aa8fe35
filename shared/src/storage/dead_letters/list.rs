//! The letters that are kept, and how many wait.

use jiff::{SignedDuration, Timestamp};

use super::{PARTITION, StoredLetter};
use crate::Error;
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Store};

/// How many letters are looked at to count those that wait. There are seldom more, and a page must not wait for them.
const MAX_COUNTED: usize = 2_000;

/// Up to `limit` letters behind `after`, oldest first; with the place to go on from, if there may be more.
pub async fn page(
    store: &dyn Store,
    after: Option<&str>,
    limit: usize,
    now: Timestamp,
) -> Result<(Vec<StoredLetter>, Option<String>), Error> {
    let records = store.page(PARTITION, after, limit, now).await?;
    let next = (records.len() == limit)
        .then(|| records.last().map(|record| record.key.sk.clone()))
        .flatten();
    Ok((records.into_iter().filter_map(StoredLetter::read).collect(), next))
}

/// All letters, oldest first.
pub async fn all(store: &dyn Store, now: Timestamp) -> Result<Vec<StoredLetter>, Error> {
    let (mut letters, mut next) = page(store, None, MAX_TRANSACTION_ITEMS, now).await?;
    while let Some(after) = next {
        let (more, then) = page(store, Some(&after), MAX_TRANSACTION_ITEMS, now).await?;
        letters.extend(more);
        next = then;
    }
    Ok(letters)
}

/// How many letters behind `after` wait to be replayed. Stops counting after [`MAX_COUNTED`] letters.
pub async fn waiting(
    store: &dyn Store,
    after: Option<&str>,
    now: Timestamp,
) -> Result<usize, Error> {
    let (mut count, mut seen, mut ahead) = (0, 0, Some(after.map(str::to_owned)));
    while let Some(after) = ahead.filter(|_| seen < MAX_COUNTED) {
        let (letters, next) = page(store, after.as_deref(), MAX_TRANSACTION_ITEMS, now).await?;
        count += letters.iter().filter(|kept| kept.waits()).count();
        seen += letters.len();
        ahead = next.map(Some);
    }
    Ok(count)
}

/// How many letters a metric looks at in one go, and how many bytes of them. It is read every minute.
const MAX_MEASURED: usize = 1_000;
const MAX_MEASURED_BYTES: usize = 4 * 1024 * 1024;
/// How many letters are read at a time for it: each may have 350 KB.
const MEASURED_PAGE: usize = 20;
/// The age of the letters that are counted in any case.
const RECENT: SignedDuration = SignedDuration::from_hours(2 * 24);

/// How many letters wait, for a metric: of the oldest as many as one go looks at; and if there are more, of those that
/// came within the last two days as many again, so that a new letter shows behind any number of old ones.
pub async fn measured(store: &dyn Store, now: Timestamp) -> Result<usize, Error> {
    let (count, stopped_at) = measure(store, None, now).await?;
    let Some(stopped_at) = stopped_at else { return Ok(count) };
    let recent = format!("{:.3}", now.checked_sub(RECENT).unwrap_or(Timestamp::MIN));
    let (more, _) = measure(store, Some(stopped_at.max(recent)), now).await?;
    Ok(count + more)
}

/// How many of the letters behind `after` wait, up to the bounds; with the place where these stopped it.
async fn measure(
    store: &dyn Store,
    after: Option<String>,
    now: Timestamp,
) -> Result<(usize, Option<String>), Error> {
    let (mut count, mut seen, mut bytes, mut after) = (0, 0, 0, after);
    loop {
        let (letters, next) = page(store, after.as_deref(), MEASURED_PAGE, now).await?;
        count += letters.iter().filter(|kept| kept.waits()).count();
        seen += letters.len();
        bytes += letters.iter().map(|kept| kept.letter.body.len()).sum::<usize>();
        let is_enough = seen >= MAX_MEASURED || bytes >= MAX_MEASURED_BYTES;
        if next.is_none() || is_enough {
            return Ok((count, next));
        }
        after = next;
    }
}

/// The letter of this name.
pub async fn one(
    store: &dyn Store,
    id: &str,
    now: Timestamp,
) -> Result<Option<StoredLetter>, Error> {
    let record = store.load(&[Key::new(PARTITION, id)], now).await?.pop().flatten();
    Ok(record.and_then(StoredLetter::read))
}
