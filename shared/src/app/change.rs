//! Read, decide, arm the wake-up, save if unchanged.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::record::{self, InCall, KEPT, Kept, LEASE, LastWord, Task, ToDo};
use super::wake::WakeUp;
use super::{App, Hand};
use crate::Error;
use crate::config::Settings;
use crate::escalation::{Alarm, Busy, Incident, Policy, Signal, State, Step};
use crate::ports::{If, Key, Put, Record, To};

/// A wake-up is never armed nearer than this: it must not come before the save that it belongs to has landed, or been
/// given up.
pub(super) const NEAREST: SignedDuration = SignedDuration::from_secs(5);

/// How often we try against others who write at the same time.
const MOST_RACES: usize = 60;

/// A policy's records while we decide.
pub(super) struct Draft<'a> {
    pub(super) kept: Option<Kept>,
    pub(super) policy: &'a Policy,
    pub(super) busy: Busy,
    pub(super) now: Timestamp,
    /// What the alarm in question last said.
    pub(super) last_word: Option<LastWord>,
    owner: &'a str,
    hand: Hand,
    touched: bool,
}

impl Draft<'_> {
    /// Whether the policy's incident is this one.
    pub(super) fn is(&self, id: &str) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.incident.id == id)
    }

    /// Tells the incident what happened, one after the other.
    pub(super) fn tell(&mut self, signals: &[Signal]) {
        for signal in signals {
            let Some(kept) = &self.kept else { return };
            let step = kept.incident.step(signal, &self.busy, self.now);
            self.take(step);
        }
    }

    /// A new incident begins.
    pub(super) fn raise(&mut self, alarm: Alarm) {
        // Two incidents of one policy never have one name.
        let before = self.kept.as_ref().map(|kept| kept.incident.raised_at);
        let after = before.and_then(|at| at.checked_add(SignedDuration::from_millis(1)).ok());
        let named_at = after.map_or(self.now, |after| after.max(self.now));
        let id = record::id(&self.policy.name, named_at);
        let step = Incident::raise(&id, self.policy, alarm, &self.busy, self.now);
        self.kept = Some(Kept {
            incident: step.incident.clone(),
            wake_at: None,
            to_do: Vec::new(),
            said: 0,
            writer: String::new(),
        });
        self.take(step);
    }

    /// The alarm in question said this.
    pub(super) fn note(&mut self, word: LastWord) {
        self.last_word = Some(word);
        self.touched = true;
    }

    /// The wake-up that was armed has come.
    pub(super) fn woken(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.wake_at = None;
        }
    }

    fn take(&mut self, step: Step) {
        let (now, hand, owner) = (self.now, self.hand, self.owner);
        let Some(kept) = &mut self.kept else { return };
        kept.incident = step.incident;
        kept.to_do.extend(
            step.effects.into_iter().map(|effect| to_do(Task::Effect(effect), hand, owner, now)),
        );
    }

    /// What is no longer wanted is left; what is new to Slack is to be said; what nobody does is ours, if we act.
    fn settle(&mut self) {
        let (now, hand, owner) = (self.now, self.hand, self.owner);
        let Some(kept) = &mut self.kept else { return };
        let incident = &kept.incident;
        kept.to_do.retain(|to_do| match &to_do.task {
            Task::Effect(effect) => incident.wants(effect),
            Task::Say => true,
        });
        let is_to_be_said = kept.to_do.iter().any(|to_do| to_do.task == Task::Say);
        if kept.said < incident.timeline.next && !is_to_be_said {
            kept.to_do.push(to_do(Task::Say, hand, owner, now));
        }
        if hand == Hand::Act {
            for to_do in kept.to_do.iter_mut().filter(|to_do| to_do.until <= now) {
                // Whoever had it may have died in the middle of it.
                to_do.in_doubt |= to_do.owner.is_some();
                to_do.owner = Some(owner.to_owned());
                to_do.until = after(now, LEASE);
            }
        }
        kept.wake_at = kept.next_wake(now);
    }
}

fn to_do(task: Task, hand: Hand, owner: &str, now: Timestamp) -> ToDo {
    let (owner, until) = match hand {
        Hand::Act => (Some(owner.to_owned()), after(now, LEASE)),
        Hand::Leave => (None, now),
    };
    ToDo { task, owner, until, tries: 0, in_doubt: false }
}

pub(super) fn after(now: Timestamp, long: SignedDuration) -> Timestamp {
    now.checked_add(long).unwrap_or(now)
}

