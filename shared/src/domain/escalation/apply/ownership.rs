//! Signals of people elsewhere than on the phone: in Slack, or on a page.

use super::super::model::{Actor, Effect, Event, Outcome, Owner, Phase, Round, State, TextAbout};
use super::update::Update;

impl Update<'_> {
    /// Somebody says that they have it.
    pub(super) fn acknowledge(&mut self, person: &Actor, outside: bool) {
        if self.incident.ended_at.is_none() && self.incident.taken_by().is_none() {
            let Actor { name, member } = person.clone();
            self.assign(Owner { person: name, at: self.now, outside, member });
            self.cancel_all_but(None, false);
        }
    }

    pub(super) fn assign(&mut self, owner: Owner) {
        let asked_at = self.incident.round.began_at;
        let after_seconds = self.now.duration_since(asked_at).as_secs();
        let by_text = self.by_text.cloned();
        let (person, by_command) = (owner.person.clone(), self.by_command);
        self.record(Event::Taken { person, after_seconds, by_text, by_command });
        self.incident.forget_notices(&owner);
        self.incident.texted_missed.clear();
        self.incident.phase = Phase::Taken;
        self.incident.exhausted_at = None;
        self.incident.silenced_until = None;
        self.incident.owner = Some(owner);
    }

    /// The owner passes it on: whoever comes after them in the roster is called.
    pub(super) fn release(&mut self, person: &Actor) {
        if !self.is_owned_by(person) {
            return;
        }
        let by_text = self.by_text.cloned();
        let (name, by_command) = (person.name.clone(), self.by_command);
        self.record(Event::Released { person: name, by_text, by_command });
        self.ask_others(person);
        self.record_empty_shift();
    }

    /// The owner passes it on to this person, who is called before those who come after the owner in the roster. Nobody
    /// passes it on to themselves.
    pub(super) fn pass_on(&mut self, person: &Actor, to: &str) {
        if !self.is_owned_by(person) || person.name == to {
            return;
        }
        let (name, to_whom, by_command) = (person.name.clone(), to.to_owned(), self.by_command);
        self.record(Event::PassedOn { person: name, to: to_whom, by_command });
        self.ask_others(person);
        self.incident.round.put_first(to);
    }

    /// It is not this person's any more: a round begins with whoever comes after them in the roster.
    fn ask_others(&mut self, person: &Actor) {
        let incident = &mut self.incident;
        incident.remember_former_owner(self.now);
        incident.owner = None;
        incident.silenced_until = None;
        incident.phase = Phase::Calling;
        let number = incident.round.number + 1;
        incident.round = Round::after(number, &incident.policy.roster, &person.name, self.now);
    }

    /// Nobody has it, and this person is called now: a round begins with them, and phones that ring elsewhere are hung
    /// up. Whoever is on the phone with us may still take it. Nothing changes while their own phone rings, or while
    /// the round under way could not call them; a round that is exhausted or silenced keeps nobody away.
    pub(super) fn call_now(&mut self, by: &str, person: &str) {
        let incident = &self.incident;
        let rings = incident.under_way().is_some_and(|attempt| attempt.person == person);
        let round = &incident.round;
        let goes_on = incident.state() == State::Calling;
        let is_kept_away = round.passed.iter().chain(&round.left_out).any(|other| other == person);
        let waits = goes_on && is_kept_away;
        if incident.ended_at.is_some() || incident.phase == Phase::Taken || rings || waits {
            return;
        }
        self.record(Event::CallAsked { by: by.to_owned(), person: person.to_owned() });
        self.cancel_all_but(None, false);
        self.begin_round();
        self.incident.round.put_first(person);
    }

    pub(super) fn is_owned_by(&self, person: &Actor) -> bool {
        let is_theirs = self.incident.taken_by().is_some_and(|owner| owner.is(person));
        self.incident.ended_at.is_none() && is_theirs
    }
}

impl Update<'_> {
    /// Somebody pressed 1 in this attempt's call.
    pub(super) fn take(&mut self, number: u32) {
        let Some(attempt) = self.incident.attempt(number) else { return };
        let (person, had) = (attempt.person.clone(), attempt.outcome);
        if matches!(had, Some(Outcome::Taken | Outcome::Resolved)) {
            return;
        }
        let has_it = self.incident.taken_by().map(|owner| owner.person.as_str());
        if self.incident.ended_at.is_some() || has_it.is_some_and(|owner| owner != person) {
            self.conclude(number, Outcome::TooLate, None);
            return;
        }
        if has_it.is_some() {
            return;
        }
        if let Some(attempt) = self.incident.attempt_mut(number) {
            attempt.outcome = Some(Outcome::Taken);
        }
        self.assign(Owner { person: person.clone(), at: self.now, outside: false, member: None });
        self.effects.push(Effect::Text { person, about: TextAbout::Taken, at: self.now });
        self.cancel_all_but(Some(number), false);
    }
}
