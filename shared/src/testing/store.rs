//! A Store in memory with all that the contract asks of one, and faults on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Fault;
use super::fault::Switch;
use crate::Error;
use crate::storage::{
    COUNTERS, Condition, Counters, Increment, Key, MAX_TRANSACTION_ITEMS, Put, Record, Store,
    Write, check_item, check_size,
};

/// The records, in memory. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    loads: Switch,
    writes: Switch,
    changes: Switch,
}

/// Looks at a transaction before it is written, and at the time; an error is the transaction's end.
type Check = Arc<dyn Fn(&[Write], Timestamp) -> Result<(), Error> + Send + Sync>;

#[derive(Default)]
struct State {
    rows: BTreeMap<Key, Row>,
    calls: Calls,
    /// So many more writes meet a conflict, whatever their conditions are.
    conflicts: usize,
    /// How many transactions have landed that write a record.
    landed: usize,
    /// Whether writes are lost that land.
    loses: bool,
    check: Option<Check>,
}

/// How often a store was called, whether that went well or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many loads there were.
    pub loads: usize,
    /// How many pages were read.
    pub pages: usize,
    /// How many transactions there were.
    pub writes: usize,
}

#[derive(Clone)]
struct Row {
    revision: u64,
    body: String,
    expires_at: Option<Timestamp>,
}

impl MemoryStore {
    pub(super) fn of(changes: &Switch) -> MemoryStore {
        MemoryStore { changes: changes.clone(), ..MemoryStore::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets loads and pages fail like this from now on.
    pub fn fail_loads(&self, fault: Fault) {
        self.loads.set(fault);
    }

    /// Lets writes fail like this from now on: nothing of them lands.
    pub fn fail_writes(&self, fault: Fault) {
        self.writes.set(fault);
    }

    /// Lets the next `count` writes meet a conflict at all of their keys.
    pub fn conflict(&self, count: usize) {
        self.state().conflicts = count;
    }

    /// Loses what is written from now on, and says that it has landed; or no longer does.
    pub fn lose_writes(&self, loses: bool) {
        self.state().loses = loses;
    }

    /// Shows each transaction and its time to this check from now on. It fails with the error of the check, if any.
    pub fn check_writes(
        &self,
        check: impl Fn(&[Write], Timestamp) -> Result<(), Error> + Send + Sync + 'static,
    ) {
        self.state().check = Some(Arc::new(check));
    }

    /// How many transactions have landed so far that write a record: those of counters alone are not among them.
    pub fn landed(&self) -> usize {
        self.state().landed
    }

    /// How often it was called since this was last asked.
    pub fn take_calls(&self) -> Calls {
        std::mem::take(&mut self.state().calls)
    }

    /// All records of a partition, expired ones too, in the order of their `sk`.
    pub fn records(&self, pk: &str) -> Vec<Record> {
        let state = self.state();
        let here = state.rows.iter().filter(|(key, _)| key.pk == pk);
        here.map(|(key, row)| row.record(key)).collect()
    }

    /// The record with this key, expired or not.
    pub fn record(&self, key: &Key) -> Option<Record> {
        self.state().rows.get(key).map(|row| row.record(key))
    }

    /// The thing that the record with this key holds; `None` if there is no such record, or it holds no such thing.
    pub fn read<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        serde_json::from_str(&self.record(key)?.body).ok()
    }

    /// The sum of a counter that is shown, over all rows.
    pub fn counted(&self, name: &str) -> u64 {
        let rows = self.records(COUNTERS).into_iter();
        let counters = rows.filter_map(|record| Counters::from_body(&record.body).ok());
        counters.filter_map(|counters| counters.0.get(name).copied()).sum()
    }

    /// Puts a record there whatever is there, for good; no fault and no check stops that.
    pub fn keep(&self, key: Key, what: &impl Serialize) {
        // Whatever the tests keep serialises; if not, there is an empty body, which nobody can read.
        self.keep_body(key, serde_json::to_string(what).unwrap_or_default());
    }

    /// The same with this body, whatever it says.
    pub fn keep_body(&self, key: Key, body: impl Into<String>) {
        let mut state = self.state();
        let revision = state.next_revision(&key);
        state.rows.insert(key, Row { revision, body: body.into(), expires_at: None });
    }

    /// Loses a record.
    pub fn forget(&self, key: &Key) {
        self.state().rows.remove(key);
    }
}

impl Row {
    fn record(&self, key: &Key) -> Record {
        Record { key: key.clone(), revision: self.revision, body: self.body.clone() }
    }

