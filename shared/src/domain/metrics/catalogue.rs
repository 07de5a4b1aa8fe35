//! Every metric there is. `docs/metrics.md` has the same list, and a test compares them.

use super::vocabulary::{
    API_CODES, CALL_STATUSES, COMMON_MESSAGE_CODES, DISCONNECT_REASONS, MESSAGE_STATUSES,
};
use super::{Family, Kind, Label};
use crate::domain::executions::counts::SECONDS;

/// The buckets of what should take seconds, or minutes at most.
const QUICK: &[u64] = &[5, 10, 15, 30, 45, 60, 120, 180, 300, 600, 1_800, 3_600];
/// The buckets of what takes minutes to a day.
const SLOW: &[u64] = &[60, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

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
/// Open incidents, by state.
pub const INCIDENTS: &Family = &family(
    "ringdown_incidents",
    Kind::Gauge,
    &[label("state", &["calling", "taken", "exhausted", "silenced"])],
    "Open incidents, by state.",
);
/// Time from the beginning of an incident to the first call that somebody answered.
pub const ANSWER_SECONDS: &Family = &family(
    "ringdown_answer_seconds",
    Kind::Histogram(QUICK),
    &[label("policy", &[])],
    "Time from the beginning of an incident to the first call that somebody answered.",
);
/// Time from the beginning of an incident until somebody took it.
pub const TAKE_SECONDS: &Family = &family(
    "ringdown_take_seconds",
    Kind::Histogram(QUICK),
    &[label("policy", &[])],
    "Time from the beginning of an incident until somebody took it.",
);
/// Time from the beginning of an incident to its end.
pub const RESOLVE_SECONDS: &Family = &family(
    "ringdown_resolve_seconds",
    Kind::Histogram(SLOW),
    &[label("policy", &[])],
    "Time from the beginning of an incident to its end.",
);
/// Calls to people about incidents, by outcome.
pub const CALLS: &Family = &family(
    "ringdown_calls",
    Kind::Counter,
    &[label(
        "outcome",
        &[
            "taken",
            "declined",
            "resolved",
            "too-late",
            "no-answer",
            "busy",
            "failed",
            "refused",
            "in-call",
            "voicemail",
            "hung-up",
            "canceled",
            "silent",
        ],
    )],
    "Calls to people about incidents, by outcome.",
);
/// Alarms that came in, by outcome.
pub const ALARMS: &Family = &family(
    "ringdown_alarms",
    Kind::Counter,
    &[label(
        "outcome",
        &["incident", "nothing", "silenced", "quiet", "ignored", "disabled", "dead-letter"],
    )],
    "Alarms that came in, by outcome.",
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
/// Events of Executions that name no Execution, no Flow or no step.
pub const FLOW_EVENTS_UNREADABLE: &Family = &family(
    "ringdown_flow_events_unreadable",
    Kind::Counter,
    &[],
    "Events of Studio Executions that name no Execution, Flow or step, and are left out of the live view.",
);
/// 1, with the name of each Flow. The other metrics of Flows have the SID alone as their label: a name that becomes known,
/// or changes, ends no series of theirs.
pub const FLOW_INFO: &Family = &family(
    "ringdown_flow_info",
    Kind::Gauge,
    &[label("flow", &[]), label("name", &[])],
    "1, with the SID and the name of a Studio Flow.",
);
/// Executions that began, by Flow.
pub const FLOW_EXECUTIONS_STARTED: &Family = &family(
    "ringdown_flow_executions_started",
    Kind::Counter,
    &[label("flow", &[])],
    "Executions of Studio Flows that began, by Flow.",
);
/// Executions that ended, by Flow and last widget.
pub const FLOW_EXECUTIONS_ENDED: &Family = &family(
    "ringdown_flow_executions_ended",
    Kind::Counter,
    &[label("flow", &[]), label("widget", &[])],
    "Executions of Studio Flows that are over, by Flow and by the last widget that was known.",
);
/// Executions that are stuck now, by Flow.
pub const FLOW_EXECUTIONS_STUCK: &Family = &family(
    "ringdown_flow_executions_stuck",
    Kind::Gauge,
    &[label("flow", &[])],
    "Executions that are in their widget for longer than it can last, by Flow.",
);
/// Whether a Flow has gone quiet, by Flow.
pub const FLOW_QUIET: &Family = &family(
    "ringdown_flow_quiet",
    Kind::Gauge,
    &[label("flow", &[])],
    "1 while nobody starts the Flow at an hour at which it usually is started, else 0.",
);
/// Durations of Executions, by Flow.
pub const FLOW_EXECUTION_SECONDS: &Family = &family(
    "ringdown_flow_execution_seconds",
    Kind::Histogram(SECONDS),
    &[label("flow", &[])],
    "Time from the beginning of an Execution to its end, by Flow.",
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
