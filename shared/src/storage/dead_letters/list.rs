//! The letters that are kept, and how many wait.

use jiff::Timestamp;

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

/// The letter of this name.
pub async fn one(
    store: &dyn Store,
    id: &str,
    now: Timestamp,
) -> Result<Option<StoredLetter>, Error> {
    let record = store.load(&[Key::new(PARTITION, id)], now).await?.pop().flatten();
    Ok(record.and_then(StoredLetter::read))
}
