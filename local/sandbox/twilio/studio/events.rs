//! What Event Streams tells of an Execution: each event in its own post, signed, until the sink takes it.
//!
//! Beginning and end of one Execution carry the same id, as the real ones do. (Contract 2.2 and 4.1.)

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::twilio::signature::{Payload, signature, with_body_hash};
use tokio::sync::mpsc;

use super::super::Twilio;
use super::super::webhook::AGENT;
use super::super::wire::{self, Answer, Note};
use super::execution::{Execution, StepRecord};
use crate::activity::{self, Work};
use crate::clock::later;

/// How long an answer may take, …
const PATIENCE: Duration = Duration::from_secs(5);
/// … how long it is tried again, and how often at most. (4 hours are the contract's; the pauses are ours.)
const GIVE_UP_AFTER: Duration = Duration::from_secs(4 * 60 * 60);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// An event, and when it happened.
pub(super) struct Event {
    sid: String,
    kind: &'static str,
    at: Timestamp,
    /// The CloudEvent.
    envelope: Value,
}

/// Where an Execution puts its events. What is in it is still sent when the Execution has ended.
pub(super) struct Stream(mpsc::UnboundedSender<(Event, Work)>);

impl Stream {
    pub(super) fn open(twilio: Arc<Twilio>) -> Stream {
        let (stream, mut events) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut waiting = VecDeque::new();
            while let Some(event) = match waiting.pop_front() {
                Some(first) => Some(first),
                None => events.recv().await.map(|(event, _)| event),
            } {
                let mut delivery = pin!(twilio.deliver(&event));
                loop {
                    tokio::select! {
                        Some((next, _)) = events.recv() => waiting.push_back(next),
                        () = &mut delivery => break,
                    }
                }
            }
        });
        Stream(stream)
    }

    pub(super) fn put(&self, event: Event) {
        // Whoever delivers ends only after the stream is gone.
        let _ = self.0.send((event, activity::begin()));
    }
}

/// It has begun.
pub(super) fn started(execution: &Execution) -> Event {
    let at = execution.created;
    let data = json!({"status": "active"});
    of_execution(execution, at, "com.twilio.studio.flow.execution.started", data)
}

/// It has ended: `FLOW_END` is what a hang-up brings, too. (Contract 4.1: no other reason was seen.)
pub(super) fn ended(execution: &Execution, at: Timestamp) -> Event {
    let data = json!({"status": "ended", "ended_reason": "FLOW_END", "date_updated": time(at)});
    of_execution(execution, at, "com.twilio.studio.flow.execution.ended", data)
}

fn of_execution(
    execution: &Execution,
    at: Timestamp,
    kind: &'static str,
    mut data: Value,
) -> Event {
    data["date_created"] = json!(time(execution.created));
    data["started_by"] = json!(execution.started_by());
    data["flow_revision"] = json!(execution.order.revision);
    data["contact_channel_address"] = json!(execution.order.to);
    event(execution, (kind, "Studio.FlowExecutionEvent"), at, &execution.sid, data)
}

/// A widget is done with.
pub(super) fn step_ended(execution: &Execution, record: &StepRecord) -> Event {
    let step = &record.step;
    let data = json!({
        "date_created": time(step.at),
        "step_sid": record.sid,
        "name": step.event,
        "transitioned_from": step.from,
        "transitioned_to": record.to(),
    });
    let kind = ("com.twilio.studio.flow.step.ended", "Studio.FlowStepEvent");
    event(execution, kind, step.at, &record.sid, data)
}

fn event(
    execution: &Execution,
    (kind, schema): (&'static str, &str),
    at: Timestamp,
    id: &str,
    mut data: Value,
) -> Event {
    let Execution { sid, order, .. } = execution;
    data["execution_sid"] = json!(sid);
    data["flow_sid"] = json!(order.flow_sid);
    data["account_sid"] = json!(order.account);
    let step = if id == sid { String::new() } else { format!("/Steps/{id}") };
    let envelope = json!({
        "specversion": "1.0",
        "type": kind,
        "source": format!("/v2/Flows/{}/Executions/{sid}{step}", order.flow_sid),
        "id": id,
        "dataschema": format!("https://events-schemas.twilio.com/{schema}/2"),
        "datacontenttype": "application/json",
        "time": time(at),
        "data": data,
    });
    Event { sid: sid.clone(), kind, at, envelope }
}

/// A time as events write it: with milliseconds.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

impl Twilio {
    /// Posts an event until the sink takes it, refuses it for good, or it is too old.
    async fn deliver(&self, event: &Event) {
        let give_up_at = later(event.at, GIVE_UP_AFTER);
        let mut pause = FIRST_PAUSE;
        self.clock.sleep_until(event.at).await;
        let mut work = activity::begin();
        while let Some(sink) = self.sink().await {
            let note = Note { sid: &event.sid, event: event.kind, url: &sink };
            if self.state().fault_injector.event_is_lost() {
                return self.lose(note);
            }
            match self.post(note, event).await {
                Ok(Answer { status, .. }) if status == 429 || status >= 500 => {}
                Ok(Answer { status: 200..=299, .. }) => return,
                Ok(Answer { status, .. }) => {
                    return tracing::warn!(event = event.kind, status, "the sink refused an event");
                }
                Err(error) => tracing::debug!(event = event.kind, error, "no answer of the sink"),
            }
            if self.now() >= give_up_at {
                return tracing::warn!(event = event.kind, "the sink never took an event");
            }
            drop(work);
            self.clock.sleep_until(self.clock.after(pause)).await;
            work = activity::begin();
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Where events go now, if anywhere.
    async fn sink(&self) -> Option<String> {
        let asked = self.state().fault_injector.sink().map(str::to_owned);
        if let Some(sink) = asked {
            return Some(sink).filter(|sink| !sink.is_empty());
        }
        let settings = self.live.get(self.now()).await.ok()?;
        let base = settings.public_base_url().unwrap_or(&self.address);
        Some(format!("{base}/twilio/events"))
    }

    async fn post(&self, note: Note<'_>, event: &Event) -> Result<Answer, String> {
        // A sink gets a list, even of one. (Contract 2.1.)
        let body = json!([event.envelope]).to_string();
        let asking = async {
            let url = with_body_hash(note.url, body.as_bytes());
            let request = self
                .http
                .post(self.target(&url).await?)
                .header("content-type", "application/json")
                .header("user-agent", AGENT)
                .header(
                    "x-twilio-signature",
                    signature(&url, Payload::Body(body.as_bytes()), &self.token),
                )
                .body(body.clone());
            wire::ask(request, PATIENCE).await
        };
        self.noted(note, asking).await
    }
}
