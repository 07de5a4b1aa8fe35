//! How an incident ends: its alarms recover or are deleted, somebody says that it is over, or nothing changes for long.

use super::super::model::{Actor, Effect, Event, Outcome, TextAbout};
use super::update::Update;

impl Update<'_> {
    /// A person says that it is over, whatever its alarms say: one that is another's stays.
    pub(super) fn resolve_by_person(&mut self, person: &Actor) {
        if self.is_owned_by(person) || self.incident.taken_by().is_none() {
            self.resolve_as(&person.name, None);
        }
    }

    /// Somebody without a name says so: whoever has it is told.
    pub(super) fn resolved_by(&mut self, by: &str) {
        if self.incident.ended_at.is_none() {
            self.resolve_as(by, None);
            self.text_owner();
        }
    }

    /// The key 3: the first one is followed by a question, and only one more in a later reading answers it. The same
    /// press may be reported twice.
    pub(super) fn press_over(&mut self, number: u32, reading: u32) {
        let Some(attempt) = self.incident.attempt(number) else { return };
        if self.incident.ended_at.is_some() {
            return;
        }
        let (person, asked_in) = (attempt.person.clone(), attempt.over_pressed_in);
        if !self.incident.offers_resolve(attempt) {
            self.record(Event::OtherKey { attempt: number, person });
            return;
        }
        let asked_in = match asked_in {
            Some(asked_in) if reading > asked_in => {
                if let Some(attempt) = self.incident.attempt_mut(number) {
                    attempt.outcome = Some(Outcome::Resolved);
                }
                return self.resolve_as(&person, Some(number));
            }
            Some(asked_in) => asked_in,
            None => {
                self.record(Event::ResolvePressed { attempt: number, person });
                reading
            }
        };
        if let Some(attempt) = self.incident.attempt_mut(number) {
            attempt.over_pressed_in = Some(asked_in);
        }
    }

    /// None of its alarms changed for as long as the policy says: it is over.
    pub(super) fn resolve_unchanged(&mut self) {
        let for_seconds = self.incident.policy.resolve_after.map_or(0, |long| long.as_secs());
        let after_seconds = self.lasted();
        self.record(Event::NothingChanged { for_seconds, after_seconds });
        self.end_incident(None);
        self.text_owner();
    }

    fn resolve_as(&mut self, by: &str, attempt: Option<u32>) {
        if self.incident.ended_at.is_none() {
            let after_seconds = self.lasted();
            let by_text = self.by_text.cloned();
            let (person, by_command) = (by.to_owned(), self.by_command);
            self.record(Event::ResolvedByHand { person, after_seconds, by_text, by_command });
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
        // No monitor says of these that they are over.
        let by_hand = self.incident.alarms.iter_mut().filter(|alarm| alarm.raised_by.is_some());
        by_hand.for_each(|alarm| _ = alarm.recovered_at.get_or_insert(self.now));
        self.cancel_all_but(attempt, true);
    }

    /// It is over: whoever has it, and was called for it, is told.
    pub(super) fn text_owner(&mut self) {
        let owner = self.incident.taken_by().filter(|owner| !owner.outside);
        if let Some(owner) = owner.filter(|_| !self.owner_knows_it_is_over()) {
            let (person, at) = (owner.person.clone(), self.now);
            self.effects.push(Effect::Text { person, about: TextAbout::Resolved, at });
        }
    }

    /// Somebody said that it is over, nobody had it, and its alarm goes off once more without having recovered: nobody
    /// is called at once, but nobody forgets it either: people are called once `repage_after` has passed.
    pub(super) fn leave_alone(&mut self, by: String) {
        let Ok(until) = self.now.checked_add(self.incident.policy.repage_after) else { return };
        self.wait_until(until, false);
        self.incident.round.owner_first = false;
        self.record(Event::Silenced { by, until, reason: None });
    }
}
