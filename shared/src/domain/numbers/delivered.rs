//! Messages and calls by their end, from counters that only grow: what was delivered in a span is the difference of two.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::Counts;
use crate::domain::metrics::catalogue::{
    CALLS_COMPLETED, CALLS_FAILED, MESSAGES_DELIVERED, MESSAGES_FAILED,
};
use crate::domain::metrics::{Counted, parse};

/// How many causes are named.
const MAX_CAUSES: usize = 8;

/// The messages and calls that have been delivered and that have failed, in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    messages: u64,
    calls: u64,
    messages_failed: BTreeMap<String, u64>,
    calls_failed: BTreeMap<String, u64>,
}

impl Delivered {
    /// Reads these counters by their names.
    pub fn of<'a>(counters: impl IntoIterator<Item = (&'a String, &'a u64)>) -> Delivered {
        let mut delivered = Delivered::default();
        for (name, count) in counters {
            let Some((family, mut labels, Counted::Counter)) = parse(name) else { continue };
            let label = labels.pop().unwrap_or_default();
            let counter = match family.name {
                name if name == MESSAGES_DELIVERED.name => &mut delivered.messages,
                name if name == CALLS_COMPLETED.name => &mut delivered.calls,
                name if name == MESSAGES_FAILED.name => {
                    delivered.messages_failed.entry(label).or_default()
                }
                name if name == CALLS_FAILED.name => {
                    delivered.calls_failed.entry(label).or_default()
                }
                _ => continue,
            };
            *counter = counter.saturating_add(*count);
        }
        delivered
    }

    /// The deliveries since then. A counter that has fallen (the data are new) says nothing.
    #[must_use]
    pub fn since(&self, before: &Delivered) -> Delivered {
        Delivered {
            messages: self.messages.saturating_sub(before.messages),
            calls: self.calls.saturating_sub(before.calls),
            messages_failed: difference(&self.messages_failed, &before.messages_failed),
            calls_failed: difference(&self.calls_failed, &before.calls_failed),
        }
    }

    /// Without the causes.
    pub fn counts(&self) -> Counts {
        Counts {
            messages_delivered: self.messages,
            messages_failed: sum(&self.messages_failed),
            calls_completed: self.calls,
            calls_failed: sum(&self.calls_failed),
        }
    }
}

/// The deliveries in all, at several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// At the beginning of each part of a span, …
    pub at_beginnings: Vec<Delivered>,
    /// … and now.
    pub now: Delivered,
    /// Since when anything is known, if not since the first beginning.
    pub since: Option<Timestamp>,
}

impl Readings {
    /// The deliveries in each part of the span.
    pub(super) fn by_bar(&self) -> impl Iterator<Item = Counts> {
        let later = self.at_beginnings.iter().skip(1).chain([&self.now]);
        self.at_beginnings.iter().zip(later).map(|(before, after)| after.since(before).counts())
    }

    /// The deliveries in all of it.
    pub(super) fn all(&self) -> Delivery {
        let first = self.at_beginnings.first().unwrap_or(&self.now);
        Delivery::of(&self.now.since(first), self.since)
    }
}

fn difference(
    after: &BTreeMap<String, u64>,
    before: &BTreeMap<String, u64>,
) -> BTreeMap<String, u64> {
    let since = |(cause, count): (&String, &u64)| {
        let count = count.saturating_sub(before.get(cause).copied().unwrap_or_default());
        (count > 0).then(|| (cause.clone(), count))
    };
    after.iter().filter_map(since).collect()
}

fn sum(counts: &BTreeMap<String, u64>) -> u64 {
    counts.values().fold(0, |sum, count| sum.saturating_add(*count))
}

/// The deliveries in a span.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// Since when that is known, if not since the span's beginning.
    pub counted_since: Option<Timestamp>,
    /// The sums.
    #[serde(flatten)]
    pub counts: Counts,
    /// Of a hundred messages that have an end, so many were delivered; rounded down to a tenth.
    pub messages_delivered_percent: Option<f64>,
    /// Of a hundred calls that have an end, so many were completed; rounded down to a tenth.
    pub calls_completed_percent: Option<f64>,
    /// The most common error codes of messages.
    pub messages_failed_by_code: Vec<NamedCount>,
    /// The most common reasons why calls were not completed.
    pub calls_failed_by_reason: Vec<NamedCount>,
}

/// How often something was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedCount {
    /// Its name.
    pub name: String,
    /// How often.
    pub count: u64,
}

impl Delivery {
    fn of(delivered: &Delivered, counted_since: Option<Timestamp>) -> Delivery {
        let counts = delivered.counts();
        Delivery {
            counted_since,
            messages_delivered_percent: percent(counts.messages_delivered, counts.messages_failed),
            calls_completed_percent: percent(counts.calls_completed, counts.calls_failed),
            messages_failed_by_code: most(&delivered.messages_failed),
            calls_failed_by_reason: most(&delivered.calls_failed),
            counts,
        }
    }
}

/// How many of a hundred were good, rounded down to a tenth: what failed once is never 100.
fn percent(good: u64, bad: u64) -> Option<f64> {
    let all = u128::from(good) + u128::from(bad);
    let tenths = (u128::from(good) * 1_000).checked_div(all)?;
    u32::try_from(tenths).ok().map(|tenths| f64::from(tenths) / 10.0)
}

fn most(counts: &BTreeMap<String, u64>) -> Vec<NamedCount> {
    let named = |(name, count): (&String, &u64)| NamedCount { name: name.clone(), count: *count };
    let mut all: Vec<NamedCount> = counts.iter().map(named).collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    all.truncate(MAX_CAUSES);
    all
}
