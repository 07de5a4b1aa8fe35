//! Rounds: who is called first, who is left out, and that no round stands still for nothing.

use shared::domain::escalation::{Entry, Event, Incident, Round, State};

use crate::plan::phone;
use crate::world::World;

/// The person with whom a round begins.
pub(crate) enum Begins {
    /// Whoever is on call.
    Roster,
    /// Whoever had it.
    With(String),
    /// Whoever comes after them: they gave it back.
    After(String),
}

impl World {
    /// A round begins: with whom, is told by the schedule of that moment.
    pub(crate) fn check_round(
        &self,
        incident: &Incident,
        begins: &Begins,
        new: &[&Entry],
    ) -> Result<(), String> {
        let round = &incident.round;
        let roster = self.watch.roster(&incident.policy.name).ok_or("it is of no policy")?;
        let (roster, is_empty) = roster.roster(round.began_at.as_millisecond());
        let order = match begins {
            Begins::Roster => roster,
            Begins::With(first) => {
                let others = roster.into_iter().filter(|person| person != first);
                std::iter::once(first.clone()).chain(others).collect()
            }
            Begins::After(person) => after(&roster, person),
        };
        if round.order != order {
            return Err(format!("it rounds {:?}, expected {order:?}", round.order));
        }
        let is_told = new.iter().any(|entry| matches!(entry.event, Event::NobodyOnCall { .. }));
        if is_told != is_empty {
            return Err(format!("an empty shift: {is_empty}, and told so: {is_told}"));
        }
        check_first(round, new)
    }

    /// A round goes on.
    pub(crate) fn check_round_under_way(
        &self,
        before: Option<&Incident>,
        incident: &Incident,
        new: &[&Entry],
    ) -> Result<(), String> {
        check_left_out(before, incident, new)?;
        self.check_waiting_round(incident)
    }

    /// A round waits only for somebody who is in a call, or was a moment ago.
    fn check_waiting_round(&self, incident: &Incident) -> Result<(), String> {
        let order = &incident.round.order;
        let waits = incident.state() == State::Calling && incident.round.poll_again_at.is_some();
        if !waits || !self.known.prompt() || self.known.lost > 0 {
            return Ok(());
        }
        let lately = self.now - 15_000;
        let numbers: Vec<String> = order.iter().map(|person| phone(person)).collect();
        let in_call = self
            .phones
            .calls
            .iter()
            .any(|call| numbers.contains(&call.to) && (!call.ended || call.updated > lately));
        let others = self.watch.kept.values().flat_map(|kept| &kept.incident.attempts);
        let mut attempts = others.chain(&incident.attempts);
        let may_be = in_call
            || attempts.any(|attempt| {
                order.contains(&attempt.person) && attempt.decided_at.as_millisecond() > lately
            });
        if may_be { Ok(()) } else { Err(format!("it waits, and nobody of {order:?} is in a call")) }
    }

    /// How many calls this person got since then.
    pub(crate) fn calls_since(&self, person: &str, since: i64) -> usize {
        let to = phone(person);
        self.phones.calls.iter().filter(|call| call.to == to && call.created > since).count()
    }
}

/// Whoever is left out is named.
fn check_left_out(
    before: Option<&Incident>,
    incident: &Incident,
    new: &[&Entry],
) -> Result<(), String> {
    let same = before.filter(|before| before.round.number == incident.round.number);
    let known = same.map_or(0, |before| before.round.left_out.len());
    let named = |who: &String| {
        new.iter().any(
            |entry| matches!(&entry.event, Event::CalledTooOften { person, .. } if person == who),
        )
    };
    match incident.round.left_out.iter().skip(known).find(|person| !named(person)) {
        Some(person) => Err(format!("{person} is left out without a word")),
        None => Ok(()),
    }
}

/// Before somebody is called at first, those before them in the order were passed over, or left out.
fn check_first(round: &Round, new: &[&Entry]) -> Result<(), String> {
    let first = new.iter().find_map(|entry| match &entry.event {
        Event::Calling { person, call: 1, .. } => Some(person),
        _ => None,
    });
    let Some(first) = first else { return Ok(()) };
    let mut before = round.order.iter().take_while(|person| *person != first);
    match before.find(|person| !round.passed.contains(person) && !round.left_out.contains(person)) {
        Some(skipped) => Err(format!("{first} is called first, and {skipped} was to be")),
        None => Ok(()),
    }
}

/// All others, from whoever comes after this person.
fn after(roster: &[String], person: &str) -> Vec<String> {
    let at = roster.iter().position(|other| other == person).map_or(0, |at| at + 1);
    let all = roster[at..].iter().chain(&roster[..at]);
    all.filter(|other| *other != person).cloned().collect()
}
