//! The records of links in texts. Each is found by a token that is not in it: the place of the record is the token's hash.

use jiff::Timestamp;

use super::{Condition, Key, Put, Store};
use crate::Error;
use crate::domain::sign_in::{TextLink, TextToken};

/// The partition of links in texts.
pub const TEXT_LINKS: &str = "text-links";

fn key_of(token: &TextToken) -> Key {
    Key::new(TEXT_LINKS, token.hash())
}

/// Keeps a link until it is over, for whoever has this token.
///
/// # Errors
/// The store does not answer.
pub async fn keep(
    store: &dyn Store,
    token: &TextToken,
    link: &TextLink,
    now: Timestamp,
) -> Result<(), Error> {
    // Texts and times always serialise.
    let body = serde_json::to_string(link).unwrap_or_default();
    let (key, expires_at) = (key_of(token), Some(link.until));
    store.write(&[Put { key, body, condition: Condition::Absent, expires_at }.into()], now).await
}

/// The link of this token, whether it is good or not.
///
/// # Errors
/// The store does not answer.
pub async fn one(
    store: &dyn Store,
    token: &TextToken,
    now: Timestamp,
) -> Result<Option<TextLink>, Error> {
    let record = store.load(&[key_of(token)], now).await?.pop().flatten();
    let Some(record) = record else { return Ok(None) };
    let read = serde_json::from_str(&record.body);
    Ok(read.inspect_err(|error| tracing::error!(%error, "a link in a text cannot be read")).ok())
}
