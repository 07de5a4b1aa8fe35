//! A cache of values that are kept for a time, so that a page that many people have open reads them once in a while.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::{SignedDuration, Timestamp};

/// The most values that are kept of one kind.
const MAX_ENTRIES: usize = 100;

/// Values by their keys, each with the time at which it was read.
#[derive(Debug)]
pub struct TimedCache<K, V>(Mutex<BTreeMap<K, (Timestamp, V)>>);

impl<K, V> Default for TimedCache<K, V> {
    fn default() -> TimedCache<K, V> {
        TimedCache(Mutex::new(BTreeMap::new()))
    }
}

impl<K: Ord, V: Clone> TimedCache<K, V> {
    /// The value of a key: younger than `max_age`, or as `read` gives it now.
    ///
    /// # Errors
    /// That of `read`, of which nothing is kept.
    pub(crate) async fn get<Q, E>(
        &self,
        key: &Q,
        (max_age, now): (SignedDuration, Timestamp),
        read: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Ord + ToOwned<Owned = K> + ?Sized,
    {
        let is_young = |at: Timestamp| now >= at && now.duration_since(at) < max_age;
        let cached = self.entries().get(key).filter(|(at, _)| is_young(*at)).cloned();
        if let Some((_, value)) = cached {
            return Ok(value);
        }
        let value = read.await?;
        let mut kept = self.entries();
        if kept.len() >= MAX_ENTRIES {
            kept.retain(|_, (at, _)| is_young(*at));
        }
        if kept.len() < MAX_ENTRIES || kept.contains_key(key) {
            kept.insert(key.to_owned(), (now, value.clone()));
        }
        Ok(value)
    }

    /// Reads anew when it is asked next.
    pub(crate) fn clear(&self) {
        self.entries().clear();
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<K, (Timestamp, V)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::tests::backend::{at, at_once};

    const MAX_AGE: SignedDuration = SignedDuration::from_secs(60);

    #[test]
    fn value_is_read_again_once_it_is_old_or_cleared() {
        let (cache, reads) = (TimedCache::<String, u32>::default(), Cell::new(0));
        let get = |key: &str, second: i64| {
            let read = async {
                reads.set(reads.get() + 1);
                Ok::<_, ()>(reads.get())
            };
            at_once(cache.get(key, (MAX_AGE, at(second)), read))
        };
        let read = [get("a", 0), get("a", 59), get("b", 59), get("a", 60), get("a", 0)];
        // A clock that is put back makes nothing younger.
        assert_eq!(read, [Ok(1), Ok(1), Ok(2), Ok(3), Ok(4)]);
        cache.clear();
        assert_eq!(get("b", 59), Ok(5));
    }

    #[test]
    fn failure_is_not_kept_and_values_are_bounded() {
        let cache = TimedCache::<String, usize>::default();
        let get = |key: usize, value: Result<usize, ()>, second: i64| {
            at_once(cache.get(key.to_string().as_str(), (MAX_AGE, at(second)), async { value }))
        };
        assert_eq!((get(0, Err(()), 0), get(0, Ok(7), 0)), (Err(()), Ok(7)));
        for key in 0..2 * MAX_ENTRIES {
            get(key, Ok(key), 0).unwrap();
        }
        assert_eq!(cache.entries().len(), MAX_ENTRIES);
        get(500, Ok(1), 61).unwrap();
        assert_eq!(cache.entries().len(), 1);
    }
}
