//! A Store in memory with all that the contract asks of one, and faults on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::Fault;
use crate::Error;
use crate::storage::{
    Condition, Counters, Increment, Key, Put, Record, Store, Write, check_item, check_size,
};

/// The records, in memory. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    rows: BTreeMap<Key, Row>,
    loads: Fault,
    writes: Fault,
    /// So many more writes meet a conflict, whatever their conditions are.
    conflicts: usize,
    /// How many transactions have landed.
    landed: usize,
}

#[derive(Clone)]
struct Row {
    revision: u64,
    body: String,
    expires_at: Option<Timestamp>,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets loads and pages fail like this from now on.
    pub fn fail_loads(&self, fault: Fault) {
        self.state().loads = fault;
    }

    /// Lets writes fail like this from now on: nothing of them lands.
    pub fn fail_writes(&self, fault: Fault) {
        self.state().writes = fault;
    }

    /// Lets the next `count` writes meet a conflict at all of their keys.
    pub fn conflict(&self, count: usize) {
        self.state().conflicts = count;
    }

    /// How many transactions have landed so far.
    pub fn landed(&self) -> usize {
        self.state().landed
    }

    /// All records of a partition, expired ones too, in the order of their `sk`.
    pub fn records(&self, pk: &str) -> Vec<Record> {
        let state = self.state();
        let here = state.rows.iter().filter(|(key, _)| key.pk == pk);
        here.map(|(key, row)| row.record(key)).collect()
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
        let mut state = self.state();
        state.loads.strikes("load").map_err(Error::Store)?;
        Ok(keys.iter().map(|key| state.row(key, now).map(|row| row.record(key))).collect())
    }

    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        let mut state = self.state();
        state.loads.strikes("page").map_err(Error::Store)?;
        let first = Key::new(pk, after.unwrap_or_default());
        let here = state.rows.range(first..).take_while(|(key, _)| key.pk == pk);
        let behind = here.filter(|(key, _)| after.is_none_or(|after| key.sk.as_str() > after));
        let existing = behind.filter(|(_, row)| row.exists(now));
        Ok(existing.take(limit).map(|(key, row)| row.record(key)).collect())
    }

    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        check_size(writes)?;
        let mut state = self.state();
        state.writes.strikes("write").map_err(Error::Store)?;
        let (mut keys, mut rows) = (Vec::new(), Vec::new());
        for write in writes {
            let (body, expires_at) = match write {
                Write::Put(put) => {
                    if state.conflicts > 0 || !state.may_land(put, now) {
                        keys.push(put.key.clone());
                    }
                    (put.body.clone(), put.expires_at)
                }
                Write::Increment(increment) => (state.incremented(increment, now)?.to_body(), None),
            };
            let revision = state.rows.get(write.key()).map_or(1, |row| row.revision + 1);
            rows.push((write.key().clone(), Row { revision, body, expires_at }));
        }
        if !keys.is_empty() {
            state.conflicts = state.conflicts.saturating_sub(1);
            return Err(Error::Conflict { keys });
        }
        state.rows.extend(rows);
        state.landed += 1;
        Ok(())
    }
}
