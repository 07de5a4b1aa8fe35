//! Silences as they are stored: those that are not over, which everybody who hears of an alarm reads; and all of the last
//! weeks, for people.

use jiff::{SignedDuration, Timestamp};

use super::super::after;
use crate::Error;
use crate::domain::escalation::Incident;
use crate::domain::silence::Stored;
use crate::storage::records::{self, SILENCES, SILENCES_MADE};
use crate::storage::{Condition, Put, Store, all_records};

/// For how long a silence that is over can be seen.
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many of the silences made last are looked at for those that are over.
const MAX_LOOKED_AT: usize = 200;

/// The silences that people have asked for and that are not over, strongly consistent.
pub async fn stored(store: &dyn Store, now: Timestamp) -> Result<Vec<Stored>, Error> {
    let records = all_records(store, SILENCES, now).await?;
    let mut found: Vec<Stored> = records.iter().filter_map(|record| read(&record.body)).collect();
    found.retain(|silence| now < silence.until);
    found.sort_by_key(|silence| silence.until);
    Ok(found)
}

/// The silences of the last 30 days that are over, of the 200 made last: those that ended last before all others.
pub async fn over(store: &dyn Store, now: Timestamp) -> Result<Vec<Stored>, Error> {
    let records = store.page(SILENCES_MADE, None, MAX_LOOKED_AT, now).await?;
    let mut found: Vec<Stored> = records.iter().filter_map(|record| read(&record.body)).collect();
    found.retain(|silence| silence.until <= now);
    found.sort_by_key(|silence| std::cmp::Reverse(silence.until));
    Ok(found)
}

fn read(body: &str) -> Option<Stored> {
    serde_json::from_str(body)
        .inspect_err(|error| tracing::error!(%error, "a silence cannot be read"))
        .ok()
}

/// Whether something is silenced for an incident: calls for it, or its alarms since.
///
/// # Errors
/// The store does not answer.
pub async fn is_silenced(
    store: &dyn Store,
    incident: &Incident,
    now: Timestamp,
) -> Result<bool, Error> {
    if incident.silenced_until.is_some() {
        return Ok(true);
    }
    // Whoever never asked for a silence costs no look.
    if incident.silenced_by().is_none() {
        return Ok(false);
    }
    let stored = stored(store, now).await?;
    Ok(stored.iter().any(|silence| silence.incident.as_ref() == Some(&incident.id)))
}

/// The records of a silence: what is read for each alarm, as long as it is not over, and what people see.
pub(super) fn puts(silence: &Stored, condition: Condition) -> [Put; 2] {
    let body = serde_json::to_string(silence).unwrap_or_default();
    let put =
        |key, expires_at| Put { key, body: body.clone(), condition, expires_at: Some(expires_at) };
    [
        // An expiry is told in whole seconds.
        put(key(silence), after(silence.until, SignedDuration::from_secs(1))),
        put(records::silence_made(silence.at, &silence.id()), after(silence.until, RETENTION)),
    ]
}

/// The records of a silence that is ended before its time.
pub(super) fn ended(silence: &Stored, by: &str, now: Timestamp) -> [Put; 2] {
    let key = key(silence);
    let ended = Stored { until: now, ended_by: Some(by.to_owned()), ..silence.clone() };
    let [kept, made] = puts(&ended, Condition::Always);
    [Put { key, expires_at: Some(now), ..kept }, made]
}

fn key(silence: &Stored) -> crate::storage::Key {
    match &silence.incident {
        Some(incident) => records::silence(incident, silence.until),
        None => records::manual_silence(&silence.id()),
    }
}
