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
    /// Who was in another call when it was their turn: they come back first.
    pub passed: Vec<String>,
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
            passed: Vec::new(),
            look_again_at: None,
        }
    }

    /// Whose turn it is, of those who are free. `None` if nobody is.
    pub(super) fn pick(&mut self, is_busy: impl Fn(&str) -> bool) -> Option<String> {
        if let Some(at) = self.passed.iter().position(|person| !is_busy(person)) {
            return Some(self.passed.remove(at));
        }
        for _ in 0..self.order.len() {
            let person = self.order[self.next % self.order.len()].clone();
            self.next = (self.next + 1) % self.order.len();
            if !is_busy(&person) {
                return Some(person);
            }
            if !self.passed.contains(&person) {
                self.passed.push(person);
            }
        }
        None
    }
}
