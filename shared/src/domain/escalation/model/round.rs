//! One round of calls.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One round of calls, from the first person until somebody takes it or the calls are used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Counts the rounds of an incident, from 1.
    pub number: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// The people who are called, in this order, and around again.
    pub order: Vec<String>,
    /// The place in it whose turn is next.
    pub next: usize,
    /// How many calls it has made.
    pub calls: u32,
    /// How often somebody was in another call, and it did not count.
    #[serde(default)]
    pub in_call: usize,
    /// The people who were in another call when it was their turn: they come back first.
    pub passed: Vec<String>,
    /// The people who are left out, since they were called too often of late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// It began since what somebody has still goes on, and asks them first.
    #[serde(rename = "asks_owner", default, skip_serializing_if = "std::ops::Not::not")]
    pub owner_first: bool,
    /// Everybody is in another call: look again then.
    #[serde(rename = "look_again_at", skip_serializing_if = "Option::is_none")]
    pub poll_again_at: Option<Timestamp>,
}

impl Round {
    /// The next round: through this roster, from `first` if somebody is to be asked before all others.
    pub(crate) fn new(
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
            owner_first: false,
            poll_again_at: None,
        }
    }

    /// This person is called before all others.
    pub(crate) fn put_first(&mut self, person: &str) {
        self.order.retain(|other| other != person);
        self.order.insert(0, person.to_owned());
    }

    /// This person was in another call when they were called: they come back first, and it was no call.
    pub(crate) fn put_back(&mut self, person: String) {
        self.calls = self.calls.saturating_sub(1);
        self.in_call += 1;
        if !self.passed.contains(&person) {
            self.passed.push(person);
        }
    }

    /// The next round: through the others of this roster, from whoever comes after `person`.
    pub(crate) fn after(number: u32, roster: &[String], person: &str, now: Timestamp) -> Round {
        let at = roster.iter().position(|other| other == person).map_or(0, |at| at + 1);
        let (before, behind) = roster.split_at(at.min(roster.len()));
        let others = behind.iter().chain(before).filter(|other| *other != person).cloned();
        Round::new(number, &others.collect::<Vec<_>>(), None, now)
    }
}
