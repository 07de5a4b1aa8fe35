//! The third backend: records and messages in memory, with the semantics of `shared::storage`, and accidents.

use std::collections::BTreeMap;

use async_trait::async_trait;
use shared::domain::schedule::{StoredOverride, StoredOverrides};
use shared::storage::messages::Task;
use shared::storage::messages::WakeUp;
use shared::storage::overrides::OVERRIDES;
use shared::storage::records::{OPEN, PEOPLE};
use shared::storage::{
    Condition, Key, MAX_TRANSACTION_ITEMS, Put, Queue, QueueName, Record, Store, Write, check_size,
};
use shared::{Error, Timestamp};

use crate::run::About;
use crate::world::{Faults, Part, Shared, What, World};
use shared::domain::escalation::IncidentId;

/// A quarter of an hour: no message of SQS waits longer.
const MAX_DELAY: i64 = 900_000;

#[derive(Clone)]
struct Row {
    revision: u64,
    body: String,
    expires_at: Option<Timestamp>,
}

/// A message of the queue of wake-ups.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) body: String,
    pub(crate) wake_up: WakeUp,
    pub(crate) receive_count: u32,
    /// In the queue, or being dealt with.
    pub(crate) copies: u32,
}

/// Records and messages.
#[derive(Default)]
pub(crate) struct Rows {
    rows: BTreeMap<Key, Row>,
    pub(crate) counters: BTreeMap<String, u64>,
    pub(crate) messages: Vec<Waiting>,
    /// In the cloud no message waits longer than a quarter of an hour.
    pub(crate) cloud: bool,
}

impl Rows {
    /// Keeps what people have said of who is on call, as the job writes it.
    pub(crate) fn keep_overrides(&mut self, said: &[(String, i64, i64, String)]) {
        let at = |at: i64| Timestamp::from_millisecond(at).unwrap_or_default();
        let overrides = said.iter().enumerate().map(|(id, (schedule, from, until, who))| {
            let (schedule, person) = (schedule.clone(), who.clone());
            let (from, until) = (at(*from), at(*until));
            let by = "p0".to_owned();
            StoredOverride {
                id: id.to_string(),
                schedule,
                person,
                from,
                until,
                by,
                at: from,
                removed: None,
            }
        });
        let record = StoredOverrides { overrides: overrides.collect() };
        let body = serde_json::to_string(&record).unwrap_or_default();
        let row = Row { revision: 1, body, expires_at: None };
        self.rows.insert(Key::new(OVERRIDES, "all"), row);
    }

    fn get(&self, key: &Key, now: Timestamp) -> Option<Record> {
        let row = self.rows.get(key)?;
        let lives = row.expires_at.is_none_or(|at| at > now);
        lives.then(|| Record { key: key.clone(), revision: row.revision, body: row.body.clone() })
    }

    fn may_land(&self, put: &Put, now: Timestamp) -> bool {
        let row = self.rows.get(&put.key).filter(|row| row.expires_at.is_none_or(|at| at > now));
        match put.condition {
            Condition::Always => true,
            Condition::Absent => row.is_none(),
            Condition::At(revision) => row.is_some_and(|row| row.revision == revision),
        }
    }

    /// The records of a partition.
    pub(crate) fn all(&self, pk: &str, now: Timestamp) -> Vec<Record> {
        let keys = self.rows.range(Key::new(pk, "")..).map(|(key, _)| key);
        keys.take_while(|key| key.pk == pk).filter_map(|key| self.get(key, now)).collect()
    }

    /// Whether the wake-up of an alarm that is silenced until this moment is in the queue, or being dealt with.
    pub(crate) fn has_silenced_wake_up(&self, alarm: usize, at: Timestamp) -> bool {
        let key = format!("arn:{alarm}");
        self.messages.iter().rev().filter(|waiting| waiting.copies > 0).any(|waiting| {
            matches!(&waiting.wake_up, WakeUp::Silenced { change, due } if change.key == key && *due == at)
        })
    }

    /// Whether a wake-up for this moment is in the queue, or being dealt with.
    pub(crate) fn has_wake_up(&self, id: &IncidentId, at: Timestamp) -> bool {
        self.messages.iter().rev().filter(|waiting| waiting.copies > 0).any(|waiting| {
            matches!(&waiting.wake_up, WakeUp::Due { incident, due } if incident == id && *due == at)
        })
    }
}

fn store_error<T>() -> Result<T, Error> {
    Err(Error::Store("an accident".to_owned()))
}

#[async_trait]
impl Store for Shared {
    async fn load(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        assert!(keys.len() <= MAX_TRANSACTION_ITEMS);
        self.perform(Part::Backend, |world| {
            // Without what people have said the file counts: whoever is called then, a run could not tell.
            let is_said = keys.iter().any(|key| key.pk == OVERRIDES);
            let fails = if is_said { 0 } else { world.faults.store };
            if world.strikes(fails) {
                return (store_error(), 0);
            }
            (Ok(keys.iter().map(|key| world.rows.get(key, now)).collect()), 0)
        })
        .await
    }

    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        self.perform(Part::Backend, |world| {
            let fails = world.faults.store;
            if world.strikes(fails) {
                return (store_error(), 0);
            }
            let all = world.rows.all(pk, now).into_iter();
            let behind =
                all.filter(|record| after.is_none_or(|after| record.key.sk.as_str() > after));
            (Ok(behind.take(limit).collect()), 0)
        })
        .await
    }

    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        self.perform(Part::Backend, |world| (write(world, writes, now), 0)).await
    }
}

