//! Batches of the queue → counters. What has counted and the counters are one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use jiff::Timestamp;

use super::Count;
use crate::Error;
use crate::domain::callbacks::{Callback, CountedStatuses, Outcome};
use crate::storage::dead_letters::{DeadLetter, keep_unreadable};
use crate::storage::messages::{CallbackTask, Counts, Report};
use crate::storage::{
    Increment, Key, MAX_TRANSACTION_ITEMS, Message, Processed, Record, Write, callbacks,
};

/// The rows that the counters are spread over: writers of one row wait for each other. A scrape reads all of them.
const LANES: u64 = 16;
/// The most messages, calls and requests of one transaction: beside them the counters' row.
const MAX_KEYS: usize = MAX_TRANSACTION_ITEMS - 1;
/// The most reports of one transaction: each lets four counters grow at most, and a row takes 250 at once.
const MAX_ITEMS: usize = 200;
/// How often a transaction that others came before is decided anew, at once.
const MAX_TRIES: u64 = 5;
/// The longest time until a message that could not be counted comes again.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// Something to be counted, of one message of the queue.
struct Item<'a> {
    /// The place of its message in the batch.
    message: usize,
    /// The message came before: what has counted already may have been counted by us.
    is_repeated: bool,
    what: What<'a>,
}

enum What<'a> {
    Callback(&'a Callback),
    Counts(&'a Counts),
}

impl Item<'_> {
    fn key(&self) -> Key {
        match self.what {
            What::Callback(callback) => {
                callbacks::counted_statuses(callback.resource, &callback.sid)
            }
            What::Counts(counts) => callbacks::request(&counts.request),
        }
    }
}

/// The items to count of each message, call and request, in the order in which it was reported.
type Items<'a> = Vec<(Key, Vec<Item<'a>>)>;

impl Count {
    /// Counts a batch of the queue. Says of each message that it is counted, or when it shall come again.
    pub async fn process(&self, batch: &[Message], now: Timestamp) -> Vec<Processed> {
        let mut processed = vec![Processed::Done; batch.len()];
        let mut reports: Vec<(usize, Report)> = Vec::new();
        for (at, message) in batch.iter().enumerate() {
            match serde_json::from_str(&message.body) {
                Ok(CallbackTask::Report(report)) => reports.push((at, report)),
                Ok(CallbackTask::Page(page)) => {
                    processed[at] = self.reconcile(&page, now).await.unwrap_or_else(|error| {
                        tracing::error!(%error, "a page of Twilio's list comes again");
                        Processed::RetryAfter(backoff(message.receive_count))
                    });
                }
                Err(error) => {
                    let reason = format!("it is no message of the queue of callbacks: {error}");
                    let letter = DeadLetter::count(&reason, message.body.clone(), now);
                    let backoff = backoff(message.receive_count);
                    processed[at] =
                        keep_unreadable(self.store.as_ref(), letter, backoff, now).await;
                }
            }
        }
        let mut store_answers = true;
        for items in transactions(batch, &reports) {
            // A store that does not answer takes its time to say so: longer for all of them than we may run.
            if store_answers {
                let Err(error) = self.count(&items, now).await else { continue };
                tracing::error!(%error, "callbacks could not be counted: they come again");
                store_answers = !matches!(error, Error::Store(_));
            }
            let messages: BTreeSet<usize> =
                items.iter().flat_map(|(_, items)| items).map(|item| item.message).collect();
            for at in messages {
                processed[at] = Processed::RetryAfter(backoff(batch[at].receive_count));
            }
        }
        processed
    }

    /// Counts these callbacks.
    ///
    /// # Errors
    /// The store fails, or others write all the time: what was counted by then stays counted.
    pub(super) async fn count_all(
        &self,
        callbacks: Vec<Callback>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let reports = [(0, Report { callbacks, counts: None })];
        for items in transactions(&[], &reports) {
            self.count(&items, now).await?;
        }
        Ok(())
    }

