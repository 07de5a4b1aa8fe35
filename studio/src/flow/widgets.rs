//! The types of widget: their events, and their properties as far as they are checked: those that
//! Twilio documents (twilio.com/docs/studio/widget-library), and those that exports of Flows have beside them.

mod table;

use table::TYPES;

/// A type of widget.
#[derive(Debug)]
pub(super) struct WidgetType {
    /// `say-play`, …
    pub(super) name: &'static str,
    /// Its transitions' events.
    pub(super) events: &'static [&'static str],
    /// The properties without which Studio refuses it.
    pub(super) required: &'static [&'static str],
    /// The kinds of its properties; one that is not here may be anything.
    pub(super) properties: &'static [(&'static str, PropertyKind)],
    /// Somebody is waited for in it: a person, or another system that may take its time.
    pub(super) waits: bool,
}

/// The kind of a property, with the types of JSON in which real Flows have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PropertyKind {
    /// A text.
    Text,
    /// A text: Studio refuses everything else.
    StrictText,
    /// A number, also as text.
    Number,
    /// The same; Studio refuses Liquid in it.
    LiteralNumber,
    /// A boolean, also as text.
    Boolean,
    /// The same; Studio refuses Liquid in it.
    LiteralBoolean,
    /// A boolean: Studio refuses everything else.
    StrictBoolean,
    /// A text without Liquid.
    LiteralText,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A list of keys and values.
    Pairs,
    /// A list.
    List,
    /// A place on the canvas.
    Offset,
}

/// The type of this name.
pub(super) fn find(name: &str) -> Option<&'static WidgetType> {
    all().find(|one| one.name == name)
}

/// Some type has this event.
pub(super) fn has_event(event: &str) -> bool {
    all().any(|one| one.events.contains(&event))
}

/// The names of Studio's types of widget.
pub fn widget_types() -> impl Iterator<Item = &'static str> {
    all().map(|one| one.name)
}

/// All types.
fn all() -> impl Iterator<Item = &'static WidgetType> {
    TYPES.iter().copied().flatten()
}

/// The type is one of Studio's.
pub(super) fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// The events of a failure, which come before anybody is waited for.
const FAILURES: [&str; 6] =
    ["deliveryFailure", "failed", "fail", "failure", "callFailure", "failedToEnqueue"];

/// A widget of this type sends a request, and takes its answer.
pub(super) fn sends_requests(kind: &str) -> bool {
    matches!(kind, "make-http-request" | "run-function")
}

/// The event that a widget of this type fires when it fails before it has done anything: one of its templates cannot be
/// evaluated, or it does not fit the start. None if its type has no such event.
pub(crate) fn failure_event(kind: &str) -> Option<&'static str> {
    match kind {
        "make-http-request"
        | "send-message"
        | "make-outgoing-call-v1"
        | "make-outgoing-call-v2"
        | "record-call"
        | "run-subflow"
        | "connect-virtual-agent-v2"
        | "run-conversation-relay"
        | "start-conversation"
        | "resume-conversation" => Some("failed"),
        "run-function" | "add-twiml-redirect" => Some("fail"),
        "send-and-wait-for-reply" => Some("deliveryFailure"),
        "enqueue-call" | "send-to-flex" => Some("failedToEnqueue"),
        "capture-payments" => Some("validationError"),
        "send-to-auto-pilot" => Some("failure"),
        _ => None,
    }
}

impl WidgetType {
    /// Somebody has been waited for when this event comes.
    pub(super) fn waits_for(&self, event: &str) -> bool {
        self.waits && !FAILURES.contains(&event)
    }

    /// The kind of a property, if it is checked.
    pub(super) fn property(&self, name: &str) -> Option<PropertyKind> {
        if name == "offset" {
            return Some(PropertyKind::Offset);
        }
        self.properties.iter().find(|(key, _)| *key == name).map(|(_, kind)| *kind)
    }
}

/// The type that was probably meant by a name that Studio does not have.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let plain = |name: &str| {
        let kept = name.chars().filter(|c| c.is_ascii_alphanumeric());
        kept.collect::<String>().to_ascii_lowercase()
    };
    let wanted = plain(name);
    let same = all().find(|one| plain(one.name) == wanted).map(|one| one.name);
    same.or_else(|| {
        let found = INVENTED.iter().find(|(names, _)| names.iter().any(|one| plain(one) == wanted));
        found.map(|(_, meant)| *meant)
    })
}

/// Names that people and machines invent, and the type that does it.
const INVENTED: [(&[&str], &str); 11] = [
    (&["text-to-speech", "say", "speak", "play", "play-audio", "say-text"], "say-play"),
    (
        &["listen", "gather", "gather-input", "get-input", "collect-input", "speech-to-text"],
        "gather-input-on-call",
    ),
    (
        &["http-request", "webhook", "http", "api-call", "http-get", "http-post"],
        "make-http-request",
    ),
    (&["send-sms", "sms", "send-text", "message"], "send-message"),
    (&["send-and-wait", "wait-for-reply", "ask"], "send-and-wait-for-reply"),
    (&["split", "branch", "condition", "switch", "if", "decision"], "split-based-on"),
    (&["voicemail", "record", "record-message"], "record-voicemail"),
    (&["connect-call", "dial", "forward-call", "transfer", "transfer-call"], "connect-call-to"),
    (&["function", "call-function"], "run-function"),
    (&["start-call-recording", "stop-call-recording", "call-recording"], "record-call"),
    (&["make-outgoing-call", "make-outgoing-connection", "outgoing-call"], "make-outgoing-call-v2"),
];
