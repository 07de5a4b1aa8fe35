//! The median times in a Flow's widgets, kept for a minute: they are of a hundred Executions, each a record to be read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use shared::domain::executions::views::MedianSeconds;
use shared::jobs::watch::read::latest_medians;
use shared::storage::Store;
use shared::{Error, SignedDuration, Timestamp};

/// For so long they are not read again.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(1);
/// The most Flows that are kept.
const MAX_FLOWS: usize = 100;

type Medians = Arc<BTreeMap<String, MedianSeconds>>;

/// The median times by Flow, each with when it was read.
#[derive(Debug, Default)]
pub struct MediansCache(Mutex<BTreeMap<String, (Timestamp, Medians)>>);

impl MediansCache {
    /// The median times in a Flow's widgets, a minute old at most.
    pub(super) async fn get(
        &self,
        store: &dyn Store,
        flow: &str,
        now: Timestamp,
    ) -> Result<Medians, Error> {
        let is_young = |at: Timestamp| now >= at && now.duration_since(at) < MAX_AGE;
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(flow).cloned();
        if let Some((_, medians)) = cached.filter(|(at, _)| is_young(*at)) {
            return Ok(medians);
        }
        let medians = Arc::new(latest_medians(store, flow, now).await?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_FLOWS {
            kept.retain(|_, (at, _)| is_young(*at));
        }
        if kept.len() < MAX_FLOWS {
            kept.insert(flow.to_owned(), (now, medians.clone()));
        }
        Ok(medians)
    }
}
