//! The life of a call: queued, initiated, ringing, in-progress, and its end. Each may have a callback.

use std::time::Duration;

use jiff::fmt::strtime;

use super::call::{Call, Detection, Document, PhoneAction, Status, Target};
use super::player::{Player, Turn, Wake};
use super::twiml::Method;
use super::webhook::Webhook;
use crate::demo::is_demo_caller;
use crate::host::{later, spawn};

/// From the dialling until it rings.
const DIALLING: Duration = Duration::from_millis(300);
/// How long answering machine detection listens beside the call, …
const BESIDE: Duration = Duration::from_secs(2);
/// … and before it. (Synchronous detection holds back the TwiML for about four seconds.)
const BEFORE: Duration = Duration::from_secs(4);
/// How the caller's number is attested, in the callbacks of a call that rings or is answered.
const STIR_STATUS: &str = "B";

impl Player {
    /// From the first moment to the last.
    pub(super) async fn live(mut self) {
        let status = match self.dial().await {
            Ok(()) => self.talk().await,
            Err(status) => status,
        };
        self.finish(status);
    }

    /// Ends the call, and answers who ended it.
    pub(super) fn finish(&mut self, status: Status) {
        self.enter(status);
        if let Some(request) = self.ended_by.take() {
            request.done();
        }
    }

    /// Until somebody answers; the error is how it ended otherwise.
    pub(super) async fn dial(&mut self) -> Result<(), Status> {
        self.enter(Status::Initiated);
        let rings = later(self.at, DIALLING);
        while let Wake::Phone(request) = self.next(rings).await {
            match request.action {
                PhoneAction::Complete | PhoneAction::Cancel => {
                    self.ended_by = Some(request);
                    return Err(Status::Canceled);
                }
                _ => request.refuse("it does not ring yet"),
            }
        }
        self.behaviour = self.twilio.behaviour(self.call.phone());
        if self.behaviour.as_ref().is_some_and(|behaviour| behaviour.is_unreachable()) {
            return Err(Status::Failed);
        }
        if !self.twilio.take_the_line(&self.call, self.at) {
            return Err(Status::Busy);
        }
        self.enter(Status::Ringing);
        let action = self.behaviour.as_ref().and_then(|behaviour| behaviour.when_ringing());
        self.plan(action);
        self.ring().await
    }

    async fn ring(&mut self) -> Result<(), Status> {
        let until = later(self.at, self.call.order.timeout);
        while let Wake::Phone(request) = self.next(until).await {
            let picked_up = match request.action {
                PhoneAction::Answer => Ok(false),
                PhoneAction::Voicemail => Ok(true),
                PhoneAction::Decline => Err(Status::Busy),
                // What Twilio makes of `completed` while it rings is not documented.
                PhoneAction::Complete | PhoneAction::Cancel => Err(Status::Canceled),
                _ => {
                    request.refuse("nobody has answered yet");
                    continue;
                }
            };
            // The status before the reply: who answered may press a key at once.
            let machine = match picked_up {
                Ok(machine) => machine,
                Err(status) => {
                    self.ended_by = Some(request);
                    return Err(status);
                }
            };
            self.call.facts().machine = machine;
            self.enter(Status::InProgress);
            self.limit = later(self.at, self.call.order.time_limit);
            request.done();
            let action = self.behaviour.as_ref().and_then(|behaviour| behaviour.when_answered());
            self.plan(action);
            return Ok(());
        }
        Err(Status::NoAnswer)
    }

