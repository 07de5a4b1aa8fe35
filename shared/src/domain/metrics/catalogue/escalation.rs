//! The metrics of incidents, of the calls about them, and of the alarms that come in.

use super::{family, label};
use crate::domain::metrics::{Family, Kind};

/// The buckets of what should take seconds, or minutes at most.
const QUICK: &[u64] = &[5, 10, 15, 30, 45, 60, 120, 180, 300, 600, 1_800, 3_600];
/// The buckets of what takes minutes to a day.
const SLOW: &[u64] = &[60, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

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
