//! The frame around every page: its title, the navigation, and how many dead letters wait.

use minijinja::{Value, context};
use shared::config::Settings;
use shared::storage::dead_letters;
use shared::{Error, SignedDuration, Timestamp};

use super::simulated;
use crate::timed_cache::TimedCache;
use crate::{Dashboard, Viewer};

/// For so long the dead letters are not counted again: to count them, some have to be read.
const MAX_AGE: SignedDuration = SignedDuration::from_secs(10);

/// How many dead letters wait.
pub type WaitingCache = TimedCache<(), usize>;

/// How many dead letters wait, counted ten seconds ago at most; of very many, as many as a metric counts.
pub(super) async fn waiting(dashboard: &Dashboard, now: Timestamp) -> Result<usize, Error> {
    let read = dead_letters::measured(dashboard.store.as_ref(), now);
    dashboard.waiting.get(&(), (MAX_AGE, now), read).await
}

/// Builds what `layout.html` needs: `page` says which link of the navigation is the current one.
pub(super) async fn frame(
    dashboard: &Dashboard,
    settings: &Settings,
    (title, page): (&str, &str),
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Value, Error> {
    let waiting = waiting(dashboard, now).await?;
    Ok(context! {
        title, page, waiting, signed_in => viewer.signed_in, viewer_name => &viewer.person, simulated => simulated(settings), now => now.to_string(),
    })
}
