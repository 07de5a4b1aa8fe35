//! Brings a text to its phone: queued, sent, delivered or not, each with its callback.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Text, TextStatus};
use crate::demo::is_demo_caller;
use crate::host::later;
use crate::twilio::Twilio;
use crate::twilio::behaviour::{TextOutcome, TextReception};
use crate::twilio::callbacks::Outbox;
use crate::twilio::twiml::Method;
use crate::twilio::webhook::Webhook;

/// From the request until a Messaging Service has chosen the sender.
const ACCEPTING: Duration = Duration::from_millis(200);
/// From the queue to the carrier, …
const SENDING: Duration = Duration::from_millis(500);
/// … and until the carrier's receipt.
const DELIVERING: Duration = Duration::from_secs(1);

/// Brings one text to its phone.
pub(super) struct Carrier {
    twilio: Arc<Twilio>,
    text: Arc<Text>,
    /// Where its callbacks go, if somebody wants them.
    outbox: Option<Outbox>,
    /// The text's own time.
    at: Timestamp,
}

impl Carrier {
    pub(super) fn new(twilio: Arc<Twilio>, text: Arc<Text>) -> Carrier {
        let wanted = text.order.status_callback.is_some();
        let outbox = wanted.then(|| Outbox::open(twilio.clone()));
        Carrier { at: text.created, twilio, text, outbox }
    }

    /// From the request to the end, or to where nothing follows.
    pub(super) async fn carry(mut self) {
        if self.text.facts().status == TextStatus::Accepted {
            self.wait(ACCEPTING).await;
            self.enter(TextStatus::Queued, None, true);
        }
        self.wait(SENDING).await;
        let TextReception { outcome, error_code, late_by } = self.twilio.reception(self.text.to());
        if outcome == TextOutcome::Failed {
            return self.enter(TextStatus::Failed, error_code, true);
        }
        self.enter(TextStatus::Sent, None, true);
        let (status, has_callback) = match outcome {
            TextOutcome::Sent => return,
            TextOutcome::ReceiptLost => (TextStatus::Delivered, false),
            TextOutcome::Undelivered => (TextStatus::Undelivered, true),
            TextOutcome::Delivered | TextOutcome::Failed => (TextStatus::Delivered, true),
        };
        self.wait(DELIVERING.saturating_add(late_by)).await;
        self.enter(status, error_code, has_callback);
    }

    async fn wait(&mut self, duration: Duration) {
        self.at = later(self.at, duration);
        self.twilio.sleep_until(self.at).await;
    }

    /// Enters a new status, and sends its callback unless that is lost.
    fn enter(&mut self, status: TextStatus, error_code: Option<u32>, has_callback: bool) {
        let mut facts = self.text.lock();
        facts.status = status;
        facts.error_code = error_code;
        facts.updated = self.at;
        if matches!(status, TextStatus::Sent | TextStatus::Failed) {
            facts.sent = Some(self.at);
        }
        drop(facts);
        self.text.status.send_replace(status);
        let (text, name) = (&self.text.sid, status.name());
        match is_demo_caller(self.text.phone()) {
            true => tracing::debug!(text, status = name, "a simulated text"),
            false => tracing::info!(text, status = name, "a simulated text"),
        }
        let (Some(outbox), Some(url)) = (&self.outbox, &self.text.order.status_callback) else {
            return;
        };
        let (sid, fields) = (&self.text.sid, self.text.callback_fields());
        let webhook = Webhook::new(sid, status.name(), (url, Method::Post), fields);
        match has_callback {
            true => outbox.put(self.at, webhook),
            false => self.twilio.lose(webhook.label()),
        }
    }
}
