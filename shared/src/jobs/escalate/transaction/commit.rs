//! Read, decide, arm the wake-up, save if unchanged.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;

use super::super::record::budget::{MIN_RECORD_BYTES, RECORD_BYTES};
use super::super::record::incident_row;
use super::super::work::Work;
use super::super::{Effects, after};
use super::snapshot::{Snapshot, new_executions, put};
use super::{AlarmUpdate, MIN_DELAY, OutboxMessage, Transaction};
use crate::Error;
use crate::config::Settings;
use crate::domain::escalation::State;
use crate::domain::metrics::incidents::counted;
use crate::domain::schedule::StoredOverrides;
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, RETENTION, StoredIncident};
use crate::storage::{
    Condition, Increment, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ITEMS, Put, Write, check_size,
    executions, writes,
};

/// The name of the value that says what the names of alarms about Ringdown itself begin with. (In the cloud it is the
/// variable `OWN_ALARMS_PREFIX`.)
pub(in crate::jobs::escalate) const OWN_ALARMS: &str = "own-alarms-prefix";
/// How often a transaction is tried against others who write at the same time.
const MAX_CONFLICTS: usize = 60;
/// How many messages are sent side by side.
const MAX_SENDS_AT_ONCE: usize = 25;

/// A transaction that was saved, or had nothing to save.
pub(in crate::jobs::escalate) struct Committed<T> {
    /// The policy's incident as it is stored now.
    pub(in crate::jobs::escalate) stored: Option<StoredIncident>,
    /// The result of the decision.
    pub(in crate::jobs::escalate) decided: T,
}

