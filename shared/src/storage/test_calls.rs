//! The records of test calls: one for each person. While one is under way it has its person, as an incident's call does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::records::{self, InCall, RETENTION};
use super::{Key, Store, all_records, one};
use crate::Error;
use crate::domain::test_calls::TestCalls;

/// The partition of test calls, by the names of people.
pub const TEST_CALLS: &str = "test-calls";

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
    let change = |calls: Option<TestCalls>| {
        change(&calls.unwrap_or_default()).map(|calls| (calls.clone(), calls))
    };
    one::change(store, key, now, change, TestCalls::over_at).await
}

/// Takes this person until `until` for the test call of this id, as an incident takes them for its call: until then no
/// incident calls them. Returns whether they were free.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub async fn lease(
    store: &dyn Store,
    person: &str,
    id: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    let take = |call: Option<InCall>| match call {
        Some(call) if call.until > now => Err(()),
        Some(call) => Ok(InCall { incident: lease_name(id), until, ..call }),
        None => {
            let (called_at, called_about_us_at) = (Vec::new(), Vec::new());
            Ok(InCall { incident: lease_name(id), until, called_at, called_about_us_at })
        }
    };
    Ok(change_lease(store, person, now, take).await?.is_ok())
}

/// Lets this person go again, if it is this test call that has them.
///
/// # Errors
/// The store does not answer, or others write all the time.
pub async fn release(
    store: &dyn Store,
    person: &str,
    id: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let let_go = |call: Option<InCall>| {
        let ours = call.filter(|call| call.incident == lease_name(id) && call.until > now);
        ours.map(|call| InCall { until: now, ..call }).ok_or(())
    };
    let _ = change_lease(store, person, now, let_go).await?;
    Ok(())
}

/// The test calls that have these people now: name and id.
///
/// # Errors
/// The store does not answer.
pub async fn leases(
    store: &dyn Store,
    people: &[String],
    now: Timestamp,
) -> Result<Vec<(String, String)>, Error> {
    let keys: Vec<Key> = people.iter().map(|name| records::person(name)).collect();
    let records = store.load(&keys, now).await?;
    let held = people.iter().zip(records).filter_map(|(name, record)| {
        let call: InCall = serde_json::from_str(&record?.body).ok()?;
        let id = call.incident.strip_prefix(LEASE).filter(|_| call.until > now)?;
        Some((name.clone(), id.to_owned()))
    });
    Ok(held.collect())
}

/// What stands before the id of a test call where the name of an incident is. No incident's name has a blank.
const LEASE: &str = "test call ";

fn lease_name(id: &str) -> String {
    format!("{LEASE}{id}")
}

async fn change_lease(
    store: &dyn Store,
    person: &str,
    now: Timestamp,
    change: impl Fn(Option<InCall>) -> Result<InCall, ()>,
) -> Result<Result<(), ()>, Error> {
    let expires_at = |call: &InCall| call.until.max(now).checked_add(RETENTION).ok();
    let change = |call| change(call).map(|call| (call, ()));
    one::change(store, records::person(person), now, change, expires_at).await
}
