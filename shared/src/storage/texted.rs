//! The records of what people were texted about: one for each person.

use jiff::Timestamp;

use super::{Key, Store, one};
use crate::Error;
use crate::domain::answers::Texted;

/// The partition of what people were texted about, by their names.
pub const TEXTED: &str = "texted";

/// Reads what this person was texted about. A record that cannot be read counts as none, and is logged.
///
/// # Errors
/// The store does not answer.
pub async fn of(store: &dyn Store, person: &str, now: Timestamp) -> Result<Texted, Error> {
    Ok(one::read(store, &key(person), now).await?.0.unwrap_or_default())
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
    let change = |before: Option<Texted>| change(&before.unwrap_or_default()).ok_or(());
    Ok(one::change(store, key(person), now, change, Texted::over_at).await?.ok())
}

fn key(person: &str) -> Key {
    Key::new(TEXTED, person)
}
