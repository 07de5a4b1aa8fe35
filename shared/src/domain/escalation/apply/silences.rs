//! Somebody asks for a silence.

use jiff::Timestamp;

use super::super::model::Event;
use super::update::Update;

impl Update<'_> {
    /// Nobody is called until then. What is taken stays taken, and its owner is left in peace until then.
    pub(super) fn silence(&mut self, by: &str, until: Timestamp) {
        let is_longer = self.incident.silenced_until.is_none_or(|have| have < until);
        if self.incident.ended_at.is_some() || until <= self.now || !is_longer {
            return;
        }
        self.incident.silenced_until = Some(until);
        self.incident.round.poll_again_at = None;
        self.record(Event::Silenced { by: by.to_owned(), until });
        self.cancel_all_but(None, true);
    }
}
