//! The records of the secret addresses of calendars. Each is found by a token that is not in it: its place is the token's
//! hash. A person or a schedule has one at most.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Key, Put, Store, writes};
use crate::Error;
use crate::domain::schedule::Feed;
use crate::domain::sign_in::hash;

/// The partition of these addresses.
pub const CALENDAR_LINKS: &str = "calendar-links";
/// How often an address is made again that somebody else has made meanwhile.
const MAX_RACES: u32 = 5;

/// The address of a person or a schedule as it is kept.
#[derive(Serialize, Deserialize)]
struct Current {
    /// The hash of its token.
    hash: String,
    /// Since when.
    at: Timestamp,
}

fn key_of(token: &str) -> Key {
    Key::new(CALENDAR_LINKS, hash("calendar link", &[token]))
}

fn key_of_feed(feed: &Feed) -> Key {
    let kind = match feed {
        Feed::Person(_) => "person",
        Feed::Schedule(_) => "schedule",
    };
    Key::new(CALENDAR_LINKS, format!("of {}", hash("calendar of", &[kind, feed.name()])))
}

/// Whether a text may be a token: 128 bits in 22 characters. Nothing else is looked up.
fn is_token(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 16)
}

/// Makes the address of this calendar of random bytes, and gives its token. An earlier one is no longer good.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub async fn renew(
    store: &dyn Store,
    feed: &Feed,
    random: [u8; 16],
    now: Timestamp,
) -> Result<String, Error> {
    let token = URL_SAFE_NO_PAD.encode(random);
    // By any clock that is not a day behind ours.
    let long_over = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let mut races = 0;
    loop {
        let former = store.load(&[key_of_feed(feed)], now).await?.pop().flatten();
        let condition =
            former.as_ref().map_or(Condition::Absent, |former| Condition::At(former.revision));
        let key = key_of(&token);
        let current = Current { hash: key.sk.clone(), at: now };
        let mut puts = vec![
            put(key, feed, Condition::Absent, None),
            put(key_of_feed(feed), &current, condition, None),
        ];
        let former = former.and_then(|former| serde_json::from_str::<Current>(&former.body).ok());
        puts.extend(former.map(|former| {
            put(Key::new(CALENDAR_LINKS, former.hash), feed, Condition::Always, Some(long_over))
        }));
        match store.write(&writes(puts), now).await {
            Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
            written => return written.map(|()| token),
        }
    }
}

/// Finds the calendar that this is the token of: one read, and none for what cannot be a token.
///
/// # Errors
/// The store does not answer.
pub async fn find(store: &dyn Store, token: &str, now: Timestamp) -> Result<Option<Feed>, Error> {
    if !is_token(token) {
        return Ok(None);
    }
    let record = store.load(&[key_of(token)], now).await?.pop().flatten();
    Ok(record.and_then(|record| {
        let read = serde_json::from_str(&record.body);
        read.inspect_err(|error| tracing::error!(%error, "a calendar's address cannot be read"))
            .ok()
    }))
}

fn put(
    key: Key,
    body: &impl Serialize,
    condition: Condition,
    expires_at: Option<Timestamp>,
) -> Put {
    // Texts and times always serialise.
    let body = serde_json::to_string(body).unwrap_or_default();
    Put { key, body, condition, expires_at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MemoryBackend, sample::at};

    #[tokio::test]
    async fn renewed_address_ends_the_former_one_and_keeps_no_token() {
        let store = MemoryBackend::default().store;
        let feed = Feed::Person("alpha".to_owned());
        let first = renew(&store, &feed, [1; 16], at(0)).await.unwrap();
        assert_eq!(first.len(), 22);
        assert_eq!(find(&store, &first, at(1)).await.unwrap(), Some(feed.clone()));
        let schedule = Feed::Schedule("alpha".to_owned());
        let other = renew(&store, &schedule, [2; 16], at(1)).await.unwrap();
        let second = renew(&store, &feed, [3; 16], at(2)).await.unwrap();
        assert_eq!(find(&store, &first, at(2)).await.unwrap(), None);
        assert_eq!(find(&store, &second, at(2)).await.unwrap(), Some(feed));
        assert_eq!(find(&store, &other, at(2)).await.unwrap(), Some(schedule));
        for record in store.records(CALENDAR_LINKS) {
            let kept = format!("{:?} {}", record.key, record.body);
            assert!(!kept.contains(&second) && !kept.contains(&other), "{kept}");
        }
        store.take_calls();
        for wrong in ["", "x", &"A".repeat(21), &"A".repeat(200), "../../../../etc/passwd"] {
            assert_eq!(find(&store, wrong, at(2)).await.unwrap(), None, "{wrong}");
        }
        assert_eq!(store.take_calls().loads, 0);
    }
}
