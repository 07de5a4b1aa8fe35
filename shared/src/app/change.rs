//! Read, decide, arm the wake-up, save if unchanged.

use super::draft::{Draft, Promise, after};
use super::record::{self, KEPT, Kept};
use super::records::{Records, put};
use super::wake::WakeUp;
use super::{App, Hand};
use crate::Error;
use crate::config::Settings;
use crate::escalation::{Incident, State};
use crate::ports::{If, Put, To};

/// How often we try against others who write at the same time.
const MOST_RACES: usize = 60;

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
        self.change_with(policy, None, owner, hand, decide).await
    }

    /// The same, with what an alarm last said.
    pub(super) async fn change_with(
        &self,
        policy: &str,
        alarm: Option<&str>,
        owner: &str,
        hand: Hand,
        decide: &(dyn Fn(&mut Draft<'_>) + Send + Sync),
    ) -> Result<Option<Kept>, Error> {
        let writer = self.writers.name();
        for _ in 0..MOST_RACES {
            let settings = self.live.get(self.now()).await?;
            let records = self.read(policy, alarm, &settings).await?;
            let now = self.now();
            let before = records.kept();
            if before.as_ref().is_some_and(|kept| kept.writer == writer) {
                // Our own write landed, though its answer said otherwise.
                return Ok(before);
            }
            // Who is on call now: a hunt that begins is theirs.
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
            let most_calls = settings.config.escalation.max_calls_per_hour;
            let mut draft = Draft {
                busy: records.busy(id.as_deref(), most_calls, now),
                last_word: records.last_word(),
                policy: &policy,
                kept,
                now,
                owner,
                hand,
                touched: false,
                promises: Vec::new(),
                waiting: None,
            };
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
            if unchanged && !draft.touched {
                return Ok(before);
            }
            match self.save(&records, &draft, before.as_ref()).await {
                Ok(()) => return Ok(draft.kept),
                Err(Error::Raced) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::Raced)
    }

    async fn read(
        &self,
        policy: &str,
        alarm: Option<&str>,
        settings: &Settings,
    ) -> Result<Records, Error> {
        let mut keys = vec![record::open(policy)];
        keys.extend(alarm.map(record::alarm));
        // Of another shift too: a hand-over may be in the middle of their call.
        let people = settings.config.escalation.may_call(policy);
        keys.extend(people.iter().map(|name| record::person(name)));
        let mut records = self.store.load(&keys, self.now()).await?.into_iter();
        let open = records.next().flatten();
        let alarm = alarm.map(|key| (record::alarm(key), records.next().flatten()));
        let people = people.into_iter().zip(records).collect();
        Ok(Records { open, alarm, people })
    }

    async fn save(
        &self,
        records: &Records,
        draft: &Draft<'_>,
        before: Option<&Kept>,
    ) -> Result<(), Error> {
        for Promise { to, body, group, not_before } in &draft.promises {
            self.queue.send(*to, body.clone(), group, *not_before).await?;
        }
        let mut puts = Vec::new();
        if let Some(kept) = &draft.kept {
            let armed = before.and_then(|before| before.wake_at);
            if let Some(due) = kept.wake_at.filter(|due| Some(*due) != armed) {
                self.arm(WakeUp::due(&kept.incident, due)).await?;
            }
            let key = record::open(&kept.incident.policy.name);
            puts.push(put(key, kept, records.open.as_ref(), None));
            if kept.incident.state() == State::Resolved {
                let expires_at = Some(after(draft.now, KEPT));
                let key = record::archived(&kept.incident.id);
                puts.push(Put { when: If::Always, ..put(key, kept, None, expires_at) });
            }
            puts.extend(records.leases(kept, before, draft.now));
        }
        if let (Some((key, record)), Some(word)) = (&records.alarm, &draft.last_word) {
            let expires_at = Some(after(draft.now, KEPT));
            puts.push(put(key.clone(), word, record.as_ref(), expires_at));
            puts.extend(draft.waiting.as_ref().map(|(key, wake_up)| {
                let expires_at = wake_up.as_ref().map_or(Some(draft.now), |_| expires_at);
                Put { when: If::Always, ..put(key.clone(), wake_up, None, expires_at) }
            }));
        }
        self.store.write(&puts, draft.now).await
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
        self.queue.send(To::WakeUps, wake_up.to_body(), &group, due).await
    }

    /// Has somebody look at once at what is left to be done.
    pub(super) async fn nudge(&self, incident: &Incident) -> Result<(), Error> {
        self.arm(WakeUp::Nudge { incident: incident.id.clone(), at: self.now() }).await
    }
}

#[cfg(test)]
mod tests;
