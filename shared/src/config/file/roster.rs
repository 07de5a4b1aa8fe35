//! A policy's `roster`: people in order, or whoever is on call in a schedule and then others.

use std::fmt;

use jiff::Timestamp;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::Check;
use super::escalation::MAX_LISTED_PEOPLE;
use super::people::People;
use crate::domain::schedule::Schedules;

/// The people who are called, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roster {
    /// Always these.
    People(Vec<String>),
    /// The people on call in this schedule when a round begins, and then these.
    OnCall {
        /// The schedule.
        schedule: String,
        /// The people who are called after that.
        then: Vec<String>,
    },
}

impl Roster {
    /// The people who are called at this moment, nobody twice; and the schedule, if its shift is empty then.
    pub fn at(&self, schedules: &Schedules, now: Timestamp) -> (Vec<String>, Option<String>) {
        match self {
            Roster::People(people) => (people.clone(), None),
            Roster::OnCall { schedule, then } => {
                let people = schedules.on_call(schedule, now).people;
                let empty = people.is_empty().then(|| schedule.clone());
                (each_once(people.iter().chain(then)), empty)
            }
        }
    }

    /// Everybody whom it may ever name, each once.
    pub fn everybody(&self, schedules: &Schedules) -> Vec<String> {
        match self {
            Roster::People(people) => each_once(people.iter()),
            Roster::OnCall { schedule, then } => {
                let people = schedules.get(schedule).map(|schedule| schedule.people());
                each_once(then.iter().chain(people.iter().flatten()))
            }
        }
    }
}

fn each_once<'a>(people: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for person in people {
        if !once.contains(person) {
            once.push(person.clone());
        }
    }
    once
}

/// The key as it is written. Not an untagged enum of serde's: those forget where in the file a value stands.
pub(super) enum RosterTable {
    People(Vec<Spanned<String>>),
    OnCall(OnCallTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnCallTable {
    schedule: Spanned<String>,
    #[serde(default)]
    then: Vec<Spanned<String>>,
}

impl<'de> Deserialize<'de> for RosterTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RosterTable, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = RosterTable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("people like [\"alpha\"], or { schedule = \"primary\", then = [\"alpha\"] }")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, people: A) -> Result<RosterTable, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(people)).map(RosterTable::People)
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<RosterTable, A::Error> {
        OnCallTable::deserialize(MapAccessDeserializer::new(table)).map(RosterTable::OnCall)
    }
}

/// The most people that a policy may ever call: their records are read and written at once.
const MAX_ROUND_PEOPLE: usize = 80;

impl Check<'_> {
    pub(super) fn roster(
        &mut self,
        table: Spanned<RosterTable>,
        people: &People,
        schedules: &Schedules,
    ) -> Roster {
        let at = table.span().start;
        let (roster, names) = match table.into_inner() {
            RosterTable::People(names) => (None, names),
            RosterTable::OnCall(OnCallTable { schedule, then }) => (Some(schedule), then),
        };
        let least = usize::from(roster.is_none());
        if !(least..=MAX_LISTED_PEOPLE as usize).contains(&names.len()) {
            let what =
                format!("has {} people, expected {least} to {MAX_LISTED_PEOPLE}", names.len());
            self.problem(at, "policies.roster", what);
        }
        for person in &names {
            self.known_person(person, "policies.roster", people);
        }
        let names = names.into_iter().map(Spanned::into_inner).collect();
        let Some(schedule) = roster else { return Roster::People(names) };
        if schedules.get(schedule.get_ref()).is_none() {
            let known: Vec<&str> = schedules.iter().map(|one| one.name.as_str()).collect();
            let expected = match known[..] {
                [] => "a table like [[schedules]]".to_owned(),
                _ => format!("one of {}", known.join(", ")),
            };
            let what = format!("{:?} is no schedule, expected {expected}", schedule.get_ref());
            self.problem(schedule.span().start, "policies.roster.schedule", what);
        }
        let roster = Roster::OnCall { schedule: schedule.into_inner(), then: names };
        let count = roster.everybody(schedules).len();
        if count > MAX_ROUND_PEOPLE {
            let what = format!("may call {count} people, expected {MAX_ROUND_PEOPLE} at most");
            self.problem(at, "policies.roster", what);
        }
        roster
    }

    pub(super) fn known_person(&mut self, person: &Spanned<String>, key: &str, people: &People) {
        if people.contains_key(person.get_ref()) {
            return;
        }
        let names: Vec<&str> = people.keys().map(String::as_str).collect();
        let known = match names[..] {
            [] => "a table like [people.alpha]".to_owned(),
            _ => format!("one of {}", names.join(", ")),
        };
        let what = format!("unknown person {:?}, expected {known}", person.get_ref());
        self.problem(person.span().start, key, what);
    }
}
