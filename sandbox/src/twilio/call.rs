//! A call: the request that placed it, and its status.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::direction::Direction;
use super::key_labels::KeyLabel;
use super::twiml::Method;

/// A document of TwiML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    /// ReceivedRequest for at this URL.
    At { url: String, method: Method },
    /// Given with the request.
    Inline(String),
}

/// Where a webhook goes, and how.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) url: String,
    pub(super) method: Method,
}

/// The request for a call. Nothing here changes.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) account: String,
    pub(super) direction: Direction,
    pub(super) to: String,
    pub(super) from: String,
    pub(super) document: Document,
    pub(super) fallback: Option<Target>,
    pub(super) status_callback: Option<Target>,
    /// The names of the events that have a callback.
    pub(super) events: Vec<String>,
    /// How long it rings.
    pub(super) timeout: Duration,
    /// How long it may last once it was answered.
    pub(super) time_limit: Duration,
    pub(super) detection: Option<Detection>,
}

/// Answering machine detection.
#[derive(Clone, Debug)]
pub(super) struct Detection {
    /// Whether it waits for the end of a machine's greeting.
    pub(super) message_end: bool,
    /// While the call goes on (`AsyncAmd`); else the call waits for it.
    pub(super) beside: bool,
    pub(super) callback: Option<Target>,
}

/// Twilio's call status; only callbacks know `initiated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Queued,
    Initiated,
    Ringing,
    InProgress,
    Completed,
    Busy,
    NoAnswer,
    Failed,
    Canceled,
}

impl Status {
    /// Its name in a callback.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Queued => "queued",
            Status::Initiated => "initiated",
            Status::Ringing => "ringing",
            Status::InProgress => "in-progress",
            Status::Completed => "completed",
            Status::Busy => "busy",
            Status::NoAnswer => "no-answer",
            Status::Failed => "failed",
            Status::Canceled => "canceled",
        }
    }

    /// Its name in the REST API, which knows no `initiated`.
    pub(super) fn rest_name(self) -> &'static str {
        if self == Status::Initiated { Status::Queued.name() } else { self.name() }
    }

    /// Whether the call is over.
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Status::Queued | Status::Initiated | Status::Ringing | Status::InProgress)
    }

    /// Whether it was placed, and does not ring yet.
    pub(crate) fn is_dialling(self) -> bool {
        matches!(self, Status::Queued | Status::Initiated)
    }

    /// Whether the phone is taken by it.
    pub(crate) fn holds_the_line(self) -> bool {
        matches!(self, Status::Ringing | Status::InProgress)
    }
}

/// An action of the person at the phone, or of who placed the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PhoneAction {
    Answer,
    Decline,
    Voicemail,
    HangUp,
    Press(char),
    /// Speaks these words.
    Say(String),
    /// The other side of a handed-over call answers, …
    PartyAnswer,
    /// … does not, …
    PartyRefuse,
    /// … or ends what it had answered.
    PartyHangUp,
    /// The caller is gone, and the Flow never learns of it: the final webhook is lost.
    HangUpUnreported,
    /// The REST API's `Status=completed`: the call ends, wherever it is.
    Complete,
    /// The REST API's `Status=canceled`: it ends unless it was answered.
    Cancel,
    /// The REST API's `Url` or `Twiml`: it goes on with another document.
    Redirect(Document),
}

/// An action, and who waits for its result: a plain reason if it could not be done.
pub(super) struct PhoneRequest {
    pub(super) action: PhoneAction,
    pub(super) reply: Option<oneshot::Sender<Result<(), &'static str>>>,
}

impl PhoneRequest {
    pub(super) fn done(self) {
        self.reply(Ok(()));
    }

    pub(super) fn refuse(self, why: &'static str) {
        self.reply(Err(why));
    }

    fn reply(self, result: Result<(), &'static str>) {
        // Who waited for it may have gone.
        let _ = self.reply.map(|reply| reply.send(result));
    }
}

