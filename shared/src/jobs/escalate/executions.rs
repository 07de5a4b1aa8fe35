//! An Execution is over: the only word of a hang-up in a call that a Studio Flow placed.

use jiff::{SignedDuration, Timestamp};

use super::Effects;
use super::work::Work;
use crate::Error;
use crate::config::file::Escalation;
use crate::domain::escalation::{Attempt, CallEvent, End, Incident, Signal};
use crate::domain::event::Event;
use crate::domain::sid::{EXECUTION, Sid};
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, StoredIncident};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS};
use crate::twilio::event_stream::Malformed;
use crate::twilio::studio::api::Executions;

/// The event that tells of a hang-up in a call that a Studio Flow placed.
const EXECUTION_ENDED: &str = "com.twilio.studio.flow.execution.ended";

/// Which Executions are over that may have placed calls of ours, by these events: those of the policies' Flows.
pub fn ended_executions(
    escalation: &Escalation,
    events: &[Result<Event, Malformed>],
    at: Timestamp,
) -> Vec<WakeUp> {
    let ended = events.iter().flatten().filter(|event| event.event_type == EXECUTION_ENDED);
    let of_ours = ended.filter_map(|event| {
        let data = &event.envelope["data"];
        let flow = data["flow_sid"].as_str().map(Sid::as_sent);
        let flow = flow.filter(|flow| !escalation.of_flow(flow).is_empty())?;
        let execution = data["execution_sid"].as_str().unwrap_or(&event.id);
        let execution = Sid::parse(EXECUTION, execution)?;
        Some(WakeUp::ExecutionEnded { flow, execution, at })
    });
    of_ours.collect()
}

/// How long an Execution may be ours whose SID is not written yet: a call is not placed for longer.
const MAX_UNWRITTEN: SignedDuration = SignedDuration::from_secs(90);

impl Work<'_> {
    /// Tells the incident whose call this Execution placed that it is over. Gives whether that is dealt with: if not, its
    /// SID may be written a little later.
    pub(super) async fn execution_ended(
        &self,
        flow: &Sid,
        execution: &Sid,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let now = self.now;
        let incidents = self.of_flow(flow).await?;
        let its = incidents.iter().find_map(|incident| {
            let is_its =
                |attempt: &&Attempt| attempt.calls.iter().any(|call| call.sid == *execution);
            Some((incident, incident.attempts.iter().find(is_its)?))
        });
        let Some((incident, attempt)) = its else {
            let is_being_placed = |attempt: &Attempt| {
                attempt.with.flow_sid() == Some(flow)
                    && attempt.calls.is_empty()
                    && attempt.ended_at.is_none()
            };
            let mut attempts = incidents.iter().flat_map(|incident| &incident.attempts);
            return Ok(!attempts.any(is_being_placed) || now.duration_since(at) > MAX_UNWRITTEN);
        };
        if attempt.ended_at.is_some() {
            return Ok(true);
        }
        let event = match attempt.answered_at {
            Some(_) => vec![CallEvent::Ended(End::Untold)],
            None => self.how_it_ended(flow, execution).await?,
        };
        let signals: Vec<Signal> = event
            .into_iter()
            .map(|event| {
                let call = Some(execution.clone());
                Signal::Call { attempt: attempt.number, call, event }
            })
            .collect();
        // Twilio was asked, which takes seconds.
        self.later().transact(&incident.id, Effects::Inline, &|t| t.apply(&signals)).await?;
        Ok(true)
    }

    /// The incidents of the policies whose calls this Flow places: the open ones, or the last.
    async fn of_flow(&self, flow: &Sid) -> Result<Vec<Incident>, Error> {
        let policies = self.settings.config.escalation.of_flow(flow);
        let keys: Vec<Key> = policies.into_iter().map(records::open).collect();
        let mut incidents = Vec::new();
        for keys in keys.chunks(MAX_TRANSACTION_ITEMS) {
            let records = self.store().load(keys, self.now).await?;
            let kept = records.iter().flatten();
            let kept =
                kept.filter_map(|record| serde_json::from_str::<StoredIncident>(&record.body).ok());
            incidents.extend(kept.map(|kept| kept.incident));
        }
        Ok(incidents)
    }

    /// No report came of it: what the Execution knows of its call. If it cannot be asked, that it is over is enough.
    async fn how_it_ended(&self, flow: &Sid, execution: &Sid) -> Result<Vec<CallEvent>, Error> {
        let api = self.api()?;
        let context = Executions::of(&api, flow).context(execution).await;
        Ok(context.unwrap_or_default().ended())
    }
}

#[cfg(test)]
mod tests;