impl Kept {
    /// When to look again. One that is armed already stays, if it comes soon enough: one chain, never two.
    fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let wished = [self.incident.wake_at(), self.rests_until()].into_iter().flatten().min()?;
        let nearest = after(now, NEAREST);
        match self.wake_at {
            Some(armed) if armed == wished || (wished < nearest && armed <= nearest) => Some(armed),
            _ => Some(wished.max(nearest)),
        }
    }
}

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
            let configured = settings.config.escalation.policy(policy);
            let Some(policy) =
                configured.or(before.as_ref().map(|kept| &kept.incident.policy)).cloned()
            else {
                return Ok(None);
            };
            let mut kept = before.clone();
            if let Some(kept) = &mut kept {
                kept.incident.policy = policy.clone();
            }
            let id = kept.as_ref().map(|kept| kept.incident.id.clone());
            let mut draft = Draft {
                busy: records.busy(id.as_deref(), now),
                last_word: records.last_word(),
                policy: &policy,
                kept,
                now,
                owner,
                hand,
                touched: false,
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
        let mut people: Vec<String> = settings
            .config
            .escalation
            .policy(policy)
            .map(|policy| policy.roster.clone())
            .unwrap_or_default();
        people.sort();
        people.dedup();
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
            puts.extend(records.leases(kept, draft.now));
        }
        if let (Some((key, record)), Some(word)) = (&records.alarm, &draft.last_word) {
            let expires_at = Some(after(draft.now, KEPT));
            puts.push(put(key.clone(), word, record.as_ref(), expires_at));
        }
        self.store.write(&puts, draft.now).await
    }
}

fn put(
    key: Key,
    body: &impl serde::Serialize,
    record: Option<&Record>,
    expires_at: Option<Timestamp>,
) -> Put {
    let when = record.map_or(If::Absent, |record| If::At(record.revision));
    // Our own types always serialise: they have string keys only.
    Put { key, body: serde_json::to_string(body).unwrap_or_default(), when, expires_at }
}

impl Kept {
    /// Whether anything but the writer's name differs.
    fn same_as(&self, other: &Kept) -> bool {
        let Kept { incident, wake_at, to_do, said, writer: _ } = self;
        (incident, wake_at, to_do, said)
            == (&other.incident, &other.wake_at, &other.to_do, &other.said)
    }
}

/// The records that a decision rests on.
struct Records {
    open: Option<Record>,
    alarm: Option<(Key, Option<Record>)>,
    people: Vec<(String, Option<Record>)>,
}

fn read_body<T: serde::de::DeserializeOwned>(record: Option<&Record>) -> Option<T> {
    let record = record?;
    serde_json::from_str(&record.body)
        .inspect_err(|error| tracing::error!(pk = record.key.pk, %error, "a record cannot be read"))
        .ok()
}

impl Records {
    fn kept(&self) -> Option<Kept> {
        read_body(self.open.as_ref())
    }

    fn last_word(&self) -> Option<LastWord> {
        read_body(self.alarm.as_ref().and_then(|(_, record)| record.as_ref()))
    }

    fn calls(&self) -> impl Iterator<Item = (&str, Option<&Record>, Option<InCall>)> {
        self.people
            .iter()
            .map(|(name, record)| (name.as_str(), record.as_ref(), read_body(record.as_ref())))
    }

    /// Who is in a call of another incident.
    fn busy(&self, id: Option<&str>, now: Timestamp) -> Busy {
        self.calls()
            .filter_map(|(name, _, call)| Some((name.to_owned(), call?)))
            .filter(|(_, call)| Some(call.incident.as_str()) != id && call.until > now)
            .map(|(name, call)| (name, call.until))
            .collect()
    }

    /// Who is in a call of this incident from now on, and who no longer is.
    fn leases(&self, kept: &Kept, now: Timestamp) -> Vec<Put> {
        let incident = &kept.incident;
        let mut held: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for attempt in &incident.attempts {
            if let Some(until) = attempt.holds_until(&incident.policy) {
                let have = held.entry(&attempt.person).or_insert(until);
                *have = until.max(*have);
            }
        }
        let mut puts = Vec::new();
        for (name, record, call) in self.calls() {
            let is_ours = call.as_ref().is_some_and(|call| call.incident == incident.id);
            let is_free = call.as_ref().is_none_or(|call| call.until <= now);
            let until = match held.get(name) {
                Some(until) if is_ours || is_free => *until,
                None if is_ours && !is_free => now,
                _ => continue,
            };
            let lease = InCall { incident: incident.id.clone(), until };
            if call.as_ref() != Some(&lease) && (until > now || !is_free) {
                let expires_at = Some(after(until.max(now), KEPT));
                puts.push(put(record::person(name), &lease, record, expires_at));
            }
        }
        puts
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