    async fn count(&self, items: &Items<'_>, now: Timestamp) -> Result<(), Error> {
        let keys: Vec<Key> = items.iter().map(|(key, _)| key.clone()).collect();
        let mut tries = 0;
        loop {
            let records = self.store.load(&keys, now).await?;
            let writes = writes(items, &records, &row(&keys, tries), now);
            tries += 1;
            match self.store.write(&writes, now).await {
                // Others counted the same messages: what they counted is known to the next try.
                Err(Error::Conflict { .. }) if tries < MAX_TRIES => {}
                written => return written,
            }
        }
    }
}

/// What these reports say, transaction by transaction.
fn transactions<'a>(batch: &[Message], reports: &'a [(usize, Report)]) -> Vec<Items<'a>> {
    let mut by_key: BTreeMap<Key, Vec<Item<'a>>> = BTreeMap::new();
    for (message, report) in reports {
        let callbacks = report.callbacks.iter().map(What::Callback);
        for what in callbacks.chain(report.counts.as_ref().map(What::Counts)) {
            let is_repeated = batch.get(*message).is_some_and(|message| message.receive_count > 1);
            let item = Item { message: *message, is_repeated, what };
            by_key.entry(item.key()).or_default().push(item);
        }
    }
    let mut all: Vec<Items<'a>> = Vec::new();
    let mut count = 0;
    for (key, items) in by_key {
        count += items.len();
        match all.last_mut() {
            Some(last) if last.len() < MAX_KEYS && count <= MAX_ITEMS => last.push((key, items)),
            _ => {
                count = items.len();
                all.push(vec![(key, items)]);
            }
        }
    }
    all
}

/// The transaction that counts all of this which has not counted: nothing, if all of it has.
fn writes(items: &Items<'_>, records: &[Option<Record>], row: &str, now: Timestamp) -> Vec<Write> {
    let mut counters: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = |name: String, by: u64| {
        let counter = counters.entry(name).or_default();
        *counter = counter.saturating_add(by);
    };
    let mut writes: Vec<Write> = Vec::new();
    for ((key, items), record) in items.iter().zip(records) {
        // A key is a message's or call's, or a request's.
        if let Some(Item { what: What::Counts(counts), .. }) = items.first() {
            if record.is_none() {
                counts.counters.iter().for_each(|(name, by)| count(name.clone(), *by));
                writes.push(callbacks::put_request(&counts.request, now).into());
            }
            continue;
        }
        let before = record.as_ref().map(callbacks::read).unwrap_or_default();
        let mut statuses = before.clone();
        for item in items {
            let What::Callback(callback) = item.what else { continue };
            let (outcome, counted) = add(&mut statuses, callback);
            if !(item.is_repeated && outcome == Outcome::Duplicate) {
                counted.into_iter().for_each(|name| count(name, 1));
            }
        }
        if statuses != before {
            writes.push(callbacks::put(key.clone(), &statuses, record.as_ref(), now).into());
        }
    }
    if !counters.is_empty() {
        writes.push(Increment::of(row, counters).into());
    }
    writes
}

/// Notes a report, and logs a code or status that we do not know: by them the lists of the catalogue grow.
fn add(statuses: &mut CountedStatuses, callback: &Callback) -> (Outcome, Vec<String>) {
    let (outcome, counters) = statuses.add(callback);
    if outcome == Outcome::Unknown {
        let (resource, status) = (callback.resource.name(), callback.status.escape_debug());
        tracing::warn!(resource, status = %status, "a status that is not known counts as other");
    }
    if let Some(code) = callback.unknown_code().filter(|_| outcome != Outcome::Duplicate) {
        tracing::warn!(code, "an error code that is not known counts as other");
    }
    (outcome, counters)
}

/// The row for the counters of a transaction; another one for each try.
fn row(keys: &[Key], tries: u64) -> String {
    let mut hasher = DefaultHasher::new();
    keys.first().hash(&mut hasher);
    format!("count-{}", hasher.finish().wrapping_add(tries) % LANES)
}

/// The time until a message comes again that came so often: 1, 2, 4 … seconds.
fn backoff(receive_count: u32) -> Duration {
    let doubled = receive_count.saturating_sub(1).min(6);
    Duration::from_secs(1 << doubled).min(MAX_BACKOFF)
}
