//! Notes on an incident that a newer one of its policy has followed: it is in the archive alone.

use super::after;
use super::record::budget::RECORD_BYTES;
use super::transaction::put;
use super::work::Work;
use crate::Error;
use crate::domain::escalation::{Act, Asker, Busy, IncidentId};
use crate::storage::records::{self, RETENTION, StoredIncident};
use crate::storage::{Record, writes};

/// How often a note is tried against others who write one at the same time.
const MAX_CONFLICTS: usize = 10;

impl Work<'_> {
    /// Writes a note, or strikes one out, in the record of an incident that is over: its policy, its people and Slack are
    /// left alone. Nothing is done if there is no such incident, or if it refuses that by now. Returns `false`, and does
    /// nothing, if the incident is still its policy's.
    pub(super) async fn note_in_archive(
        &self,
        id: &IncidentId,
        asker: &Asker,
        act: &Act,
        seen: u32,
    ) -> Result<bool, Error> {
        // A queued message may name any: no store takes a key of any length.
        let id = IncidentId::parse(id.as_str());
        let Some((id, policy)) = id.as_ref().and_then(|id| Some((id, id.policy()?))) else {
            return Ok(true);
        };
        let keys = [records::open(policy), records::archived(id)];
        for _ in 0..MAX_CONFLICTS {
            let mut found = self.store().load(&keys, self.now).await?.into_iter();
            let (open, archived) = (found.next().flatten(), found.next().flatten());
            if open.as_ref().and_then(read).is_some_and(|open| open.incident.id == *id) {
                return Ok(false);
            }
            let Some(record) = archived else { return Ok(true) };
            let Some(before) = read(&record) else { return Ok(true) };
            let Some(signal) = self.unless_refused(&before.incident, asker, act, seen) else {
                return Ok(true);
            };
            // In an incident time never goes back.
            let latest = before.incident.timeline.entries.last().map_or(self.now, |entry| entry.at);
            let now = latest.max(self.now);
            let incident = before.incident.clone().apply(&signal, &Busy::default(), now).incident;
            let mut stored = StoredIncident { incident, ..before.clone() };
            if stored == before {
                return Ok(true);
            }
            stored.fit(RECORD_BYTES);
            let put = put(record.key.clone(), &stored, Some(&record), Some(after(now, RETENTION)));
            match self.store().write(&writes([put]), now).await {
                Err(Error::Conflict { .. }) => {}
                done => return done.map(|()| true),
            }
        }
        Err(Error::Conflict { keys: Vec::new() })
    }
}

fn read(record: &Record) -> Option<StoredIncident> {
    serde_json::from_str(&record.body)
        .inspect_err(|error| {
            tracing::error!(sk = record.key.sk, %error, "an incident cannot be read");
        })
        .ok()
}

#[cfg(test)]
mod tests;
