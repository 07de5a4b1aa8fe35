//! Turns in one round of calls, from person to person.

use jiff::{SignedDuration, Timestamp};

use super::super::model::{Attempt, Effect, Event, MAX_ATTEMPTS, Owner, Phase, Round};
use super::super::rules::turn::{Free, Pick, too_often};
use super::update::Update;

/// How long until we look again whether somebody is out of their other call, in seconds.
const BUSY_POLL_SECONDS: i64 = 5;

impl Update<'_> {
    /// A new round, the owner first.
    pub(super) fn begin_round(&mut self) {
        let incident = &mut self.incident;
        let callable = |owner: &&Owner| incident.phase == Phase::Taken && !owner.outside;
        let owner = incident.owner.as_ref().filter(callable);
        let first = owner.map(|owner| owner.person.clone());
        let number = incident.round.number + 1;
        incident.round = Round::new(number, &incident.policy.roster, first.as_deref(), self.now);
        incident.phase = Phase::Calling;
        incident.exhausted_at = None;
        incident.silenced_until = None;
        self.record_empty_shift();
    }

    /// A round begins: whom it should have begun with is nobody.
    pub(super) fn record_empty_shift(&mut self) {
        if let Some(schedule) = self.incident.policy.empty_shift.clone() {
            self.record(Event::NobodyOnCall { schedule });
        }
    }

    /// If nobody is being called, calls the next person, or says that nobody is left.
    pub(super) fn continue_round(&mut self) {
        let incident = &mut self.incident;
        if incident.ended_at.is_some()
            || incident.phase != Phase::Calling
            || incident.silenced_until.is_some()
            || incident.under_way().is_some()
        {
            return;
        }
        if incident.round.calls >= incident.policy.attempts {
            self.exhaust();
            return;
        }
        let (busy, now) = (self.busy, self.now);
        let own: Vec<(String, Timestamp)> = incident
            .attempts
            .iter()
            .filter_map(|attempt| {
                Some((attempt.person.clone(), attempt.holds_until(&incident.policy)?))
            })
            .collect();
        let mut left_alone = incident.round.order.clone();
        left_alone.retain(|person| incident.is_left_alone(person, now));
        let is_about_us = incident.is_about_us();
        let free = |person: &str| {
            let elsewhere = busy.in_call.get(person).is_some_and(|until| *until > now);
            let here = own.iter().any(|(who, until)| who == person && *until > now);
            match elsewhere || here || left_alone.iter().any(|who| who == person) {
                true => Free::InCall,
                false if too_often(busy, is_about_us, person).is_some() => Free::CalledTooOften,
                false => Free::Yes,
            }
        };
        let (passed, left_out) = (incident.round.passed.len(), incident.round.left_out.len());
        let pick = incident.round.pick(free);
        let waited = incident.round.poll_again_at.take().is_some();
        self.record_passed_over(passed, left_out);
        match pick {
            Pick::Call(person) => self.dial(person),
            Pick::Nobody => self.exhaust(),
            Pick::Wait => {
                let again = self.now.checked_add(SignedDuration::from_secs(BUSY_POLL_SECONDS));
                self.incident.round.poll_again_at = again.ok();
                if !waited {
                    self.record(Event::Waiting);
                }
            }
        }
    }

    /// Tells of those who were passed over after the first so many, and of those who were left out.
    fn record_passed_over(&mut self, passed: usize, left_out: usize) {
        let (busy, round) = (self.busy, &self.incident.round);
        let new = |list: &[String], known| list.iter().skip(known).cloned().collect::<Vec<_>>();
        let (passed, left_out) = (new(&round.passed, passed), new(&round.left_out, left_out));
        for person in passed.into_iter().filter(|person| busy.in_call.contains_key(person)) {
            self.record(Event::PassedOver { person });
        }
        for person in left_out {
            if let Some(event) = self.called_too_often(&person) {
                self.record(event);
            }
        }
    }

    /// The entry about somebody who was called too often to be called now, if they were.
    pub(super) fn called_too_often(&self, person: &str) -> Option<Event> {
        let (calls, about_us) = too_often(self.busy, self.incident.is_about_us(), person)?;
        Some(Event::CalledTooOften { person: person.to_owned(), calls, about_us })
    }

    /// Nobody is left.
    fn exhaust(&mut self) {
        let calls = self.incident.round.calls;
        self.incident.phase = Phase::Exhausted;
        self.incident.exhausted_at = Some(self.now);
        self.record(Event::Exhausted { calls });
    }

    fn dial(&mut self, person: String) {
        let incident = &mut self.incident;
        let attempt = incident.attempts.last().map_or(0, |attempt| attempt.number) + 1;
        incident.round.calls += 1;
        if incident.attempts.len() >= MAX_ATTEMPTS {
            incident.attempts.remove(0);
        }
        let with = incident.policy.call_with.clone();
        let mut new = Attempt::new(attempt, incident.round.number, &person, with, self.now);
        new.offers_resolve = incident.is_owner_called_again(&person);
        incident.attempts.push(new);
        let (call, of) = (incident.round.calls, incident.policy.attempts);
        self.record(Event::Calling { attempt, person, call, of });
        self.effects.push(Effect::Dial { attempt });
    }
}
