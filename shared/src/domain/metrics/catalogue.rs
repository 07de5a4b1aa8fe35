//! Every metric there is. `docs/metrics.md` has the same list, and a test compares them.

mod escalation;
mod flows;

pub use escalation::{ALARMS, ANSWER_SECONDS, CALLS, INCIDENTS, RESOLVE_SECONDS, TAKE_SECONDS};
pub use flows::{
    FLOW_EVENTS_UNREADABLE, FLOW_EXECUTION_SECONDS, FLOW_EXECUTIONS_ENDED, FLOW_EXECUTIONS_STARTED,
    FLOW_EXECUTIONS_STUCK, FLOW_INFO, FLOW_QUIET,
};

use super::vocabulary::{
    API_CODES, CALL_STATUSES, COMMON_MESSAGE_CODES, DISCONNECT_REASONS, MESSAGE_STATUSES,
};
use super::{Family, Kind, Label};

const fn family(
    name: &'static str,
    kind: Kind,
    labels: &'static [Label],
    help: &'static str,
) -> Family {
    Family { name, kind, help, labels }
}

const fn label(name: &'static str, always: &'static [&'static str]) -> Label {
    Label { name, always }
}

/// Messages delivered: the first of delivered and read, once per message.
pub const MESSAGES_DELIVERED: &Family = &family(
    "twilio_messages_delivered",
    Kind::Counter,
    &[],
    "Messages delivered: the first of delivered and read, once per message.",
);
/// Messages that failed or were not delivered, by Twilio's error code.
pub const MESSAGES_FAILED: &Family = &family(
    "twilio_messages_failed",
    Kind::Counter,
    &[label("error_code", COMMON_MESSAGE_CODES)],
    "Messages that failed or were not delivered, by Twilio's error code.",
);
/// Calls that were answered and are over.
pub const CALLS_COMPLETED: &Family = &family(
    "twilio_calls_completed",
    Kind::Counter,
    &[label("call_status", &["completed"])],
    "Calls that were answered and are over.",
);
/// Calls that ended without being completed, by reason.
pub const CALLS_FAILED: &Family = &family(
    "twilio_calls_failed",
    Kind::Counter,
    &[label("disconnect_reason", DISCONNECT_REASONS)],
    "Calls that ended without being completed, by reason.",
);
/// Statuses of messages, each once per message however often it was reported.
pub const MESSAGE_CALLBACKS: &Family = &family(
    "twilio_message_callback",
    Kind::Counter,
    &[label("status", MESSAGE_STATUSES)],
    "Statuses of messages, each once per message however often it was reported.",
);
/// Statuses of calls, each once per call however often it was reported.
pub const CALL_CALLBACKS: &Family = &family(
    "twilio_call_callback",
    Kind::Counter,
    &[label("status", CALL_STATUSES)],
    "Statuses of calls, each once per call however often it was reported.",
);
/// Requests of Ringdown to Twilio's REST API that failed, by error code.
pub const API_ERRORS: &Family = &family(
    "twilio_api_errors",
    Kind::Counter,
    &[label("code", API_CODES)],
    "Requests of Ringdown to Twilio's REST API that failed, by error code.",
);
/// Reports of a status, by where they came from and what came of them.
pub const CALLBACKS: &Family = &family(
    "ringdown_callbacks",
    Kind::Counter,
    &[
        label("source", &["form", "event", "reconciliation"]),
        label("result", &["counted", "duplicate", "out_of_order", "unknown"]),
    ],
    "Reports of a status, by where they came from and what came of them.",
);
/// Callbacks to this server that Twilio says it could not hand over.
pub const CALLBACKS_LOST: &Family = &family(
    "ringdown_callbacks_lost",
    Kind::Counter,
    &[label("source", &["error_log", "event"])],
    "Callbacks to this server that Twilio says it could not hand over.",
);
/// Messages whose end the last reconciliation found at Twilio and no callback had reported.
pub const CALLBACKS_MISSING: &Family = &family(
    "ringdown_callbacks_missing",
    Kind::Gauge,
    &[],
    "Messages whose end the last reconciliation found at Twilio and no callback had reported.",
);
/// Ends of messages that reconciliation counted.
pub const CALLBACKS_RECONCILED: &Family = &family(
    "ringdown_callbacks_reconciled",
    Kind::Counter,
    &[],
    "Ends of messages that reconciliation counted.",
);
/// Calls of the account that are in progress, as Twilio listed them within the last minutes.
pub const CALLS_IN_PROGRESS: &Family = &family(
    "ringdown_calls_in_progress",
    Kind::Gauge,
    &[],
    "Calls of the account that are in progress, as Twilio listed them within the last minutes.",
);
/// Events that Twilio's sink delivered.
pub const EVENTS_RECEIVED: &Family =
    &family("ringdown_events_received", Kind::Counter, &[], "Events that Twilio's sink delivered.");
/// Events that a route matched, so that lines for Slack were queued.
pub const EVENTS_FORWARDED: &Family = &family(
    "ringdown_events_forwarded",
    Kind::Counter,
    &[],
    "Events that a route matched, so that lines for Slack were queued.",
);
/// Events of which no line came, by reason.
pub const EVENTS_DROPPED: &Family = &family(
    "ringdown_events_dropped",
    Kind::Counter,
    &[label("reason", &["no_route", "malformed"])],
    "Events of which no line came, by reason.",
);
/// Lines delivered to Slack.
pub const SLACK_LINES: &Family =
    &family("ringdown_slack_lines", Kind::Counter, &[], "Lines delivered to Slack.");
/// Lines left out because they were delivered before.
pub const SLACK_LINES_DUPLICATE: &Family = &family(
    "ringdown_slack_lines_duplicate",
    Kind::Counter,
    &[],
    "Lines left out because they were delivered before.",
);
/// Posts to Slack, by result.
pub const SLACK_POSTS: &Family = &family(
    "ringdown_slack_posts",
    Kind::Counter,
    &[label("result", &["ok", "later", "unknown", "bad_content", "bad_channel"])],
    "Posts to Slack, by result.",
);
/// Edits of incident messages in Slack, by result.
pub const SLACK_EDITS: &Family = &family(
    "ringdown_slack_edits",
    Kind::Counter,
    &[label("result", &["ok", "failed"])],
    "Edits of incident messages in Slack, by result.",
);
/// Answers to clicks in Slack, by result.
pub const SLACK_REPLIES: &Family = &family(
    "ringdown_slack_replies",
    Kind::Counter,
    &[label("result", &["ok", "later", "dropped"])],
    "Answers to clicks in Slack, by result.",
);
/// Lines whose route failed on their event.
pub const ROUTE_FAILURES: &Family = &family(
    "ringdown_route_failures",
    Kind::Counter,
    &[],
    "Lines whose route failed on their event.",
);
/// Dead letters that wait for somebody.
pub const DEAD_LETTERS: &Family =
    &family("ringdown_dead_letters", Kind::Gauge, &[], "Dead letters that wait for somebody.");
/// Messages that were kept as dead letters, by job.
pub const DEAD_LETTERS_KEPT: &Family = &family(
    "ringdown_dead_letters_kept",
    Kind::Counter,
    &[label("job", &["forward"])],
    "Messages that were kept as dead letters, by job.",
);
/// Open incidents whose wake-up is more than a minute overdue.
pub const WAKE_UPS_LATE: &Family = &family(
    "ringdown_wake_ups_late",
    Kind::Gauge,
    &[],
    "Open incidents whose wake-up is more than a minute overdue.",
);
/// Things that the reconciler repaired.
pub const REPAIRED: &Family = &family(
    "ringdown_reconciler_repaired",
    Kind::Counter,
    &[label("what", &["late-wake-up", "undone-effect", "unreported-call", "standing-round"])],
    "Things that the reconciler repaired.",
);
/// 1 while the configuration that was read last is the one in use, else 0.
pub const CONFIG_GOOD: &Family = &family(
    "ringdown_config_good",
    Kind::Gauge,
    &[],
    "1 while the configuration that was read last is the one in use, else 0.",
);
/// Configurations that failed their check.
pub const CONFIG_REJECTED: &Family = &family(
    "ringdown_config_rejected",
    Kind::Counter,
    &[],
    "Configurations that failed their check.",
);
/// 1 for each person who is on call now, by schedule.
pub const ON_CALL: &Family = &family(
    "ringdown_on_call",
    Kind::Gauge,
    &[label("schedule", &[]), label("person", &[])],
    "1 for each person who is on call now, by schedule.",
);
/// Requests refused by the process that serves these metrics, by reason; on AWS the logs' metric filters count them.
pub const REQUESTS_REFUSED: &Family = &family(
    "ringdown_requests_refused",
    Kind::Counter,
    &[label("reason", &["signature", "token", "topic", "too_large", "bad_request"])],
    "Requests refused by the process that serves these metrics, by reason; on AWS the logs' metric filters count them.",
);
/// 1, with the version that serves these metrics.
pub const BUILD_INFO: &Family = &family(
    "ringdown_build_info",
    Kind::Gauge,
    &[label("version", &[])],
    "1, with the version that serves these metrics.",
);

/// All of them, in the order in which they are shown.
pub const FAMILIES: &[&Family] = &[
    MESSAGES_DELIVERED,
    MESSAGES_FAILED,
    CALLS_COMPLETED,
    CALLS_FAILED,
    MESSAGE_CALLBACKS,
    CALL_CALLBACKS,
    API_ERRORS,
    CALLBACKS,
    CALLBACKS_LOST,
    CALLBACKS_MISSING,
    CALLBACKS_RECONCILED,
    CALLS_IN_PROGRESS,
    INCIDENTS,
    ANSWER_SECONDS,
    TAKE_SECONDS,
    RESOLVE_SECONDS,
    CALLS,
    ALARMS,
    EVENTS_RECEIVED,
    EVENTS_FORWARDED,
    EVENTS_DROPPED,
    FLOW_EVENTS_UNREADABLE,
    FLOW_INFO,
    FLOW_EXECUTIONS_STARTED,
    FLOW_EXECUTIONS_ENDED,
    FLOW_EXECUTIONS_STUCK,
    FLOW_QUIET,
    FLOW_EXECUTION_SECONDS,
    SLACK_LINES,
    SLACK_LINES_DUPLICATE,
    SLACK_POSTS,
    SLACK_EDITS,
    SLACK_REPLIES,
    ROUTE_FAILURES,
    DEAD_LETTERS,
    DEAD_LETTERS_KEPT,
    WAKE_UPS_LATE,
    REPAIRED,
    CONFIG_GOOD,
    CONFIG_REJECTED,
    ON_CALL,
    REQUESTS_REFUSED,
    BUILD_INFO,
];