fn count(world: &mut World, writes: &[Write]) {
    for write in writes {
        let Write::Increment(increment) = write else { continue };
        for (name, count) in &increment.counters {
            *world.rows.counters.entry(name.clone()).or_default() += count;
        }
    }
}

fn write(world: &mut World, writes: &[Write], now: Timestamp) -> Result<(), Error> {
    if let Err(error) = check_size(writes) {
        assert!(matches!(error, Error::TooLargeToStore(_)), "a key twice");
        return Err(error);
    }
    let mut puts = Vec::new();
    for write in writes {
        if let Write::Put(put) = write {
            puts.push(put);
        }
    }
    if puts.is_empty() {
        // Counters are nobody's promise: they have no accidents of their own.
        count(world, writes);
        return Ok(());
    }
    let fails = world.faults.store;
    let strikes = world.strikes(fails);
    if strikes && world.rng.chance(400) {
        world.note(|| "  write: an accident, nothing landed".to_owned());
        return store_error();
    }
    if !puts.iter().all(|put| world.rows.may_land(put, now)) {
        world.watch.totals.races += 1;
        world.note(|| format!("  write: raced at {:?}", puts.first().map(|put| &put.key.sk)));
        return Err(Error::Conflict { keys: Vec::new() });
    }
    count(world, writes);
    for put in &puts {
        let row = world.rows.rows.get(&put.key);
        let revision = row.map_or(1, |row| row.revision + 1);
        let row = Row { revision, body: put.body.clone(), expires_at: put.expires_at };
        world.rows.rows.insert(put.key.clone(), row);
    }
    world.watch.words.clear();
    for put in puts.iter().filter(|put| put.key.pk != OPEN) {
        world.saw_beside(put);
    }
    for put in puts.iter().filter(|put| put.key.pk == OPEN) {
        world.saw_incident(put);
    }
    world.check_put_off_in_silenced();
    for put in puts.iter().filter(|put| put.key.pk == PEOPLE) {
        world.note(|| format!("  lease of {}: {}", put.key.sk, put.body));
    }
    if strikes {
        let raced = world.rng.chance(700);
        world.note(|| {
            format!("  write: landed, and says that it {}", if raced { "raced" } else { "failed" })
        });
        return if raced { Err(Error::Conflict { keys: Vec::new() }) } else { store_error() };
    }
    Ok(())
}

#[async_trait]
impl Queue for Shared {
    async fn send(
        &self,
        to: QueueName,
        body: String,
        _: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.perform(Part::Backend, |world| {
            let fails = world.faults.queue;
            let strikes = world.strikes(fails);
            if !strikes || world.rng.chance(500) {
                match to {
                    QueueName::Slack => match serde_json::from_str(&body) {
                        Ok(Task::Lines(lines)) => world.saw_lines(&lines),
                        Ok(reply) => world.saw_reply(&reply),
                        Err(error) => world.fail(format!("a task that cannot be read: {error}")),
                    },
                    QueueName::WakeUps => wait(world, body, not_before),
                    QueueName::Callbacks => world.fail(format!("nothing here counts: {body}")),
                }
            }
            let answer = if strikes { Err(Error::Queue("an accident".to_owned())) } else { Ok(()) };
            (answer, 0)
        })
        .await
    }
}

/// Puts a wake-up on the queue.
pub(crate) fn wait(world: &mut World, body: String, not_before: Option<Timestamp>) {
    let Ok(wake_up) = serde_json::from_str(&body) else {
        return world.fail(format!("a wake-up that cannot be read: {body}"));
    };
    let mut long = not_before.map_or(0, |at| (at.as_millisecond() - world.now).max(0));
    if world.rows.cloud {
        long = long.min(MAX_DELAY);
    }
    world.note(|| format!("  armed in {long} ms: {body}"));
    let lost = world.faults.lost_wake;
    if world.strikes(lost) {
        return world.note(|| "  … and lost".to_owned());
    }
    let at = world.rows.messages.len();
    world.rows.messages.push(Waiting { body, wake_up, receive_count: 0, copies: 0 });
    for long in world.journeys(long) {
        world.rows.messages[at].copies += 1;
        world.after(long, What::Begin(About::Wake(at)));
    }
}

impl World {
    /// How long something is on its way, in milliseconds, once for each time that it arrives. At least once.
    pub(crate) fn journeys(&mut self, long: i64) -> Vec<i64> {
        let Faults { doubled, late, .. } = self.faults;
        let mut all = vec![long + self.rng.range(1, 300)];
        if self.rng.chance(doubled) {
            let again = if self.rng.chance(500) { 0 } else { self.rng.range(0, 90_000) };
            all.push(all[0] + again);
            self.watch.totals.doubled += 1;
        }
        for way in &mut all {
            if self.rng.chance(late) {
                *way += self.rng.range(500, 60_000);
                self.watch.totals.late += 1;
            }
        }
        all
    }
}
