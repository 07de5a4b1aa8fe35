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

/// The partition of the counters that pages and metrics show.
pub const COUNTERS: &str = "counters";

/// Begins the name of each attribute that is a counter, so that none is taken for another attribute.
pub(crate) const ATTRIBUTE_PREFIX: &str = "n.";

/// What is added to the counters of one row. A counter that is not there yet begins at zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Increment {
    /// The row. It holds counters only: no [`super::Put`] may have this key.
    pub key: Key,
    /// How much is added, by the names of the counters.
    pub counters: BTreeMap<String, u64>,
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
        Increment { key: Key::new(COUNTERS, row), counters: sums }
    }

    /// The size of an item that holds these counters alone, in bytes, as DynamoDB counts.
    pub fn item_bytes(&self) -> usize {
        bytes(&self.key, &self.counters)
    }
}

fn bytes(key: &Key, counters: &BTreeMap<String, u64>) -> usize {
    let fixed = ["pk", "sk", "rev"].iter().map(|name| name.len()).sum::<usize>() + NUMBER_BYTES;
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

/// The sums of all counters that are shown, by name. A former version kept each in a row of its own, under its name, as
/// one number: those are added.
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
        totals.add(&Increment { key: record.key, counters });
    }
    Ok(totals.0)
}
