//! The records that a decision rests on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::super::after;
use super::super::record::lately;
use crate::config::file::Escalation;
use crate::domain::escalation::{Busy, IncidentId};
use crate::domain::sid::{EXECUTION, Sid};
use crate::storage::records::{self, AlarmRecord, InCall, RETENTION, StoredIncident};
use crate::storage::{Condition, Key, Put, Record};

/// The records that a decision rests on.
pub(super) struct Snapshot {
    pub(super) open: Option<Record>,
    /// The records of alarms, by their keys.
    pub(super) alarms: BTreeMap<String, Option<Record>>,
    pub(super) people: Vec<(String, Option<Record>)>,
}

/// Reads a record's body. One that cannot be read is logged, and counts as none.
pub(in crate::jobs::escalate) fn read_body<T: serde::de::DeserializeOwned>(
    record: Option<&Record>,
) -> Option<T> {
    let record = record?;
    serde_json::from_str(&record.body)
        .inspect_err(|error| tracing::error!(pk = record.key.pk, %error, "a record cannot be read"))
        .ok()
}

impl Snapshot {
    pub(super) fn incident(&self) -> Option<StoredIncident> {
        read_body(self.open.as_ref())
    }

    /// Returns the record of this alarm.
    pub(super) fn alarm(&self, alarm: &str) -> Option<AlarmRecord> {
        read_body(self.alarms.get(alarm)?.as_ref())
    }

    fn calls(&self) -> impl Iterator<Item = (&str, Option<&Record>, Option<InCall>)> {
        self.people
            .iter()
            .map(|(name, record)| (name.as_str(), record.as_ref(), read_body(record.as_ref())))
    }

    /// Those of these people of whom it is not known whether they are in a call.
    pub(super) fn without_record<'a>(
        &self,
        people: impl Iterator<Item = &'a String>,
    ) -> BTreeSet<String> {
        let is_known = |name: &&String| self.people.iter().any(|(known, _)| known == *name);
        people.filter(|name| !is_known(name)).cloned().collect()
    }

    /// The people who cannot be called for this incident now: who is in a call of another one, and who was called too
    /// often within the last hour.
    pub(super) fn busy(
        &self,
        id: Option<&IncidentId>,
        limits: &Escalation,
        now: Timestamp,
    ) -> Busy {
        let mut busy = Busy::default();
        for (name, _, call) in self.calls() {
            let Some(call) = call else {
                if limits.max_own_alarm_calls_per_hour == 0 {
                    busy.called_too_often_about_us.insert(name.to_owned(), 0);
                }
                continue;
            };
            let calls = call.called_lately(now);
            if calls >= limits.max_calls_per_hour {
                busy.called_too_often.insert(name.to_owned(), calls);
            }
            let calls = call.called_lately_about_us(now);
            if calls >= limits.max_own_alarm_calls_per_hour {
                busy.called_too_often_about_us.insert(name.to_owned(), calls);
            }
            if Some(call.incident.as_str()) != id.map(IncidentId::as_str) && call.until > now {
                busy.in_call.insert(name.to_owned(), call.until);
            }
        }
        busy
    }

    /// Leases: who is in a call of this incident from now on, and who no longer is; and who was called since `before`.
    pub(super) fn leases(
        &self,
        stored: &StoredIncident,
        before: Option<&StoredIncident>,
        now: Timestamp,
    ) -> Vec<Put> {
        let incident = &stored.incident;
        let mut held: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for attempt in &incident.attempts {
            if let Some(until) = attempt.holds_until(&incident.policy) {
                let have = held.entry(&attempt.person).or_insert(until);
                *have = until.max(*have);
            }
        }
        let mut puts = Vec::new();
        for (name, record, have) in self.calls() {
            let is_ours = have.as_ref().is_some_and(|call| call.incident == incident.id.as_str());
            let is_free = have.as_ref().is_none_or(|call| call.until <= now);
            let until = match held.get(name) {
                Some(until) if is_ours || is_free => Some(*until),
                None if is_ours && !is_free => Some(now),
                _ => None,
            };
            let new = new_calls(name, stored, before);
            let lease = match (until, &have) {
                (None, Some(have)) => (have.incident.as_str(), have.until),
                _ => (incident.id.as_str(), until.unwrap_or(now)),
            };
            let is_new = have.as_ref().map(|have| (have.incident.as_str(), have.until))
                != Some(lease)
                && (lease.1 > now || !is_free);
            if is_new || new > 0 {
                let lately = |of: fn(&InCall) -> &Vec<Timestamp>, new: usize| {
                    let before = have.iter().flat_map(move |have| lately(of(have), now));
                    before.chain(std::iter::repeat_n(now, new)).collect()
                };
                let about_us = if incident.is_about_us() { new } else { 0 };
                let lease = InCall {
                    incident: lease.0.to_owned(),
                    until: lease.1,
                    called_at: lately(|have| &have.called_at, new),
                    called_about_us_at: lately(|have| &have.called_about_us_at, about_us),
                };
                let expires_at = Some(after(lease.until.max(now), RETENTION));
                puts.push(put(records::person(name), &lease, record, expires_at));
            }
        }
        puts
    }
}

/// How many calls of this person Twilio has taken since `before`.
fn new_calls(person: &str, stored: &StoredIncident, before: Option<&StoredIncident>) -> usize {
    let calls = |stored: &StoredIncident| -> usize {
        let its = stored.incident.attempts.iter().filter(|attempt| attempt.person == person);
        its.map(|attempt| attempt.calls.len()).sum()
    };
    let same = before.filter(|before| before.incident.id == stored.incident.id);
    calls(stored).saturating_sub(same.map_or(0, calls))
}

/// The Executions that place calls of the incident, but for those that did at `before`. A call without a Flow has none.
pub(super) fn new_executions<'a>(
    stored: &'a StoredIncident,
    before: Option<&StoredIncident>,
) -> Vec<&'a Sid> {
    let had: BTreeSet<&Sid> = before.into_iter().flat_map(calls_of).collect();
    calls_of(stored).filter(|sid| sid.is_of(EXECUTION) && !had.contains(sid)).collect()
}

/// The SIDs of an incident's calls.
fn calls_of(stored: &StoredIncident) -> impl Iterator<Item = &Sid> {
    let calls = stored.incident.attempts.iter().flat_map(|attempt| &attempt.calls);
    calls.map(|call| &call.sid)
}

/// A record that lands only if it is still as it was read.
pub(in crate::jobs::escalate) fn put(
    key: Key,
    body: &impl serde::Serialize,
    record: Option<&Record>,
    expires_at: Option<Timestamp>,
) -> Put {
    let condition = record.map_or(Condition::Absent, |record| Condition::At(record.revision));
    // Our own types always serialise: they have string keys only.
    Put { key, body: serde_json::to_string(body).unwrap_or_default(), condition, expires_at }
}
