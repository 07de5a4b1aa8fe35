//! One record: read, and changed whoever else changes it meanwhile.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Condition, Key, Put, Store};
use crate::Error;

/// How often a record is read again that somebody else has written meanwhile.
const MAX_RACES: u32 = 10;

/// A record as it is read: its value, if it can be read, and the condition for a write in its place. One that cannot be
/// read counts as none, and is logged.
pub(super) async fn read<T: DeserializeOwned>(
    store: &dyn Store,
    key: &Key,
    now: Timestamp,
) -> Result<(Option<T>, Condition), Error> {
    let Some(record) = store.load(std::slice::from_ref(key), now).await?.pop().flatten() else {
        return Ok((None, Condition::Absent));
    };
    let value = serde_json::from_str(&record.body);
    let value = value
        .inspect_err(|error| tracing::error!(%error, pk = key.pk, "a record cannot be read"))
        .ok();
    Ok((value, Condition::At(record.revision)))
}

/// Changes the record at `key` by `change`, which gives the new value and what goes with it; it may be asked more than
/// once, if others write at the same time. What it gives as `Err` changes nothing, and is given back. `expires_at` says
/// until when a value is kept.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub(super) async fn change<T: DeserializeOwned + Serialize, G, E>(
    store: &dyn Store,
    key: Key,
    now: Timestamp,
    change: impl Fn(Option<T>) -> Result<(T, G), E>,
    expires_at: impl Fn(&T) -> Option<Timestamp>,
) -> Result<Result<G, E>, Error> {
    let mut races = 0;
    loop {
        let (before, condition) = read(store, &key, now).await?;
        let (after, given) = match change(before) {
            Ok(changed) => changed,
            Err(why) => return Ok(Err(why)),
        };
        // Texts and times always serialise.
        let body = serde_json::to_string(&after).unwrap_or_default();
        let put = Put { key: key.clone(), body, condition, expires_at: expires_at(&after) };
        match store.write(&[put.into()], now).await {
            Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
            written => return written.map(|()| Ok(given)),
        }
    }
}
