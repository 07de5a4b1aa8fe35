//! The counts of a Flow within a span of time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domain::executions::counts::CountName;
use crate::domain::executions::{ENDED, HANG_UP};

/// The events of a widget that has failed.
const FAILURES: [&str; 10] = [
    "failed",
    "fail",
    "failure",
    "deliveryFailure",
    "failedToEnqueue",
    "callFailure",
    "maxFailedAttempts",
    "providerError",
    "validationError",
    "payInterrupted",
];

/// Whether a step with this event tells of a failure.
pub fn is_failure(event: &str) -> bool {
    FAILURES.contains(&event)
}

/// The span of time that counts are of. Hours and days are those of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountSpan {
    /// This hour, and the one before.
    Hour,
    /// This day.
    #[default]
    Day,
    /// This day, and the six before.
    Week,
    /// This day, and the 29 before.
    Month,
}

impl CountSpan {
    /// The span of this name: `hour`, `day`, `week`, `month`; the day for any other.
    pub fn of(name: &str) -> CountSpan {
        match name {
            "hour" => CountSpan::Hour,
            "week" => CountSpan::Week,
            "month" => CountSpan::Month,
            _ => CountSpan::Day,
        }
    }

    /// When it begins.
    pub fn since(self, now: Timestamp) -> Timestamp {
        let zoned = now.to_zoned(TimeZone::UTC);
        let (unit, back) = match self {
            CountSpan::Hour => (jiff::Unit::Hour, jiff::Span::new().hours(1)),
            CountSpan::Day => (jiff::Unit::Day, jiff::Span::new()),
            CountSpan::Week => (jiff::Unit::Day, jiff::Span::new().days(6)),
            CountSpan::Month => (jiff::Unit::Day, jiff::Span::new().days(29)),
        };
        let rounding = jiff::ZonedRound::new().smallest(unit).mode(jiff::RoundMode::Trunc);
        let begun = zoned.round(rounding).and_then(|begun| begun.checked_sub(back));
        begun.map_or(now, |begun| begun.timestamp())
    }
}

/// The counts of a Flow.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlowCounts {
    /// The span.
    pub span: CountSpan,
    /// When it began.
    pub since: Timestamp,
    /// Executions that began.
    pub started: u64,
    /// Executions that ended.
    pub ended: u64,
    /// Steps that tell of a failure.
    pub failed: u64,
    /// The ways from widget to widget, the busiest first.
    pub edges: Vec<EdgeCount>,
    /// The widgets, by name.
    pub widgets: BTreeMap<String, WidgetCount>,
}

/// The counts of a way from one widget to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EdgeCount {
    /// The widget that was left.
    pub from: String,
    /// The event.
    pub event: String,
    /// The widget that came next.
    pub to: String,
    /// The number of steps.
    pub count: u64,
    /// Of all steps that left the widget, how many of a hundred went this way.
    pub percent: f64,
}

/// The counts of a widget.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WidgetCount {
    /// Steps that led to it.
    pub arrived: u64,
    /// Steps that left it.
    pub left: u64,
    /// How often one came to it for each hundred Executions that began; `None` if none did. A loop makes it more than 100.
    pub percent: Option<f64>,
    /// Steps of it in which somebody hung up.
    pub hang_ups: u64,
    /// Steps of it that tell of a failure.
    pub failed: u64,
    /// Executions that it ended.
    pub ended: u64,
}

impl WidgetCount {
    /// How many came to it while `now` are in it: at least as many as left it or still are there, should a step be missing
    /// that led to it.
    pub fn came(&self, now: u64) -> u64 {
        self.arrived.max(self.left.saturating_add(now))
    }
}

impl FlowCounts {
    /// Reads these counters by their names.
    pub fn of(span: CountSpan, since: Timestamp, counters: &BTreeMap<String, u64>) -> FlowCounts {
        let (mut started, mut ended, mut failed) = (0, 0, 0);
        let mut edges: Vec<EdgeCount> = Vec::new();
        let mut widgets: BTreeMap<String, WidgetCount> = BTreeMap::new();
        for (name, count) in counters {
            let (from, event, to) = match CountName::read(name) {
                Some(CountName::Started) => {
                    started = *count;
                    continue;
                }
                Some(CountName::Ended) => {
                    ended = *count;
                    continue;
                }
                Some(CountName::Edge { from, event, to }) => (from, event, to),
                _ => continue,
            };
            let has_failed = if is_failure(&event) { *count } else { 0 };
            failed += has_failed;
            widgets.entry(to.clone()).or_default().arrived += count;
            let left = widgets.entry(from.clone()).or_default();
            left.left += count;
            left.failed += has_failed;
            left.hang_ups += if event == HANG_UP { *count } else { 0 };
            left.ended += if to == ENDED { *count } else { 0 };
            edges.push(EdgeCount { from, event, to, count: *count, percent: 0.0 });
        }
        for edge in &mut edges {
            let left = widgets.get(&edge.from).map_or(0, |widget| widget.left);
            edge.percent = percent(edge.count, left).unwrap_or_default();
        }
        for widget in widgets.values_mut() {
            widget.percent = percent(widget.came(0), started);
        }
        edges.sort_by(|one, other| {
            let names = |edge: &EdgeCount| (edge.from.clone(), edge.event.clone(), edge.to.clone());
            other.count.cmp(&one.count).then_with(|| names(one).cmp(&names(other)))
        });
        FlowCounts { span, since, started, ended, failed, edges, widgets }
    }

    /// The ways to the end, the busiest first.
    pub fn ends(&self) -> impl Iterator<Item = &EdgeCount> {
        self.edges.iter().filter(|edge| edge.to == ENDED)
    }
}

fn percent(count: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| count as f64 * 100.0 / of as f64)
}
