//! The reconciler: once a minute all that is open is looked over, and what was left undone is repaired.

use jiff::{SignedDuration, Timestamp};

use super::silences::stored;
use super::work::Work;
use super::{Effects, Escalate, after};
use crate::Error;
use crate::domain::escalation::{IncidentId, Repaired, Signal, State};
use crate::domain::metrics::catalogue::REPAIRED;
use crate::storage::all_records;
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, StoredIncident};

/// How late a wake-up, or a thing to be done, may be before it is repaired.
const MAX_DELAY: SignedDuration = SignedDuration::from_secs(20);

/// The reconciler, at its work of one minute.
struct Reconciler<'a> {
    work: Work<'a>,
    repaired: usize,
    not_repaired: usize,
}

impl Escalate {
    /// The minute's work: looks over all that is open and repairs what was left undone. If all of it is fine then, a
    /// heartbeat begins (`HEARTBEAT_URL`, a dead man's switch: whoever is behind it calls for help when we fall silent).
    ///
    /// # Errors
    /// If the store, the queue or the settings fail.
    pub async fn every_minute(&self, now: Timestamp) -> Result<usize, Error> {
        let work = self.begin(now).await?;
        if let Err(error) = work.report_lost_shifts().await {
            tracing::warn!(%error, "it was not told which shifts are lost");
        }
        let Reconciler { work, repaired, not_repaired } = Reconciler::run(work).await?;
        match not_repaired {
            0 => work.begin_heartbeat().await?,
            not_repaired => {
                tracing::error!(
                    not_repaired,
                    "the minute's check could not repair all: no heartbeat"
                );
            }
        }
        Ok(repaired)
    }

    /// Looks over all that is open or waits for the end of a silence, and repairs what was left undone. Returns how many
    /// things it repaired.
    ///
    /// # Errors
    /// If the store or the settings fail.
    pub async fn reconcile(&self, now: Timestamp) -> Result<usize, Error> {
        Ok(Reconciler::run(self.begin(now).await?).await?.repaired)
    }
}

impl Work<'_> {
    /// Wakes an incident: for the wake-up that was due then (and for nothing, if another is expected by now), or for the
    /// reconciler, with what it found.
    pub(super) async fn wake(
        &self,
        id: &IncidentId,
        due: Option<Timestamp>,
        repaired: &[Repaired],
    ) -> Result<(), Error> {
        let Some(policy) = id.policy() else { return Ok(()) };
        let silences = stored(self.store(), self.now).await?;
        let owner = self.escalate.writer_ids.next();
        let committed = self
            .commit(policy, &[], &owner, Effects::Inline, &|transaction| {
                let armed = transaction.stored.as_ref().and_then(|stored| stored.wake_at);
                if transaction.is(id) && (due.is_none() || due == armed) {
                    transaction.disarm();
                    let found: Vec<Signal> =
                        repaired.iter().map(|what| Signal::Repaired(*what)).collect();
                    transaction.apply(&found);
                    let windows = &self.settings.config.silences;
                    transaction.apply(&[transaction.wake(windows, &silences)]);
                }
            })
            .await?;
        if let Some(stored) = committed.and_then(|committed| committed.stored) {
            self.hang_up_test_calls(&stored.incident).await;
            self.perform_effects(stored, &owner).await?;
        }
        Ok(())
    }
}

impl<'a> Reconciler<'a> {
    async fn run(work: Work<'a>) -> Result<Reconciler<'a>, Error> {
        let mut reconciler = Reconciler { work, repaired: 0, not_repaired: 0 };
        reconciler.check_waiting().await?;
        reconciler.check_open().await?;
        Ok(reconciler)
    }

    /// Repairs incidents.
    async fn check_open(&mut self) -> Result<(), Error> {
        for record in all_records(self.work.store(), records::OPEN, self.work.now).await? {
            self.work = self.work.later();
            let Ok(stored) = serde_json::from_str::<StoredIncident>(&record.body) else {
                tracing::error!(policy = record.key.sk, "an incident cannot be read");
                self.not_repaired += 1;
                continue;
            };
            let found = stored.undone(self.work.now);
            if found.is_empty() {
                continue;
            }
            let id = &stored.incident.id;
            for what in &found {
                tracing::error!(
                    incident = id.as_str(),
                    ?what,
                    "the reconciler repairs what was left undone"
                );
            }
            self.count(&found).await;
            if let Err(error) = self.work.wake(id, None, &found).await {
                tracing::error!(%error, "the reconciler could not repair an incident");
                self.not_repaired += 1;
            }
        }
        Ok(())
    }

    /// Brings alarms whose silence is over, and whose wake-up did not come; and those whose silence was made shorter.
    async fn check_waiting(&mut self) -> Result<(), Error> {
        let now = self.work.now;
        for record in all_records(self.work.store(), records::WAITING, now).await? {
            let waiting = serde_json::from_str::<Option<WakeUp>>(&record.body);
            if let Ok(None) = waiting {
                // It waits no more: whoever wrote that has a clock a little ahead of ours.
                continue;
            }
            let Ok(Some(WakeUp::Silenced { change, due })) = waiting else {
                tracing::error!(alarm = record.key.sk, "a waiting alarm cannot be read");
                self.not_repaired += 1;
                continue;
            };
            if after(due, MAX_DELAY) < now {
                tracing::error!(alarm = change.name, %due, "the reconciler brings an alarm whose silence is over");
                self.count(&[Repaired::LateWakeUp]).await;
            } else if due <= now || self.work.silence_of(&change).await?.is_some() {
                continue;
            }
            if let Err(error) = self.work.end_silence(&change, due).await {
                tracing::error!(%error, "the reconciler could not bring an alarm");
                self.not_repaired += 1;
            }
        }
        Ok(())
    }

    async fn count(&mut self, found: &[Repaired]) {
        self.repaired += found.len();
        let counters = found.iter().map(|what| {
            let word = match what {
                Repaired::LateWakeUp => "late-wake-up",
                Repaired::UndoneEffect => "undone-effect",
                Repaired::UnreportedCall => "unreported-call",
                Repaired::StandingRound => "standing-round",
            };
            (REPAIRED.series(&[word]), 1)
        });
        self.work.count(counters.collect()).await;
    }
}

impl StoredIncident {
    /// Returns what should have happened by now, and did not.
    fn undone(&self, now: Timestamp) -> Vec<Repaired> {
        let is_late = |at: Timestamp| after(at, MAX_DELAY) < now;
        let incident = &self.incident;
        let mut found = Vec::new();
        if self.wake_at.is_some_and(is_late) {
            found.push(Repaired::LateWakeUp);
        }
        if self.to_do.iter().any(|to_do| is_late(to_do.until)) {
            found.push(Repaired::UndoneEffect);
        }
        let mut ends =
            incident.attempts.iter().filter_map(|attempt| attempt.holds_until(&incident.policy));
        if ends.any(is_late) {
            found.push(Repaired::UnreportedCall);
        }
        if self.wake_at.is_none() && incident.state() == State::Calling {
            found.push(Repaired::StandingRound);
        }
        found
    }
}
