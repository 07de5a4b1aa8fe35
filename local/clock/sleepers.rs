//! Sleeps by a clock that can be pushed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The sleepers of a clock: how many until which time; and how many sleeps have ended.
#[derive(Default)]
pub(super) struct Sleepers {
    until: BTreeMap<Timestamp, usize>,
    ended: u64,
}

impl Sleepers {
    /// How many sleeps have ended, if nobody sleeps on whose time has come.
    pub(super) fn ended_by(&self, now: Timestamp) -> Option<u64> {
        let is_due = self.until.first_key_value().is_some_and(|(until, _)| *until <= now);
        (!is_due).then_some(self.ended)
    }
}

/// A sleep, from its beginning until it ends or is given up.
pub(super) struct Sleep<'a> {
    sleepers: &'a Mutex<Sleepers>,
    until: Timestamp,
}

impl<'a> Sleep<'a> {
    /// Begins a sleep.
    pub(super) fn begin(sleepers: &'a Mutex<Sleepers>, until: Timestamp) -> Sleep<'a> {
        let mut all = sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        *all.until.entry(until).or_default() += 1;
        drop(all);
        Sleep { sleepers, until }
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        let mut all = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        all.ended += 1;
        if let Entry::Occupied(mut found) = all.until.entry(self.until) {
            *found.get_mut() -= 1;
            if *found.get() == 0 {
                found.remove();
            }
        }
    }
}
