//! How an incident ends: its alarms recover or are deleted, somebody says that it is over, or nothing changes for long.

use jiff::Timestamp;

use super::actor::Actor;
use super::incident::{Attempt, Incident, Owner, Phase};
use super::signal::{Effect, Outcome, TextAbout};
use super::step::Turn;
use super::timeline::{Entry, Event};

/// Why an incident is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending<'a> {
    /// All its alarms recovered.
    Recovered,
    /// The last one that went on, of this name, was deleted in its monitor.
    Deleted(&'a str),
    /// This person (or "somebody on the page") said so.
    Said(&'a str),
    /// No alarm changed for so many seconds.
    NothingChanged(i64),
}

impl Incident {
    /// Returns why it is over; `None` while it is open.
    pub fn ending(&self) -> Option<Ending<'_>> {
        self.ended_at?;
        let entries = &self.timeline.entries;
        let ending = |(at, entry): (usize, &'_ Entry)| match &entry.event {
            Event::DeclaredOver { .. } | Event::NothingChanged { .. } | Event::Resolved { .. } => {
                Some(at)
            }
            _ => None,
        };
        let Some(at) = entries.iter().enumerate().rev().find_map(ending) else {
            return Some(Ending::Recovered);
        };
        let before = at.checked_sub(1).map(|before| &entries[before].event);
        Some(match (&entries[at].event, before) {
            (Event::DeclaredOver { person, .. }, _) => Ending::Said(person),
            (Event::NothingChanged { for_seconds, .. }, _) => Ending::NothingChanged(*for_seconds),
            (_, Some(Event::Deleted { alarm, left: 0 })) => Ending::Deleted(alarm),
            _ => Ending::Recovered,
        })
    }

    /// Returns who said that it is over, if somebody did.
    pub fn resolved_by(&self) -> Option<&str> {
        match self.ending()? {
            Ending::Said(by) => Some(by),
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
    pub(super) fn is_owner_asked_again(&self, person: &str) -> bool {
        let is_theirs = |owner: &Owner| owner.person == person && !owner.outside;
        self.round.asks_owner
            && self.phase == Phase::Calling
            && self.owner.as_ref().is_some_and(is_theirs)
    }

    /// Whether the person of this attempt may say with the key 3 that it is over.
    pub fn offers_resolve(&self, attempt: &Attempt) -> bool {
        attempt.offers_resolve
            && self.ended_at.is_none()
            && attempt.round == self.round.number
            && self.is_owner_asked_again(&attempt.person)
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
}

impl Turn<'_> {
    /// A person says that it is over, whatever its alarms say: one that is another's stays.
    pub(super) fn declare_over(&mut self, person: &Actor) {
        if self.is_held_by(person) || self.incident.taken_by().is_none() {
            self.over_by(&person.name, None);
        }
    }

    /// Somebody without a name says so: whoever has it is told.
    pub(super) fn resolved_by(&mut self, by: &str) {
        if self.incident.ended_at.is_none() {
            self.over_by(by, None);
            self.text_owner();
        }
    }

    /// The key 3: the first one is followed by a question, and only one more in a later reading answers it. The same
    /// press may be reported twice.
    pub(super) fn presses_over(&mut self, number: u32, reading: u32) {
        let Some(attempt) = self.incident.attempt(number) else { return };
        if self.incident.ended_at.is_some() {
            return;
        }
        let (person, asked_in) = (attempt.person.clone(), attempt.over_pressed_in);
        if !self.incident.offers_resolve(attempt) {
            self.tell(Event::OtherKey { attempt: number, person });
            return;
        }
        let asked_in = match asked_in {
            Some(asked_in) if reading > asked_in => {
                if let Some(attempt) = self.incident.attempt_mut(number) {
                    attempt.outcome = Some(Outcome::Resolved);
                }
                return self.over_by(&person, Some(number));
            }
            Some(asked_in) => asked_in,
            None => {
                self.tell(Event::AskedWhetherOver { attempt: number, person });
                reading
            }
        };
        if let Some(attempt) = self.incident.attempt_mut(number) {
            attempt.over_pressed_in = Some(asked_in);
        }
    }

    /// None of its alarms changed for as long as the policy says: it is over.
    pub(super) fn nothing_changed(&mut self) {
        let for_seconds = self.incident.policy.resolve_after.map_or(0, |long| long.as_secs());
        let after_seconds = self.lasted();
        self.tell(Event::NothingChanged { for_seconds, after_seconds });
        self.end_incident(None);
        self.text_owner();
    }

    fn over_by(&mut self, by: &str, attempt: Option<u32>) {
        if self.incident.ended_at.is_none() {
            let after_seconds = self.lasted();
            self.tell(Event::DeclaredOver { person: by.to_owned(), after_seconds });
            self.end_incident(attempt);
        }
    }

    /// How long it has lasted, in seconds.
    pub(super) fn lasted(&self) -> i64 {
        self.now.duration_since(self.incident.raised_at).as_secs()
    }

    /// It is over: no call goes on, but for that of this attempt.
    pub(super) fn end_incident(&mut self, attempt: Option<u32>) {
        self.incident.ended_at = Some(self.now);
        self.incident.silenced_until = None;
        self.cancel_all_but(attempt, true);
    }

    /// It is over: whoever has it, and was called for it, is told.
    pub(super) fn text_owner(&mut self) {
        let owner = self.incident.taken_by().filter(|owner| !owner.outside);
        if let Some(owner) = owner.filter(|_| !self.is_known_to_be_over()) {
            let (person, at) = (owner.person.clone(), self.now);
            self.effects.push(Effect::Text { person, about: TextAbout::Resolved, at });
        }
    }

    /// Somebody said that it is over, nobody had it, and its alarm goes off once more without having recovered: nobody
    /// is called at once, but nobody forgets it either.
    pub(super) fn leave_alone(&mut self, by: String) {
        let Ok(until) = self.now.checked_add(self.incident.policy.repage_after) else { return };
        self.incident.silenced_until = Some(until);
        self.incident.round.look_again_at = None;
        self.incident.round.asks_owner = false;
        self.tell(Event::Silenced { by, until });
    }
}
