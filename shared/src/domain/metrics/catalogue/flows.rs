//! The metrics of Studio Flows and their Executions.

use super::{family, label};
use crate::domain::executions::counts::SECONDS;
use crate::domain::metrics::{Family, Kind};

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
