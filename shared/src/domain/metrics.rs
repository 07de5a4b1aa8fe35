//! The metrics: which there are ([`catalogue`]), the words that their labels may hold ([`vocabulary`]), how a counter is
//! named in the store, what an incident's change counts ([`incidents`]), and how all of them are written for Prometheus
//! ([`exposition`]).
//!
//! A counter is kept under the name of its series, as Prometheus writes it: `twilio_messages_failed_total{error_code="30003"}`.
//! A histogram is kept as one counter for each of its buckets, which counts its own observations alone, and one for the sum.

pub mod catalogue;
pub mod exposition;
pub mod incidents;
mod samples;
mod series;
#[cfg(test)]
mod tests;
pub mod vocabulary;

use jiff::SignedDuration;

pub use samples::{Observations, Samples, Value};
pub use series::{Counted, current_name, parse};

/// One metric with all its series.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name, without the `_total` of a counter. That of a histogram ends in its unit, `_seconds`.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// One sentence about it, without a quote, a backslash or a line break.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [Label],
}

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It is as it stands now.
    Gauge,
    /// Durations, by these upper bounds of its buckets, in seconds. (The last one, +Inf, is not named.)
    Histogram(&'static [u64]),
}

/// A label of a metric.
#[derive(Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// The values that are always shown, at 0 if nothing was counted: `increase()` does not see a counter that is born
    /// at 1.
    pub always: &'static [&'static str],
}

impl Family {
    /// The name of a counter in the store: that of the series with these values of its labels, in their order.
    pub fn series(&self, values: &[&str]) -> String {
        let suffix = if self.kind == Kind::Counter { "_total" } else { "" };
        let labels = self.labels.iter().map(|label| label.name).zip(values.iter().copied());
        series::write(&format!("{}{suffix}", self.name), labels)
    }

    /// The counters in the store that note one observation of a histogram: that of its bucket, and the sum. A negative
    /// duration counts as none at all.
    pub fn observed(&self, values: &[&str], duration: SignedDuration) -> [(String, u64); 2] {
        let Kind::Histogram(bounds) = self.kind else { return Default::default() };
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or_default();
        let bound = bounds.iter().find(|bound| milliseconds <= **bound * 1_000);
        let bound = bound.map_or(series::INFINITE.to_owned(), u64::to_string);
        let labels = || self.labels.iter().map(|label| label.name).zip(values.iter().copied());
        let bucket = labels().chain([(series::BOUND, bound.as_str())]);
        [
            (series::write(&format!("{}{}", self.name, series::BUCKET), bucket), 1),
            (series::write(&format!("{}{}", self.name, series::SUM), labels()), milliseconds),
        ]
    }

    /// The values of the labels of all series that are always shown.
    pub fn always(&self) -> Vec<Vec<&'static str>> {
        self.labels.iter().fold(vec![Vec::new()], |all, label| {
            let longer = |values: &Vec<&'static str>| {
                let values = values.clone();
                label.always.iter().map(move |value| {
                    let mut longer = values.clone();
                    longer.push(*value);
                    longer
                })
            };
            all.iter().flat_map(longer).collect()
        })
    }
}
