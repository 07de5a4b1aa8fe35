//! Incidents as they are stored: the open ones, and those that are over.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::records::{self, StoredIncident};
use super::{Store, all_records};
use crate::Error;
use crate::domain::escalation::{Incident, IncidentId, State};

/// Open incidents and those that ended of late, `limit` of the latter at most: the newest first.
pub async fn all(store: &dyn Store, limit: usize, now: Timestamp) -> Result<Vec<Incident>, Error> {
    let mut found = latest(store, now).await?;
    for record in store.page(records::ARCHIVE, None, limit, now).await? {
        if let Ok(stored) = serde_json::from_str::<StoredIncident>(&record.body)
            && found.iter().all(|have| have.id != stored.incident.id)
        {
            found.push(stored.incident);
        }
    }
    found.sort_by(|a, b| b.raised_at.cmp(&a.raised_at).then_with(|| a.id.cmp(&b.id)));
    Ok(found)
}

/// Each policy's incident: the open one, or the last one.
pub async fn latest(store: &dyn Store, now: Timestamp) -> Result<Vec<Incident>, Error> {
    let records = all_records(store, records::OPEN, now).await?;
    let stored = records
        .iter()
        .filter_map(|record| serde_json::from_str::<StoredIncident>(&record.body).ok());
    Ok(stored.map(|stored| stored.incident).collect())
}

/// The ids of the incidents that are open. One of them may stand in the archive too: it was over, and went on.
pub async fn open_ids(store: &dyn Store, now: Timestamp) -> Result<BTreeSet<IncidentId>, Error> {
    let mut incidents = latest(store, now).await?;
    incidents.retain(|incident| incident.state() != State::Resolved);
    Ok(incidents.into_iter().map(|incident| incident.id).collect())
}

/// Incidents that are over, `limit` records behind `after` at most, the newest first; and the place to go on from, if
/// there may be more. Those of `except` are left out; one that cannot be read too, and is logged.
pub async fn archive(
    store: &dyn Store,
    except: &BTreeSet<IncidentId>,
    after: Option<&str>,
    limit: usize,
    now: Timestamp,
) -> Result<(Vec<Incident>, Option<String>), Error> {
    let records = store.page(records::ARCHIVE, after, limit, now).await?;
    let next = records.last().filter(|_| records.len() == limit);
    let next = next.map(|record| record.key.sk.clone());
    let read = records.iter().filter_map(|record| {
        serde_json::from_str::<StoredIncident>(&record.body)
            .inspect_err(
                |error| tracing::error!(sk = record.key.sk, %error, "an incident cannot be read"),
            )
            .ok()
    });
    let incidents = read.map(|stored| stored.incident);
    Ok((incidents.filter(|incident| !except.contains(&incident.id)).collect(), next))
}

/// The place in the archive behind which the incidents are that began before this moment.
pub fn archived_before(at: Timestamp) -> String {
    // An incident's name ends with its time, to the millisecond.
    records::archived(&IncidentId::of("", at)).sk
}

/// The incident that somebody names, with all that is stored of it, open or over; `None` also if this is no id.
pub async fn find(
    store: &dyn Store,
    id: &str,
    now: Timestamp,
) -> Result<Option<StoredIncident>, Error> {
    let id = IncidentId::parse(id);
    let Some((id, policy)) = id.as_ref().and_then(|id| Some((id, id.policy()?))) else {
        return Ok(None);
    };
    let records = store.load(&[records::open(policy), records::archived(id)], now).await?;
    let mut stored = records.into_iter().flatten().filter_map(|record| {
        serde_json::from_str::<StoredIncident>(&record.body)
            .inspect_err(|error| {
                tracing::error!(id = id.as_str(), %error, "an incident cannot be read");
            })
            .ok()
    });
    Ok(stored.find(|stored| stored.incident.id == *id))
}

/// The incident of this id with all that is stored of it, open or over.
pub async fn one(
    store: &dyn Store,
    id: &IncidentId,
    now: Timestamp,
) -> Result<Option<StoredIncident>, Error> {
    // A queued message may name any: no store takes a key of any length.
    find(store, id.as_str(), now).await
}
