//! Store and Queue: the only two traits, because two real backends exist for each (AWS, and one SQLite file).
//!
//! Both are small and dumb. The shape of what they hold: [`records`] and their keys, the [`messages`] of the queues, and
//! the [`dead_letters`]. What is decided from them is the jobs'.

pub mod calendar_links;
pub mod callbacks;
pub mod counters;
pub mod dead_letters;
pub mod executions;
pub mod flows;
pub mod gauges;
pub mod hours;
pub mod incidents;
pub mod messages;
mod one;
pub mod opt_outs;
pub mod overrides;
pub mod pauses;
pub mod records;
pub mod sessions;
pub mod sign_in;
mod size;
pub mod test_calls;
pub mod text_links;
pub mod texted;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Error;
pub use crate::key::Key;
pub use counters::{COUNTERS, Counters, Increment};
pub use size::{MAX_ITEM_BYTES, MAX_TRANSACTION_BYTES, check_item, check_size};

/// A record as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it lives.
    pub key: Key,
    /// Counts its writes, from 1.
    pub revision: u64,
    /// Its content: JSON.
    pub body: String,
}

/// The condition on which a put lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Only if there is no such record (an expired one does not count).
    Absent,
    /// Only if the record is still at this revision.
    At(u64),
    /// In any case.
    Always,
}

/// One record to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// Where it shall live.
    pub key: Key,
    /// Its content: JSON.
    pub body: String,
    /// When it may land.
    pub condition: Condition,
    /// From when on it no longer exists; never, if `None`.
    pub expires_at: Option<Timestamp>,
}

/// One item of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// A record is written.
    Put(Put),
    /// Counters of one row are incremented.
    Increment(Increment),
}

impl Write {
    /// The key of what is written.
    pub fn key(&self) -> &Key {
        match self {
            Write::Put(put) => &put.key,
            Write::Increment(increment) => &increment.key,
        }
    }
}

impl From<Put> for Write {
    fn from(put: Put) -> Write {
        Write::Put(put)
    }
}

impl From<Increment> for Write {
    fn from(increment: Increment) -> Write {
        Write::Increment(increment)
    }
}

/// These puts as items of a transaction.
pub fn writes(puts: impl IntoIterator<Item = Put>) -> Vec<Write> {
    puts.into_iter().map(Write::Put).collect()
}

/// The most records that one [`Store::load`] or [`Store::write`] takes (DynamoDB's limit).
pub const MAX_TRANSACTION_ITEMS: usize = 100;

/// Records and counters. Expired records do not exist: every verb that reads is told what time it is.
#[async_trait]
pub trait Store: Send + Sync {
    /// The records with these keys (at most [`MAX_TRANSACTION_ITEMS`]), strongly consistent, in the order of the keys.
    async fn load(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Record>>, Error>;

    /// Up to `limit` records of a partition in the order of their `sk`, those behind `after` only.
    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, Error>;

    /// Writes all of these (at most [`MAX_TRANSACTION_ITEMS`], each key once) or none: [`Error::Conflict`] with the keys
    /// that were in the way if a put may not land, [`Error::TooLargeToStore`] if [`check_size`] refuses them or a row of
    /// counters would grow too large.
    ///
    /// A row of counters is read like a record: its body are its [`Counters`].
    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error>;
}

/// All records of a partition, strongly consistent.
pub async fn all_records(
    store: &dyn Store,
    pk: &str,
    now: Timestamp,
) -> Result<Vec<Record>, Error> {
    let mut all: Vec<Record> = Vec::new();
    loop {
        let after = all.last().map(|record| record.key.sk.clone());
        let page = store.page(pk, after.as_deref(), MAX_TRANSACTION_ITEMS, now).await?;
        let is_last = page.len() < MAX_TRANSACTION_ITEMS;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

/// The queues of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueName {
    /// Messages that are to be said in Slack. Its groups are channels, each in order.
    Slack,
    /// Promises to look again at an incident. In no order: each message is for itself.
    WakeUps,
    /// Reports of statuses that are to be counted. In no order.
    Callbacks,
}

/// A queue of what is to be done later, at least once.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Puts a message on a queue. Messages of one `group` come out in order, one batch at a time; none before
    /// `not_before`. At most [`MAX_MESSAGE_BYTES`] bytes.
    async fn send(
        &self,
        to: QueueName,
        body: String,
        group: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error>;
}

/// The largest message, in bytes (SQS takes 1 MiB; space for its attributes is left).
pub const MAX_MESSAGE_BYTES: usize = 1000 * 1024;

/// A message as it comes out of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Names it within its batch.
    pub id: String,
    /// The group that it was sent with.
    pub group: String,
    /// The text that was sent.
    pub body: String,
    /// How often it came out, from 1.
    pub receive_count: u32,
}

/// The result of a handler for one message. A handler never fails as a whole: that would give back what is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processed {
    /// It is dealt with: take it off the queue.
    Done,
    /// Give it back, and let it come again after this long.
    RetryAfter(Duration),
}
