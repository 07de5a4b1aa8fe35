//! The alarms of one request, many in one transaction.
//!
//! A policy's alarms keep their order, and each changes what the next one meets, as if it had come alone; what each last
//! said is written together with the incident that it changes. Policies take turns, so that the first call of each is
//! placed before the rest of a large request is looked at.

use std::collections::BTreeSet;

use super::super::transaction::{Transaction, max_alarms};
use super::super::{Effects, silences};
use super::{AlarmResult, Intake};
use crate::Error;
use crate::config::Settings;
use crate::domain::alarm::{Change, State};
use crate::domain::escalation::Alarm;
use crate::domain::routes::Line;
use crate::domain::silence::Silence;
use crate::domain::text::{bold, cut_section, escape, mask_e164};
use crate::storage::records::{self, AlarmRecord, StoredIncident};

/// The changes of one request, by their policies in the order in which each is met first.
#[derive(Default)]
pub(super) struct Groups(Vec<Group>);

struct Group {
    policy: String,
    /// With the place of each in the request.
    changes: Vec<(usize, Change)>,
    done: usize,
    /// How many go into one transaction.
    max: usize,
}

impl Groups {
    pub(super) fn add(&mut self, policy: String, at: usize, change: Change, settings: &Settings) {
        match self.0.iter_mut().find(|group| group.policy == policy) {
            Some(group) => group.changes.push((at, change)),
            None => {
                let max = max_alarms(&policy, settings);
                self.0.push(Group { policy, changes: vec![(at, change)], done: 0, max });
            }
        }
    }
}

impl Intake<'_> {
    /// Lets incidents be raised, joined and ended by these changes. Gives what became of each, with its place in the
    /// request.
    pub(super) async fn join_incidents(
        &self,
        groups: Groups,
    ) -> Result<Vec<(usize, AlarmResult)>, Error> {
        let (mut groups, mut results) = (groups.0, Vec::new());
        while !groups.is_empty() {
            for group in &mut groups {
                let left = &group.changes[group.done..];
                let next = &left[..left.len().min(group.max)];
                match self.join_together(&group.policy, next).await {
                    Ok(joined) => {
                        results.extend(next.iter().map(|(at, _)| *at).zip(joined));
                        group.done += next.len();
                    }
                    Err(Error::TooLargeToStore(_)) if next.len() > 1 => {
                        group.max = next.len().div_ceil(2);
                    }
                    Err(error) => return Err(error),
                }
            }
            groups.retain(|group| group.done < group.changes.len());
        }
        Ok(results)
    }

    async fn join_together(
        &self,
        policy: &str,
        changes: &[(usize, Change)],
    ) -> Result<Vec<AlarmResult>, Error> {
        let silences = self.silences_of(changes).await?;
        let keys: BTreeSet<&str> = changes.iter().map(|(_, change)| change.key.as_str()).collect();
        let keys: Vec<&str> = keys.into_iter().collect();
        let owner = self.work.escalate.writer_ids.next();
        let committed = self
            .work
            .commit(policy, &keys, &owner, Effects::Inline, &|transaction| {
                let changes = changes.iter().zip(&silences);
                changes
                    .map(|((_, change), silence)| transaction.meet(change, silence.as_ref()))
                    .collect()
            })
            .await?;
        let Some(committed) = committed else {
            return Err(Error::Store(format!("the policy {policy} was taken away meanwhile")));
        };
        if let Some(stored) = committed.stored {
            self.work.perform_effects(stored, &owner).await?;
        }
        Ok(committed.decided)
    }

    /// Which of these changes are silenced now.
    async fn silences_of(
        &self,
        changes: &[(usize, Change)],
    ) -> Result<Vec<Option<Silence>>, Error> {
        if changes.iter().all(|(_, change)| change.state != State::Alarm) {
            return Ok(vec![None; changes.len()]);
        }
        let (now, settings) = (self.work.now, &self.work.settings);
        let stored = silences::stored(self.work.store(), now).await?;
        let silence = |change: &Change| match change.state {
            State::Alarm => {
                let alarm = (change.name.as_str(), change.key.as_str());
                settings.config.silences.until_with(&stored, alarm, now)
            }
            State::Ok | State::Deleted | State::NoData => None,
        };
        Ok(changes.iter().map(|(_, change)| silence(change)).collect())
    }
}

