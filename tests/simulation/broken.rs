//! Configurations that fail their check. Whoever starts reads one, and uses the last good one that the store keeps; each
//! time that the settings are read again there is another one, just as bad.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use jiff::SignedDuration;
use shared::config::{Environment, Fallback, Fetch, Settings, SettingsCache, Values};
use shared::storage::{Condition, Key, Put, Record, Store, Write, puts};
use shared::{Error, Timestamp};

use crate::world::START;

const CONFIG: &str = "config/main";

/// What somebody added to a good configuration; no TOML, or nothing that could be meant.
const ADDED: [&str; 5] = [
    "[[policies]\n",
    "[[policies]]\nname = \"new\"\nalarms = [\"*\"]\nroster = [\"who\"]\n",
    "[people.p0]\nphone = \"+15005550000\"\n",
    "[[policies]]\nname = \"w0\"\nalarms = []\nroster = []\nattempts = 0\n",
    "[escalations]\nmax_calls_per_hour = 1\n",
];

/// Whether what is stored in this setup is broken.
pub(crate) fn is_broken(setup: u64) -> bool {
    setup.is_multiple_of(3)
}

/// Settings that are read when first asked for.
pub(crate) fn live(values: Values) -> SettingsCache {
    let fetch: Fetch = Arc::new(move || Box::pin(std::future::ready(Ok(values.clone()))));
    SettingsCache::new(Environment::default(), fetch)
}

/// The same after a cold start: a process that is gone read these values, and what is stored now is broken.
pub(crate) fn live_after_a_bad_change(values: Values) -> SettingsCache {
    let store: Arc<dyn Store> = Arc::new(Memory::default());
    let fallback = || Fallback { store: store.clone(), queue: None, counts: true };
    let former = settings(&live(values.clone()).with_fallback(fallback()), start_less(60));
    assert!(former.rejected.is_none(), "a good configuration is used");
    let times = AtomicUsize::new(0);
    let fetch: Fetch = Arc::new(move || {
        let mut values = values.clone();
        let added = ADDED[times.fetch_add(1, Ordering::Relaxed) % ADDED.len()];
        if let Some(config) = values.get_mut(CONFIG) {
            *config += added;
        }
        Box::pin(std::future::ready(Ok(values)))
    });
    let live = SettingsCache::new(Environment::default(), fetch).with_fallback(fallback());
    for (minutes, added) in [50, 40, 30, 20, 10].into_iter().zip(ADDED) {
        let now = settings(&live, start_less(minutes));
        assert!(now.rejected.is_some(), "{added} is good");
        let pieces = |settings: &Settings| settings.config.parts.clone();
        assert_eq!(pieces(&now), pieces(&former), "{added}: another configuration is used");
    }
    live
}

/// The settings at this time: nothing that they need takes any.
pub(crate) fn settings(live: &SettingsCache, at: Timestamp) -> Arc<Settings> {
    match Box::pin(live.get(at)).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(settings)) => settings,
        Poll::Ready(Err(error)) => panic!("{error}"),
        Poll::Pending => panic!("settings are there at once"),
    }
}

fn start_less(minutes: i64) -> Timestamp {
    let start = Timestamp::from_millisecond(START).unwrap_or_default();
    start.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or_default()
}

/// Records that no accident reaches.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<Key, (u64, String)>>);

#[async_trait]
impl Store for Memory {
    async fn load(&self, keys: &[Key], _: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let record = |key: &Key| {
            let (revision, body) = rows.get(key)?.clone();
            Some(Record { key: key.clone(), revision, body })
        };
        Ok(keys.iter().map(record).collect())
    }

    async fn page(
        &self,
        _: &str,
        _: Option<&str>,
        _: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        Err(Error::Store("nobody asks for pages of configurations".to_owned()))
    }

    async fn write(&self, writes: &[Write], _: Timestamp) -> Result<(), Error> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let puts = &puts(writes)[..];
        let revision = |key: &Key| rows.get(key).map(|(revision, _)| *revision);
        let may_land = |put: &Put| match put.condition {
            Condition::Always => true,
            Condition::Absent => revision(&put.key).is_none(),
            Condition::At(wanted) => revision(&put.key) == Some(wanted),
        };
        if !puts.iter().all(may_land) {
            return Err(Error::Conflict { keys: Vec::new() });
        }
        for put in puts {
            let next = rows.get(&put.key).map_or(1, |(revision, _)| revision + 1);
            rows.insert(put.key.clone(), (next, put.body.clone()));
        }
        Ok(())
    }
}
