//! Keeps what was read last for a few seconds: scrapes that come together share one read.
//!
//! A process reads one after the other, so that what it shows never falls. Two processes may be up to [`MAX_AGE`] apart.

use std::sync::Arc;

use futures_util::future::try_join;
use shared::config::Settings;
use shared::domain::metrics::Samples;
use shared::jobs::count::scrape;
use shared::jobs::watch;
use shared::storage::{Store, dead_letters};
use shared::{Error, SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::Metrics;
use crate::health::Health;

/// The age up to which samples are shown again.
const MAX_AGE: SignedDuration = SignedDuration::from_secs(5);
/// The age up to which the number of dead letters is: to count them they are read, with all that they hold.
const MAX_DEAD_LETTERS_AGE: SignedDuration = SignedDuration::from_mins(1);
/// The age up to which the server's health is: anyone may ask after it.
const MAX_HEALTH_AGE: SignedDuration = SignedDuration::from_secs(10);

/// A value, and when it was read.
type Read<T> = Mutex<Option<(Timestamp, T)>>;

/// The values that were read last.
#[derive(Default)]
pub struct Cache {
    samples: Read<Arc<Samples>>,
    dead_letters: Read<usize>,
    health: Read<Health>,
}

impl Cache {
    /// All samples as they are now, or were a few seconds ago.
    ///
    /// # Errors
    /// The store does not answer: that is not remembered.
    pub(crate) async fn samples(
        &self,
        metrics: &Metrics,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Arc<Samples>, Error> {
        let store = metrics.store.as_ref();
        let read = async || {
            let samples = scrape::samples(store, settings, now);
            let (mut samples, waiting) = try_join(samples, self.dead_letters(store, now)).await?;
            scrape::show_dead_letters(&mut samples, waiting);
            watch::scrape::show(&mut samples, store, now).await?;
            if let Some(refusals) = metrics.refusals {
                scrape::show_refusals(&mut samples, refusals);
            }
            Ok(Arc::new(samples))
        };
        cached(&self.samples, MAX_AGE, now, read).await
    }

    async fn dead_letters(&self, store: &dyn Store, now: Timestamp) -> Result<usize, Error> {
        let read = || dead_letters::measured(store, now);
        cached(&self.dead_letters, MAX_DEAD_LETTERS_AGE, now, read).await
    }

    /// The server's health as it is now, or was a few seconds ago.
    pub(crate) async fn health(&self, metrics: &Metrics, now: Timestamp) -> Health {
        let read = async || Ok::<_, std::convert::Infallible>(Health::read(metrics, now).await);
        let Ok(health) = cached(&self.health, MAX_HEALTH_AGE, now, read).await;
        health
    }
}

/// The cached value if it is no older than this, else the one that `read` gives. Others wait for it meanwhile.
async fn cached<T: Clone, E, F: Future<Output = Result<T, E>>>(
    cache: &Read<T>,
    age: SignedDuration,
    now: Timestamp,
    read: impl FnOnce() -> F,
) -> Result<T, E> {
    let mut cache = cache.lock().await;
    // A clock may step back.
    if let Some((at, value)) = &*cache
        && now.duration_since(*at).abs() <= age
    {
        return Ok(value.clone());
    }
    let value = read().await?;
    *cache = Some((now, value.clone()));
    Ok(value)
}
