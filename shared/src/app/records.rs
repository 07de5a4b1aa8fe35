//! The records that a decision rests on.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::draft::after;
use super::record::{self, InCall, KEPT, Kept, LastWord};
use crate::escalation::Busy;
use crate::ports::{If, Key, Put, Record};

/// The records that a decision rests on.
pub(super) struct Records {
    pub(super) open: Option<Record>,
    pub(super) alarm: Option<(Key, Option<Record>)>,
    pub(super) people: Vec<(String, Option<Record>)>,
}

fn read_body<T: serde::de::DeserializeOwned>(record: Option<&Record>) -> Option<T> {
    let record = record?;
    serde_json::from_str(&record.body)
        .inspect_err(|error| tracing::error!(pk = record.key.pk, %error, "a record cannot be read"))
        .ok()
}

impl Records {
    pub(super) fn kept(&self) -> Option<Kept> {
        read_body(self.open.as_ref())
    }

    pub(super) fn last_word(&self) -> Option<LastWord> {
        read_body(self.alarm.as_ref().and_then(|(_, record)| record.as_ref()))
    }

    fn calls(&self) -> impl Iterator<Item = (&str, Option<&Record>, Option<InCall>)> {
        self.people
            .iter()
            .map(|(name, record)| (name.as_str(), record.as_ref(), read_body(record.as_ref())))
    }

    /// Who is in a call of another incident.
    pub(super) fn busy(&self, id: Option<&str>, now: Timestamp) -> Busy {
        self.calls()
            .filter_map(|(name, _, call)| Some((name.to_owned(), call?)))
            .filter(|(_, call)| Some(call.incident.as_str()) != id && call.until > now)
            .map(|(name, call)| (name, call.until))
            .collect()
    }

    /// Who is in a call of this incident from now on, and who no longer is.
    pub(super) fn leases(&self, kept: &Kept, now: Timestamp) -> Vec<Put> {
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

/// A record that lands only if it is still as it was read.
pub(super) fn put(
    key: Key,
    body: &impl serde::Serialize,
    record: Option<&Record>,
    expires_at: Option<Timestamp>,
) -> Put {
    let when = record.map_or(If::Absent, |record| If::At(record.revision));
    // Our own types always serialise: they have string keys only.
    Put { key, body: serde_json::to_string(body).unwrap_or_default(), when, expires_at }
}
