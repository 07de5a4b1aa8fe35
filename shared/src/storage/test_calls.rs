//! The records of test calls: one for each person.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Condition, Key, Put, Store, all_records};
use crate::Error;
use crate::domain::test_calls::TestCalls;

/// The partition of test calls, by the names of people.
pub const TEST_CALLS: &str = "test-calls";
/// How often a record is read again that somebody else has written meanwhile.
const MAX_RACES: u32 = 10;

/// Everybody's, by name. A record that cannot be read is left out.
///
/// # Errors
/// The store does not answer.
pub async fn all(store: &dyn Store, now: Timestamp) -> Result<BTreeMap<String, TestCalls>, Error> {
    let records = all_records(store, TEST_CALLS, now).await?.into_iter();
    let calls = records
        .filter_map(|record| Some((record.key.sk, serde_json::from_str(&record.body).ok()?)));
    Ok(calls.collect())
}

/// Changes those of this person by `change`, which may be asked more than once, if others write at the same time. What it
/// gives as `Err` changes nothing, and is given back.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub async fn change<E>(
    store: &dyn Store,
    person: &str,
    now: Timestamp,
    change: impl Fn(&TestCalls) -> Result<TestCalls, E>,
) -> Result<Result<TestCalls, E>, Error> {
    let key = Key::new(TEST_CALLS, person);
    let mut races = 0;
    loop {
        let record = store.load(std::slice::from_ref(&key), now).await?.pop().flatten();
        let condition =
            record.as_ref().map_or(Condition::Absent, |record| Condition::At(record.revision));
        let before = record.and_then(|record| serde_json::from_str(&record.body).ok());
        let after = match change(&before.unwrap_or_default()) {
            Ok(after) => after,
            Err(why) => return Ok(Err(why)),
        };
        // Texts and times always serialise.
        let body = serde_json::to_string(&after).unwrap_or_default();
        let put = Put { key: key.clone(), body, condition, expires_at: after.over_at() };
        match store.write(&[put.into()], now).await {
            Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
            written => return written.map(|()| Ok(after)),
        }
    }
}
