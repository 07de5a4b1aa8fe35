//! Leftovers when it is quiet again: none.

use shared::Timestamp;
use shared::domain::escalation::{Entry, Event, Incident, IncidentId, Phase, State};
use shared::storage::records::StoredIncident;

use crate::twilio::Call;
use crate::world::World;

/// Since when nobody is to be called any more.
pub(crate) fn quiet_since(incident: &Incident) -> Option<Timestamp> {
    let taken_at = || incident.taken_by().map(|owner| owner.at);
    let silenced = |entry: &&Entry| matches!(entry.event, Event::Silenced { .. });
    let silenced_at = || {
        incident.silenced_until?;
        incident.timeline.entries.iter().rev().find(silenced).map(|entry| entry.at)
    };
    incident.ended_at.or_else(taken_at).or_else(silenced_at)
}

impl World {
    /// It was taken, or is over, a moment ago: nobody's phone rings for nothing.
    pub(crate) fn check_quiet(&mut self, id: &IncidentId) {
        let Some(kept) = self.watch.kept.values().find(|kept| kept.incident.id == *id) else {
            return;
        };
        let since = quiet_since(&kept.incident);
        if since.is_none_or(|since| self.timestamp().duration_since(since).as_secs() < 12) {
            return; // It was asked again meanwhile.
        }
        let state = kept.incident.state();
        let rings = |call: &&Call| {
            call.incident == *id && !call.ended && (state != State::Taken || !call.answered)
        };
        let ringing = self.phones.calls.iter().find(rings).map(|call| call.to.clone());
        let is_quiet = matches!(state, State::Resolved | State::Taken | State::Silenced);
        if let Some(to) = ringing.filter(|_| is_quiet) {
            self.fail(format!("{id} is {state:?}, and the phone of {to} still rings"));
        }
    }

    /// The silence of an incident was over a moment ago. (What is taken, or was exhausted before, has a time of its own
    /// at which it is asked after.)
    pub(crate) fn check_silence_over(&mut self, id: &IncidentId, until: Timestamp) {
        let kept = self.watch.kept.values().find(|kept| kept.incident.id == *id);
        let waits = |kept: &StoredIncident| {
            let incident = &kept.incident;
            incident.phase == Phase::Calling && incident.silenced_until == Some(until)
        };
        if kept.is_some_and(waits) {
            self.fail(format!("{id} was silenced until {until}, and still is"));
        }
    }

    /// The run is over: what is left?
    pub(crate) fn check_end(&mut self) {
        let mut left = Vec::new();
        for kept in self.watch.kept.values() {
            if kept.incident.state() != State::Resolved || !kept.to_do.is_empty() {
                left.push(format!(
                    "{} is {:?}, to do: {:?}",
                    kept.incident.id,
                    kept.incident.state(),
                    kept.to_do
                ));
            }
        }
        left.extend(
            self.phones
                .calls
                .iter()
                .filter(|call| !call.ended)
                .map(|call| format!("{} still rings", call.sid)),
        );
        left.extend(
            self.watch
                .lines
                .iter()
                .filter(|(_, count)| **count == 0)
                .map(|(id, _)| format!("never said: {id}")),
        );
        for (id, (owed, sent)) in &self.watch.texts {
            let unwanted = self.watch.unwanted.get(id).copied().unwrap_or_default();
            if sent < owed || (*sent > owed + unwanted && self.known.sure()) {
                left.push(format!("{id} owed {owed} texts, and sent {sent}"));
            }
        }
        left.extend(self.miscounted());
        left.extend(self.mistold());
        let doubled = self.watch.totals.doubled_calls;
        if doubled > u64::from(self.accidents) {
            left.push(format!("{doubled} doubled calls after {} accidents", self.accidents));
        }
        if !left.is_empty() {
            self.fail(left.join("; "));
        }
    }
}
