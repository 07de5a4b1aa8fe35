//! Somebody asks for a silence, or for its end.

use jiff::Timestamp;

use super::super::model::{Event, Phase};
use super::update::Update;

impl Update<'_> {
    /// Nobody is called until then. What is taken stays taken, and its owner is left in peace until then.
    pub(super) fn silence(&mut self, by: &str, until: Timestamp, reason: Option<&str>) {
        let is_longer = self.incident.silenced_until.is_none_or(|have| have < until);
        if self.incident.ended_at.is_some() || until <= self.now || !is_longer {
            return;
        }
        self.wait_until(until, false);
        let (by, reason) = (by.to_owned(), reason.map(str::to_owned));
        self.record(Event::Silenced { by, until, reason });
        self.cancel_all_but(None, true);
    }

    /// Nobody is called until the end of a silence that is of no incident.
    pub(super) fn hold_back(&mut self, by: &str, until: Timestamp) {
        let incident = &self.incident;
        let is_known = incident.is_held_back()
            && incident.silenced_until == Some(until)
            && incident.silenced_by() == Some(by);
        if incident.ended_at.is_some() || until <= self.now || is_known {
            return;
        }
        self.wait_until(until, true);
        self.record(Event::Silenced { by: by.to_owned(), until, reason: None });
        self.cancel_all_but(None, true);
    }

    pub(super) fn wait_until(&mut self, until: Timestamp, is_held_back: bool) {
        self.incident.silenced_until = Some(until);
        self.incident.held_back = is_held_back;
        self.incident.round.poll_again_at = None;
    }

    /// The silence is over before its time: if nobody has it, a new round begins.
    pub(super) fn end_silence(&mut self, by: &str) {
        if self.incident.ended_at.is_some() || self.incident.silenced_until.take().is_none() {
            return;
        }
        self.record(Event::SilenceEnded { by: by.to_owned() });
        if self.incident.phase != Phase::Taken {
            // Of whom it was asked before, they may still say that it is over.
            let owner_first = self.incident.round.owner_first;
            self.begin_round();
            self.incident.round.owner_first = owner_first;
        }
    }
}
