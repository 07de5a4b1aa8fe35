//! The life of a text: accepted or queued, sent, and its end. All but the first have a callback, where one is wanted.
//! (twilio.com/docs/messaging/guides/track-outbound-message-status.)

mod carrier;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::fmt::strtime;
use tokio::sync::watch;

use super::direction::Direction;
use super::journal::push_bounded;
use super::{MAX_RECORDS, SANDBOX_ACCOUNT, Twilio};
use crate::host::spawn;
use carrier::Carrier;

/// The number that a Messaging Service sends from.
pub(super) const SERVICE_NUMBER: &str = "+15005550006";

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
    /// It came from a phone.
    Received,
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
            TextStatus::Received => "received",
        }
    }

    /// Whether the phone never gets it.
    pub(super) fn is_lost(self) -> bool {
        matches!(self, TextStatus::Undelivered | TextStatus::Failed)
    }
}

/// The request for a text. Nothing here changes.
#[derive(Clone, Debug)]
pub(super) struct TextOrder {
    pub(super) account: String,
    pub(super) direction: Direction,
    pub(super) to: String,
    /// The sender; a Messaging Service chooses its own.
    pub(super) from: Option<String>,
    /// `MG…`
    pub(super) service: Option<String>,
    pub(super) body: String,
    pub(super) status_callback: Option<String>,
}

impl TextOrder {
    /// A phone sends a text to a number of ours.
    pub(super) fn inbound(phone: &str, number: &str, body: &str) -> TextOrder {
        TextOrder {
            account: SANDBOX_ACCOUNT.to_owned(),
            direction: Direction::Inbound,
            to: number.to_owned(),
            from: Some(phone.to_owned()),
            service: None,
            body: body.to_owned(),
            status_callback: None,
        }
    }
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
    status: watch::Sender<TextStatus>,
}

impl Text {
    /// `SM…`
    pub(crate) fn sid(&self) -> &str {
        &self.sid
    }

    /// Its status now.
    pub(crate) fn facts(&self) -> TextFacts {
        *self.lock()
    }

    /// The number that it is sent to.
    pub(super) fn to(&self) -> &str {
        &self.order.to
    }

    /// The number of the simulated phone: the one that it is sent to, or that sent it to us.
    pub(crate) fn phone(&self) -> &str {
        match (self.order.direction, &self.order.from) {
            (Direction::Inbound, Some(from)) => from,
            _ => &self.order.to,
        }
    }

    /// Whether a phone sent it.
    pub(crate) fn is_inbound(&self) -> bool {
        self.order.direction == Direction::Inbound
    }

    /// Waits until the phone can no longer get it: its error code.
    pub(super) async fn lost(&self) -> Option<u32> {
        let mut status = self.status.subscribe();
        if status.wait_for(|status| status.is_lost()).await.is_err() {
            return std::future::pending().await;
        }
        self.facts().error_code
    }

    /// The text that it says.
    pub(crate) fn body(&self) -> &str {
        &self.order.body
    }

    /// The sender, once that is known.
    pub(super) fn from(&self) -> Option<&str> {
        let chosen = (self.facts().status != TextStatus::Accepted).then_some(SERVICE_NUMBER);
        self.order.from.as_deref().or(chosen)
    }

    /// The webhook that it was for did not take it.
    pub(super) fn went_wrong(&self, code: u32) {
        self.lock().error_code = Some(code);
    }

    fn lock(&self) -> MutexGuard<'_, TextFacts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fields of the webhook of a text from a phone. (twilio.com/docs/messaging/guides/webhook-request.)
    pub(super) fn inbound_fields(&self) -> Vec<(String, String)> {
        [
            ("MessageSid", self.sid.as_str()),
            ("SmsSid", &self.sid),
            ("SmsMessageSid", &self.sid),
            ("SmsStatus", TextStatus::Received.name()),
            ("AccountSid", &self.order.account),
            ("From", self.order.from.as_deref().unwrap_or_default()),
            ("To", self.to()),
            ("Body", self.body()),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("ApiVersion", "2010-04-01"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// The fields of the callback of its present status.
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
        let status = match order.from {
            Some(_) => TextStatus::Queued,
            None => TextStatus::Accepted,
        };
        let text = self.add_text(order, status);
        spawn(&self.settings.host, Carrier::new(self.clone(), text.clone()).carry());
        text
    }

    /// Stores a text that has come from a phone.
    pub(super) fn receive_text(&self, order: TextOrder) -> Arc<Text> {
        self.add_text(order, TextStatus::Received)
    }

    fn add_text(&self, order: TextOrder, status: TextStatus) -> Arc<Text> {
        let created = self.now();
        let sent = (status == TextStatus::Received).then_some(created);
        let facts = Mutex::new(TextFacts { status, error_code: None, updated: created, sent });
        let sid = format!("SM{}", crate::ids::random());
        let text = Text { sid, created, order, facts, status: watch::Sender::new(status) };
        let text = Arc::new(text);
        push_bounded(&mut self.records().texts, text.clone(), MAX_RECORDS);
        text
    }
}
