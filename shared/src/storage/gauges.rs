//! Gauges that somebody measures now and then: one small record each, with the time at which it was measured.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Key, Put, Store, all_records};
use crate::Error;

/// The partition of gauges, by the names of their metrics.
pub const PARTITION: &str = "gauges";

/// The retention of a measurement. A reader may find it too old long before.
pub const GAUGE_RETENTION: SignedDuration = SignedDuration::from_hours(3 * 24);

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gauge {
    /// Its value.
    pub value: i64,
    /// When it was measured.
    pub at: Timestamp,
}

impl Gauge {
    /// Whether it was measured less than so long ago.
    pub fn is_younger_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        now.duration_since(self.at) < age
    }
}

/// The record of a measurement made now, in place of the one before.
pub fn put(name: &str, value: i64, now: Timestamp) -> Put {
    let gauge = Gauge { value, at: now };
    Put {
        key: Key::new(PARTITION, name),
        // Numbers and times always serialise.
        body: serde_json::to_string(&gauge).unwrap_or_default(),
        condition: Condition::Always,
        expires_at: now.checked_add(GAUGE_RETENTION).ok(),
    }
}

/// The last measurement of this name; none if it cannot be read.
///
/// # Errors
/// The store does not answer.
pub async fn one(store: &dyn Store, name: &str, now: Timestamp) -> Result<Option<Gauge>, Error> {
    let records = store.load(&[Key::new(PARTITION, name)], now).await?;
    Ok(records.into_iter().flatten().find_map(|record| serde_json::from_str(&record.body).ok()))
}

/// All measurements, by name.
///
/// # Errors
/// The store does not answer. A record that holds none is left out, and logged.
pub async fn all(store: &dyn Store, now: Timestamp) -> Result<BTreeMap<String, Gauge>, Error> {
    let read = |record: super::Record| match serde_json::from_str(&record.body) {
        Ok(gauge) => Some((record.key.sk, gauge)),
        Err(error) => {
            tracing::error!(name = record.key.sk, %error, "a gauge cannot be read");
            None
        }
    };
    Ok(all_records(store, PARTITION, now).await?.into_iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MemoryStore;

    #[tokio::test]
    async fn gauge_is_the_last_one_put_and_goes_when_it_is_old() {
        let store = MemoryStore::default();
        let now = Timestamp::from_second(1_900_000_000).expect("a time");
        for value in [3, -4] {
            store.write(&[put("ringdown_x", value, now).into()], now).await.expect("a write");
        }
        let broken = Put { key: Key::new(PARTITION, "broken"), ..put("x", 1, now) };
        let broken = Put { body: "[]".to_owned(), ..broken };
        store.write(&[broken.into()], now).await.expect("a write");
        let gauges = all(&store, now).await.expect("gauges");
        let expected = Gauge { value: -4, at: now };
        assert_eq!(gauges, BTreeMap::from([("ringdown_x".to_owned(), expected)]));
        let later = now + SignedDuration::from_mins(2);
        assert!(expected.is_younger_than(SignedDuration::from_mins(3), later));
        assert!(!expected.is_younger_than(SignedDuration::from_mins(2), later));
        assert_eq!(all(&store, now + GAUGE_RETENTION).await.expect("gauges"), BTreeMap::new());
    }
}
