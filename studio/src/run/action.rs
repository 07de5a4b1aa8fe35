//! The I/O that a run asks for.

use std::time::Duration;

/// How long Studio waits for the answer to an HTTP request.
pub const HTTP_TIMEOUT: Duration = Duration::from_secs(10);

/// Something to do. Each but [`Action::HangUp`] is answered with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Places a call: [`RunEvent::Placed`](super::RunEvent::Placed), then
    /// [`RunEvent::Dialed`](super::RunEvent::Dialed).
    PlaceCall {
        /// The number that is called.
        to: String,
        /// The number that it is called from.
        from: String,
        /// How long it rings.
        timeout: Duration,
        /// Whether it is found out what answers: [`RunEvent::AnsweredBy`](super::RunEvent::AnsweredBy) comes before
        /// [`RunEvent::Dialed`](super::RunEvent::Dialed).
        detect_machine: bool,
    },
    /// Speaks or plays: [`RunEvent::Spoken`](super::RunEvent::Spoken) when all is said.
    SayPlay(Prompt),
    /// Speaks and takes keys: [`RunEvent::Digits`](super::RunEvent::Digits), or
    /// [`RunEvent::TimedOut`](super::RunEvent::TimedOut) if none is pressed.
    Gather {
        /// The prompt.
        prompt: Prompt,
        /// How long a key is waited for after the prompt.
        timeout: Duration,
        /// The keys that end the input, and are no part of it.
        finish_on_key: String,
        /// The number of keys that ends the input.
        max_digits: Option<usize>,
    },
    /// Sends a request, and follows redirects: [`RunEvent::Responded`](super::RunEvent::Responded), or
    /// [`RunEvent::TimedOut`](super::RunEvent::TimedOut) if there is no answer.
    Request {
        /// Its method.
        method: HttpMethod,
        /// The URL.
        url: String,
        /// The header `Content-Type`; of a GET without effect.
        content_type: String,
        /// The body; of a GET empty.
        body: String,
        /// How long the answer may take.
        timeout: Duration,
        /// It carries the account's own credentials, and goes to Twilio.
        has_twilio_auth: bool,
    },
    /// Sends a message: [`RunEvent::MessageSent`](super::RunEvent::MessageSent) or
    /// [`RunEvent::MessageFailed`](super::RunEvent::MessageFailed).
    SendMessage(OutboundMessage),
    /// Waits for a message of the contact: [`RunEvent::Replied`](super::RunEvent::Replied) or
    /// [`RunEvent::TimedOut`](super::RunEvent::TimedOut). A
    /// [`RunEvent::MessageFailed`](super::RunEvent::MessageFailed) says that the one before was never delivered.
    AwaitReply {
        /// How long it is waited for.
        timeout: Duration,
    },
    /// Hands the call or conversation over to a queue: [`RunEvent::Dequeued`](super::RunEvent::Dequeued) when that is
    /// over, however long it takes.
    Enqueue(Enqueue),
    /// Connects the call to somebody: [`RunEvent::DialEnded`](super::RunEvent::DialEnded) when that is over.
    Connect(Connect),
    /// Records the caller: [`RunEvent::Recorded`](super::RunEvent::Recorded).
    Record(Record),
    /// Fetches a Flow: [`RunEvent::FlowFetched`](super::RunEvent::FlowFetched) or
    /// [`RunEvent::FlowMissing`](super::RunEvent::FlowMissing), or
    /// [`RunEvent::FlowNotGiven`](super::RunEvent::FlowNotGiven).
    FetchFlow {
        /// `FW…`
        flow_sid: String,
        /// `LatestPublished`, `LatestDraft` or a number.
        revision: String,
    },
    /// Has something done that no run plays: [`RunEvent::HandedBack`](super::RunEvent::HandedBack), or
    /// [`RunEvent::TimedOut`](super::RunEvent::TimedOut).
    HandOver(HandOver),
    /// Ends the call.
    HangUp,
}

/// Something that a caller hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// A text is spoken.
    Say(Speech),
    /// A recording is played.
    Play {
        /// The URL of the recording.
        url: String,
        /// How often it is played; 0 is until the call ends.
        times: u32,
    },
    /// Keys are sounded.
    Digits {
        /// The keys; `w` is half a second of silence.
        digits: String,
        /// How often.
        times: u32,
    },
}

/// A text that is spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speech {
    /// The text, its expressions looked up.
    pub text: String,
    /// How often it is said; 0 is until the call ends.
    pub times: u32,
    /// The voice; empty for the account's own.
    pub voice: String,
    /// The language; empty for the account's own.
    pub language: String,
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// A message that is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboundMessage {
    /// The recipient.
    pub to: String,
    /// Our own number, or the SID of a Messaging Service.
    pub from: String,
    /// The text.
    pub body: String,
    /// The URL of a picture; empty if there is none.
    pub media_url: String,
    /// The SID of a content template; empty if there is none.
    pub content_sid: String,
    /// The variables of the content template.
    pub content_variables: Vec<(String, String)>,
}

/// A hand-over to a queue: `enqueue-call`, `send-to-flex`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enqueue {
    /// Its destination.
    pub queue: QueueTarget,
    /// The attributes of the task: JSON, as text.
    pub attributes: String,
    /// The priority of the task; empty if there is none.
    pub priority: String,
    /// How long the task may last.
    pub timeout: Option<Duration>,
}

/// The destination of a hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueTarget {
    /// A queue of Twilio's voice, by its name.
    Queue(String),
    /// A workflow of TaskRouter, by its SID.
    Workflow(String),
    /// A workflow of Flex, by its SID, and the channel of the task.
    Flex {
        /// `WW…`
        workflow: String,
        /// `voice`, `chat`, …: a SID or a name.
        channel: String,
    },
}

/// A connection of the call with somebody: `connect-call-to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// The kind of destination: `number`, `client`, `sip`, …
    pub noun: String,
    /// The destination: one, or several with commas between them.
    pub to: String,
    /// The number that is shown to whoever is called.
    pub caller_id: String,
    /// How long it rings.
    pub timeout: Duration,
    /// How long the connection may last.
    pub time_limit: Option<Duration>,
    /// Whether it is recorded.
    pub record: bool,
}

/// A recording of the caller: `record-voicemail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How much silence ends it.
    pub timeout: Duration,
    /// How long it may be.
    pub max_length: Duration,
    /// The keys that end it.
    pub finish_on_key: String,
    /// Whether a tone precedes it.
    pub play_beep: bool,
    /// Whether it is put into writing.
    pub transcribe: bool,
}

/// Something that TwiML, an agent or a service of Twilio does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// The type of the widget: `add-twiml-redirect`, `capture-payments`, …
    pub kind: String,
    /// The events that may end it: the usual one first; the failure, if there is one, last.
    pub events: &'static [&'static str],
    /// Its URL; empty if it has none.
    pub url: String,
    /// How long it may take, if the widget says so; for a redirect, zero is not to wait at all.
    pub timeout: Option<Duration>,
}
