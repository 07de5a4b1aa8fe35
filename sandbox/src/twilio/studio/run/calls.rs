//! The call of an Execution: placed, handed over, recorded.

use std::time::Duration;

use serde_json::Map;
use studio::{
    Connect, DialCallStatus, DialOutcome, Enqueue, HandOver, QueueResult, QueueTarget, Record,
    RunEvent,
};

use super::super::super::api_request::is_e164;
use super::super::super::call::{Document, Order, Status};
use super::super::super::calls::FOUR_HOURS;
use super::super::super::direction::Direction;
use super::super::super::handover::{HandoverEnd, RecordingLimits};
use super::super::super::player::Turn;
use super::super::super::twiml::{Method, Verb};
use super::super::stored_flow::webhook_url;
use super::Driver;
use crate::ids::random;

impl Driver {
    /// Places a call. It is Studio's own: nobody else learns its status.
    pub(super) async fn place(
        &mut self,
        to: String,
        from: String,
        timeout: Duration,
        detect_machine: bool,
    ) -> RunEvent {
        if !is_e164(&to) {
            return RunEvent::Dialed(DialOutcome::Failed);
        }
        let (account, flow_sid) = (&self.execution.order.account, &self.execution.order.flow_sid);
        let mut player = self.twilio.player(Order {
            account: account.clone(),
            direction: Direction::Outbound,
            to,
            from,
            document: Document::At { url: webhook_url(account, flow_sid), method: Method::Post },
            fallback: None,
            status_callback: None,
            events: Vec::new(),
            timeout,
            time_limit: Duration::from_secs(FOUR_HOURS),
            detection: None,
        });
        self.step(RunEvent::Placed { call_sid: player.call.sid.clone() });
        let outcome = match player.dial().await {
            Ok(()) => {
                if detect_machine {
                    let is_machine = player.call.facts().machine;
                    let found = if is_machine { "machine_start" } else { "human" };
                    self.step(RunEvent::AnsweredBy(found.to_owned()));
                }
                DialOutcome::Answered
            }
            Err(status) => {
                player.finish(status);
                outcome(status)
            }
        };
        self.player = Some(player);
        RunEvent::Dialed(outcome)
    }

    /// Puts the call into a queue, until it has left it again. Of what is no part of a call no task is made.
    pub(super) async fn enqueue(&mut self, enqueue: Enqueue) -> Result<RunEvent, Turn> {
        let name = match enqueue.queue {
            QueueTarget::Queue(name) => format!("the queue {name}"),
            QueueTarget::Workflow(_) => "TaskRouter".to_owned(),
            QueueTarget::Flex { .. } => "Flex".to_owned(),
        };
        let Some(player) = self.line() else {
            let (result, queue_sid) = (QueueResult::QueueFull, String::new());
            return Ok(RunEvent::Dequeued { result, queue_sid, queue_time: Duration::ZERO });
        };
        let since = player.at;
        let end = player.hand_over(name, enqueue.timeout).await?;
        let (result, talked) = match end {
            HandoverEnd::Completed { talked } => (QueueResult::Bridged, talked),
            HandoverEnd::Refused => (QueueResult::QueueFull, Duration::ZERO),
            HandoverEnd::NoAnswer => (QueueResult::Leave, Duration::ZERO),
        };
        let waited = player.at.duration_since(since).unsigned_abs().saturating_sub(talked);
        let queue_sid = format!("QU{}", random());
        Ok(RunEvent::Dequeued { result, queue_sid, queue_time: waited })
    }

    /// Has something done that is not simulated: somebody says how it went. What is no part of a call has failed.
    pub(super) async fn hand_over(&mut self, hand_over: HandOver) -> Result<RunEvent, Turn> {
        let HandOver { kind, events, timeout, .. } = hand_over;
        let end = match self.line() {
            Some(player) => player.hand_over(kind, timeout).await?,
            None => HandoverEnd::Refused,
        };
        let event = match end {
            HandoverEnd::Completed { .. } => events.first(),
            HandoverEnd::Refused => events.last(),
            HandoverEnd::NoAnswer => return Ok(RunEvent::TimedOut),
        };
        let event = event.copied().unwrap_or_default().to_owned();
        Ok(RunEvent::HandedBack { event, variables: Map::new() })
    }

    /// Connects the call to somebody, until one of them hangs up.
    pub(super) async fn connect(&mut self, connect: Connect) -> Result<RunEvent, Turn> {
        let Connect { noun, to, timeout, .. } = connect;
        let end = to.get(to.len().saturating_sub(4)..).unwrap_or_default();
        let name = if is_e164(&to) { format!("…{end}") } else { noun };
        let Some(player) = self.line() else { return Ok(RunEvent::HungUp) };
        let (status, duration) = match player.hand_over(name, Some(timeout)).await? {
            HandoverEnd::Completed { talked } => (DialCallStatus::Completed, talked),
            HandoverEnd::Refused => (DialCallStatus::Busy, Duration::ZERO),
            HandoverEnd::NoAnswer => (DialCallStatus::NoAnswer, Duration::ZERO),
        };
        let call_sid = format!("CA{}", random());
        Ok(RunEvent::DialEnded { status, call_sid, duration })
    }

    /// Records the caller. Nothing is kept of it: nobody could play it here.
    pub(super) async fn record(&mut self, record: Record) -> Result<RunEvent, Turn> {
        let limits = RecordingLimits {
            silence: record.timeout,
            max_length: record.max_length,
            finish_on_key: record.finish_on_key,
        };
        let Some(player) = self.line() else { return Ok(RunEvent::HungUp) };
        if record.play_beep {
            player.utter(&Verb::Play { url: "beep".to_owned(), times: 1 }).await?;
        }
        let recording = player.record(&limits).await?;
        if recording.is_hung_up {
            if recording.spoken.is_zero() {
                return Err(Turn::End(Status::Completed));
            }
            self.finish(Status::Completed);
        }
        let sid = format!("RE{}", random());
        let digits = match (recording.is_hung_up, recording.key) {
            (true, _) => "hangup".to_owned(),
            (false, key) => key.map(String::from).unwrap_or_default(),
        };
        Ok(RunEvent::Recorded {
            recording_url: format!(
                "https://api.twilio.com/2010-04-01/Accounts/{}/Recordings/{sid}",
                self.execution.order.account
            ),
            recording_sid: sid,
            duration: recording.spoken,
            digits,
        })
    }
}

/// The outcome of a call that was not answered, by its status.
fn outcome(status: Status) -> DialOutcome {
    match status {
        Status::Busy => DialOutcome::Busy,
        Status::NoAnswer => DialOutcome::NoAnswer,
        Status::Canceled => DialOutcome::Canceled,
        _ => DialOutcome::Failed,
    }
}
