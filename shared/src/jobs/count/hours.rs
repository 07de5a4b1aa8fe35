//! The counters at the end of each hour, kept for five weeks: what happened in an hour is the difference of two.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Count;
use crate::Error;
use crate::storage::{Condition, Counters, Key, Put, counters};

/// The partition of the counters by hour.
const HOURS: &str = "hours";
/// The retention of an hour's counters: four weeks can be compared with the week before them.
const HOUR_RETENTION: SignedDuration = SignedDuration::from_hours(35 * 24);

impl Count {
    /// Keeps all counters as they stand, if nobody has in this hour.
    pub(super) async fn keep_hour(&self, now: Timestamp) -> Result<(), Error> {
        let hour = now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H").to_string();
        let key = Key::new(HOURS, hour);
        let known = self.store.load(std::slice::from_ref(&key), now).await?;
        if known.into_iter().flatten().next().is_some() {
            return Ok(());
        }
        let all = Counters(counters::totals(self.store.as_ref(), now).await?);
        let put = Put {
            key,
            body: all.to_body(),
            condition: Condition::Absent,
            expires_at: now.checked_add(HOUR_RETENTION).ok(),
        };
        match self.store.write(&[put.into()], now).await {
            Err(Error::Conflict { .. }) => Ok(()),
            written => written,
        }
    }
}
