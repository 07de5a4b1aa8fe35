//! What is left when it is quiet again: nothing.

use shared::escalation::State;

use crate::twilio::Call;
use crate::world::World;

impl World {
    /// It was taken, or is over, a moment ago: nobody's phone rings for nothing.
    pub(crate) fn judge_quiet(&mut self, id: &str) {
        let Some(kept) = self.watch.kept.values().find(|kept| kept.incident.id == id) else {
            return;
        };
        let since = kept.incident.ended_at.or(kept.incident.taken_by().map(|holder| holder.at));
        if since.is_none_or(|since| self.timestamp().duration_since(since).as_secs() < 12) {
            return; // It was asked again meanwhile.
        }
        let state = kept.incident.state();
        let rings = |call: &&Call| {
            call.incident == id && !call.ended && (state == State::Resolved || !call.answered)
        };
        let ringing = self.phones.calls.iter().find(rings).map(|call| call.to.clone());
        if let Some(to) = ringing.filter(|_| matches!(state, State::Resolved | State::Taken)) {
            self.fail(format!("{id} is {state:?}, and the phone of {to} still rings"));
        }
    }

    /// The night is over: what is left?
    pub(crate) fn judge_end(&mut self) {
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
            if sent < owed || (sent > owed && self.known.sure()) {
                left.push(format!("{id} owed {owed} texts, and sent {sent}"));
            }
        }
        let doubled = self.watch.tally.doubled_calls;
        if doubled > u64::from(self.accidents) {
            left.push(format!("{doubled} doubled calls after {} accidents", self.accidents));
        }
        if !left.is_empty() {
            self.fail(left.join("; "));
        }
    }
}
