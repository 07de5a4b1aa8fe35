//! Read, decide, arm the wake-up, save if unchanged.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use super::draft::{Draft, Noted, Promise, after};
use super::record::budget::{LEAST_RECORD_BYTES, RECORD_BYTES};
use super::records::{Records, put};
use super::{App, Hand};
use crate::Error;
use crate::config::Settings;
use crate::domain::escalation::{Incident, State};
use crate::storage::messages::WakeUp;
use crate::storage::messages::{Lines, Task};
use crate::storage::records::{self, Kept, RETENTION};
use crate::storage::{
    Condition, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ITEMS, Put, QueueName, check_size,
};

/// The name of the value that says what the names of alarms about Ringdown itself begin with. (In the cloud it is the
/// variable `OWN_ALARMS_PREFIX`.)
pub(in crate::jobs::escalate) const OWN_ALARMS: &str = "own-alarms-prefix";
/// How often we try against others who write at the same time.
const MOST_RACES: usize = 60;
/// How many messages are sent side by side.
const MOST_SENT_AT_ONCE: usize = 25;

impl App {
    /// Changes a policy's incident: `decide` may be asked several times, if others write at the same time. Gives what
    /// is kept then, ours or unchanged; `None` if there is nothing.
    pub(super) async fn change(
        &self,
        policy: &str,
        owner: &str,
        hand: Hand,
        decide: &(dyn Fn(&mut Draft<'_>) + Send + Sync),
    ) -> Result<Option<Kept>, Error> {
        self.change_with(policy, &[], owner, hand, decide).await
    }

    /// The same, with what these alarms last said; the first of them is the one in question at the beginning. Each key
    /// once, and no more of them than [`App::most_alarms`].
    ///
    /// # Errors
    /// [`Error::TooLargeToStore`] if it is too much for one transaction; with fewer alarms it may not be.
    pub(super) async fn change_with(
        &self,
        policy: &str,
        alarms: &[&str],
        owner: &str,
        hand: Hand,
        decide: &(dyn Fn(&mut Draft<'_>) + Send + Sync),
    ) -> Result<Option<Kept>, Error> {
        let writer = self.writers.name();
        let mut most_bytes = RECORD_BYTES;
        for _ in 0..MOST_RACES {
            let settings = self.live.get(self.now()).await?;
            let records = self.read(policy, alarms, &settings).await?;
            let now = self.now();
            let before = records.kept();
            if before.as_ref().is_some_and(|kept| kept.writer == writer) {
                // Our own write landed, though its answer said otherwise.
                return Ok(before);
            }
            // Who is on call now: a round that begins is theirs.
            let configured = settings.config.escalation.policy_at(policy, now);
            let Some(policy) =
                configured.or(before.as_ref().map(|kept| kept.incident.policy.clone()))
            else {
                return Ok(None);
            };
            let mut kept = before.clone();
            if let Some(kept) = &mut kept {
                kept.incident.policy = policy.clone();
            }
            let id = kept.as_ref().map(|kept| kept.incident.id.clone());
            let escalation = &settings.config.escalation;
            let mut draft = Draft {
                busy: records.busy(id.as_deref(), escalation, now),
                records: &records,
                alarm: None,
                last_word: None,
                noted: BTreeMap::new(),
                first_entry: kept.as_ref().map_or(0, |kept| kept.incident.timeline.next),
                lines: Vec::new(),
                policy: &policy,
                kept,
                now,
                most_bytes,
                owner,
                hand,
                texts: Vec::new(),
                own_alarms: settings.value(OWN_ALARMS),
                promises: Vec::new(),
                waiting: None,
            };
            if let Some(alarm) = alarms.first() {
                draft.turn_to(alarm);
            }
            decide(&mut draft);
            draft.settle();
            if let Some(kept) = &mut draft.kept {
                kept.writer.clone_from(&writer);
            }
            let unchanged = match (&draft.kept, &before) {
                (Some(now), Some(before)) => now.same_as(before),
                (None, None) => true,
                _ => false,
            };
            if unchanged && draft.noted.is_empty() {
                return Ok(before);
            }
            let puts = draft.puts(&records, before.as_ref());
            if alarms.len() > 1 && is_too_much(&puts) {
                let what = format!("{} records at once", puts.len());
                return Err(Error::TooLargeToStore(what));
            }
            match self.save(&puts, &mut draft, before.as_ref()).await {
                Ok(()) => return Ok(draft.kept),
                Err(Error::Conflict { .. }) => {}
                // Texts go until the store takes it.
                Err(Error::TooLargeToStore(what)) if most_bytes > LEAST_RECORD_BYTES => {
                    most_bytes /= 2;
                    tracing::warn!(what, most_bytes, "an incident loses texts: it is too large");
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::Conflict { keys: Vec::new() })
    }

    /// How many alarms one transaction of this policy may be about: beside them it holds the incident, its copy in the
    /// archive, and all people whom the policy may call.
    pub(super) fn most_alarms(policy: &str, settings: &Settings) -> usize {
        let people = settings.config.escalation.may_call(policy).len();
        MAX_TRANSACTION_ITEMS.saturating_sub(people + 2).max(1)
    }

    async fn read(
        &self,
        policy: &str,
        alarms: &[&str],
        settings: &Settings,
    ) -> Result<Records, Error> {
        let mut keys = vec![records::open(policy)];
        keys.extend(alarms.iter().map(|key| records::alarm(key)));
        // Of another shift too: a hand-over may be in the middle of their call.
        let people = settings.config.escalation.may_call(policy);
        keys.extend(people.iter().map(|name| records::person(name)));
        let mut records = self.store.load(&keys, self.now()).await?.into_iter();
        let open = records.next().flatten();
        let keys = alarms.iter().map(|key| (*key).to_owned());
        let alarms = keys.map(|key| (key, records.next().flatten())).collect();
        let people = people.into_iter().zip(records).collect();
        Ok(Records { open, alarms, people })
    }

    async fn save(
        &self,
        puts: &[Put],
        draft: &mut Draft<'_>,
        before: Option<&Kept>,
    ) -> Result<(), Error> {
        check_size(puts)?;
        self.send_promises(draft).await?;
        if let Some(kept) = &draft.kept {
            let armed = before.and_then(|before| before.wake_at);
            if let Some(due) = kept.wake_at.filter(|due| Some(*due) != armed) {
                self.arm(WakeUp::due(&kept.incident, due)).await?;
            }
        }
        self.store.write(puts, draft.now).await
    }

    /// Queues what has to be queued before the save that needs it.
    async fn send_promises(&self, draft: &mut Draft<'_>) -> Result<(), Error> {
        let lines = std::mem::take(&mut draft.lines);
        let channel = draft.policy.channel.clone();
        for lines in Lines::new(channel.clone(), draft.now, lines).split() {
            self.queue.send(QueueName::Slack, Task::Lines(lines).to_body(), &channel, None).await?;
        }
        for promises in draft.promises.chunks(MOST_SENT_AT_ONCE) {
            let sent = promises.iter().map(|Promise { to, body, group, not_before }| {
                self.queue.send(*to, body.clone(), group, *not_before)
            });
            try_join_all(sent).await?;
        }
        Ok(())
    }
}

/// Whether these are too many for one transaction, or too large together.
fn is_too_much(puts: &[Put]) -> bool {
    let bytes: usize = puts.iter().map(Put::item_bytes).sum();
    puts.len() > MAX_TRANSACTION_ITEMS || bytes > MAX_TRANSACTION_BYTES
}

impl Draft<'_> {
    /// What is written.
    fn puts(&self, records: &Records, before: Option<&Kept>) -> Vec<Put> {
        let mut puts = Vec::new();
        if let Some(kept) = &self.kept {
            let key = records::open(&kept.incident.policy.name);
            puts.push(put(key, kept, records.open.as_ref(), None));
            if kept.incident.state() == State::Resolved {
                let expires_at = Some(after(self.now, RETENTION));
                let key = records::archived(&kept.incident.id);
                puts.push(Put { condition: Condition::Always, ..put(key, kept, None, expires_at) });
            }
            puts.extend(records.leases(kept, before, self.now));
        }
        let expires_at = Some(after(self.now, RETENTION));
        for (key, Noted { word, waiting }) in &self.noted {
            let record = records.alarms.get(key).and_then(Option::as_ref);
            puts.push(put(records::alarm(key), word, record, expires_at));
            puts.extend(waiting.as_ref().map(|(key, wake_up)| {
                let expires_at = wake_up.as_ref().map_or(Some(self.now), |_| expires_at);
                Put { condition: Condition::Always, ..put(key.clone(), wake_up, None, expires_at) }
            }));
        }
        puts
    }
}

impl Kept {
    /// Whether anything but the writer's name differs.
    fn same_as(&self, other: &Kept) -> bool {
        let Kept { incident, wake_at, to_do, said, writer: _ } = self;
        (incident, wake_at, to_do, said)
            == (&other.incident, &other.wake_at, &other.to_do, &other.said)
    }
}

impl App {
    pub(super) async fn arm(&self, wake_up: WakeUp) -> Result<(), Error> {
        let (group, due) = (wake_up.group(), wake_up.not_before());
        self.queue.send(QueueName::WakeUps, wake_up.to_body(), &group, due).await
    }

    /// Has somebody look at once at what is left to be done.
    pub(super) async fn nudge(&self, incident: &Incident) -> Result<(), Error> {
        self.arm(WakeUp::Nudge { incident: incident.id.clone(), at: self.now() }).await
    }
}

#[cfg(test)]
mod tests;
