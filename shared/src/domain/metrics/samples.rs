//! The values of all series at one moment.

use std::collections::BTreeMap;

use super::series::{Counted, parse};
use super::{Family, Kind};

/// The observations of one series of a histogram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observations {
    /// How many lie in each bucket, those of the one before not counted again; the last is +Inf.
    pub buckets: Vec<u64>,
    /// Their sum, in milliseconds.
    pub milliseconds: u64,
}

/// The value of one series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Of a counter.
    Count(u64),
    /// Of a gauge.
    Gauge(i64),
    /// Of a histogram.
    Histogram(Observations),
}

/// The values of series, by metric and by the values of its labels.
#[derive(Clone, Debug, Default)]
pub struct Samples(BTreeMap<&'static str, BTreeMap<Vec<String>, Value>>);

impl Samples {
    /// The counters of the store, by name. Those that the catalogue does not name are left out.
    pub fn of_counters(counters: BTreeMap<String, u64>) -> Samples {
        let mut samples = Samples::default();
        for (name, count) in counters {
            if let Some((family, values, counted)) = parse(&name) {
                samples.add(family, values, counted, count);
            }
        }
        samples
    }

    /// Adds to a counter, for what is counted in this process alone.
    pub fn count(&mut self, family: &'static Family, values: &[&str], count: u64) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.add(family, values, Counted::Counter, count);
    }

    /// Shows a histogram with these values of its labels even if nothing was observed yet.
    pub fn show_histogram(&mut self, family: &'static Family, values: &[&str]) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.add(family, values, Counted::Sum, 0);
    }

    /// Adds observations of a histogram that were counted elsewhere, bucket by bucket.
    pub fn add_observations(
        &mut self,
        family: &'static Family,
        values: &[&str],
        observations: &Observations,
    ) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        for (bucket, count) in observations.buckets.iter().enumerate() {
            self.add(family, values.clone(), Counted::Bucket(bucket), *count);
        }
        self.add(family, values, Counted::Sum, observations.milliseconds);
    }

    fn add(&mut self, family: &'static Family, values: Vec<String>, counted: Counted, count: u64) {
        let series = self.0.entry(family.name).or_default();
        match (family.kind, counted) {
            (Kind::Counter, _) => {
                if let Value::Count(sum) = series.entry(values).or_insert(Value::Count(0)) {
                    *sum = sum.saturating_add(count);
                }
            }
            (Kind::Histogram(bounds), counted) => {
                let none = || {
                    Value::Histogram(Observations {
                        buckets: vec![0; bounds.len() + 1],
                        milliseconds: 0,
                    })
                };
                let Value::Histogram(seen) = series.entry(values).or_insert_with(none) else {
                    return;
                };
                let counter = match counted {
                    Counted::Bucket(bucket) => seen.buckets.get_mut(bucket),
                    _ => Some(&mut seen.milliseconds),
                };
                if let Some(counter) = counter {
                    *counter = counter.saturating_add(count);
                }
            }
            (Kind::Gauge, _) => {}
        }
    }

    /// Sets a gauge.
    pub fn gauge(&mut self, family: &'static Family, values: &[&str], value: i64) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.0.entry(family.name).or_default().insert(values, Value::Gauge(value));
    }

    /// The series of a metric: those that have a value, and those that are always shown.
    pub fn series(&self, family: &Family) -> BTreeMap<Vec<String>, Value> {
        let mut series = self.0.get(family.name).cloned().unwrap_or_default();
        if family.kind == Kind::Counter {
            for values in family.always() {
                let values = values.into_iter().map(str::to_owned).collect();
                series.entry(values).or_insert(Value::Count(0));
            }
        }
        series
    }
}
