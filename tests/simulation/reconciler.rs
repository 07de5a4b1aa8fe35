//! The reconciler, once a minute, and what it must not leave undone.

use jiff::SignedDuration;
use shared::Timestamp;
use shared::domain::escalation::{Phase, State};
use shared::storage::records::StoredIncident;

use crate::run::{About, Run};
use crate::world::{What, World};

/// How late something may be before the reconciler repairs it.
const LATE: SignedDuration = SignedDuration::from_secs(20);

/// The policies and alarms that wait for a wake-up that is late.
#[derive(Default)]
pub(crate) struct Overdue {
    policies: Vec<(String, Option<Timestamp>)>,
    alarms: Vec<(usize, Timestamp)>,
}

impl Run {
    /// The reconciler, once a minute. Where there is nothing to be found it is mostly left out: that saves most of the
    /// time.
    pub(crate) fn minute(&mut self) {
        let mut world = self.world.lock();
        let now = world.timestamp();
        let late = |due: Timestamp| now.duration_since(due) >= LATE;
        let needed = world.watch.kept.values().any(|kept| may_be_undone(kept, now))
            || world
                .watch
                .alarms
                .iter()
                .any(|alarm| alarm.waits.is_some_and(|waits| late(waits.due)));
        let settled = |kept: &StoredIncident| {
            kept.incident.state() == State::Resolved && kept.to_do.is_empty()
        };
        if self.calm
            && world.later.is_empty()
            && self.busy == 0
            && world.watch.kept.values().all(settled)
        {
            return;
        }
        world.after(60_000, What::Minute);
        if needed || world.rng.chance(30) {
            world.after(0, What::Begin(About::Reconcile));
        }
    }
}

fn may_be_undone(kept: &StoredIncident, now: Timestamp) -> bool {
    let incident = &kept.incident;
    let is_late = |at: Timestamp| now.duration_since(at) >= LATE;
    let resolved = incident.state() == State::Resolved;
    kept.wake_at.is_some_and(is_late)
        || kept.to_do.iter().any(|to_do| is_late(to_do.until))
        || (!resolved && kept.wake_at.is_none())
        || (!resolved && incident.phase == Phase::Calling && incident.attempts.is_empty())
        || (!resolved
            && incident
                .attempts
                .iter()
                .any(|attempt| attempt.holds_until(&incident.policy).is_some_and(is_late)))
}

impl World {
    /// The policies and alarms that wait for a wake-up that should have come.
    pub(crate) fn overdue(&self) -> Overdue {
        let now = self.timestamp();
        let late = |at: &Timestamp| now.duration_since(*at) > LATE;
        let policies =
            self.watch.kept.iter().filter(|(_, kept)| kept.wake_at.is_some_and(|at| late(&at)));
        let due = self.watch.alarms.iter().map(|alarm| alarm.waits.map(|waits| waits.due));
        Overdue {
            policies: policies.map(|(name, kept)| (name.clone(), kept.wake_at)).collect(),
            alarms: due.enumerate().filter_map(|(at, due)| Some((at, due.filter(late)?))).collect(),
        }
    }

    /// The reconciler went through all that was late.
    pub(crate) fn check_reconciler(&mut self, overdue: &Overdue) {
        for (policy, wake_at) in &overdue.policies {
            let still = self.watch.kept.get(policy).and_then(|kept| kept.wake_at);
            if still == *wake_at {
                self.fail(format!("{policy}: the reconciler left it waiting for {wake_at:?}"));
            }
        }
        for (at, due) in &overdue.alarms {
            if self.watch.alarms[*at].waits.is_some_and(|waits| waits.due == *due) {
                self.fail(format!("the alarm {at}: the reconciler left it waiting for {due}"));
            }
        }
    }
}
