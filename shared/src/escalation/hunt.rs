//! Whose turn it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One round of calls, from the first person until somebody takes it or the calls are used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunt {
    /// Counts the hunts of an incident, from 1.
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
    /// Everybody is in another call: look again then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look_again_at: Option<Timestamp>,
}

impl Hunt {
    /// The next hunt: through this roster, from `first` if somebody is to be asked before all others.
    pub(super) fn new(number: u32, roster: &[String], first: Option<&str>, now: Timestamp) -> Hunt {
        let others = roster.iter().filter(|person| Some(person.as_str()) != first).cloned();
        let order = first.map(str::to_owned).into_iter().chain(others).collect();
        Hunt {
            number,
            began_at: now,
            order,
            next: 0,
            calls: 0,
            in_call: 0,
            passed: Vec::new(),
            left_out: Vec::new(),
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

    /// The next hunt: through the others of this roster, from whoever comes after `person`.
    pub(super) fn after(number: u32, roster: &[String], person: &str, now: Timestamp) -> Hunt {
        let at = roster.iter().position(|other| other == person).map_or(0, |at| at + 1);
        let (before, behind) = roster.split_at(at.min(roster.len()));
        let others = behind.iter().chain(before).filter(|other| *other != person).cloned();
        Hunt::new(number, &others.collect::<Vec<_>>(), None, now)
    }

    /// Whose turn it is.
    pub(super) fn pick(&mut self, free: impl Fn(&str) -> Free) -> Pick {
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
pub(super) enum Free {
    Yes,
    InCall,
    CalledTooOften,
}

/// Whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// Theirs.
    Call(String),
    /// Somebody's who is in a call.
    Wait,
    /// Nobody's.
    Nobody,
}