    /// Answers the call of a phone to a number of ours, unless that phone is in another call.
    pub(super) fn pick_up(&mut self) -> Result<(), &'static str> {
        if !self.twilio.take_the_line(&self.call, self.at) {
            self.enter(Status::Failed);
            return Err("this phone is in a call");
        }
        self.enter(Status::InProgress);
        self.limit = later(self.at, self.call.order.time_limit);
        Ok(())
    }

    /// The answered call, to its end.
    async fn talk(&mut self) -> Status {
        match self.detect().await {
            Ok(()) | Err(Turn::Failed(_)) => self.converse(None).await,
            Err(Turn::End(status)) => status,
            Err(Turn::Go(document, _)) => self.converse(Some(document)).await,
            Err(Turn::Lost) => Status::Completed,
        }
    }

    async fn detect(&mut self) -> Result<(), Turn> {
        let Some(Detection { message_end, beside, callback }) = self.call.order.detection.clone()
        else {
            return Ok(());
        };
        let found = match (self.call.facts().machine, message_end) {
            (false, _) => "human",
            (true, false) => "machine_start",
            (true, true) => "machine_end_beep",
        };
        if !beside {
            self.wait(BEFORE).await?;
            self.call.facts().answered_by = Some(found);
        } else if let Some(Target { url, method }) = callback {
            let fields = [
                ("CallSid", self.call.sid.as_str()),
                ("AccountSid", &self.call.order.account),
                ("AnsweredBy", found),
                ("MachineDetectionDuration", "2000"),
            ];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            let webhook = Webhook::new(&self.call.sid, "amd", (&url, method), fields);
            let (twilio, call, outbox) =
                (self.twilio.clone(), self.call.clone(), self.outbox.clone());
            let at = later(self.at, BESIDE);
            let host = twilio.settings.host.clone();
            spawn(&host, async move {
                twilio.sleep_until(at).await;
                // Who hangs up sooner is nobody that anything was found out about.
                if call.facts().ended.is_none_or(|ended| ended >= at) {
                    call.facts().answered_by = Some(found);
                    outbox.put(at, webhook);
                }
            });
        }
        Ok(())
    }

    /// Enters a new status, and sends the callback of who wants one.
    fn enter(&mut self, status: Status) {
        let at = self.at;
        let mut facts = self.call.facts();
        facts.status = status;
        facts.updated = at;
        match status {
            Status::InProgress => facts.answered = Some(at),
            _ if status.is_final() => {
                facts.ended = Some(at);
                facts.saying = None;
                facts.gathering = None;
                facts.handover = None;
                facts.recording = false;
            }
            _ => {}
        }
        drop(facts);
        let (call, name) = (&self.call.sid, status.name());
        match is_demo_caller(self.call.phone()) {
            true => tracing::debug!(call, status = name, "a simulated call"),
            false => tracing::info!(call, status = name, "a simulated call"),
        }
        let event = match status {
            Status::InProgress => "answered",
            _ if status.is_final() => "completed",
            _ => status.name(),
        };
        let order = &self.call.order;
        let Some(Target { url, method }) = &order.status_callback else { return };
        if order.events.iter().any(|wanted| wanted == event) {
            let webhook =
                Webhook::new(&self.call.sid, event, (url, *method), self.progress(status));
            self.sequence += 1;
            self.outbox.put(at, webhook);
        }
    }

    /// The fields of a status callback. (twilio.com/docs/voice/api/call-resource.)
    fn progress(&self, status: Status) -> Vec<(String, String)> {
        let mut fields = self.call.fields(status);
        let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
        add("Timestamp", rfc2822(self.at));
        add("CallbackSource", "call-progress-events".to_owned());
        add("SequenceNumber", self.sequence.to_string());
        if matches!(status, Status::Ringing | Status::InProgress) {
            add("StirStatus", STIR_STATUS.to_owned());
        }
        if status.is_final() {
            let seconds = seconds(&self.call);
            add("CallDuration", seconds.to_string());
            add("Duration", seconds.div_ceil(60).to_string());
            let sip = match status {
                Status::Completed => "200",
                Status::Busy => "486",
                Status::Failed => "404",
                _ => "487",
            };
            add("SipResponseCode", sip.to_owned());
        }
        // Where a number is from is nearly always sent, and nearly always empty.
        for who in ["Called", "To", "Caller", "From"] {
            for what in ["City", "State", "Zip", "Country"] {
                add(&format!("{who}{what}"), String::new());
            }
        }
        fields.extend(self.answered_by());
        fields
    }

    /// The finding of a detection that the call waited for. What is found beside the call goes to its own URL alone.
    pub(super) fn answered_by(&self) -> Option<(String, String)> {
        let waited = self.call.order.detection.as_ref().is_some_and(|detection| !detection.beside);
        let found = self.call.facts().answered_by.filter(|_| waited)?;
        Some(("AnsweredBy".to_owned(), found.to_owned()))
    }

    /// The document to begin with.
    pub(super) fn first_document(&self) -> Document {
        self.call.order.document.clone()
    }

    /// The document for when the other one fails.
    pub(super) fn fallback(&self) -> Option<(String, Method)> {
        self.call.order.fallback.as_ref().map(|target| (target.url.clone(), target.method))
    }
}

/// How many seconds somebody was on the line.
pub(super) fn seconds(call: &Call) -> u64 {
    let facts = call.facts();
    let span = facts.answered.zip(facts.ended).map(|(from, to)| to.duration_since(from).as_secs());
    span.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or_default()
}

/// A time as Twilio writes it: `Fri, 20 Nov 2026 12:00:00 +0000`.
pub(super) fn rfc2822(at: jiff::Timestamp) -> String {
    strtime::format("%a, %d %b %Y %H:%M:%S +0000", at).unwrap_or_default()
}
