//! The counters at the beginning of each quarter of an hour: what happened since is the difference to those of now.

use jiff::Timestamp;

use super::Count;
use crate::Error;
use crate::domain::numbers::{hour_of, quarter_of};
use crate::storage::{Key, counters, hours, writes};

impl Count {
    /// Keeps all counters as they stand, if nobody has in this quarter of an hour, or in this hour.
    pub(super) async fn keep_quarter(&self, now: Timestamp) -> Result<(), Error> {
        let mut begun = vec![hour_of(now), quarter_of(now)];
        begun.dedup();
        let keys: Vec<Key> = begun.iter().map(|at| hours::key(*at)).collect();
        let known = self.store.load(&keys, now).await?;
        let new = begun.iter().zip(known).filter(|(_, known)| known.is_none());
        let new: Vec<Timestamp> = new.map(|(at, _)| *at).collect();
        if new.is_empty() {
            return Ok(());
        }
        let totals = counters::totals(self.store.as_ref(), now).await?;
        let puts = new.iter().map(|at| hours::put(*at, totals.clone()));
        match self.store.write(&writes(puts), now).await {
            Err(Error::Conflict { .. }) => Ok(()),
            written => written,
        }
    }
}
