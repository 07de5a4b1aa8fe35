//! The one record of the overrides that people have made: who is on call in a schedule, whatever the file says.

use jiff::Timestamp;

use super::{Condition, Key, Put, Record, Store};
use crate::Error;
use crate::domain::schedule::StoredOverrides;

/// The partition of the record.
pub const OVERRIDES: &str = "overrides";

const UNREAD: &str = "the overrides cannot be read: `ringdown oncall remove --all` starts over, and prints what is lost";

/// The overrides, and how their record may be written.
pub struct Read {
    /// The overrides.
    pub overrides: StoredOverrides,
    /// The text of the record, if that cannot be read: then there are no overrides here.
    pub unread: Option<String>,
    condition: Condition,
}

fn key() -> Key {
    Key::new(OVERRIDES, "all")
}

/// The overrides, strongly consistent.
///
/// # Errors
/// The store does not answer, or the record cannot be read.
pub async fn read(store: &dyn Store, now: Timestamp) -> Result<StoredOverrides, Error> {
    let read = open(store, now).await?;
    match read.unread {
        None => Ok(read.overrides),
        Some(_) => Err(Error::Store(UNREAD.to_owned())),
    }
}

/// The same where nobody may be left uncalled, and no page be away, because they cannot be read: then the file alone says
/// who is on call, and the log says why.
pub async fn read_or_none(store: &dyn Store, now: Timestamp) -> StoredOverrides {
    let mut read = read(store, now).await;
    if read.is_err() {
        read = self::read(store, now).await;
    }
    read.unwrap_or_else(|error| unread(&error))
}

/// The overrides that count in place of those that cannot be read: none. The log says why.
pub fn unread(error: &Error) -> StoredOverrides {
    tracing::error!(%error, "overrides cannot be read: the file alone says who is on call");
    StoredOverrides::default()
}

/// The same, to write them.
///
/// # Errors
/// The store does not answer.
pub async fn open(store: &dyn Store, now: Timestamp) -> Result<Read, Error> {
    let record = store.load(&[key()], now).await?.pop().flatten();
    let Some(Record { revision, body, .. }) = record else {
        let (overrides, condition) = (StoredOverrides::default(), Condition::Absent);
        return Ok(Read { overrides, unread: None, condition });
    };
    let condition = Condition::At(revision);
    Ok(match serde_json::from_str(&body) {
        Ok(overrides) => Read { overrides, unread: None, condition },
        Err(_) => Read { overrides: StoredOverrides::default(), unread: Some(body), condition },
    })
}

impl Read {
    /// Writes these in place of those that were read.
    ///
    /// # Errors
    /// [`Error::Conflict`] if somebody else has written; the store does not answer.
    pub async fn write(
        &self,
        store: &dyn Store,
        overrides: &StoredOverrides,
        now: Timestamp,
    ) -> Result<(), Error> {
        // Texts and times always serialise.
        let body = serde_json::to_string(overrides).unwrap_or_default();
        let expires_at = Some(overrides.over_at().unwrap_or(now));
        let put = Put { key: key(), body, condition: self.condition, expires_at };
        store.write(&[put.into()], now).await
    }
}
