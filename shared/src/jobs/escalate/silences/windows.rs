//! A round that would begin anew while all that goes on is silenced waits for the end of that.

use jiff::Timestamp;

use super::super::transaction::Transaction;
use super::manual;
use crate::domain::escalation::{Incident, Phase, Signal};
use crate::domain::silence::{Silences, Stored};

impl Transaction<'_> {
    /// Returns the signal for an incident whose time has come. Where a round would begin anew, and all that goes on is in a
    /// maintenance window by now, it waits for the end of that.
    pub(in super::super) fn wake(&self, silences: &Silences, stored: &[Stored]) -> Signal {
        let begins_anew = |incident: &&Incident| {
            // It is over now, if nothing changed for as long as its policy says.
            if incident.resolves_at().is_some_and(|at| at <= self.now) {
                return false;
            }
            let waited = incident.phase != Phase::Calling || incident.silenced_until.is_some();
            waited && incident.next_round_at().is_some_and(|at| at <= self.now)
        };
        let incident = self.stored.as_ref().map(|stored| &stored.incident).filter(begins_anew);
        match incident.and_then(|incident| silenced(incident, silences, stored, self.now)) {
            Some((until, by)) => Signal::HeldBack { by, until },
            None => Signal::Wake,
        }
    }
}

/// Until when all alarms of an incident that go on are in maintenance windows, or in silences of globs, if they are; and
/// how people are told of the one that ends then.
pub(super) fn silenced(
    incident: &Incident,
    silences: &Silences,
    stored: &[Stored],
    now: Timestamp,
) -> Option<(Timestamp, String)> {
    // What somebody raised by hand is in no window.
    if incident.more_alarms > 0 || incident.open_alarms().any(|alarm| alarm.raised_by.is_some()) {
        return None;
    }
    // A silence for an incident alone holds that back by itself.
    let of_globs: Vec<Stored> =
        stored.iter().filter(|silence| !silence.globs.is_empty()).cloned().collect();
    let longest = incident
        .open_alarms()
        .map(|alarm| silences.longest(&of_globs, (&alarm.name, &alarm.key), now));
    let longest: Option<Vec<_>> = longest.collect();
    let (until, by_hand) = longest?.into_iter().min_by_key(|(until, _)| *until)?;
    let by = by_hand.map_or_else(|| "the maintenance window".to_owned(), manual::told_by);
    Some((until, by))
}
