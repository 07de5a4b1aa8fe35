//! The life of a text: accepted or queued, sent, and its end. All but the first have a callback, where one is wanted.
//! (Contract 6; status callbacks: contract 2.1 and 2.2.)

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::strtime;

use super::behaviour::{TextOutcome, TextReception};
use super::callbacks::Outbox;
use super::journal::push_bounded;
use super::twiml::Method;
use super::webhook::Webhook;
use super::{MAX_RECORDS, Twilio};
use crate::host::{later, spawn};

/// From the request until a Messaging Service has chosen the sender.
const ACCEPTING: Duration = Duration::from_millis(200);
/// From the queue to the carrier, …
const SENDING: Duration = Duration::from_millis(500);
/// … and until the carrier's receipt.
const DELIVERING: Duration = Duration::from_secs(1);
/// The number that a Messaging Service sends from.
const SERVICE_NUMBER: &str = "+15005550006";

/// Twilio's message status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextStatus {
    /// A Messaging Service has it.
    Accepted,
    Queued,
    Sent,
    Delivered,
    Undelivered,
    Failed,
}

impl TextStatus {
    /// Its name in a callback and in the REST API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TextStatus::Accepted => "accepted",
            TextStatus::Queued => "queued",
            TextStatus::Sent => "sent",
            TextStatus::Delivered => "delivered",
            TextStatus::Undelivered => "undelivered",
            TextStatus::Failed => "failed",
        }
    }
}

/// What a request for a text says. Nothing here changes.
#[derive(Clone, Debug)]
pub(super) struct TextOrder {
    pub(super) account: String,
    pub(super) to: String,
    /// The sender; a Messaging Service chooses its own.
    pub(super) from: Option<String>,
    /// `MG…`
    pub(super) service: Option<String>,
    pub(super) body: String,
    pub(super) status_callback: Option<String>,
}

/// The status of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextFacts {
    pub(crate) status: TextStatus,
    pub(crate) error_code: Option<u32>,
    pub(super) updated: Timestamp,
    /// When it left Twilio, or could not.
    pub(super) sent: Option<Timestamp>,
}

/// A text.
pub(crate) struct Text {
    pub(super) sid: String,
    pub(crate) created: Timestamp,
    pub(super) order: TextOrder,
    facts: Mutex<TextFacts>,
}

impl Text {
    /// Its status now.
    pub(crate) fn facts(&self) -> TextFacts {
        *self.lock()
    }

    /// The number that it is sent to.
    pub(crate) fn to(&self) -> &str {
        &self.order.to
    }

    /// What it says.
    pub(crate) fn body(&self) -> &str {
        &self.order.body
    }

    /// The sender, once that is known.
    pub(super) fn from(&self) -> Option<&str> {
        let chosen = (self.facts().status != TextStatus::Accepted).then_some(SERVICE_NUMBER);
        self.order.from.as_deref().or(chosen)
    }

    fn lock(&self) -> MutexGuard<'_, TextFacts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fields of the callback of its present status. (Contract 2.1.)
    fn callback_fields(&self) -> Vec<(String, String)> {
        let TextFacts { status, error_code, updated, .. } = self.facts();
        let mut fields = Vec::new();
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        if matches!(status, TextStatus::Delivered | TextStatus::Undelivered) {
            add("RawDlrDoneDate", &strtime::format("%y%m%d%H%M", updated).unwrap_or_default());
        }
        if let Some(code) = error_code {
            add("ErrorCode", &code.to_string());
        }
        add("SmsSid", &self.sid);
        add("SmsStatus", status.name());
        add("MessageStatus", status.name());
        add("To", self.to());
        if let Some(service) = &self.order.service {
            add("MessagingServiceSid", service);
        }
        add("MessageSid", &self.sid);
        add("AccountSid", &self.order.account);
        add("From", self.from().unwrap_or_default());
        add("ApiVersion", "2010-04-01");
        fields
    }
}

impl Twilio {
    /// Takes a text, which is on its way from now on.
    pub(super) fn take_text(self: &Arc<Self>, order: TextOrder) -> Arc<Text> {
        let created = self.now();
        let status = match order.from {
            Some(_) => TextStatus::Queued,
            None => TextStatus::Accepted,
        };
        let facts = TextFacts { status, error_code: None, updated: created, sent: None };
        let sid = format!("SM{}", crate::ids::random());
        let text = Arc::new(Text { sid, created, order, facts: Mutex::new(facts) });
        push_bounded(&mut self.records().texts, text.clone(), MAX_RECORDS);
        spawn(&self.settings.host, Carrier::new(self.clone(), text.clone()).carry());
        text
    }
}

/// Brings one text to its phone.
struct Carrier {
    twilio: Arc<Twilio>,
    text: Arc<Text>,
    /// Where its callbacks go, if somebody wants them.
    outbox: Option<Outbox>,
    /// The text's own time.
    at: Timestamp,
}

impl Carrier {
    fn new(twilio: Arc<Twilio>, text: Arc<Text>) -> Carrier {
        let wanted = text.order.status_callback.is_some();
        let outbox = wanted.then(|| Outbox::open(twilio.clone()));
        Carrier { at: text.created, twilio, text, outbox }
    }

    /// From the request to the end, or to where nothing follows.
    async fn carry(mut self) {
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
        tracing::info!(text = self.text.sid, status = status.name(), "a simulated text");
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
