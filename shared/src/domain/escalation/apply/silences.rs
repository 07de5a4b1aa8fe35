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
        self.incident.silenced_until = Some(until);
        self.incident.round.poll_again_at = None;
        let (by, reason) = (by.to_owned(), reason.map(str::to_owned));
        self.record(Event::Silenced { by, until, reason });
        self.cancel_all_but(None, true);
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
