//! A backend in memory that may fail at any time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Error;
use crate::storage::{
    Condition, Key, Put, Queue, QueueName, Record, Store, Write, check_size, puts,
};

/// What is kept, and what is queued.
#[derive(Clone, Default)]
pub(in crate::jobs::escalate) struct Backend(
    pub(in crate::jobs::escalate) Arc<Mutex<StoredIncident>>,
);

#[derive(Default)]
pub(in crate::jobs::escalate) struct StoredIncident {
    pub(in crate::jobs::escalate) records: BTreeMap<(String, String), Record>,
    pub(in crate::jobs::escalate) sent: Vec<(QueueName, String, Option<Timestamp>)>,
    /// So many more writes and messages land; then the process is dead.
    pub(in crate::jobs::escalate) lives_for: Option<usize>,
}

impl Backend {
    fn lands(&self) -> Result<(), Error> {
        let lives_for = &mut self.0.lock().expect("a backend").lives_for;
        match lives_for {
            None => return Ok(()),
            Some(0) => return Err(Error::Store("it is dead".to_owned())),
            Some(left) => *left -= 1,
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Backend {
    async fn load(&self, keys: &[Key], _: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        let kept = self.0.lock().expect("a backend");
        let record = |key: &Key| kept.records.get(&(key.pk.clone(), key.sk.clone())).cloned();
        Ok(keys.iter().map(record).collect())
    }

    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        let kept = self.0.lock().expect("a backend");
        let here = kept.records.values().filter(|record| record.key.pk == pk);
        let behind = here.filter(|record| after.is_none_or(|after| record.key.sk.as_str() > after));
        Ok(behind.take(limit).cloned().collect())
    }

    async fn write(&self, writes: &[Write], _: Timestamp) -> Result<(), Error> {
        self.lands()?;
        check_size(writes)?;
        let puts = &puts(writes)[..];
        let records = &mut self.0.lock().expect("a backend").records;
        let revision = |put: &Put, records: &BTreeMap<_, Record>| {
            let have = records.get(&(put.key.pk.clone(), put.key.sk.clone()));
            have.map(|record| record.revision)
        };
        let may_land = |put: &Put| match put.condition {
            Condition::Absent => revision(put, records).is_none(),
            Condition::At(seen) => revision(put, records) == Some(seen),
            Condition::Always => true,
        };
        if !puts.iter().all(may_land) {
            return Err(Error::Conflict { keys: Vec::new() });
        }
        for write in writes {
            let Write::Increment(increment) = write else { continue };
            for name in increment.counters.keys() {
                let key = Key::new("counters", name.as_str());
                let count = records.remove(&(key.pk.clone(), key.sk.clone()));
                let revision = count.map_or(1, |record| record.revision + 1);
                let record = Record { key: key.clone(), revision, body: revision.to_string() };
                records.insert((key.pk, key.sk), record);
            }
        }
        for put in puts {
            let revision = revision(put, records).map_or(1, |revision| revision + 1);
            let record = Record { key: put.key.clone(), revision, body: put.body.clone() };
            records.insert((put.key.pk.clone(), put.key.sk.clone()), record);
        }
        Ok(())
    }
}

#[async_trait]
impl Queue for Backend {
    async fn send(
        &self,
        to: QueueName,
        body: String,
        _: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.lands()?;
        self.0.lock().expect("a backend").sent.push((to, body, not_before));
        Ok(())
    }
}
