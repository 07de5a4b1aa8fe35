//! The families of widgets, as Studio's own menu groups them, and the types' names in words.

/// A family of widgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WidgetFamily {
    /// The trigger.
    Trigger,
    /// Splits and variables.
    FlowControl,
    /// Actions in a call.
    Voice,
    /// Messages and conversations.
    Messaging,
    /// Requests and Functions.
    Tools,
    /// Hand-overs to people and other systems.
    Connect,
    /// Other Flows.
    Subflow,
    /// Types that are not Studio's, and those that nobody knows.
    Unknown,
}

impl WidgetFamily {
    /// All of them, in the order of a legend.
    pub const ALL: [WidgetFamily; 8] = [
        WidgetFamily::Trigger,
        WidgetFamily::FlowControl,
        WidgetFamily::Voice,
        WidgetFamily::Messaging,
        WidgetFamily::Connect,
        WidgetFamily::Tools,
        WidgetFamily::Subflow,
        WidgetFamily::Unknown,
    ];

    /// The family of a widget type.
    pub fn of(kind: &str) -> WidgetFamily {
        match kind {
            "trigger" => WidgetFamily::Trigger,
            "split-based-on" | "set-variables" => WidgetFamily::FlowControl,
            "say-play"
            | "gather-input-on-call"
            | "record-voicemail"
            | "record-call"
            | "capture-payments"
            | "make-outgoing-call-v1"
            | "make-outgoing-call-v2"
            | "fork-stream" => WidgetFamily::Voice,
            "send-message"
            | "send-and-wait-for-reply"
            | "start-conversation"
            | "resume-conversation" => WidgetFamily::Messaging,
            "send-to-flex"
            | "enqueue-call"
            | "connect-call-to"
            | "connect-virtual-agent"
            | "connect-virtual-agent-v2"
            | "send-to-auto-pilot"
            | "send-to-autopilot"
            | "run-conversation-relay" => WidgetFamily::Connect,
            "make-http-request" | "run-function" | "add-twiml-redirect" => WidgetFamily::Tools,
            "run-subflow" => WidgetFamily::Subflow,
            _ => WidgetFamily::Unknown,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            WidgetFamily::Trigger => "Trigger",
            WidgetFamily::FlowControl => "Flow control",
            WidgetFamily::Voice => "Voice",
            WidgetFamily::Messaging => "Messaging",
            WidgetFamily::Tools => "Tools",
            WidgetFamily::Connect => "Connect",
            WidgetFamily::Subflow => "Subflow",
            WidgetFamily::Unknown => "Other",
        }
    }

    /// The class of its elements.
    pub(super) fn class(self) -> &'static str {
        match self {
            WidgetFamily::Trigger => "trigger",
            WidgetFamily::FlowControl => "control",
            WidgetFamily::Voice => "voice",
            WidgetFamily::Messaging => "messaging",
            WidgetFamily::Tools => "tools",
            WidgetFamily::Connect => "connect",
            WidgetFamily::Subflow => "subflow",
            WidgetFamily::Unknown => "unknown",
        }
    }
}

/// A widget type in the words of Studio's editor; an unknown one as it stands, `None` without any.
pub fn type_words(kind: &str) -> Option<String> {
    let words = match kind {
        "" => return None,
        "trigger" => "Trigger",
        "split-based-on" => "Split Based On…",
        "set-variables" => "Set Variables",
        "say-play" => "Say/Play",
        "gather-input-on-call" => "Gather Input On Call",
        "record-voicemail" => "Record Voicemail",
        "record-call" => "Call Recording",
        "capture-payments" => "Capture Payments",
        "make-outgoing-call-v1" | "make-outgoing-call-v2" => "Make Outgoing Call",
        "fork-stream" => "Fork Stream",
        "send-message" => "Send Message",
        "send-and-wait-for-reply" => "Send & Wait For Reply",
        "start-conversation" => "Start Conversation",
        "resume-conversation" => "Resume Conversation",
        "send-to-flex" => "Send To Flex",
        "enqueue-call" => "Enqueue Call",
        "connect-call-to" => "Connect Call To",
        "connect-virtual-agent" | "connect-virtual-agent-v2" => "Connect Virtual Agent",
        "send-to-auto-pilot" | "send-to-autopilot" => "Autopilot",
        "run-conversation-relay" => "Conversation Relay",
        "make-http-request" => "Make HTTP Request",
        "run-function" => "Run Function",
        "add-twiml-redirect" => "Add TwiML Redirect",
        "run-subflow" => "Run Subflow",
        unknown => unknown,
    };
    Some(words.to_owned())
}
