//! The records of codes that say who somebody is, and how many were sent and asked for.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Condition, Key, Put, Record, Store, writes};
use crate::Error;
use crate::domain::sign_in::{
    AskForCode, Attempt, Codes, Digits, MAX_CODE_REQUESTS, NotSent, Recent, hash,
};

/// The partition of people's codes, by the hash of their names.
const CODES: &str = "sign-in#codes";
/// The partition of what is counted.
const LIMITS: &str = "sign-in#limits";
/// How often a record is read again that somebody else has written meanwhile.
const MAX_RACES: u32 = 5;

/// A record as it was read.
struct Read<T> {
    key: Key,
    value: T,
    condition: Condition,
}

impl<T: DeserializeOwned + Default> Read<T> {
    /// One that cannot be read counts as empty, and is logged.
    fn of(key: Key, record: Option<Record>) -> Read<T> {
        let Some(record) = record else {
            return Read { key, value: T::default(), condition: Condition::Absent };
        };
        let value = serde_json::from_str(&record.body).unwrap_or_else(|error| {
            tracing::error!(key = record.key.pk, %error, "a record of codes cannot be read");
            T::default()
        });
        Read { key, value, condition: Condition::At(record.revision) }
    }
}

impl<T> Read<T> {
    fn put(&self, value: &impl Serialize, expires_at: Option<Timestamp>) -> Put {
        // Texts and times always serialise.
        let body = serde_json::to_string(value).unwrap_or_default();
        Put { key: self.key.clone(), body, condition: self.condition, expires_at }
    }
}

fn codes_of(person: &str) -> Key {
    Key::new(CODES, hash("sign-in person", &[person]))
}

/// Keeps that this code is sent, if it may be, and nothing else.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub async fn keep_code(
    store: &dyn Store,
    ask: &AskForCode,
    digits: &Digits,
    now: Timestamp,
) -> Result<Result<(), NotSent>, Error> {
    let keys = [codes_of(&ask.person), Key::new(LIMITS, "sent")];
    let mut races = 0;
    loop {
        let mut records = store.load(&keys, now).await?.into_iter();
        let [own, all] = keys.clone();
        let own: Read<Codes> = Read::of(own, records.next().flatten());
        let all: Read<Recent> = Read::of(all, records.next().flatten());
        let (codes, sent) = match own.value.send(&all.value, ask, digits, now) {
            Ok(kept) => kept,
            Err(why) => return Ok(Err(why)),
        };
        let puts = [own.put(&codes, codes.over_at()), all.put(&sent, sent.over_at())];
        match store.write(&writes(puts), now).await {
            Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
            written => return written.map(Ok),
        }
    }
}

/// Tries a code; each try is kept before it is known to be right or wrong, so that many at once gain nothing.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub async fn try_code(
    store: &dyn Store,
    person: &str,
    browser: &str,
    digits: &Digits,
    now: Timestamp,
) -> Result<bool, Error> {
    let key = codes_of(person);
    let mut races = 0;
    loop {
        let record = store.load(std::slice::from_ref(&key), now).await?.pop().flatten();
        let own: Read<Codes> = Read::of(key.clone(), record);
        let (codes, is_right) = match own.value.attempt(person, browser, digits, now) {
            Attempt::Nothing => return Ok(false),
            Attempt::Wrong(codes) => (codes, false),
            Attempt::Right(codes) => (codes, true),
        };
        match store.write(&[own.put(&codes, codes.over_at()).into()], now).await {
            Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
            written => return written.map(|()| is_right),
        }
    }
}

/// Counts that a code is asked for; `false` if too many were within the hour. One that comes beside another counts as one
/// too many.
///
/// # Errors
/// The store does not answer.
pub async fn count_ask(store: &dyn Store, now: Timestamp) -> Result<bool, Error> {
    let key = Key::new(LIMITS, "asked");
    let record = store.load(std::slice::from_ref(&key), now).await?.pop().flatten();
    let asked: Read<Recent> = Read::of(key, record);
    let Some(recent) = asked.value.with(MAX_CODE_REQUESTS, now) else { return Ok(false) };
    match store.write(&[asked.put(&recent, recent.over_at()).into()], now).await {
        Err(Error::Conflict { .. }) => Ok(false),
        written => written.map(|()| true),
    }
}