impl Work<'_> {
    /// Changes a policy's incident, and the records of these alarms; the first of them is the one in question at the
    /// beginning. Each key once, and no more of them than [`max_alarms`]. `decide` is called again if others write at the
    /// same time. Returns what was decided, with what is stored then; `None` if there is no such policy.
    ///
    /// The first decision is made with the time at which the work began, unless that is long ago; the next ones with what
    /// time it is by then, since others have written meanwhile.
    ///
    /// # Errors
    /// [`Error::TooLargeToStore`] if it is too much for one transaction; with fewer alarms it may not be.
    pub(in crate::jobs::escalate) async fn commit<T: Send>(
        &self,
        policy: &str,
        alarms: &[&str],
        owner: &str,
        effects: Effects,
        decide: &(dyn Fn(&mut Transaction<'_>) -> T + Send + Sync),
    ) -> Result<Option<Committed<T>>, Error> {
        let settings = self.settings.as_ref();
        let writer = self.escalate.writer_ids.next();
        let (mut work, mut decided) = (self.not_long_ago(), None);
        let mut max_bytes = RECORD_BYTES;
        // Whom the incident calls, and the policy does not: somebody asked for them.
        let mut asked_for = BTreeSet::new();
        for _ in 0..MAX_CONFLICTS {
            let overrides = work.overrides_of(policy).await;
            let snapshot = work.read(policy, alarms, &asked_for, &overrides).await?;
            let before = snapshot.incident();
            if let Some(stored) = before.as_ref().filter(|stored| stored.writer == writer)
                && let Some(decided) = decided.take()
            {
                // Our own write landed, though its answer said otherwise.
                return Ok(Some(Committed { stored: Some(stored.clone()), decided }));
            }
            // In an incident time never goes back.
            let latest = before.as_ref().and_then(|stored| stored.incident.timeline.entries.last());
            let now = latest.map_or(work.now, |entry| entry.at.max(work.now));
            // Who is on call now: a round that begins is theirs.
            let escalation = settings.config.escalation.with_overrides_at(&overrides, now);
            let configured = escalation.policy_at(policy, now);
            let Some(policy) =
                configured.or(before.as_ref().map(|stored| stored.incident.policy.clone()))
            else {
                return Ok(None);
            };
            let mut stored = before.clone();
            if let Some(stored) = &mut stored {
                stored.incident.policy = policy.clone();
            }
            let id = stored.as_ref().map(|stored| stored.incident.id.clone());
            let mut transaction = Transaction {
                busy: snapshot.busy(id.as_ref(), &settings.config.escalation, now),
                snapshot: &snapshot,
                alarm: None,
                alarm_record: None,
                alarm_updates: BTreeMap::new(),
                first_entry: stored.as_ref().map_or(0, |stored| stored.incident.timeline.next),
                lines: Vec::new(),
                policy: &policy,
                stored,
                now,
                max_bytes,
                owner,
                effects,
                texts: Vec::new(),
                own_alarms: settings.value(OWN_ALARMS),
                outbox: Vec::new(),
                waiting: None,
            };
            if let Some(alarm) = alarms.first() {
                transaction.turn_to(alarm);
            }
            let decision = decide(&mut transaction);
            let unread = transaction.unread_people();
            if !unread.is_empty() {
                // Who is busy is known of everybody who may be called, before anybody is.
                asked_for.extend(unread);
                continue;
            }
            let counters = transaction.counters(before.as_ref());
            transaction.finalize();
            if let Some(stored) = &mut transaction.stored {
                stored.writer.clone_from(&writer);
            }
            let unchanged = match (&transaction.stored, &before) {
                (Some(now), Some(before)) => now.is_same_as(before),
                (None, None) => true,
                _ => false,
            };
            if unchanged && transaction.alarm_updates.is_empty() {
                return Ok(Some(Committed { stored: before, decided: decision }));
            }
            let mut writes = writes(transaction.puts(before.as_ref()));
            writes.extend(counters.map(Write::from));
            if alarms.len() > 1 && is_too_much(&writes) {
                let what = format!("{} records at once", writes.len());
                return Err(Error::TooLargeToStore(what));
            }
            match work.save(&writes, &mut transaction, before.as_ref()).await {
                Ok(()) => {
                    return Ok(Some(Committed { stored: transaction.stored, decided: decision }));
                }
                Err(Error::Conflict { .. }) => {}
                // Texts go until the store takes it.
                Err(Error::TooLargeToStore(what)) if max_bytes > MIN_RECORD_BYTES => {
                    max_bytes /= 2;
                    tracing::warn!(what, max_bytes, "an incident loses texts: it is too large");
                }
                Err(error) => return Err(error),
            }
            (work, decided) = (work.later(), Some(decision));
        }
        Err(Error::Conflict { keys: Vec::new() })
    }

    /// The same work; after something that took long, as what was done for another policy before, with what time it is by
    /// then: a wake-up that is armed must not come before its save.
    fn not_long_ago(&self) -> Self {
        let later = self.later();
        match later.now.duration_since(self.now) > MIN_DELAY / 2 {
            true => later,
            false => self.clone(),
        }
    }

    async fn read(
        &self,
        policy: &str,
        alarms: &[&str],
        asked_for: &BTreeSet<String>,
        overrides: &StoredOverrides,
    ) -> Result<Snapshot, Error> {
        let mut keys = vec![records::open(policy)];
        keys.extend(alarms.iter().map(|key| records::alarm(key)));
        // Of another shift too: a hand-over may be in the middle of their call.
        let escalation = &self.settings.config.escalation;
        let mut people = escalation.with_overrides_at(overrides, self.now).may_call(policy);
        people.extend(asked_for.iter().cloned());
        keys.extend(people.iter().map(|name| records::person(name)));
        let mut records = self.store().load(&keys, self.now).await?.into_iter();
        let open = records.next().flatten();
        let keys = alarms.iter().map(|key| (*key).to_owned());
        let alarms = keys.map(|key| (key, records.next().flatten())).collect();
        let people = people.into_iter().zip(records).collect();
        Ok(Snapshot { open, alarms, people })
    }

    async fn save(
        &self,
        writes: &[Write],
        transaction: &mut Transaction<'_>,
        before: Option<&StoredIncident>,
    ) -> Result<(), Error> {
        check_size(writes)?;
        self.send_outbox(transaction).await?;
        if let Some(stored) = &transaction.stored {
            let armed = before.and_then(|before| before.wake_at);
            if let Some(due) = stored.wake_at.filter(|due| Some(*due) != armed) {
                self.arm(&WakeUp::due(&stored.incident, due)).await?;
            }
        }
        self.store().write(writes, transaction.now).await
    }

    /// Queues what has to be queued before the save that needs it.
    async fn send_outbox(&self, transaction: &mut Transaction<'_>) -> Result<(), Error> {
        let lines = std::mem::take(&mut transaction.lines);
        self.send_lines(&transaction.policy.channel, None, lines).await?;
        for messages in transaction.outbox.chunks(MAX_SENDS_AT_ONCE) {
            let sent = messages.iter().map(|OutboxMessage { to, body, group, not_before }| {
                self.queue().send(*to, body.clone(), group, *not_before)
            });
            try_join_all(sent).await?;
        }
        Ok(())
    }
}

/// How many alarms one transaction of this policy may be about: beside them it holds the incident, its copy in the
/// archive, its counters, and all people whom the policy may call, one of them by an override.
pub(in crate::jobs::escalate) fn max_alarms(policy: &str, settings: &Settings) -> usize {
    let people = settings.config.escalation.may_call(policy).len();
    MAX_TRANSACTION_ITEMS.saturating_sub(people + 4).max(1)
}

/// Whether these are too many for one transaction, or too large together.
fn is_too_much(writes: &[Write]) -> bool {
    let bytes = writes.iter().map(|write| match write {
        Write::Put(put) => put.item_bytes(),
        Write::Increment(increment) => increment.item_bytes(),
    });
    writes.len() > MAX_TRANSACTION_ITEMS || bytes.sum::<usize>() > MAX_TRANSACTION_BYTES
}

impl Transaction<'_> {
    /// Returns what this change of the incident counts, if it counts anything: saved with it, it counts once. An incident
    /// lets some twenty counters grow at most.
    fn counters(&self, before: Option<&StoredIncident>) -> Option<Increment> {
        let incident = &self.stored.as_ref()?.incident;
        let counters = counted(before.map(|before| &before.incident), incident);
        let row = incident_row(&incident.policy.name);
        (!counters.is_empty()).then(|| Increment::of(&row, counters))
    }

    /// Returns the records that are written.
    fn puts(&self, before: Option<&StoredIncident>) -> Vec<Put> {
        let snapshot = self.snapshot;
        let mut puts = Vec::new();
        if let Some(stored) = &self.stored {
            let key = records::open(&stored.incident.policy.name);
            let open = put(key, stored, snapshot.open.as_ref(), None);
            // Its copy in the archive is the same text: a large incident is written as JSON once.
            let archived = (stored.incident.state() == State::Resolved).then(|| Put {
                key: records::archived(&stored.incident.id),
                condition: Condition::Always,
                expires_at: Some(after(self.now, RETENTION)),
                body: open.body.clone(),
            });
            puts.push(open);
            puts.extend(archived);
            puts.extend(snapshot.leases(stored, before, self.now));
            let id = &stored.incident.id;
            let executions = new_executions(stored, before).into_iter();
            puts.extend(executions.map(|sid| executions::put_incident(sid, id, self.now)));
        }
        for (key, AlarmUpdate { record: update, waiting }) in &self.alarm_updates {
            // A silence may be longer than the retention: what waits for its end outlasts it.
            let kept_from = update.waits.map_or(self.now, |waits| waits.due.max(self.now));
            let expires_at = Some(after(kept_from, RETENTION));
            let record = snapshot.alarms.get(key).and_then(Option::as_ref);
            puts.push(put(records::alarm(key), update, record, expires_at));
            puts.extend(waiting.as_ref().map(|(key, wake_up)| {
                let expires_at = wake_up.as_ref().map_or(Some(self.now), |_| expires_at);
                Put { condition: Condition::Always, ..put(key.clone(), wake_up, None, expires_at) }
            }));
        }
        puts
    }
}

impl StoredIncident {
    /// Whether anything but the writer's name differs.
    fn is_same_as(&self, other: &StoredIncident) -> bool {
        let StoredIncident { incident, wake_at, to_do, said, writer: _ } = self;
        (incident, wake_at, to_do, said)
            == (&other.incident, &other.wake_at, &other.to_do, &other.said)
    }
}

#[cfg(test)]
mod tests;
