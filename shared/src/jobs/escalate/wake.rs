//! Time passes: a wake-up falls due; once a minute all that is open is looked over.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::draft::after;
use super::{App, Hand};
use crate::Error;
use crate::domain::escalation::{Repaired, Signal, State};
use crate::storage::dead_letters::{self, DeadLetter};
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, Kept};
use crate::storage::{Message, Processed, all_records};

/// How long a wake-up rests that could not be dealt with.
const REST: Duration = Duration::from_secs(2);

/// How late a wake-up, or a thing to be done, may be before the audit repairs it.
const LATE: SignedDuration = SignedDuration::from_secs(20);

/// The result of a check of all that is open.
#[derive(Default)]
struct Checked {
    repaired: usize,
    not_repaired: usize,
}

impl App {
    /// Deals with one message of the queue of wake-ups.
    pub async fn wake(&self, message: &Message) -> Processed {
        let wake_up: WakeUp = match serde_json::from_str(&message.body) {
            Ok(wake_up) => wake_up,
            Err(error) => return self.keep_unreadable(message, &error).await,
        };
        let dealt = match &wake_up {
            WakeUp::Due { incident, due } => self.due(incident, *due).await,
            WakeUp::Nudge { incident, .. } => {
                self.signal(incident, &[], Hand::Act).await.map(|_| ())
            }
            WakeUp::Alarm { body, .. } => self.take_again(body.as_bytes()).await.map(|_| ()),
            WakeUp::Silenced { change, due } => self.silence_over(change, *due).await,
            WakeUp::Silence { incident, by, until } => {
                self.silence_until(incident, by, *until, Hand::Act).await.map(|_| ())
            }
            WakeUp::Resolve { incident, by, seen } => {
                self.resolve(incident, by, *seen).await.map(|_| ())
            }
            WakeUp::ExecutionEnded { flow, execution, at } => {
                match self.execution_ended(flow, execution, *at).await {
                    Ok(false) => return Processed::RetryAfter(REST),
                    told => told.map(|_| ()),
                }
            }
            WakeUp::Heartbeat { at } => self.ping(*at).await,
        };
        match dealt {
            Ok(()) => Processed::Done,
            Err(error) => {
                tracing::error!(%error, "a wake-up could not be dealt with: it comes again");
                Processed::RetryAfter(REST)
            }
        }
    }

    /// What is no wake-up of ours is kept, with its reason.
    async fn keep_unreadable(&self, message: &Message, error: &serde_json::Error) -> Processed {
        let (now, reason) = (self.now(), format!("it is no wake-up of ours: {error}"));
        tracing::error!(letters = 1, reason, "it could not be understood: kept as a dead letter");
        let letter = DeadLetter::escalate(&reason, message.body.clone(), now);
        match dead_letters::keep(self.store.as_ref(), &[letter], now).await {
            Ok(()) => Processed::Done,
            Err(error) => {
                tracing::error!(%error, "a dead letter was not kept");
                Processed::RetryAfter(REST)
            }
        }
    }

    async fn due(&self, id: &str, due: Timestamp) -> Result<(), Error> {
        if due > self.now() {
            // A queue waits a quarter of an hour at most.
            return self.arm(WakeUp::Due { incident: id.to_owned(), due }).await;
        }
        self.look(id, Some(due), &[]).await
    }

    /// Looks at an incident: for the wake-up that was due then (and for nothing, if another is expected by now), or for
    /// the audit.
    async fn look(
        &self,
        id: &str,
        due: Option<Timestamp>,
        repaired: &[Repaired],
    ) -> Result<(), Error> {
        let Some(policy) = records::policy_of(id) else { return Ok(()) };
        let owner = self.writers.name();
        let settings = self.live.get(self.now()).await?;
        let kept = self
            .change(&policy, &owner, Hand::Act, &|draft| {
                let armed = draft.kept.as_ref().and_then(|kept| kept.wake_at);
                if draft.is(id) && (due.is_none() || due == armed) {
                    draft.woken();
                    let found: Vec<Signal> =
                        repaired.iter().map(|what| Signal::Repaired(*what)).collect();
                    draft.tell(&found);
                    draft.tell(&[draft.time_has_come(&settings.config.silences)]);
                }
            })
            .await?;
        if let Some(kept) = kept {
            self.act(kept, &owner).await?;
        }
        Ok(())
    }

