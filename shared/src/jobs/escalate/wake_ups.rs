//! Messages of the queue of wake-ups: each is decoded once, and dealt with.

use std::time::Duration;

use jiff::Timestamp;

use super::alarm_result::AlarmResult;
use super::work::Work;
use super::{Effects, Escalate};
use crate::Error;
use crate::domain::escalation::{Act, Asker};
use crate::storage::dead_letters::{self, DeadLetter, Outcome, keep_unreadable};
use crate::storage::messages::WakeUp;
use crate::storage::{Message, Processed};

/// The backoff of a message that could not be dealt with.
const BACKOFF: Duration = Duration::from_secs(2);

impl Escalate {
    /// Deals with one message of the queue of wake-ups.
    pub async fn process(&self, message: &Message, now: Timestamp) -> Processed {
        let wake_up: WakeUp = match serde_json::from_str(&message.body) {
            Ok(wake_up) => wake_up,
            Err(error) => {
                let reason = format!("it is no wake-up of ours: {error}");
                let letter = DeadLetter::escalate(&reason, message.body.clone(), now);
                return keep_unreadable(self.store.as_ref(), letter, BACKOFF, now).await;
            }
        };
        let processed = match self.begin(now).await {
            Ok(work) => work.process(&wake_up).await,
            Err(error) => Err(error),
        };
        processed.unwrap_or_else(|error| {
            tracing::error!(%error, "a wake-up could not be dealt with: it comes again");
            Processed::RetryAfter(BACKOFF)
        })
    }
}

impl Work<'_> {
    async fn process(&self, wake_up: &WakeUp) -> Result<Processed, Error> {
        match wake_up {
            // A queue waits a quarter of an hour at most.
            WakeUp::Due { due, .. } if *due > self.now => self.arm(wake_up).await?,
            WakeUp::Due { incident, due } => self.wake(incident, Some(*due), &[]).await?,
            WakeUp::Now { incident, .. } => {
                let incident = self.transact(incident, Effects::Inline, &|_| {}).await?;
                if let Some(incident) = incident {
                    self.hang_up_test_calls(&incident).await;
                }
            }
            WakeUp::Alarm { at, body, letter } => {
                let results = self.take_again(body.as_bytes()).await?;
                if let Some(letter) = letter {
                    self.replay_ended(letter, *at, &results).await;
                }
            }
            WakeUp::Silenced { change, due } => self.end_silence(change, *due).await?,
            WakeUp::Act { incident, asker, what, seen } => {
                self.act(incident, asker, what, *seen).await?;
            }
            WakeUp::Raise { policy, raised } => {
                if self.raise(policy, raised).await?.is_none() {
                    tracing::error!(policy, "an incident was raised by hand for no policy");
                }
            }
            WakeUp::MakeSilence { silence } => self.make_silence(silence).await?,
            WakeUp::EndSilence { id, made_at, by } => {
                self.end_manual_silence(id, *made_at, by).await?;
            }
            WakeUp::Silence { incident, by, until } => {
                let silence = Act::Silence { until: *until, reason: None };
                self.act(incident, &Asker::Nameless(by.clone()), &silence, 0).await?;
            }
            WakeUp::Resolve { incident, by, seen } => {
                self.act(incident, &Asker::Nameless(by.clone()), &Act::Resolve, *seen).await?;
            }
            WakeUp::TextNotDelivered { incident, person, code, sid } => {
                self.text_not_delivered(incident, person, *code, sid).await?;
            }
            WakeUp::TextDelivered { person, sent } => self.text_delivered(person, *sent).await?,
            WakeUp::ExecutionEnded { flow, execution, at } => {
                if !self.execution_ended(flow, execution, *at).await? {
                    return Ok(Processed::RetryAfter(BACKOFF));
                }
            }
            WakeUp::TestCall { person, at } => self.ring_for_a_test(person, *at).await?,
            WakeUp::SendCode(ask) => self.send_code(ask).await?,
            WakeUp::Heartbeat { at } => self.ping(*at).await?,
        }
        Ok(Processed::Done)
    }

    /// Notes of a dead letter what became of its replay.
    async fn replay_ended(&self, letter: &str, replayed_at: Timestamp, results: &[AlarmResult]) {
        let came_back = |result: &AlarmResult| matches!(result, AlarmResult::DeadLetter { .. });
        let outcome = Outcome { replayed_at, delivered: !results.iter().any(came_back) };
        let noted = dead_letters::replay_ended(self.store(), letter, outcome, self.now).await;
        if let Err(error) = noted {
            tracing::warn!(letter, %error, "the outcome of a replayed dead letter could not be saved");
        }
    }
}
