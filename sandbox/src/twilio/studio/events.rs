//! The events of an Execution in Event Streams: each in its own post, signed, until the sink takes it.
//!
//! Beginning and end of one Execution carry the same id, as the real ones do.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::twilio::signature::{Payload, signature, with_body_hash};
use studio::HttpResponse;
use tokio::sync::mpsc;

use super::super::Twilio;
use super::super::webhook::AGENT;
use super::super::wire::{self, Failure, Label};
use crate::host::Work;
use crate::host::later;

/// How long an answer may take, …
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// … how long it is tried again, and how often at most. (The four hours are Twilio's; the pauses are ours.)
const GIVE_UP_AFTER: Duration = Duration::from_secs(4 * 60 * 60);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// An event of Event Streams, and when it happened.
pub(super) struct StreamEvent {
    pub(super) sid: String,
    pub(super) kind: &'static str,
    pub(super) at: Timestamp,
    /// The CloudEvent.
    pub(super) envelope: Value,
}

/// Where an Execution puts its events. What is in it is still sent when the Execution has ended.
pub(super) struct Stream {
    twilio: Arc<Twilio>,
    events: mpsc::UnboundedSender<(StreamEvent, Work)>,
}

impl Stream {
    pub(super) fn open(twilio: Arc<Twilio>) -> Stream {
        let (stream, mut events) = mpsc::unbounded_channel();
        let sender = twilio.clone();
        tokio::spawn(async move {
            let mut waiting = VecDeque::new();
            while let Some(event) = match waiting.pop_front() {
                Some(first) => Some(first),
                None => events.recv().await.map(|(event, _)| event),
            } {
                let mut delivery = pin!(sender.deliver(&event));
                loop {
                    tokio::select! {
                        Some((next, _)) = events.recv() => waiting.push_back(next),
                        () = &mut delivery => break,
                    }
                }
                sender.events.fetch_sub(1, SeqCst);
            }
        });
        Stream { twilio, events: stream }
    }

    pub(super) fn put(&self, event: StreamEvent) {
        // The delivery ends only after the stream is gone.
        let work = self.twilio.settings.host.begin_work();
        self.twilio.events.fetch_add(1, SeqCst);
        let _ = self.events.send((event, work));
    }
}

impl Twilio {
    /// Posts an event until the sink takes it, refuses it for good, or it is too old.
    async fn deliver(&self, event: &StreamEvent) {
        let give_up_at = later(event.at, GIVE_UP_AFTER);
        let mut pause = FIRST_PAUSE;
        self.sleep_until(event.at).await;
        let mut work = self.settings.host.begin_work();
        while let Some(sink) = self.sink().await {
            let label = Label { sid: &event.sid, event: event.kind, url: &sink };
            if self.records().fault_injector.event_is_lost() {
                return self.lose(label);
            }
            match self.post(label, event).await {
                Ok(HttpResponse { status, .. }) if status == 429 || status >= 500 => {}
                Ok(HttpResponse { status: 200..=299, .. }) => return,
                Ok(HttpResponse { status, .. }) => {
                    return tracing::warn!(event = event.kind, status, "the sink refused an event");
                }
                Err(error) => tracing::debug!(event = event.kind, error, "no answer of the sink"),
            }
            if self.now() >= give_up_at {
                return tracing::warn!(event = event.kind, "the sink never took an event");
            }
            drop(work);
            self.sleep_until(later(self.now(), pause)).await;
            work = self.settings.host.begin_work();
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    /// Where events go now, if anywhere.
    async fn sink(&self) -> Option<String> {
        let configured = self.records().fault_injector.sink().map(str::to_owned);
        if let Some(sink) = configured {
            return Some(sink).filter(|sink| !sink.is_empty());
        }
        let setup = self.settings.setup().await.ok()?;
        let base = setup.public_base_url.as_deref().unwrap_or(&self.settings.server_url);
        Some(format!("{base}/twilio/events"))
    }

    async fn post(&self, label: Label<'_>, event: &StreamEvent) -> Result<HttpResponse, String> {
        // A sink gets a list, even of one. (twilio.com/docs/events/webhook-quickstart.)
        let body = json!([event.envelope]).to_string();
        let sending = async {
            let url = with_body_hash(label.url, body.as_bytes());
            let request = self
                .http
                .post(self.target(&url).await?)
                .header("content-type", "application/json")
                .header("user-agent", AGENT)
                .header(
                    "x-twilio-signature",
                    signature(
                        &url,
                        Payload::Body(body.as_bytes()),
                        &self.settings.secrets.auth_token,
                    ),
                )
                .body(body.clone());
            wire::send(request, REQUEST_TIMEOUT).await
        };
        self.journaled(label, sending).await.map_err(Failure::into_text)
    }
}
