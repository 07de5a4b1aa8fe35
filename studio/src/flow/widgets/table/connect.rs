//! Calls and messages that are handed over to people and other systems.

use super::super::PropertyKind::{Number, Pairs, StrictText, Text};
use super::super::WidgetType;
use super::waiting;

pub(super) const TYPES: &[WidgetType] = &[
    waiting(
        "enqueue-call",
        &["callComplete", "failedToEnqueue", "callFailure"],
        &[],
        &[
            ("workflow_sid", Text),
            ("queue_name", Text),
            ("priority", Number),
            ("timeout", Number),
            ("task_attributes", Text),
            ("wait_url", Text),
            ("wait_url_method", Text),
        ],
    ),
    waiting(
        "send-to-flex",
        &["callComplete", "failedToEnqueue", "callFailure", "composerStarted"],
        &["workflow", "channel"],
        &[
            ("workflow", Text),
            ("channel", Text),
            ("attributes", Text),
            ("priority", StrictText),
            ("timeout", StrictText),
            ("from", Text),
            ("waitUrl", Text),
            ("waitUrlMethod", Text),
        ],
    ),
    waiting(
        "connect-virtual-agent",
        &["return", "hangup"],
        &["connector"],
        &[
            ("connector", Text),
            ("language", Text),
            ("status_callback", Text),
            ("sentiment_analysis", Text),
        ],
    ),
    waiting(
        "connect-virtual-agent-v2",
        &["completed", "live-agent-handoff", "hangup", "failed", "paused", "timeout"],
        &[],
        &[
            ("connector_name", Text),
            ("channel", Text),
            ("status_callback", Text),
            ("status_callback_method", Text),
            ("session_behavior", Text),
            ("resume_session_identification_method", Text),
            ("configurations", Pairs),
            ("parameters", Pairs),
        ],
    ),
    waiting(
        "run-conversation-relay",
        &["success", "failed"],
        &["url"],
        &[
            ("url", Text),
            ("welcome_greeting", Text),
            ("tts_provider", Text),
            ("voice", Text),
            ("language", Text),
            ("transcription_provider", Text),
            ("speech_model", Text),
            ("interruptible", StrictText),
            ("parameters", Pairs),
        ],
    ),
];
