//! One incident is changed: by its name, with what then is to be done.

use super::Effects;
use super::transaction::Transaction;
use super::work::Work;
use crate::Error;
use crate::domain::escalation::{Incident, IncidentId, Signal};
use crate::twilio::callbacks::Path;

impl Work<'_> {
    /// Changes the incident of this id, and performs its effects or has them performed. Returns the incident as it stands
    /// then; `None` if there is none of this id.
    pub(super) async fn transact(
        &self,
        id: &IncidentId,
        effects: Effects,
        decide: &(dyn Fn(&mut Transaction<'_>) + Send + Sync),
    ) -> Result<Option<Incident>, Error> {
        Ok(self.transact_with(id, effects, decide).await?.0)
    }

    /// The same, with what was decided; `None` if there is none of this id, or another one has its place.
    pub(super) async fn transact_with<T: Send>(
        &self,
        id: &IncidentId,
        effects: Effects,
        decide: &(dyn Fn(&mut Transaction<'_>) -> T + Send + Sync),
    ) -> Result<(Option<Incident>, Option<T>), Error> {
        let Some(policy) = id.policy() else { return Ok((None, None)) };
        let owner = self.escalate.writer_ids.next();
        let committed = self
            .commit(policy, &[], &owner, effects, &|transaction| {
                transaction.is(id).then(|| decide(transaction))
            })
            .await?;
        let (stored, decided) =
            committed.map_or((None, None), |committed| (committed.stored, committed.decided));
        let Some(stored) = stored.filter(|stored| stored.incident.id == *id) else {
            return Ok((self.incident(id).await?, None));
        };
        match effects {
            Effects::Inline => {
                let stored = self.perform_effects(stored, &owner).await?;
                Ok((Some(stored.incident), decided))
            }
            Effects::Deferred => {
                if stored.has_work(self.now) {
                    self.wake_now(&stored.incident).await?;
                }
                Ok((Some(stored.incident), decided))
            }
        }
    }

    /// Tells the incident of a call's path what came of the call. Returns the incident as it stands then; `None` if there is
    /// none of this id.
    pub(super) async fn report(
        &self,
        path: &Path,
        signals: &[Signal],
        effects: Effects,
    ) -> Result<Option<Incident>, Error> {
        let Some(id) = &path.incident else { return Ok(None) };
        self.transact(id, effects, &|transaction| transaction.apply(signals)).await
    }
}
