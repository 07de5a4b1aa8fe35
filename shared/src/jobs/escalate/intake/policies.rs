//! Which policy decides about a change: while an alarm goes on in an open incident, that incident's, also where the
//! configuration names another one by now, or none.

use std::collections::BTreeMap;

use super::Intake;
use crate::Error;
use crate::domain::alarm::Change;
use crate::domain::escalation::IncidentId;
use crate::jobs::escalate::transaction::read_body;
use crate::storage::MAX_TRANSACTION_ITEMS;
use crate::storage::records::{self, AlarmRecord, StoredIncident};

/// The records of alarms, by the keys under which they are kept.
pub(super) type AlarmRecords = BTreeMap<String, AlarmRecord>;
/// The open incident of each policy that was looked at, if it has one.
pub(super) type OpenIncidents = BTreeMap<String, Option<IncidentId>>;

impl Intake<'_> {
    /// Returns what is stored of the alarms of these changes, under their former keys too.
    pub(super) async fn alarm_records(
        &self,
        changes: &[(usize, Change)],
    ) -> Result<AlarmRecords, Error> {
        let all_keys =
            |(_, change): &(usize, Change)| [Some(change.key.clone()), change.former_key.clone()];
        // One body may say several things of an alarm, and no key is asked for twice.
        let mut keys: Vec<String> = changes.iter().flat_map(all_keys).flatten().collect();
        keys.sort();
        keys.dedup();
        let mut known = AlarmRecords::new();
        for chunk in keys.chunks(MAX_TRANSACTION_ITEMS) {
            let stored: Vec<_> = chunk.iter().map(|key| records::alarm(key)).collect();
            let found = self.work.store().load(&stored, self.work.now).await?;
            for (key, record) in chunk.iter().zip(found) {
                let record = record.and_then(|record| serde_json::from_str(&record.body).ok());
                known.extend(record.map(|record| (key.clone(), record)));
            }
        }
        Ok(known)
    }

    /// Returns the policy of each of these changes; `None` where the configuration has none for it, and it goes on in no
    /// open incident.
    pub(super) async fn policies_of(
        &self,
        changes: &[(usize, Change)],
        known: &AlarmRecords,
    ) -> Result<Vec<Option<String>>, Error> {
        let escalation = &self.work.settings.config.escalation;
        let (mut policies, mut open) = (Vec::new(), OpenIncidents::new());
        for (_, change) in changes {
            let configured = escalation.policy_for(&change.name);
            let incident = known.get(&change.key).and_then(|record| record.incident.as_ref());
            let former = incident.filter(|incident| incident.policy() != configured);
            let goes_on = match former {
                Some(incident) => self.is_open(incident, &mut open).await?,
                None => false,
            };
            let former = former.filter(|_| goes_on).and_then(IncidentId::policy);
            policies.push(former.or(configured).map(str::to_owned));
        }
        Ok(policies)
    }

    /// Whether this incident is not over. What is open in its policy is read once for a request, and nothing of the archive:
    /// the function that takes alarms has no permission for that.
    pub(super) async fn is_open(
        &self,
        id: &IncidentId,
        known: &mut OpenIncidents,
    ) -> Result<bool, Error> {
        let Some(policy) = id.policy() else { return Ok(false) };
        if !known.contains_key(policy) {
            let found = self.work.store().load(&[records::open(policy)], self.work.now).await?;
            let stored: Option<StoredIncident> = read_body(found.iter().flatten().next());
            let open = stored.map(|stored| stored.incident);
            let open = open.filter(|incident| incident.ended_at.is_none());
            known.insert(policy.to_owned(), open.map(|incident| incident.id));
        }
        Ok(known.get(policy).is_some_and(|open| open.as_ref() == Some(id)))
    }
}
