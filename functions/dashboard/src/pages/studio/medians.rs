//! The median times in a Flow's widgets, kept for a minute: they are of a hundred Executions, each a record to be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::domain::executions::views::MedianSeconds;
use shared::jobs::watch::read::latest_medians;
use shared::{Error, SignedDuration, Timestamp};

use crate::Dashboard;
use crate::timed_cache::TimedCache;
use shared::domain::sid::Sid;

/// For so long they are not read again.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(1);

type Medians = Arc<BTreeMap<String, MedianSeconds>>;

/// The median times by Flow.
pub type MediansCache = TimedCache<String, Medians>;

/// The median times in a Flow's widgets, a minute old at most.
pub(super) async fn medians(
    dashboard: &Dashboard,
    flow: &Sid,
    now: Timestamp,
) -> Result<Medians, Error> {
    let read = async { latest_medians(dashboard.store.as_ref(), flow, now).await.map(Arc::new) };
    dashboard.medians.get(flow.as_str(), (MAX_AGE, now), read).await
}