    /// An expiry is told in whole seconds, as the backends keep it.
    fn exists(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| at.as_second() > now.as_second())
    }
}

impl State {
    fn row(&self, key: &Key, now: Timestamp) -> Option<&Row> {
        self.rows.get(key).filter(|row| row.exists(now))
    }

    fn next_revision(&self, key: &Key) -> u64 {
        self.rows.get(key).map_or(1, |row| row.revision + 1)
    }

    fn may_land(&self, put: &Put, now: Timestamp) -> bool {
        let row = self.row(&put.key, now);
        match put.condition {
            Condition::Absent => row.is_none(),
            Condition::At(seen) => row.is_some_and(|row| row.revision == seen),
            Condition::Always => true,
        }
    }

    fn incremented(&self, increment: &Increment, now: Timestamp) -> Result<Counters, Error> {
        let key = &increment.key;
        let have = self.row(key, now).map(|row| Counters::from_body(&row.body));
        let mut counters = have
            .unwrap_or(Ok(Counters::default()))
            .map_err(|_| Error::Store(format!("a record of {} holds no counters", key.pk)))?;
        counters.add(increment);
        check_item(&key.pk, counters.item_bytes(key))?;
        Ok(counters)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        self.state().calls.loads += 1;
        if keys.len() > MAX_TRANSACTION_ITEMS {
            return Err(Error::Store(format!("{} records at once", keys.len())));
        }
        self.loads.pass("load").await.map_err(Error::Store)?;
        let state = self.state();
        Ok(keys.iter().map(|key| state.row(key, now).map(|row| row.record(key))).collect())
    }

    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        self.state().calls.pages += 1;
        self.loads.pass("page").await.map_err(Error::Store)?;
        let state = self.state();
        let first = Key::new(pk, after.unwrap_or_default());
        let here = state.rows.range(first..).take_while(|(key, _)| key.pk == pk);
        let behind = here.filter(|(key, _)| after.is_none_or(|after| key.sk.as_str() > after));
        let existing = behind.filter(|(_, row)| row.exists(now));
        Ok(existing.take(limit).map(|(key, row)| row.record(key)).collect())
    }

    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        let check = {
            let mut state = self.state();
            state.calls.writes += 1;
            state.check.clone()
        };
        check_size(writes)?;
        check.map_or(Ok(()), |check| check(writes, now))?;
        self.writes.pass("write").await.map_err(Error::Store)?;
        self.changes.pass("write").await.map_err(Error::Store)?;
        let mut state = self.state();
        let (mut keys, mut rows) = (Vec::new(), Vec::new());
        for write in writes {
            let (body, expires_at) = match write {
                Write::Put(put) => {
                    if state.conflicts > 0 || !state.may_land(put, now) {
                        keys.push(put.key.clone());
                    }
                    (put.body.clone(), put.expires_at)
                }
                Write::Increment(increment) => {
                    (state.incremented(increment, now)?.to_body(), increment.expires_at)
                }
            };
            let revision = state.next_revision(write.key());
            rows.push((write.key().clone(), Row { revision, body, expires_at }));
        }
        if !keys.is_empty() {
            state.conflicts = state.conflicts.saturating_sub(1);
            return Err(Error::Conflict { keys });
        }
        if !state.loses {
            state.rows.extend(rows);
        }
        state.landed += usize::from(writes.iter().any(|write| matches!(write, Write::Put(_))));
        Ok(())
    }
}