    /// The minute's work: looks over all that is open and repairs what was left undone. If all of it is fine then, a
    /// heartbeat begins (`HEARTBEAT_URL`, a dead man's switch: whoever is behind it calls for help when we fall silent).
    pub async fn every_minute(&self) -> Result<usize, Error> {
        if let Err(error) = self.report_lost_shifts().await {
            tracing::warn!(%error, "it was not told which shifts are lost");
        }
        let checked = self.check_all().await?;
        match checked.not_repaired {
            0 => self.begin_heartbeat().await?,
            not_repaired => {
                tracing::error!(
                    not_repaired,
                    "the minute's check could not repair all: no heartbeat"
                );
            }
        }
        Ok(checked.repaired)
    }

    /// Looks over all that is open or waits for the end of a silence, and repairs what was left undone. Gives how many
    /// things it repaired.
    pub async fn audit(&self) -> Result<usize, Error> {
        Ok(self.check_all().await?.repaired)
    }

    async fn check_all(&self) -> Result<Checked, Error> {
        let mut checked = self.check_waiting().await?;
        for record in all_records(self.store.as_ref(), records::OPEN, self.now()).await? {
            let Ok(kept) = serde_json::from_str::<Kept>(&record.body) else {
                tracing::error!(policy = record.key.sk, "an incident cannot be read");
                checked.not_repaired += 1;
                continue;
            };
            let found = kept.undone(self.now());
            if found.is_empty() {
                continue;
            }
            checked.repaired += found.len();
            for what in &found {
                let id = &kept.incident.id;
                tracing::error!(incident = id, ?what, "the audit repairs what was left undone");
            }
            self.count_repaired(&found).await;
            if let Err(error) = self.look(&kept.incident.id, None, &found).await {
                tracing::error!(%error, "the audit could not mend an incident");
                checked.not_repaired += 1;
            }
        }
        Ok(checked)
    }

    /// Brings alarms whose silence is over, and whose wake-up did not come; and those whose silence was made shorter.
    async fn check_waiting(&self) -> Result<Checked, Error> {
        let (now, mut checked) = (self.now(), Checked::default());
        let settings = self.live.get(now).await?;
        for record in all_records(self.store.as_ref(), records::WAITING, now).await? {
            let Ok(WakeUp::Silenced { change, due }) = serde_json::from_str(&record.body) else {
                tracing::error!(alarm = record.key.sk, "a waiting alarm cannot be read");
                checked.not_repaired += 1;
                continue;
            };
            if after(due, LATE) < now {
                checked.repaired += 1;
                tracing::error!(alarm = change.name, %due, "the audit brings an alarm whose silence is over");
                self.count_repaired(&[Repaired::LateWakeUp]).await;
            } else if due <= now || self.silence_of(&settings, &change.name).await?.is_some() {
                continue;
            }
            if let Err(error) = self.silence_over(&change, due).await {
                tracing::error!(%error, "the audit could not bring an alarm");
                checked.not_repaired += 1;
            }
        }
        Ok(checked)
    }

    async fn count_repaired(&self, found: &[Repaired]) {
        let names: Vec<String> = found
            .iter()
            .map(|what| {
                let name = serde_json::to_value(what).unwrap_or_default();
                let name = name.as_str().unwrap_or_default();
                format!("ringdown_audit_mended_total{{what=\"{name}\"}}")
            })
            .collect();
        let counters: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        if let Err(error) = self.store.add(&counters).await {
            tracing::warn!(%error, "counters were not noted");
        }
    }
}

impl Kept {
    /// What should have happened by now, and did not.
    fn undone(&self, now: Timestamp) -> Vec<Repaired> {
        let is_late = |at: Timestamp| after(at, LATE) < now;
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
