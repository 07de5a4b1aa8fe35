//! Why an incident is over, when it will be, and who may say so.

use jiff::Timestamp;

use super::super::model::{Attempt, Entry, Event, Incident, Owner, Phase};

/// Why an incident is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending<'a> {
    /// All its alarms recovered.
    Recovered,
    /// The last one that went on, of this name, was deleted in its monitor.
    Deleted(&'a str),
    /// This person (or "somebody on the page") said so.
    ByHand(&'a str),
    /// No alarm changed for so many seconds.
    NothingChanged(i64),
}

impl Incident {
    /// Returns why it is over; `None` while it is open.
    pub fn ending(&self) -> Option<Ending<'_>> {
        self.ended_at?;
        let entries = &self.timeline.entries;
        let ending = |(at, entry): (usize, &'_ Entry)| match &entry.event {
            Event::ResolvedByHand { .. }
            | Event::NothingChanged { .. }
            | Event::Resolved { .. } => Some(at),
            _ => None,
        };
        let Some(at) = entries.iter().enumerate().rev().find_map(ending) else {
            return Some(Ending::Recovered);
        };
        let before = at.checked_sub(1).map(|before| &entries[before].event);
        Some(match (&entries[at].event, before) {
            (Event::ResolvedByHand { person, .. }, _) => Ending::ByHand(person),
            (Event::NothingChanged { for_seconds, .. }, _) => Ending::NothingChanged(*for_seconds),
            (_, Some(Event::Deleted { alarm, left: 0 })) => Ending::Deleted(alarm),
            _ => Ending::Recovered,
        })
    }

    /// Returns who said that it is over, if somebody did.
    pub fn resolved_by(&self) -> Option<&str> {
        match self.ending()? {
            Ending::ByHand(by) => Some(by),
            _ => None,
        }
    }

    /// Returns when it is over if no alarm changes before; `None` where the policy has no `resolve_after`.
    pub fn resolves_at(&self) -> Option<Timestamp> {
        let after = self.policy.resolve_after.filter(|_| self.ended_at.is_none())?;
        self.last_change().checked_add(after).ok()
    }

    /// Returns when one of its alarms last changed.
    fn last_change(&self) -> Timestamp {
        let of_alarms =
            self.alarms.iter().flat_map(|alarm| [Some(alarm.since), alarm.recovered_at]);
        // A record of an earlier version does not say.
        let told = || of_alarms.flatten().chain([self.raised_at]).max();
        self.changed_at.or_else(told).unwrap_or(self.raised_at)
    }

    /// Whether this person is the owner, and asked again since it still goes on.
    pub(crate) fn is_owner_called_again(&self, person: &str) -> bool {
        let is_theirs = |owner: &Owner| owner.person == person && !owner.outside;
        self.round.owner_first
            && self.phase == Phase::Calling
            && self.owner.as_ref().is_some_and(is_theirs)
    }

    /// Whether the person of this attempt may say with the key 3 that it is over.
    pub fn offers_resolve(&self, attempt: &Attempt) -> bool {
        attempt.offers_resolve
            && self.ended_at.is_none()
            && attempt.round == self.round.number
            && self.is_owner_called_again(&attempt.person)
    }

    /// Whether an alarm went off after the entry of this number, or so long ago that it is not known any more.
    pub fn went_off_since(&self, number: u32) -> bool {
        let goes_off = |event: &Event| {
            matches!(
                event,
                Event::Raised { .. }
                    | Event::Joined { .. }
                    | Event::JoinedUnnamed
                    | Event::JoinedTogether { .. }
                    | Event::Reopened { .. }
            )
        };
        let new = self.timeline.entries.iter().filter(|entry| entry.number >= number);
        let known = new.clone().count();
        let all = usize::try_from(self.timeline.next.saturating_sub(number)).unwrap_or(usize::MAX);
        known < all || new.into_iter().any(|entry| goes_off(&entry.event))
    }

    /// Whether an alarm that goes off now reopens this incident, which is over.
    pub fn reopens(&self, now: Timestamp) -> bool {
        self.ended_at.is_some_and(|ended| now.duration_since(ended) <= self.policy.flap_window)
    }
}
