//! How fast Executions may be begun. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// The most Executions that the REST API begins within [`PERIOD`]. (twilio.com/docs/studio/user-guide/studio-faq: 20 a second for an account.)
const MAX_STARTS: usize = 20;
const PERIOD: Duration = Duration::from_secs(1);

/// The last starts, oldest first.
#[derive(Debug, Default)]
pub(super) struct StartRate(VecDeque<Timestamp>);

impl StartRate {
    /// Takes one more start now, unless there were too many within the last second.
    pub(super) fn admit(&mut self, now: Timestamp) -> bool {
        let is_old = |at: &Timestamp| now.duration_since(*at).unsigned_abs() >= PERIOD;
        while self.0.front().is_some_and(is_old) {
            self.0.pop_front();
        }
        let is_free = self.0.len() < MAX_STARTS;
        if is_free {
            self.0.push_back(now);
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_starts_fit_into_any_second() {
        let at = |ms: i64| Timestamp::from_millisecond(1_800_000_000_000 + ms).expect("a time");
        let mut rate = StartRate::default();
        assert!((0..20).all(|n| rate.admit(at(n * 50))));
        assert!(!rate.admit(at(999)));
        assert!(rate.admit(at(1_000)) && !rate.admit(at(1_049)) && rate.admit(at(1_050)));
    }
}
