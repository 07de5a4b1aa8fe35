//! What people say elsewhere than on the phone: in Slack, or on a page.

use jiff::Timestamp;

use super::actor::Actor;
use super::incident::{Owner, Phase};
use super::round::Round;
use super::step::Turn;
use super::timeline::Event;

impl Turn<'_> {
    /// Somebody says that they have it.
    pub(super) fn claim(&mut self, person: &Actor, outside: bool) {
        if self.incident.ended_at.is_none() && self.incident.taken_by().is_none() {
            let Actor { name, member } = person.clone();
            self.give_to(Owner { person: name, at: self.now, outside, member });
            self.cancel_all_but(None, false);
        }
    }

    pub(super) fn give_to(&mut self, owner: Owner) {
        let asked_at = self.incident.round.began_at;
        let after_seconds = self.now.duration_since(asked_at).as_secs();
        self.tell(Event::Taken { person: owner.person.clone(), after_seconds });
        self.incident.forget_notices(&owner);
        self.incident.phase = Phase::Taken;
        self.incident.exhausted_at = None;
        self.incident.silenced_until = None;
        self.incident.owner = Some(owner);
    }

    /// The owner passes it on: whoever comes after them in the roster is called.
    pub(super) fn give_back(&mut self, person: &Actor) {
        if !self.is_held_by(person) {
            return;
        }
        self.tell(Event::GivenBack { person: person.name.clone() });
        let incident = &mut self.incident;
        incident.remember_former_owner(self.now);
        incident.owner = None;
        incident.silenced_until = None;
        incident.phase = Phase::Calling;
        let number = incident.round.number + 1;
        incident.round = Round::after(number, &incident.policy.roster, &person.name, self.now);
        self.tell_of_empty_shift();
    }

    /// Nobody is called until then. What is taken stays taken, and its owner is left in peace until then.
    pub(super) fn silence(&mut self, by: &str, until: Timestamp) {
        let is_longer = self.incident.silenced_until.is_none_or(|have| have < until);
        if self.incident.ended_at.is_some() || until <= self.now || !is_longer {
            return;
        }
        self.incident.silenced_until = Some(until);
        self.incident.round.look_again_at = None;
        self.tell(Event::Silenced { by: by.to_owned(), until });
        self.cancel_all_but(None, true);
    }

    pub(super) fn is_held_by(&self, person: &Actor) -> bool {
        let is_theirs = self.incident.taken_by().is_some_and(|owner| owner.is(person));
        self.incident.ended_at.is_none() && is_theirs
    }
}
