//! Which policy decides about a change: while an alarm goes on in an open incident, that incident's, also where the
//! configuration names another one by now, or none.

use std::collections::BTreeMap;

use super::Intake;
use crate::Error;
use crate::domain::alarm::Change;
use crate::domain::escalation::IncidentId;
use crate::storage::records::{self, AlarmRecord, StoredIncident};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Record};

impl Intake<'_> {
    /// Returns the policy of each of these changes; `None` where the configuration has none for it, and it goes on in no
    /// open incident.
    pub(super) async fn policies_of(
        &self,
        changes: &[(usize, Change)],
    ) -> Result<Vec<Option<String>>, Error> {
        let escalation = &self.work.settings.config.escalation;
        let (mut policies, mut known) = (Vec::new(), BTreeMap::new());
        for chunk in changes.chunks(MAX_TRANSACTION_ITEMS) {
            let mut keys: Vec<Key> =
                chunk.iter().map(|(_, change)| records::alarm(&change.key)).collect();
            // One body may say several things of an alarm, and no key is asked for twice.
            keys.sort();
            keys.dedup();
            let found = self.work.store().load(&keys, self.work.now).await?;
            for (_, change) in chunk {
                let at = keys.binary_search(&records::alarm(&change.key)).ok();
                let record =
                    at.and_then(|at| found.get(at)?.as_ref()).and_then(read::<AlarmRecord>);
                let configured = escalation.policy_for(&change.name);
                let incident = record.and_then(|record| record.incident);
                let former = incident.filter(|incident| incident.policy() != configured);
                policies.push(match former {
                    Some(incident) if self.is_open(&incident, &mut known).await? => {
                        incident.policy().map(str::to_owned)
                    }
                    _ => configured.map(str::to_owned),
                });
            }
        }
        Ok(policies)
    }

    /// Whether this incident is its policy's, and not over. What is `known` is not read once more.
    async fn is_open(
        &self,
        incident: &IncidentId,
        known: &mut BTreeMap<IncidentId, bool>,
    ) -> Result<bool, Error> {
        if let Some(is_open) = known.get(incident) {
            return Ok(*is_open);
        }
        let Some(policy) = incident.policy() else { return Ok(false) };
        let found = self.work.store().load(&[records::open(policy)], self.work.now).await?;
        let stored: Option<StoredIncident> = found.iter().flatten().next().and_then(read);
        let is_open = stored.is_some_and(|stored| {
            stored.incident.id == *incident && stored.incident.ended_at.is_none()
        });
        known.insert(incident.clone(), is_open);
        Ok(is_open)
    }
}

fn read<T: serde::de::DeserializeOwned>(record: &Record) -> Option<T> {
    serde_json::from_str(&record.body).ok()
}
