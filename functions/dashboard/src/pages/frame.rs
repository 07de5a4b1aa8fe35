//! What every page has around it: its title, the navigation, and how many dead letters wait.

use std::sync::{Mutex, PoisonError};

use minijinja::{Value, context};
use shared::config::Settings;
use shared::storage::{Store, dead_letters};
use shared::{Error, SignedDuration, Timestamp};

use super::simulated;
use crate::Dashboard;

/// For so long the dead letters are not counted again: to count them, some have to be read.
const MAX_AGE: SignedDuration = SignedDuration::from_secs(10);

/// How many dead letters wait, and when they were counted.
#[derive(Debug, Default)]
pub struct WaitingCache(Mutex<Option<(Timestamp, usize)>>);

impl WaitingCache {
    /// How many dead letters wait, counted ten seconds ago at most; of very many, as many as a metric counts.
    pub(super) async fn get(&self, store: &dyn Store, now: Timestamp) -> Result<usize, Error> {
        let is_young = |at: Timestamp| now >= at && now.duration_since(at) < MAX_AGE;
        let cached = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = cached.filter(|(at, _)| is_young(*at)) {
            return Ok(count);
        }
        let count = dead_letters::measured(store, now).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, count));
        Ok(count)
    }

    /// Counts anew when it is asked next: some were sent again.
    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What `layout.html` needs: `page` says which link of the navigation is the current one.
pub(super) async fn frame(
    dashboard: &Dashboard,
    settings: &Settings,
    (title, page): (&str, &str),
    signed_in: bool,
    now: Timestamp,
) -> Result<Value, Error> {
    let waiting = dashboard.waiting.get(dashboard.store.as_ref(), now).await?;
    Ok(context! {
        title, page, signed_in, waiting, simulated => simulated(settings), now => now.to_string(),
    })
}
