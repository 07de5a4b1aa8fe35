//! The alarms of one request, many in one transaction.
//!
//! A policy's alarms keep their order, and each changes what the next one meets, as if it had come alone; what each last
//! said is written together with the incident that it changes. Policies take turns, so that the first call of each is
//! placed before the rest of a large request is looked at.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::super::draft::Draft;
use super::super::{App, Hand, silences};
use super::Heard;
use crate::Error;
use crate::config::Settings;
use crate::domain::alarm::{Change, State};
use crate::domain::silence::Silence;
use crate::storage::records::Kept;

/// The changes of one request, by their policies in the order in which each is met first.
#[derive(Default)]
pub(super) struct Groups(Vec<Group>);

struct Group {
    policy: String,
    /// With the place of each in the request.
    changes: Vec<(usize, Change)>,
    done: usize,
    /// How many go into one transaction.
    most: usize,
}

impl Groups {
    pub(super) fn add(&mut self, policy: String, at: usize, change: Change, settings: &Settings) {
        match self.0.iter_mut().find(|group| group.policy == policy) {
            Some(group) => group.changes.push((at, change)),
            None => {
                let most = App::most_alarms(&policy, settings);
                self.0.push(Group { policy, changes: vec![(at, change)], done: 0, most });
            }
        }
    }
}

impl App {
    /// Lets incidents be raised, joined and ended by these changes. Gives what became of each, with its place in the
    /// request.
    pub(super) async fn hear(&self, groups: Groups) -> Result<Vec<(usize, Heard)>, Error> {
        let (mut groups, mut became) = (groups.0, Vec::new());
        while !groups.is_empty() {
            for group in &mut groups {
                let left = &group.changes[group.done..];
                let next = &left[..left.len().min(group.most)];
                match self.hear_together(&group.policy, next).await {
                    Ok(heard) => {
                        became.extend(next.iter().map(|(at, _)| *at).zip(heard));
                        group.done += next.len();
                    }
                    Err(Error::TooLargeToStore(_)) if next.len() > 1 => {
                        group.most = next.len().div_ceil(2);
                    }
                    Err(error) => return Err(error),
                }
            }
            groups.retain(|group| group.done < group.changes.len());
        }
        Ok(became)
    }

    async fn hear_together(
        &self,
        policy: &str,
        changes: &[(usize, Change)],
    ) -> Result<Vec<Heard>, Error> {
        let silences = self.silences_of(changes).await?;
        let keys: BTreeSet<&str> = changes.iter().map(|(_, change)| change.key.as_str()).collect();
        let keys: Vec<&str> = keys.into_iter().collect();
        let owner = self.writers.name();
        let became = Mutex::new(Vec::new());
        let kept = self
            .change_with(policy, &keys, &owner, Hand::Act, &|draft| {
                let heard = changes.iter().zip(&silences);
                let heard =
                    heard.map(|((_, change), silence)| draft.meets(change, silence.as_ref()));
                *became.lock().unwrap_or_else(PoisonError::into_inner) = heard.collect();
            })
            .await?;
        if let Some(kept) = kept {
            self.act(kept, &owner).await?;
        }
        let became = became.into_inner().unwrap_or_else(PoisonError::into_inner);
        if became.len() != changes.len() {
            return Err(Error::Store(format!("the policy {policy} was taken away meanwhile")));
        }
        Ok(became)
    }

    /// Which of these changes are silenced now.
    async fn silences_of(
        &self,
        changes: &[(usize, Change)],
    ) -> Result<Vec<Option<Silence>>, Error> {
        if changes.iter().all(|(_, change)| change.state != State::Alarm) {
            return Ok(vec![None; changes.len()]);
        }
        let now = self.now();
        let settings = self.live.get(now).await?;
        let stored = silences::stored(self.store.as_ref(), now).await?;
        let silence = |change: &Change| match change.state {
            State::Alarm => settings.config.silences.until_with(&stored, &change.name, now),
            State::Ok | State::Deleted | State::NoData => None,
        };
        Ok(changes.iter().map(|(_, change)| silence(change)).collect())
    }
}

impl Draft<'_> {
    /// Takes a change in, unless it was known before. Gives what became of it.
    fn meets(&mut self, change: &Change, silence: Option<&Silence>) -> Heard {
        self.turn_to(&change.key);
        if !self.last_word.as_ref().is_some_and(|last| last.covers(change)) {
            self.take_in(change, silence);
        }
        let alarm = change.name.clone();
        let waits = self.last_word.as_ref().is_some_and(|last| last.waits.is_some());
        if let Some(Silence { until, reason }) = silence.filter(|_| waits).cloned() {
            tracing::info!(alarm, %until, reason, "an alarm is silenced");
            return Heard::Silenced { alarm, until, reason };
        }
        match self.kept.as_ref().filter(|kept| kept.is_about(change)) {
            Some(kept) => Heard::Incident { alarm, incident: kept.incident.id.clone() },
            None => Heard::Nothing { alarm },
        }
    }
}

impl Kept {
    /// Whether this change belongs to it.
    pub(in crate::jobs::escalate) fn is_about(&self, change: &Change) -> bool {
        let (incident, is_on) = (&self.incident, change.state == State::Alarm);
        let is_its = incident.alarms.iter().any(|have| have.key == change.key)
            || (is_on && incident.more_alarms > 0);
        // An alarm that went off is of an open incident, or it was an old word that came late.
        is_its && !(is_on && incident.ended_at.is_some())
    }
}
