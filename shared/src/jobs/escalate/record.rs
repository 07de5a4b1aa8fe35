//! Conclusions from the records that are kept: what can be begun now, and who was called how often.

pub(super) mod budget;

use jiff::{SignedDuration, Timestamp};

use crate::domain::escalation::Effect;
use crate::storage::records::{InCall, StoredIncident, Task, ToDo};

/// The row of the job's counters.
pub(super) const COUNTER_ROW: &str = "escalate";

/// The row of the counters that a policy's incidents let grow. One incident of a policy is open: whoever changes it is the
/// row's only writer.
pub(super) fn incident_row(policy: &str) -> String {
    format!("incident-{policy}")
}

/// How long whoever does something has for it. A request to Twilio takes seven seconds at most, and one thing takes two.
pub const LEASE: SignedDuration = SignedDuration::from_secs(20);

impl ToDo {
    /// Whether somebody does it now, as far as we know.
    pub(super) fn is_being_done(&self, now: Timestamp) -> bool {
        self.owner.is_some() && self.until > now
    }
}

impl StoredIncident {
    /// Until when the call of this attempt is being placed, as far as we know.
    pub(super) fn is_placed_until(&self, number: u32, now: Timestamp) -> Option<Timestamp> {
        let dial = Task::Effect(Effect::Dial { attempt: number });
        let mut placing =
            self.to_do.iter().filter(|to_do| to_do.task == dial && to_do.is_being_done(now));
        placing.next().map(|to_do| to_do.until)
    }

    /// Whether something can be begun now.
    pub fn has_work(&self, now: Timestamp) -> bool {
        self.to_do.iter().any(|to_do| to_do.until <= now)
    }

    /// Until when all that is being done, or rests, is left alone.
    pub(super) fn leased_until(&self) -> Option<Timestamp> {
        self.to_do.iter().map(|to_do| to_do.until).min()
    }
}

/// For how long a call counts: carriers block a number that calls another too often within an hour.
const COUNTED: SignedDuration = SignedDuration::from_hours(1);

impl InCall {
    /// How often they were called within the hour before `now`, …
    pub(super) fn called_lately(&self, now: Timestamp) -> u32 {
        count_lately(&self.called_at, now)
    }

    /// … and how often for alarms about Ringdown itself.
    pub(super) fn called_lately_about_us(&self, now: Timestamp) -> u32 {
        count_lately(&self.called_about_us_at, now)
    }
}

/// Those within the hour before `now`.
pub(super) fn lately(calls: &[Timestamp], now: Timestamp) -> impl Iterator<Item = Timestamp> {
    calls.iter().copied().filter(move |at| now.duration_since(*at) < COUNTED)
}

fn count_lately(calls: &[Timestamp], now: Timestamp) -> u32 {
    u32::try_from(lately(calls, now).count()).unwrap_or(u32::MAX)
}
