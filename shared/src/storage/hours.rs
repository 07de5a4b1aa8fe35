//! The counters as they stood at the beginning of each quarter of an hour, and of each hour for five weeks: what happened
//! between two of them is their difference.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Condition, Counters, Key, Put, Record, Store};
use crate::Error;

/// The partition of the counters by hour.
const HOURS: &str = "hours";
/// The retention of the counters at a full hour: four weeks can be compared with the week before them.
const HOUR_RETENTION: SignedDuration = SignedDuration::from_hours(35 * 24);
/// The retention of those at the other quarters.
const QUARTER_RETENTION: SignedDuration = SignedDuration::from_hours(3);

/// Where the counters are that were kept at this moment, which begins a quarter of an hour.
pub fn key(at: Timestamp) -> Key {
    let at = at.to_zoned(TimeZone::UTC);
    let format = if at.minute() == 0 { "%Y-%m-%dT%H" } else { "%Y-%m-%dT%H:%M" };
    Key::new(HOURS, at.strftime(format).to_string())
}

/// Keeps the counters as they stand at this moment, unless somebody has.
pub fn put(at: Timestamp, counters: BTreeMap<String, u64>) -> Put {
    let key = key(at);
    let is_hour = !key.sk.contains(':');
    let retention = if is_hour { HOUR_RETENTION } else { QUARTER_RETENTION };
    Put {
        key,
        body: Counters(counters).to_body(),
        condition: Condition::Absent,
        expires_at: at.checked_add(retention).ok(),
    }
}

/// The counters as they were kept at a moment, or next after it: when that was, and what they were. `None` if they were not kept since.
pub type StoredCounters = Option<(Timestamp, Counters)>;

/// The counters as they were kept at each of these moments, [`super::MAX_TRANSACTION_ITEMS`] at most, the oldest
/// first, each of which begins a quarter of an hour.
///
/// # Errors
/// The store does not answer. A row that cannot be read is taken for one that is not there, and logged.
pub async fn counters_at(
    store: &dyn Store,
    moments: &[Timestamp],
    now: Timestamp,
) -> Result<Vec<StoredCounters>, Error> {
    let keys: Vec<Key> = moments.iter().map(|at| key(*at)).collect();
    let mut all: Vec<StoredCounters> = Vec::with_capacity(keys.len());
    for ((at, key), record) in moments.iter().zip(&keys).zip(store.load(&keys, now).await?) {
        let before = all.last();
        let kept = match (record, before) {
            (Some(record), _) => read(&record),
            // Nobody kept them then: the server was away, and nothing was counted.
            (None, Some(None)) => None,
            (None, Some(Some(next))) if next.0 >= *at => Some(next.clone()),
            (None, _) => {
                let next = store.page(HOURS, Some(&key.sk), 1, now).await?;
                next.first().and_then(read)
            }
        };
        all.push(kept);
    }
    Ok(all)
}

fn read(record: &Record) -> StoredCounters {
    let counters = Counters::from_body(&record.body)
        .inspect_err(|error| tracing::error!(sk = record.key.sk, %error, "counters cannot be read"))
        .ok()?;
    Some((time(&record.key.sk)?, counters))
}

/// The moment of a row.
fn time(sk: &str) -> Option<Timestamp> {
    let minutes = if sk.contains(':') { "" } else { ":00" };
    format!("{sk}{minutes}:00Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MemoryStore;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[tokio::test]
    async fn counters_of_a_moment_are_those_kept_then_or_next() {
        let store = MemoryStore::default();
        let count = |count| BTreeMap::from([("n".to_owned(), count)]);
        for (when, value) in [("09:00", 1), ("09:15", 2), ("09:30", 3), ("12:00", 4)] {
            let when = at(&format!("2026-11-18T{when}:00Z"));
            store.write(&[put(when, count(value)).into()], when).await.expect("a write");
        }
        let found = async |now: &str, when: &str| {
            let when = at(&format!("2026-11-18T{when}:00Z"));
            let all = counters_at(&store, &[when], at(now)).await.expect("the rows");
            let found = all.into_iter().flatten().next();
            found.map(|(at, counters)| (at.strftime("%H:%M").to_string(), counters.0["n"]))
        };
        let (soon, later) = ("2026-11-18T12:01:00Z", "2026-11-18T15:00:00Z");
        let is = |time: &str, count| Some((time.to_owned(), count));
        assert_eq!(found(soon, "09:00").await, is("09:00", 1));
        assert_eq!(found(soon, "09:15").await, is("09:15", 2));
        assert_eq!(
            found(later, "09:15").await,
            is("12:00", 4),
            "a quarter is kept for three hours"
        );
        assert_eq!(found(soon, "08:45").await, is("09:00", 1));
        assert_eq!(found(soon, "12:15").await, None);
    }

    #[test]
    fn row_of_a_full_hour_has_the_name_that_it_always_had() {
        assert_eq!(key(at("2026-11-18T09:00:00Z")).sk, "2026-11-18T09");
        assert_eq!(key(at("2026-11-18T09:45:00Z")).sk, "2026-11-18T09:45");
        assert_eq!(time("2026-11-18T09"), Some(at("2026-11-18T09:00:00Z")));
        assert_eq!(time("2026-11-18T09:45"), Some(at("2026-11-18T09:45:00Z")));
        assert_eq!(time("x"), None);
    }
}
