//! Configurations that fail their check. Whoever starts reads one, and uses the last good one that the store keeps; each
//! time that the settings are read again there is another one, just as bad.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use jiff::SignedDuration;
use shared::Timestamp;
use shared::config::{Environment, Fallback, Fetch, Settings, SettingsCache, Values};
use shared::storage::Store;
use shared::testing::{MemoryStore, Parameters};

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
    Parameters::from(values).settings()
}

/// The same after a cold start: a process that is gone read these values, and what is stored now is broken.
pub(crate) fn live_after_a_bad_change(values: Values) -> SettingsCache {
    // No accident reaches it.
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
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
