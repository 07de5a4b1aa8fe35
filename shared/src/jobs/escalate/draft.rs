//! A policy's incident while we decide what becomes of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Hand;
use super::record::LEASE;
use super::records::Records;
use crate::domain::escalation::{Alarm, Busy, Decision, Effect, Incident, Policy, Signal};
use crate::domain::routes::Line;
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, Kept, LastWord, Task, ToDo};
use crate::storage::{Key, QueueName};

/// A wake-up is never armed nearer than this: it must not come before the save that it belongs to has landed, or been
/// given up.
pub(super) const NEAREST: SignedDuration = SignedDuration::from_secs(5);

/// A policy's records while we decide.
pub(super) struct Draft<'a> {
    pub(super) kept: Option<Kept>,
    pub(super) policy: &'a Policy,
    pub(super) busy: Busy,
    pub(super) now: Timestamp,
    pub(super) records: &'a Records,
    /// The key of the alarm in question ([`Draft::turn_to`]), …
    pub(super) alarm: Option<String>,
    /// … and what it last said.
    pub(super) last_word: Option<LastWord>,
    /// What alarms have said in this transaction, by their keys.
    pub(super) noted: BTreeMap<String, Noted>,
    /// How large its record may be ([`Kept::fit`]).
    pub(super) most_bytes: usize,
    pub(super) owner: &'a str,
    pub(super) hand: Hand,
    /// The text messages that are asked for in this draft.
    pub(super) texts: Vec<Effect>,
    /// What the names of alarms about Ringdown itself begin with.
    pub(super) own_alarms: Option<&'a str>,
    /// The number of the first entry of the timeline that this transaction adds.
    pub(super) first_entry: u32,
    /// What Slack is told beside the incident's own timeline, before this is saved.
    pub(super) lines: Vec<Line>,
    /// What is queued before this is saved: a crash between the two loses nothing.
    pub(super) promises: Vec<Promise>,
    /// Where the audit finds that the alarm in question waits: what is written there, or `None` if it no longer waits.
    pub(super) waiting: Option<(Key, Option<WakeUp>)>,
}

/// What an alarm has said, and whether the audit finds that it waits ([`Draft::waiting`]).
pub(super) struct Noted {
    pub(super) word: LastWord,
    pub(super) waiting: Option<(Key, Option<WakeUp>)>,
}

/// A message that is queued before the save that needs it.
pub(super) struct Promise {
    pub(super) to: QueueName,
    pub(super) body: String,
    pub(super) group: String,
    pub(super) not_before: Option<Timestamp>,
}

impl Draft<'_> {
    /// Whether the policy's incident is this one.
    pub(super) fn is(&self, id: &str) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.incident.id == id)
    }

    /// The next words are about the alarm of this key, which is one of those that were read.
    pub(super) fn turn_to(&mut self, alarm: &str) {
        let noted = self.noted.get(alarm).map(|noted| noted.word.clone());
        self.last_word = noted.or_else(|| self.records.last_word(alarm));
        self.alarm = Some(alarm.to_owned());
        self.waiting = None;
    }

    /// Tells the incident what happened, one after the other.
    pub(super) fn tell(&mut self, signals: &[Signal]) {
        for signal in signals {
            let Some(mut kept) = self.kept.take() else { return };
            let Decision { incident, effects, .. } =
                kept.incident.apply(signal, &self.busy, self.now);
            kept.incident = incident;
            kept.incident.timeline.join_last(self.first_entry);
            self.kept = Some(kept);
            self.ask(effects);
        }
    }

    /// A new incident begins.
    pub(super) fn raise(&mut self, alarm: Alarm) {
        // Two incidents of one policy never have one name.
        let before = self.kept.as_ref().map(|kept| kept.incident.raised_at);
        let after = before.and_then(|at| at.checked_add(SignedDuration::from_millis(1)).ok());
        let named_at = after.map_or(self.now, |after| after.max(self.now));
        let id = records::id(&self.policy.name, named_at);
        let Decision { incident, effects, .. } =
            Incident::raise(&id, self.policy, alarm, &self.busy, self.now);
        let writer = String::new();
        self.first_entry = 0;
        self.kept = Some(Kept { incident, wake_at: None, to_do: Vec::new(), said: 0, writer });
        self.ask(effects);
    }

    /// The alarm in question said this.
    pub(super) fn note(&mut self, word: LastWord) {
        self.last_word = Some(word.clone());
        let Some(alarm) = self.alarm.clone() else { return };
        let waiting = self.waiting.take();
        let before = self.noted.remove(&alarm).and_then(|noted| noted.waiting);
        self.noted.insert(alarm, Noted { word, waiting: waiting.or(before) });
    }

    /// The wake-up that was armed has come.
    pub(super) fn woken(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.wake_at = None;
        }
    }

    fn ask(&mut self, effects: Vec<Effect>) {
        let (now, hand, owner) = (self.now, self.hand, self.owner);
        let Some(kept) = &mut self.kept else { return };
        let is_text = |effect: &&Effect| matches!(effect, Effect::Text { .. });
        self.texts.extend(effects.iter().filter(is_text).cloned());
        let new = effects.into_iter().map(|effect| to_do(Task::Effect(effect), hand, owner, now));
        kept.to_do.extend(new);
    }

    /// What is no longer wanted is left; what is new to Slack is to be said; what nobody does is ours, if we act.
    pub(super) fn settle(&mut self) {
        let (now, hand, owner) = (self.now, self.hand, self.owner);
        let Some(kept) = &mut self.kept else { return };
        for text in std::mem::take(&mut self.texts).into_iter().map(Task::Effect) {
            let asked = kept.to_do.iter_mut().find(|to_do| to_do.task == text);
            if let Some(ToDo { task: Task::Effect(effect), .. }) = asked
                && kept.incident.name_pending_in(effect)
            {
                break;
            }
        }
        let incident = &kept.incident;
        kept.to_do.retain(|to_do| match &to_do.task {
            // Whoever places a call does not know that it is no longer wanted: its end has to wait for it.
            // What we have asked for just now nobody does yet.
            Task::Effect(effect @ Effect::Dial { .. }) => {
                let is_ours = to_do.owner.as_deref() == Some(owner);
                incident.wants(effect) || (to_do.is_being_done(now) && !is_ours)
            }
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
        kept.fit(self.most_bytes);
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
