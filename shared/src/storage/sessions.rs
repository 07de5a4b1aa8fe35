//! The records of sessions, and of the links that begin one. Each is found by a token that is not in it: the place of the
//! record is the token's hash, and that is the session's id.

use jiff::Timestamp;
use serde::Serialize;

use super::{Condition, Key, Put, Record, Store, all_records};
use crate::Error;
use crate::domain::sign_in::{Link, Session, hash};

/// The partition of sessions.
pub const SESSIONS: &str = "sessions";
/// The partition of links.
const LINKS: &str = "sign-in#links";
/// The length of a token and of an id: 32 bytes in hexadecimal.
const TOKEN_CHARS: usize = 64;

/// A session, and what names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// The hash of its token.
    pub id: String,
    /// The session.
    pub session: Session,
    revision: u64,
}

fn key_of(token: &str) -> Key {
    Key::new(SESSIONS, hash("session", &[token]))
}

fn link_key(token: &str) -> Key {
    Key::new(LINKS, hash("link", &[token]))
}

/// Whether a text may be a token or an id of ours: nothing else is looked up.
fn is_token(text: &str) -> bool {
    text.len() == TOKEN_CHARS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Begins a session, for whoever has this token.
///
/// # Errors
/// The store does not answer.
pub async fn begin(
    store: &dyn Store,
    token: &str,
    session: &Session,
    now: Timestamp,
) -> Result<(), Error> {
    store.write(&[put(key_of(token), session, Condition::Absent, session.until).into()], now).await
}

/// The session of whoever has this token, whether it is good or not.
///
/// # Errors
/// The store does not answer.
pub async fn one(
    store: &dyn Store,
    token: &str,
    now: Timestamp,
) -> Result<Option<StoredSession>, Error> {
    if !is_token(token) {
        return Ok(None);
    }
    Ok(store.load(&[key_of(token)], now).await?.into_iter().flatten().find_map(read))
}

/// All sessions, the newest first.
///
/// # Errors
/// The store does not answer.
pub async fn all(store: &dyn Store, now: Timestamp) -> Result<Vec<StoredSession>, Error> {
    let records = all_records(store, SESSIONS, now).await?;
    let mut sessions: Vec<StoredSession> = records.into_iter().filter_map(read).collect();
    sessions.sort_by(|a, b| b.session.begun.cmp(&a.session.begun).then_with(|| a.id.cmp(&b.id)));
    Ok(sessions)
}

/// Ends the session of this id; `None` if there is none.
///
/// # Errors
/// The store does not answer.
pub async fn end(store: &dyn Store, id: &str, now: Timestamp) -> Result<Option<Session>, Error> {
    if !is_token(id) {
        return Ok(None);
    }
    let key = Key::new(SESSIONS, id);
    let found = store.load(&[key], now).await?.into_iter().flatten().find_map(read);
    let Some(StoredSession { id, session, revision }) = found else { return Ok(None) };
    let over = put(Key::new(SESSIONS, id), &session, Condition::At(revision), now);
    match store.write(&[over.into()], now).await {
        // Somebody else has ended it: nothing else is ever written there.
        Ok(()) | Err(Error::Conflict { .. }) => Ok(Some(session)),
        Err(error) => Err(error),
    }
}

/// Keeps a link, for whoever has this token.
///
/// # Errors
/// The store does not answer.
pub async fn keep_link(
    store: &dyn Store,
    token: &str,
    link: &Link,
    now: Timestamp,
) -> Result<(), Error> {
    store.write(&[put(link_key(token), link, Condition::Absent, link.until).into()], now).await
}

/// The link of this token, if it is good.
///
/// # Errors
/// The store does not answer.
pub async fn link(store: &dyn Store, token: &str, now: Timestamp) -> Result<Option<Link>, Error> {
    let found = link_record(store, token, now).await?;
    Ok(found.map(|(link, _)| link))
}

/// Uses a link up, which begins this session for whoever has `session_token`; `false` if it is not good any more.
///
/// # Errors
/// The store does not answer.
pub async fn trade_link(
    store: &dyn Store,
    token: &str,
    session_token: &str,
    session: &Session,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some((link, revision)) = link_record(store, token, now).await? else { return Ok(false) };
    let used = put(link_key(token), &link, Condition::At(revision), now);
    let begun = put(key_of(session_token), session, Condition::Absent, session.until);
    match store.write(&[used.into(), begun.into()], now).await {
        Ok(()) => Ok(true),
        // Somebody else has used it.
        Err(Error::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn link_record(
    store: &dyn Store,
    token: &str,
    now: Timestamp,
) -> Result<Option<(Link, u64)>, Error> {
    if !is_token(token) {
        return Ok(None);
    }
    let Some(record) = store.load(&[link_key(token)], now).await?.pop().flatten() else {
        return Ok(None);
    };
    let link: Option<Link> = parsed(&record);
    Ok(link.filter(|link| now < link.until).map(|link| (link, record.revision)))
}

fn read(record: Record) -> Option<StoredSession> {
    let session = parsed(&record)?;
    Some(StoredSession { session, id: record.key.sk, revision: record.revision })
}

fn parsed<T: serde::de::DeserializeOwned>(record: &Record) -> Option<T> {
    let read = serde_json::from_str(&record.body);
    read.inspect_err(|error| {
        tracing::error!(key = record.key.pk, %error, "a session, or a link to one, cannot be read");
    })
    .ok()
}

fn put(key: Key, body: &impl Serialize, condition: Condition, until: Timestamp) -> Put {
    // Texts and times always serialise.
    let body = serde_json::to_string(body).unwrap_or_default();
    Put { key, body, condition, expires_at: Some(until) }
}
