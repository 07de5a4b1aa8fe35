//! Messages and conversations.

use super::super::PropertyKind::{self, Boolean, List, Number, OneOf, Pairs, Text};
use super::super::WidgetType;
use super::{quick, waiting};

const MESSAGE_TYPE: PropertyKind = OneOf(&["custom", "content_template"]);

pub(super) const TYPES: &[WidgetType] = &[
    quick(
        "send-message",
        &["sent", "failed"],
        &["from", "to", "body"],
        &[
            ("from", Text),
            ("to", Text),
            ("body", Text),
            ("service", Text),
            ("channel", Text),
            ("attributes", Text),
            ("message_type", MESSAGE_TYPE),
            ("content_sid", Text),
            ("content_variables", Pairs),
            ("media_url", Text),
            ("shorten_urls", Boolean),
        ],
    ),
    waiting(
        "send-and-wait-for-reply",
        &["incomingMessage", "timeout", "deliveryFailure"],
        &["from", "body", "timeout"],
        &[
            ("from", Text),
            ("body", Text),
            ("timeout", Number),
            ("service", Text),
            ("channel", Text),
            ("attributes", Text),
            ("message_type", MESSAGE_TYPE),
            ("content_sid", Text),
            ("content_variables", Pairs),
            ("media_url", Text),
        ],
    ),
    quick(
        "start-conversation",
        &["created", "failed"],
        &[],
        &[
            ("conversation_service_sid", Text),
            ("participants", List),
            ("timers_inactive", Text),
            ("timers_closed", Text),
            ("close_conversation_on_execution_end", Boolean),
            ("friendly_name", Text),
            ("attributes", Text),
            ("chat_service_sid", Text),
            ("messaging_service_sid", Text),
        ],
    ),
    quick(
        "resume-conversation",
        &["resumed", "failed"],
        &["conversation_service_sid"],
        &[("conversation_service_sid", Text), ("conversation_sid", Text), ("attributes", Text)],
    ),
    waiting(
        "send-to-auto-pilot",
        &["sessionEnded", "failure", "timeout"],
        &["autopilot_assistant_sid", "from", "body", "timeout"],
        &[
            ("autopilot_assistant_sid", Text),
            ("from", Text),
            ("body", Text),
            ("timeout", Number),
            ("chat_service", Text),
            ("chat_channel", Text),
            ("chat_attributes", Text),
            ("target_task", Text),
            ("memory_parameters", Pairs),
        ],
    ),
];
