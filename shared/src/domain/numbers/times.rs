//! A median and a 90th percentile.

use serde::Serialize;

/// How long something took: the middle, and what nine of ten stayed below. By the nearest rank: each is a time that really
/// was, the smallest one that at least half (nine tenths) of all are not longer than.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// Of how many.
    pub count: usize,
    /// Seconds; nothing if there are none.
    pub median_seconds: Option<i64>,
    /// Seconds; nothing if there are none.
    pub p90_seconds: Option<i64>,
}

impl Times {
    /// Those of these times in seconds, in any order.
    pub fn of(mut seconds: Vec<i64>) -> Times {
        seconds.sort_unstable();
        let percentile = |percent: usize| {
            let rank = (seconds.len() * percent).div_ceil(100);
            seconds.get(rank.checked_sub(1)?).copied()
        };
        Times { count: seconds.len(), median_seconds: percentile(50), p90_seconds: percentile(90) }
    }
}