/// The status of a call.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) status: Status,
    pub(crate) updated: Timestamp,
    pub(crate) ringing_since: Option<Timestamp>,
    pub(crate) answered: Option<Timestamp>,
    pub(crate) ended: Option<Timestamp>,
    /// The name of the Flow that a phone has called.
    pub(crate) flow: Option<String>,
    /// Whether voicemail took it, once anybody did.
    pub(crate) machine: bool,
    /// The result of answering machine detection.
    pub(crate) answered_by: Option<&'static str>,
    /// All that was spoken, and what is being spoken now.
    pub(crate) said: Vec<String>,
    pub(crate) saying: Option<String>,
    /// Until when a Gather waits for a key, if one is open. While it speaks, its own time has not begun.
    pub(crate) gathering: Option<Gathering>,
    /// The other side, while the call is handed over.
    pub(crate) handover: Option<Handover>,
    /// Whether what is said is recorded.
    pub(crate) recording: bool,
    /// All keys that were pressed.
    pub(crate) keys: String,
    /// Twilio's code of what went wrong.
    pub(crate) error: Option<u32>,
}

/// A Gather that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gathering {
    pub(crate) until: Option<Timestamp>,
    /// Whether it takes words too.
    pub(crate) takes_speech: bool,
    /// The labels of its keys, as far as they are said.
    pub(crate) labels: Vec<KeyLabel>,
}

/// A call that is handed over: to a queue, or to another number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handover {
    /// The name of the other side: a queue's, or the end of a number.
    pub(crate) to: String,
    /// When the other side answered.
    pub(crate) answered: Option<Timestamp>,
}

/// A call.
pub(crate) struct Call {
    pub(crate) sid: String,
    pub(crate) created: Timestamp,
    pub(super) order: Order,
    facts: Mutex<Facts>,
    actions: mpsc::UnboundedSender<PhoneRequest>,
}

impl Call {
    /// A call that was just placed, and the actions that its player takes.
    pub(super) fn new(
        sid: String,
        order: Order,
        now: Timestamp,
    ) -> (Call, mpsc::UnboundedReceiver<PhoneRequest>) {
        let (actions, received) = mpsc::unbounded_channel();
        let facts = Facts {
            status: Status::Queued,
            updated: now,
            ringing_since: None,
            answered: None,
            ended: None,
            flow: None,
            machine: false,
            answered_by: None,
            said: Vec::new(),
            saying: None,
            gathering: None,
            handover: None,
            recording: false,
            keys: String::new(),
            error: None,
        };
        (Call { sid, created: now, order, facts: Mutex::new(facts), actions }, received)
    }

    /// Its status now.
    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its status now.
    pub(crate) fn status(&self) -> Status {
        self.facts().status
    }

    /// The number of the simulated phone: the one that is called, or that calls us.
    pub(crate) fn phone(&self) -> &str {
        match self.order.direction {
            Direction::Inbound => &self.order.from,
            Direction::Outbound | Direction::Reply => &self.order.to,
        }
    }

    /// When it stops ringing, if it rings.
    pub(crate) fn rings_until(&self) -> Option<Timestamp> {
        let since = self.facts().ringing_since?;
        Some(crate::host::later(since, self.order.timeout))
    }

    /// Does something about it; the error says why that cannot be done now.
    pub(crate) async fn act(&self, action: PhoneAction) -> Result<(), &'static str> {
        let (reply, result) = oneshot::channel();
        let over = "the call has ended";
        self.actions.send(PhoneRequest { action, reply: Some(reply) }).map_err(|_| over)?;
        result.await.unwrap_or(Err(over))
    }

    /// The standard parameters of every request about it. (twilio.com/docs/voice/twiml.)
    pub(super) fn fields(&self, status: Status) -> Vec<(String, String)> {
        let Order { account, to, from, direction, .. } = &self.order;
        [
            ("CallSid", self.sid.as_str()),
            ("AccountSid", account),
            ("From", from),
            ("To", to),
            ("Caller", from),
            ("Called", to),
            ("CallStatus", status.name()),
            ("ApiVersion", "2010-04-01"),
            ("Direction", direction.name()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}
