//! A call, as it is asked for and as Twilio has it.

use jiff::Timestamp;
use serde::Deserialize;

use super::{FromNumber, read_time};
use crate::domain::e164::E164;
use crate::domain::escalation::{CallEvent, End};
use crate::domain::sid::Sid;

/// The parameters of a new call.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// The number that is called.
    pub to: E164,
    /// The number that calls.
    pub from: FromNumber,
    /// Gives the TwiML.
    pub url: String,
    /// Is told the status of the call.
    pub status_url: String,
    /// Is told whether a machine answered.
    pub machine_url: String,
    /// How long it rings.
    pub ring_seconds: u32,
    /// How long it lasts at most once it is answered.
    pub most_seconds: u32,
}

impl NewCall {
    pub(super) fn form(&self) -> Vec<(&'static str, String)> {
        let mut form = vec![
            ("To", self.to.as_str().to_owned()),
            ("From", self.from.as_str().to_owned()),
            ("Url", self.url.clone()),
            ("Method", "POST".to_owned()),
            ("StatusCallback", self.status_url.clone()),
            ("StatusCallbackMethod", "POST".to_owned()),
        ];
        let events = ["initiated", "ringing", "answered", "completed"];
        form.extend(events.map(|event| ("StatusCallbackEvent", event.to_owned())));
        form.extend([
            ("Timeout", self.ring_seconds.to_string()),
            ("TimeLimit", self.most_seconds.to_string()),
            ("MachineDetection", "Enable".to_owned()),
            ("AsyncAmd", "true".to_owned()),
            ("AsyncAmdStatusCallback", self.machine_url.clone()),
            ("AsyncAmdStatusCallbackMethod", "POST".to_owned()),
        ]);
        form
    }
}

/// A call as Twilio has it.
#[derive(Clone, Debug, Deserialize)]
pub struct CallResource {
    /// Its SID.
    pub sid: Sid,
    /// `queued`, `ringing`, …
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub(super) to: String,
    #[serde(default)]
    from: String,
    date_created: Option<String>,
    date_updated: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CallList {
    #[serde(default)]
    pub(super) calls: Vec<CallResource>,
}

impl CallResource {
    /// Its status.
    pub fn call_event(&self) -> Option<CallEvent> {
        call_event(&self.status)
    }

    /// Whether this number calls in it, as far as Twilio says.
    pub fn is_from(&self, number: &FromNumber) -> bool {
        self.from.is_empty() || self.from == number.as_str()
    }

    /// When it was made, if Twilio says so in a way that we can read.
    pub(super) fn created_at(&self) -> Option<Timestamp> {
        read_time(self.date_created.as_deref())
    }

    /// Whether it was over before that moment, as far as Twilio says.
    pub(super) fn was_over_before(&self, at: Timestamp) -> bool {
        matches!(self.call_event(), Some(CallEvent::Ended(_)))
            && read_time(self.date_updated.as_deref()).is_some_and(|over_at| over_at < at)
    }
}

/// Returns the meaning of a call's status. A callback also says `initiated`.
pub fn call_event(status: &str) -> Option<CallEvent> {
    Some(match status {
        "queued" | "initiated" => CallEvent::Queued,
        "ringing" => CallEvent::Ringing,
        "in-progress" | "answered" => CallEvent::Answered,
        "completed" => CallEvent::Ended(End::Completed),
        "busy" => CallEvent::Ended(End::Busy),
        "no-answer" => CallEvent::Ended(End::NoAnswer),
        "failed" => CallEvent::Ended(End::Failed),
        "canceled" => CallEvent::Ended(End::Canceled),
        _ => return None,
    })
}
