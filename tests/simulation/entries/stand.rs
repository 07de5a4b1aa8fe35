//! Where an incident stands, as its entries tell it.

use shared::Timestamp;
use shared::domain::escalation::{Incident, Phase};

use crate::rounds::Begins;

/// Where an incident stands, as its entries tell it.
pub(super) struct Stand {
    pub(super) owner: Option<String>,
    pub(super) over: bool,
    /// Nobody is left, until it is asked again.
    pub(super) exhausted: bool,
    pub(super) silenced_until: Option<Timestamp>,
    /// Nobody is called though it goes on: this one said that it is over.
    pub(super) left_alone: Option<String>,
    /// A round that begins in what is new.
    pub(super) begins: Option<Begins>,
    pub(super) rounds: u32,
    pub(super) calls: usize,
}

impl Stand {
    pub(super) fn of(before: Option<&Incident>) -> Stand {
        Stand {
            owner: before.and_then(Incident::taken_by).map(|owner| owner.person.clone()),
            over: before.is_some_and(|before| before.ended_at.is_some()),
            exhausted: before.is_some_and(|before| before.phase == Phase::Exhausted),
            silenced_until: before.and_then(|before| before.silenced_until),
            left_alone: None,
            begins: None,
            rounds: before.map_or(0, |before| before.round.number),
            calls: 0,
        }
    }

    pub(super) fn begin(&mut self, with: Begins) {
        (self.silenced_until, self.owner, self.exhausted) = (None, None, false);
        self.rounds += 1;
        self.begins = Some(with);
    }

    pub(super) fn is_silenced(&self, at: Timestamp) -> bool {
        self.silenced_until.is_some_and(|until| at < until)
    }
}
