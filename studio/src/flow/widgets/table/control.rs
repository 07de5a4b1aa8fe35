//! The trigger, splits, variables, subflows, requests and Functions.

use super::super::PropertyKind::{Boolean, LiteralText, Number, OneOf, Pairs, Text};
use super::super::WidgetType;
use super::{quick, waiting};

pub(super) const TYPES: &[WidgetType] = &[
    quick(
        "trigger",
        &[
            "incomingMessage",
            "incomingCall",
            "incomingConversationMessage",
            "incomingRequest",
            "incomingParent",
        ],
        &[],
        &[],
    ),
    quick("split-based-on", &["noMatch", "match"], &["input"], &[("input", Text)]),
    quick("set-variables", &["next"], &[], &[("variables", Pairs)]),
    waiting(
        "run-subflow",
        &["completed", "failed"],
        &["flow_sid", "flow_revision"],
        &[("flow_sid", LiteralText), ("flow_revision", LiteralText), ("parameters", Pairs)],
    ),
    quick(
        "make-http-request",
        &["success", "failed"],
        &["method", "content_type", "url"],
        &[
            ("method", OneOf(&["GET", "POST"])),
            ("content_type", Text),
            ("url", Text),
            ("body", Text),
            ("parameters", Pairs),
            ("add_twilio_auth", Boolean),
        ],
    ),
    quick(
        "run-function",
        &["success", "fail"],
        &["url"],
        &[
            ("url", Text),
            ("service_sid", Text),
            ("environment_sid", Text),
            ("function_sid", Text),
            ("parameters", Pairs),
        ],
    ),
    waiting(
        "add-twiml-redirect",
        &["return", "timeout", "fail"],
        &["url"],
        &[("url", Text), ("method", Text), ("timeout", Number)],
    ),
];
