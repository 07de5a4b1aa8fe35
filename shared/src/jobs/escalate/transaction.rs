//! A policy's incident while we decide, and how the decision is saved.
//!
//! 1. `snapshot`: the records that a decision rests on. 2. [`Transaction`]: what is decided. 3. `commit`: read, decide, arm the wake-up,
//!    save if unchanged.

mod commit;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::record::LEASE;
use super::{Effects, after};
use crate::domain::escalation::{
    Alarm, Busy, Decision, Effect, Incident, IncidentId, Policy, Signal,
};
use crate::domain::routes::Line;
use crate::storage::messages::WakeUp;
use crate::storage::records::{AlarmRecord, StoredIncident, Task, ToDo};
use crate::storage::{Key, QueueName};
pub(super) use commit::{OWN_ALARMS, max_alarms};
use snapshot::Snapshot;
pub(super) use snapshot::{put, read_body};

/// A wake-up is never armed nearer than this: it must not come before the save that it belongs to has landed, or been
/// given up.
pub(super) const MIN_DELAY: SignedDuration = SignedDuration::from_secs(5);

/// A policy's records while we decide.
pub(super) struct Transaction<'a> {
    pub(super) stored: Option<StoredIncident>,
    pub(super) policy: &'a Policy,
    pub(super) busy: Busy,
    pub(super) now: Timestamp,
    snapshot: &'a Snapshot,
    /// The key of the alarm in question ([`Transaction::turn_to`]), …
    pub(super) alarm: Option<String>,
    /// … and its record.
    pub(super) alarm_record: Option<AlarmRecord>,
    /// The records of alarms that this transaction writes, by their keys.
    pub(super) alarm_updates: BTreeMap<String, AlarmUpdate>,
    /// How large its record may be ([`StoredIncident::fit`]).
    pub(super) max_bytes: usize,
    pub(super) owner: &'a str,
    pub(super) effects: Effects,
    /// The text messages that are asked for in this transaction.
    pub(super) texts: Vec<Effect>,
    /// The beginning of the names of alarms about Ringdown itself.
    pub(super) own_alarms: Option<&'a str>,
    /// The number of the first entry of the timeline that this transaction adds.
    pub(super) first_entry: u32,
    /// The lines that Slack is told beside the incident's own timeline, before this is saved.
    pub(super) lines: Vec<Line>,
    /// The messages that are queued before this is saved: a crash between the two loses nothing.
    pub(super) outbox: Vec<OutboxMessage>,
    /// Where the reconciler finds that the alarm in question waits: what is written there, or `None` if it no longer waits.
    pub(super) waiting: Option<(Key, Option<WakeUp>)>,
}

/// The record of an alarm, and whether the reconciler finds that it waits ([`Transaction::waiting`]).
pub(super) struct AlarmUpdate {
    pub(super) record: AlarmRecord,
    pub(super) waiting: Option<(Key, Option<WakeUp>)>,
}

/// A message that is queued before the save that needs it.
pub(super) struct OutboxMessage {
    pub(super) to: QueueName,
    pub(super) body: String,
    pub(super) group: String,
    pub(super) not_before: Option<Timestamp>,
}

