//! The alarms of a request that no policy is for, and that go on in an open incident.

use std::collections::BTreeSet;

use super::Intake;
use super::former_keys::use_former_keys;
use super::policies::OpenIncidents;
use crate::Error;
use crate::domain::alarm::Change;

/// The most alarms of one request that are looked for in open incidents. One request may bring thousands.
const MAX_LOOKED_FOR: usize = 500;

impl Intake<'_> {
    /// Returns the keys of those of these changes whose alarms go on in an open incident.
    pub(super) async fn going_on(
        &self,
        mut changes: Vec<(usize, Change)>,
    ) -> Result<BTreeSet<String>, Error> {
        changes.truncate(MAX_LOOKED_FOR);
        let known = self.alarm_records(&changes).await?;
        let mut stored = changes.clone();
        use_former_keys(&mut stored, &known);
        let (mut going_on, mut open) = (BTreeSet::new(), OpenIncidents::new());
        for ((_, change), (_, stored)) in changes.into_iter().zip(stored) {
            let incident = known.get(&stored.key).and_then(|record| record.incident.as_ref());
            if let Some(incident) = incident
                && self.is_open(incident, &mut open).await?
            {
                going_on.insert(change.key);
            }
        }
        Ok(going_on)
    }
}
