//! The letters that are kept, and how many wait.

use jiff::{SignedDuration, Timestamp};

use super::summary::{Row, Summary, body_key, read_body};
use super::{DeadLetter, PARTITION};
use crate::Error;
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Record, Store};

/// How many letters are looked at to count those that wait. There are seldom more, and a page must not wait for them.
const MAX_COUNTED: usize = 2_000;

/// How many letters are read with their bodies at a time: each may have 350 KB.
const WHOLE_AT_ONCE: usize = 10;

/// A dead letter without its body, with its place in the store.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Names it among the dead letters.
    pub id: String,
    /// Its summary.
    pub summary: Summary,
}

impl Listed {
    fn read(record: &Record) -> Option<Listed> {
        Row::read(record).map(|row| Listed { id: record.key.sk.clone(), summary: row.summary })
    }

    /// Whether it waits: in this group, if one is named.
    pub fn is_of(&self, group: Option<&str>) -> bool {
        self.summary.waits() && group.is_none_or(|group| self.summary.group() == group)
    }
}

/// A dead letter with its body.
#[derive(Clone, Debug)]
pub struct StoredLetter {
    /// Names it among the dead letters.
    pub id: String,
    /// The letter itself.
    pub letter: DeadLetter,
}

impl StoredLetter {
    /// Nobody has sent it again yet, nor dismissed it.
    pub fn waits(&self) -> bool {
        self.letter.replayed_at.is_none() && self.letter.dismissed.is_none()
    }
}

/// Up to `limit` letters behind `after`, oldest first, without their bodies; with the place to go on from, if there may
/// be more.
pub async fn list(
    store: &dyn Store,
    after: Option<&str>,
    limit: usize,
    now: Timestamp,
) -> Result<(Vec<Listed>, Option<String>), Error> {
    let records = store.page(PARTITION, after, limit, now).await?;
    let next = (records.len() == limit)
        .then(|| records.last().map(|record| record.key.sk.clone()))
        .flatten();
    Ok((records.iter().filter_map(Listed::read).collect(), next))
}

/// The letters without their bodies, oldest first: up to `most`, and whether there may be more.
pub async fn listed(
    store: &dyn Store,
    most: usize,
    now: Timestamp,
) -> Result<(Vec<Listed>, bool), Error> {
    let (mut letters, mut next) = list(store, None, MAX_TRANSACTION_ITEMS, now).await?;
    while let Some(after) = next.as_ref().filter(|_| letters.len() < most) {
        let (more, then) = list(store, Some(after), MAX_TRANSACTION_ITEMS, now).await?;
        letters.extend(more);
        next = then;
    }
    letters.truncate(most);
    Ok((letters, next.is_some()))
}

/// The letters of these names with their bodies, as far as they are there.
pub async fn whole(
    store: &dyn Store,
    ids: &[&str],
    now: Timestamp,
) -> Result<Vec<StoredLetter>, Error> {
    let mut letters = Vec::new();
    for ids in ids.chunks(WHOLE_AT_ONCE) {
        let keys: Vec<Key> =
            ids.iter().flat_map(|id| [Key::new(PARTITION, *id), body_key(id)]).collect();
        let records = store.load(&keys, now).await?;
        letters.extend(records.chunks(2).filter_map(|pair| {
            let record = pair[0].as_ref()?;
            let Row { summary, former_body } = Row::read(record)?;
            let body = former_body.or_else(|| read_body(pair[1].as_ref()?))?;
            Some(StoredLetter { id: record.key.sk.clone(), letter: summary.with_body(body) })
        }));
    }
    Ok(letters)
}

/// Up to `limit` letters behind `after` with their bodies, oldest first; with the place to go on from, if there may be
/// more.
pub async fn page(
    store: &dyn Store,
    after: Option<&str>,
    limit: usize,
    now: Timestamp,
) -> Result<(Vec<StoredLetter>, Option<String>), Error> {
    let (letters, next) = list(store, after, limit, now).await?;
    let ids: Vec<&str> = letters.iter().map(|letter| letter.id.as_str()).collect();
    Ok((whole(store, &ids, now).await?, next))
}

/// All letters with their bodies, oldest first.
pub async fn all(store: &dyn Store, now: Timestamp) -> Result<Vec<StoredLetter>, Error> {
    let (mut letters, mut next) = page(store, None, MAX_TRANSACTION_ITEMS, now).await?;
    while let Some(after) = next {
        let (more, then) = page(store, Some(&after), MAX_TRANSACTION_ITEMS, now).await?;
        letters.extend(more);
        next = then;
    }
    Ok(letters)
}

/// The letter of this name.
pub async fn one(
    store: &dyn Store,
    id: &str,
    now: Timestamp,
) -> Result<Option<StoredLetter>, Error> {
    Ok(whole(store, &[id], now).await?.pop())
}

/// How many letters behind `after` wait to be replayed: of this group, if one is named. Stops counting after
/// [`MAX_COUNTED`] letters.
pub async fn waiting(
    store: &dyn Store,
    group: Option<&str>,
    after: Option<&str>,
    now: Timestamp,
) -> Result<usize, Error> {
    let (mut count, mut seen, mut ahead) = (0, 0, Some(after.map(str::to_owned)));
    while let Some(after) = ahead.filter(|_| seen < MAX_COUNTED) {
        let (letters, next) = list(store, after.as_deref(), MAX_TRANSACTION_ITEMS, now).await?;
        count += letters.iter().filter(|letter| letter.is_of(group)).count();
        seen += letters.len();
        ahead = next.map(Some);
    }
    Ok(count)
}

/// How many letters a metric looks at in one go, and how many bytes of them. It is read every minute.
const MAX_MEASURED: usize = 5_000;
const MAX_MEASURED_BYTES: usize = 4 * 1024 * 1024;
/// How many letters are read at a time for it: a few, where the former version kept their bodies with them.
const MEASURED_PAGE: usize = MAX_TRANSACTION_ITEMS;
const LARGE_LETTERS_PAGE: usize = 20;
/// The average from which on letters are large, in bytes.
const LARGE_LETTER_BYTES: usize = 3_000;
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
    let mut limit = LARGE_LETTERS_PAGE;
    loop {
        let records = store.page(PARTITION, after.as_deref(), limit, now).await?;
        let letters = records.iter().filter_map(Listed::read);
        count += letters.filter(|letter| letter.summary.waits()).count();
        seen += records.len();
        bytes += records.iter().map(|record| record.body.len()).sum::<usize>();
        let next = records.last().filter(|_| records.len() == limit);
        let next = next.map(|record| record.key.sk.clone());
        let is_enough = seen >= MAX_MEASURED || bytes >= MAX_MEASURED_BYTES;
        if next.is_none() || is_enough {
            return Ok((count, next));
        }
        after = next;
        let is_large = bytes > seen * LARGE_LETTER_BYTES;
        limit = if is_large { LARGE_LETTERS_PAGE } else { MEASURED_PAGE };
    }
}