impl Transaction<'_> {
    /// Whom the incident calls, as it stands now, without their record having been read.
    fn unread_people(&self) -> BTreeSet<String> {
        let incident = self.stored.as_ref().map(|stored| &stored.incident);
        let Some(incident) = incident.filter(|incident| incident.ended_at.is_none()) else {
            return BTreeSet::new();
        };
        let in_call = incident.attempts.iter().filter(|attempt| attempt.ended_at.is_none());
        let called = in_call.map(|attempt| &attempt.person);
        self.snapshot.without_record(incident.round.order.iter().chain(called))
    }

    /// Whether the policy's incident is this one.
    pub(super) fn is(&self, id: &IncidentId) -> bool {
        self.stored.as_ref().is_some_and(|stored| stored.incident.id == *id)
    }

    /// The next words are about the alarm of this key, which is one of those that were read.
    pub(super) fn turn_to(&mut self, alarm: &str) {
        let updated = self.alarm_updates.get(alarm).map(|update| update.record.clone());
        self.alarm_record = updated.or_else(|| self.snapshot.alarm(alarm));
        self.alarm = Some(alarm.to_owned());
        self.waiting = None;
    }

    /// Reports to the incident what happened, one after the other.
    pub(super) fn apply(&mut self, signals: &[Signal]) {
        for signal in signals {
            let Some(mut stored) = self.stored.take() else { return };
            let Decision { incident, effects, .. } =
                stored.incident.apply(signal, &self.busy, self.now);
            stored.incident = incident;
            stored.incident.timeline.join_last(self.first_entry);
            self.stored = Some(stored);
            self.add_effects(effects);
        }
    }

    /// A new incident begins.
    pub(super) fn raise(&mut self, alarm: Alarm) {
        // Two incidents of one policy never have one name.
        let before = self.stored.as_ref().map(|stored| stored.incident.raised_at);
        let after = before.and_then(|at| at.checked_add(SignedDuration::from_millis(1)).ok());
        let named_at = after.map_or(self.now, |after| after.max(self.now));
        let id = IncidentId::of(&self.policy.name, named_at);
        let Decision { incident, effects, .. } =
            Incident::raise(&id, self.policy, alarm, &self.busy, self.now);
        let writer = String::new();
        self.first_entry = 0;
        self.stored =
            Some(StoredIncident { incident, wake_at: None, to_do: Vec::new(), said: 0, writer });
        self.add_effects(effects);
    }

    /// Writes the record of the alarm in question.
    pub(super) fn update_alarm(&mut self, record: AlarmRecord) {
        self.alarm_record = Some(record.clone());
        let Some(alarm) = self.alarm.clone() else { return };
        let waiting = self.waiting.take();
        let before = self.alarm_updates.remove(&alarm).and_then(|update| update.waiting);
        self.alarm_updates.insert(alarm, AlarmUpdate { record, waiting: waiting.or(before) });
    }

    /// The wake-up that was armed has come.
    pub(super) fn disarm(&mut self) {
        if let Some(stored) = &mut self.stored {
            stored.wake_at = None;
        }
    }

    fn add_effects(&mut self, effects: Vec<Effect>) {
        let (now, mode, owner) = (self.now, self.effects, self.owner);
        let Some(stored) = &mut self.stored else { return };
        let is_text = |effect: &&Effect| matches!(effect, Effect::Text { .. });
        self.texts.extend(effects.iter().filter(is_text).cloned());
        let new = effects.into_iter().map(|effect| to_do(Task::Effect(effect), mode, owner, now));
        stored.to_do.extend(new);
    }

    /// Drops what is no longer wanted, adds what is new to Slack, and takes what nobody does, if we act.
    fn finalize(&mut self) {
        let (now, mode, owner) = (self.now, self.effects, self.owner);
        let Some(stored) = &mut self.stored else { return };
        for text in std::mem::take(&mut self.texts).into_iter().map(Task::Effect) {
            let asked = stored.to_do.iter_mut().find(|to_do| to_do.task == text);
            if let Some(ToDo { task: Task::Effect(effect), .. }) = asked
                && stored.incident.name_pending_in(effect)
            {
                break;
            }
        }
        let incident = &stored.incident;
        stored.to_do.retain(|to_do| match &to_do.task {
            // Whoever places a call does not know that it is no longer wanted: its end has to wait for it.
            // What we have asked for just now nobody does yet.
            Task::Effect(effect @ Effect::Dial { .. }) => {
                let is_ours = to_do.owner.as_deref() == Some(owner);
                incident.wants(effect) || (to_do.is_being_done(now) && !is_ours)
            }
            Task::Effect(effect) => incident.wants(effect),
            Task::Say => true,
        });
        let is_to_be_said = stored.to_do.iter().any(|to_do| to_do.task == Task::Say);
        if stored.said < incident.timeline.next && !is_to_be_said {
            stored.to_do.push(to_do(Task::Say, mode, owner, now));
        }
        if mode == Effects::Inline {
            for to_do in stored.to_do.iter_mut().filter(|to_do| to_do.until <= now) {
                // Whoever had it may have died in the middle of it.
                to_do.in_doubt |= to_do.owner.is_some();
                to_do.owner = Some(owner.to_owned());
                to_do.until = after(now, LEASE);
            }
        }
        stored.wake_at = stored.next_wake(now);
        stored.fit(self.max_bytes);
    }
}

fn to_do(task: Task, mode: Effects, owner: &str, now: Timestamp) -> ToDo {
    let (owner, until) = match mode {
        Effects::Inline => (Some(owner.to_owned()), after(now, LEASE)),
        Effects::Deferred => (None, now),
    };
    ToDo { task, owner, until, tries: 0, in_doubt: false }
}

impl StoredIncident {
    /// When to look again. One that is armed already stays, if it comes soon enough: one chain, never two.
    fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let wished = [self.incident.wake_at(), self.leased_until()].into_iter().flatten().min()?;
        let nearest = after(now, MIN_DELAY);
        match self.wake_at {
            Some(armed) if armed == wished || (wished < nearest && armed <= nearest) => Some(armed),
            _ => Some(wished.max(nearest)),
        }
    }
}
