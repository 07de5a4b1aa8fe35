//! Whose turn it is: one round of calls, from person to person.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::incident::{Attempt, MOST_ATTEMPTS, Owner, Phase};
use super::signal::Effect;
use super::step::{Busy, Turn};
use super::timeline::Event;

/// How long until we look again whether somebody is out of their other call, in seconds.
const BUSY_LOOK: i64 = 5;

/// One round of calls, from the first person until somebody takes it or the calls are used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Counts the rounds of an incident, from 1.
    pub number: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// Who is called, in this order, and around again.
    pub order: Vec<String>,
    /// Whose turn is next in it.
    pub next: usize,
    /// How many calls it has made.
    pub calls: u32,
    /// How often somebody was in another call, and it did not count.
    #[serde(default)]
    pub in_call: usize,
    /// Who was in another call when it was their turn: they come back first.
    pub passed: Vec<String>,
    /// Who is left out, since they were called too often of late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// It began since what somebody has still goes on, and asks them first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_owner: bool,
    /// Everybody is in another call: look again then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look_again_at: Option<Timestamp>,
}

impl Round {
    /// The next round: through this roster, from `first` if somebody is to be asked before all others.
    pub(super) fn new(
        number: u32,
        roster: &[String],
        first: Option<&str>,
        now: Timestamp,
    ) -> Round {
        let others = roster.iter().filter(|person| Some(person.as_str()) != first).cloned();
        let order = first.map(str::to_owned).into_iter().chain(others).collect();
        Round {
            number,
            began_at: now,
            order,
            next: 0,
            calls: 0,
            in_call: 0,
            passed: Vec::new(),
            left_out: Vec::new(),
            asks_owner: false,
            look_again_at: None,
        }
    }

    /// This person was in another call when they were called: they come back first, and it was no call.
    pub(super) fn put_back(&mut self, person: String) {
        self.calls = self.calls.saturating_sub(1);
        self.in_call += 1;
        if !self.passed.contains(&person) {
            self.passed.push(person);
        }
    }

    /// The next round: through the others of this roster, from whoever comes after `person`.
    pub(super) fn after(number: u32, roster: &[String], person: &str, now: Timestamp) -> Round {
        let at = roster.iter().position(|other| other == person).map_or(0, |at| at + 1);
        let (before, behind) = roster.split_at(at.min(roster.len()));
        let others = behind.iter().chain(before).filter(|other| *other != person).cloned();
        Round::new(number, &others.collect::<Vec<_>>(), None, now)
    }

    /// Whose turn it is.
    fn pick(&mut self, free: impl Fn(&str) -> Free) -> Pick {
        if let Some(at) = self.passed.iter().position(|person| free(person) == Free::Yes) {
            return Pick::Call(self.passed.remove(at));
        }
        for _ in 0..self.order.len() {
            let person = self.order[self.next % self.order.len()].clone();
            self.next = (self.next + 1) % self.order.len();
            let list = match free(&person) {
                Free::Yes => return Pick::Call(person),
                Free::InCall => &mut self.passed,
                Free::CalledTooOften => &mut self.left_out,
            };
            if !list.contains(&person) {
                list.push(person);
            }
        }
        match self.order.iter().any(|person| free(person) == Free::InCall) {
            true => Pick::Wait,
            false => Pick::Nobody,
        }
    }
}

/// Whether somebody can be called now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Free {
    Yes,
    InCall,
    CalledTooOften,
}

/// Whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pick {
    /// Theirs.
    Call(String),
    /// Somebody's who is in a call.
    Wait,
    /// Nobody's.
    Nobody,
}

/// How often somebody was called who was called too often, and whether that is for alarms about Ringdown itself.
fn too_often(busy: &Busy, is_about_us: bool, person: &str) -> Option<(u32, bool)> {
    let calls = busy.called_too_often.get(person).map(|calls| (*calls, false));
    let about_us = busy.called_too_often_about_us.get(person).filter(|_| is_about_us);
    calls.or(about_us.map(|calls| (*calls, true)))
}

impl Turn<'_> {
    /// A new round, the owner first.
    pub(super) fn round_again(&mut self) {
        let incident = &mut self.incident;
        let callable = |owner: &&Owner| incident.phase == Phase::Taken && !owner.outside;
        let owner = incident.owner.as_ref().filter(callable);
        let first = owner.map(|owner| owner.person.clone());
        let number = incident.round.number + 1;
        incident.round = Round::new(number, &incident.policy.roster, first.as_deref(), self.now);
        incident.phase = Phase::Calling;
        incident.exhausted_at = None;
        incident.silenced_until = None;
        self.tell_of_empty_shift();
    }

    /// A round begins: whom it should have begun with is nobody.
    pub(super) fn tell_of_empty_shift(&mut self) {
        if let Some(schedule) = self.incident.policy.empty_shift.clone() {
            self.tell(Event::NobodyOnCall { schedule });
        }
    }

    /// If nobody is being called, calls the next person, or says that nobody is left.
    pub(super) fn round_on(&mut self) {
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
        let waited = incident.round.look_again_at.take().is_some();
        self.tell_of_passed_over(passed, left_out);
        match pick {
            Pick::Call(person) => self.dial(person),
            Pick::Nobody => self.exhaust(),
            Pick::Wait => {
                let again = self.now.checked_add(SignedDuration::from_secs(BUSY_LOOK));
                self.incident.round.look_again_at = again.ok();
                if !waited {
                    self.tell(Event::Waiting);
                }
            }
        }
    }

    /// Tells of those who were passed over after the first so many, and of those who were left out.
    fn tell_of_passed_over(&mut self, passed: usize, left_out: usize) {
        let (busy, round) = (self.busy, &self.incident.round);
        let new = |list: &[String], known| list.iter().skip(known).cloned().collect::<Vec<_>>();
        let (passed, left_out) = (new(&round.passed, passed), new(&round.left_out, left_out));
        for person in passed.into_iter().filter(|person| busy.in_call.contains_key(person)) {
            self.tell(Event::PassedOver { person });
        }
        for person in left_out {
            if let Some(event) = self.called_too_often(&person) {
                self.tell(event);
            }
        }
    }

    /// What is said of somebody who was called too often to be called now, if they were.
    pub(super) fn called_too_often(&self, person: &str) -> Option<Event> {
        let (calls, about_us) = too_often(self.busy, self.incident.is_about_us(), person)?;
        Some(Event::CalledTooOften { person: person.to_owned(), calls, about_us })
    }

    /// Nobody is left.
    fn exhaust(&mut self) {
        let calls = self.incident.round.calls;
        self.incident.phase = Phase::Exhausted;
        self.incident.exhausted_at = Some(self.now);
        self.tell(Event::Exhausted { calls });
    }

    fn dial(&mut self, person: String) {
        let incident = &mut self.incident;
        let attempt = incident.attempts.last().map_or(0, |attempt| attempt.number) + 1;
        incident.round.calls += 1;
        if incident.attempts.len() >= MOST_ATTEMPTS {
            incident.attempts.remove(0);
        }
        let with = incident.policy.call_with.clone();
        let mut new = Attempt::new(attempt, incident.round.number, &person, with, self.now);
        new.offers_resolve = incident.is_owner_asked_again(&person);
        incident.attempts.push(new);
        let (call, of) = (incident.round.calls, incident.policy.attempts);
        self.tell(Event::Calling { attempt, person, call, of });
        self.effects.push(Effect::Dial { attempt });
    }
}