impl Transaction<'_> {
    /// Takes a change in, unless it was known before. Returns its result.
    fn meet(&mut self, change: &Change, silence: Option<&Silence>) -> AlarmResult {
        self.turn_to(&change.key);
        match self.alarm_record.clone().filter(|last| last.covers(change)) {
            None => {
                self.report_no_data(change);
                self.take_in(change, silence);
            }
            Some(last) if last.is_to_be_renewed(change, self.now) => {
                self.update_alarm(AlarmRecord { written_at: Some(self.now), ..last });
            }
            Some(_) => {}
        }
        let alarm = change.name.clone();
        let waits = self.alarm_record.as_ref().is_some_and(|last| last.waits.is_some());
        if let Some(Silence { until, reason }) = silence.filter(|_| waits).cloned() {
            tracing::info!(alarm, %until, "an alarm is silenced");
            return AlarmResult::Silenced { alarm, until, reason };
        }
        let is_about =
            |stored: &&StoredIncident| stored.is_about(change) || self.goes_on_in_open(change);
        match self.stored.as_ref().filter(is_about) {
            Some(stored) => AlarmResult::Incident { alarm, incident: stored.incident.id.clone() },
            None => AlarmResult::Nothing { alarm },
        }
    }
}

impl Transaction<'_> {
    /// Reports that a monitor cannot tell any more how an alarm is which calls nobody: of one that rings its incident says
    /// so. EventBridge brings each change of each alarm, unasked: those of metrics that come and go would be read all day.
    fn report_no_data(&mut self, change: &Change) {
        let was_asked_for = change.acts || change.unordered;
        let is_known = self.alarm_record.as_ref().is_some_and(|last| last.state == State::NoData);
        if change.state != State::NoData
            || !was_asked_for
            || is_known
            || self.goes_on_in_open(change)
        {
            return;
        }
        let name = bold(&change.name);
        let reason = escape(&mask_e164(change.reason.trim_end_matches('.')));
        let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let text =
            format!(":information_source: {name} has no data, and nobody is called{because}");
        self.lines.push(Line {
            event_type: "no-data".to_owned(),
            // The forwarder says it once a day, however often it comes and goes.
            event_id: records::alarm(&change.key).sk,
            route: self.policy.name.clone(),
            text: cut_section(&text),
            failed: false,
            asks: false,
        });
    }

    /// Whether the alarm goes on in the open incident.
    fn goes_on_in_open(&self, change: &Change) -> bool {
        let key = self.key_in_incident(change);
        self.going_on().any(|alarm| alarm.key == key)
    }

    /// Returns the key that the alarm of this change has in the open incident. What Grafana raises for a rule without data
    /// has a fingerprint of its own: it is about an alarm of that rule.
    pub(super) fn key_in_incident(&self, change: &Change) -> String {
        let is_of_rule = change.state == State::NoData && change.unordered;
        let is_known = !is_of_rule || self.going_on().any(|alarm| alarm.key == change.key);
        let is_its = |alarm: &&Alarm| alarm.name == change.name && alarm.raised_by.is_none();
        let of_rule = self.going_on().filter(|_| !is_known).find(is_its);
        of_rule.map_or(&change.key, |alarm| &alarm.key).clone()
    }

    /// The alarms that go on in the open incident.
    fn going_on(&self) -> impl Iterator<Item = &Alarm> {
        let stored = self.stored.iter().filter(|stored| stored.incident.ended_at.is_none());
        stored.flat_map(|stored| stored.incident.open_alarms())
    }
}

impl StoredIncident {
    /// Whether this change belongs to it.
    pub(in crate::jobs::escalate) fn is_about(&self, change: &Change) -> bool {
        let (incident, is_on) = (&self.incident, change.state == State::Alarm);
        let is_its = incident.alarms.iter().any(|have| have.key == change.key)
            || (is_on && incident.more_alarms > 0);
        // An alarm that went off is of an open incident, or it was an old word that came late.
        is_its && !(is_on && incident.ended_at.is_some())
    }
}
