//! Turns in a round of calls: whose it is, and who cannot be called just now.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::model::Round;

/// The people who cannot be called just now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// The people in a call of another incident, and until when at the latest.
    pub in_call: BTreeMap<String, Timestamp>,
    /// The people called too often within the last hour, and how often.
    pub called_too_often: BTreeMap<String, u32>,
    /// The people called too often within the last hour for alarms about Ringdown itself, and how often.
    pub called_too_often_about_us: BTreeMap<String, u32>,
}

/// Whether somebody can be called now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Free {
    Yes,
    InCall,
    CalledTooOften,
}

/// The person whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// Theirs.
    Call(String),
    /// Somebody's who is in a call.
    Wait,
    /// Nobody's.
    Nobody,
}

impl Round {
    /// Picks the person whose turn it is.
    pub(crate) fn pick(&mut self, free: impl Fn(&str) -> Free) -> Pick {
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

/// How often somebody was called who was called too often, and whether that is for alarms about Ringdown itself.
pub(crate) fn too_often(busy: &Busy, is_about_us: bool, person: &str) -> Option<(u32, bool)> {
    let calls = busy.called_too_often.get(person).map(|calls| (*calls, false));
    let about_us = busy.called_too_often_about_us.get(person).filter(|_| is_about_us);
    calls.or(about_us.map(|calls| (*calls, true)))
}
