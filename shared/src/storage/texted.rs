//! The records of what people were texted about: one for each person.

use jiff::Timestamp;

use super::{Condition, Key, Put, Store};
use crate::Error;
use crate::domain::answers::Texted;

/// The partition of what people were texted about, by their names.
pub const TEXTED: &str = "texted";
/// How often a record is read again that somebody else has written meanwhile.
const MAX_RACES: u32 = 10;

/// What this person was texted about. A record that cannot be read counts as none, and is logged.
///
/// # Errors
/// The store does not answer.
pub async fn of(store: &dyn Store, person: &str, now: Timestamp) -> Result<Texted, Error> {
    Ok(read(store, person, now).await?.0)
}

/// Changes what is kept of this person, if `change` gives what it shall be; gives what came with it. It may be asked more
/// than once, if others write at the same time.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub async fn change<T>(
    store: &dyn Store,
    person: &str,
    now: Timestamp,
    change: impl Fn(&Texted) -> Option<(Texted, T)>,
) -> Result<Option<T>, Error> {
    let mut races = 0;
    loop {
        let (before, condition) = read(store, person, now).await?;
        let Some((after, given)) = change(&before) else { return Ok(None) };
        // Texts and times always serialise.
        let body = serde_json::to_string(&after).unwrap_or_default();
        let put = Put { key: key(person), body, condition, expires_at: after.over_at() };
        match store.write(&[put.into()], now).await {
            Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
            written => return written.map(|()| Some(given)),
        }
    }
}

fn key(person: &str) -> Key {
    Key::new(TEXTED, person)
}

async fn read(
    store: &dyn Store,
    person: &str,
    now: Timestamp,
) -> Result<(Texted, Condition), Error> {
    let Some(record) = store.load(&[key(person)], now).await?.into_iter().flatten().next() else {
        return Ok((Texted::default(), Condition::Absent));
    };
    let texted = serde_json::from_str(&record.body).unwrap_or_else(|error| {
        tracing::error!(%error, "what a person was texted about cannot be read");
        Texted::default()
    });
    Ok((texted, Condition::At(record.revision)))
}
