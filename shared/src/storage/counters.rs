//! Counters: rows that hold any number of them, changed by increments only.
//!
//! A row is one item of a transaction. Many writers of one row wait for each other, so those who count often spread over
//! several rows; whoever reads sums them up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::size::NUMBER_BYTES;
use super::{Key, Store, all_records};
use crate::Error;
use crate::domain::metrics::current_name;

/// The partition of the counters that pages and metrics show.
pub const COUNTERS: &str = "counters";

/// Begins the name of each attribute that is a counter, so that none is taken for another attribute.
pub(crate) const ATTRIBUTE_PREFIX: &str = "n.";

/// An addition to the counters of one row. A counter that is not there yet begins at zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Increment {
    /// The row. It holds counters only: no [`super::Put`] may have this key.
    pub key: Key,
    /// How much is added, by the names of the counters.
    pub counters: BTreeMap<String, u64>,
    /// From when on the row no longer exists; never, if `None`. It is the same for each increment of one row.
    pub expires_at: Option<Timestamp>,
}

impl Increment {
    /// An increment of counters that are shown, in this row of theirs.
    pub fn of<N: Into<String>>(
        row: &str,
        counters: impl IntoIterator<Item = (N, u64)>,
    ) -> Increment {
        let mut sums = BTreeMap::new();
        for (name, count) in counters {
            let sum: &mut u64 = sums.entry(name.into()).or_default();
            *sum = sum.saturating_add(count);
        }
        Increment { key: Key::new(COUNTERS, row), counters: sums, expires_at: None }
    }

    /// The size of an item that holds these counters alone, in bytes, as DynamoDB counts.
    pub fn item_bytes(&self) -> usize {
        bytes(&self.key, &self.counters)
    }
}

fn bytes(key: &Key, counters: &BTreeMap<String, u64>) -> usize {
    let names = ["pk", "sk", "rev", "expires_at"].iter().map(|name| name.len());
    let fixed = names.sum::<usize>() + 2 * NUMBER_BYTES;
    let counters = counters.keys().map(|name| ATTRIBUTE_PREFIX.len() + name.len() + NUMBER_BYTES);
    fixed + key.pk.len() + key.sk.len() + counters.sum::<usize>()
}

/// The counters of one row. As the body of a record they are a JSON object of numbers, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counters(pub BTreeMap<String, u64>);

impl Counters {
    /// The counters that this body of a record holds.
    ///
    /// # Errors
    /// It holds no counters.
    pub fn from_body(body: &str) -> Result<Counters, serde_json::Error> {
        serde_json::from_str(body)
    }

    /// Adds an increment. A counter that reaches the largest number stays there.
    pub fn add(&mut self, increment: &Increment) {
        for (name, count) in &increment.counters {
            let sum = self.0.entry(name.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// The body of the row's record.
    pub fn to_body(&self) -> String {
        // Strings and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The size of the item that this becomes in this row, in bytes, as DynamoDB counts.
    pub fn item_bytes(&self, key: &Key) -> usize {
        bytes(key, &self.0)
    }
}

/// The sums of all counters that are shown, by the names of this version: what was counted under a former name is added. A
/// former version kept each in a row of its own, under its name, as one number: those are added too.
///
/// # Errors
/// The store does not answer. A row that holds no counters is left out, and logged.
pub async fn totals(store: &dyn Store, now: Timestamp) -> Result<BTreeMap<String, u64>, Error> {
    let mut totals = Counters::default();
    for record in all_records(store, COUNTERS, now).await? {
        let counters = match record.body.parse() {
            Ok(number) => BTreeMap::from([(record.key.sk.clone(), number)]),
            Err(_) => match Counters::from_body(&record.body) {
                Ok(Counters(counters)) => counters,
                Err(error) => {
                    tracing::error!(row = record.key.sk, %error, "counters cannot be read");
                    continue;
                }
            },
        };
        let mut current = BTreeMap::new();
        for (name, count) in counters {
            let sum: &mut u64 = current.entry(current_name(name)).or_default();
            *sum = sum.saturating_add(count);
        }
        totals.add(&Increment { key: record.key, counters: current, expires_at: None });
    }
    Ok(totals.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::catalogue::{ALARMS, DEAD_LETTERS_KEPT, REPAIRED};
    use crate::domain::metrics::{Family, Samples, Value};
    use crate::testing::MemoryStore;

    #[tokio::test]
    async fn counter_of_a_former_name_counts_under_its_new_one() {
        let (store, now) = (MemoryStore::default(), Timestamp::UNIX_EPOCH);
        let counted = [
            (r#"ringdown_alarms_total{became="incident"}"#, 3),
            (r#"ringdown_alarms_total{outcome="incident"}"#, 4),
            (r#"ringdown_audit_mended_total{what="late-wake-up"}"#, 2),
            (r#"ringdown_dead_letters_total{job="forward"}"#, 5),
            ("nobody_knows_this_total", 6),
        ];
        store.write(&[Increment::of("row", counted).into()], now).await.expect("a write");
        let samples = Samples::of_counters(totals(&store, now).await.expect("the counters"));
        let value = |family: &Family, values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            samples.series(family)[&values].clone()
        };
        assert_eq!(value(ALARMS, &["incident"]), Value::Count(7));
        assert_eq!(value(REPAIRED, &["late-wake-up"]), Value::Count(2));
        assert_eq!(value(DEAD_LETTERS_KEPT, &["forward"]), Value::Count(5));
    }
}
