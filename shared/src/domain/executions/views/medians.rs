//! How long Executions are in each widget.

use std::collections::BTreeMap;

use serde::Serialize;

use super::execution::step_views;
use crate::domain::executions::record::RecordedExecution;

/// The median of the times in one widget.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MedianSeconds {
    /// The median, in seconds.
    pub seconds: f64,
    /// The number of times that it is of.
    pub of: usize,
}

/// The median time in each widget. Times before which a step is missing are left out, and those of subflows.
pub fn medians<'a>(
    executions: impl IntoIterator<Item = &'a RecordedExecution>,
) -> BTreeMap<String, MedianSeconds> {
    let mut times: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for execution in executions {
        let steps = step_views(execution).into_iter().filter(|step| step.parent.is_none());
        for step in steps {
            if let Some(milliseconds) = step.milliseconds {
                times.entry(step.from).or_default().push(milliseconds);
            }
        }
    }
    let median = |mut times: Vec<i64>| {
        times.sort_unstable();
        let (of, middle) = (times.len(), times.len() / 2);
        let upper = times.get(middle).copied().unwrap_or_default();
        let lower = if of % 2 == 0 { times.get(middle.wrapping_sub(1)).copied() } else { None };
        let milliseconds = lower.map_or(upper, |lower| lower.midpoint(upper));
        MedianSeconds { seconds: milliseconds as f64 / 1_000.0, of }
    };
    times.into_iter().map(|(widget, times)| (widget, median(times))).collect()
}
