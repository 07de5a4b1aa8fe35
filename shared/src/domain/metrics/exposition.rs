//! The metrics as Prometheus reads them: OpenMetrics 1.0, or its older text format.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, MetricEncoder, NoLabelSet, prometheus_text, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::catalogue::FAMILIES;
use super::{Family, Kind, Samples, Value};

/// A format of the exposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' text format 0.0.4.
    Text,
}

impl Format {
    /// The exact `Content-Type`: Prometheus 3 fails a scrape with another one.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Format::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// The format that a client wants, by its `Accept`: OpenMetrics if that names it, in version 1.0.0 or in none, with a
    /// weight above 0; otherwise text.
    pub fn wanted(accept: Option<&str>) -> Format {
        let wants = |range: &str| {
            let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
            let names_it = parts.next().as_deref() == Some("application/openmetrics-text");
            names_it
                && parts.all(|parameter| match parameter.split_once('=') {
                    Some(("version", version)) => version.trim_matches('"') == "1.0.0",
                    Some(("q", weight)) => {
                        weight.trim().parse().is_ok_and(|weight: f32| weight > 0.0)
                    }
                    _ => true,
                })
        };
        match accept.is_some_and(|accept| accept.split(',').any(wants)) {
            true => Format::OpenMetrics,
            false => Format::Text,
        }
    }
}

/// Writes all metrics of the catalogue with these values. A gauge or a histogram without a value has no series.
pub fn write(samples: impl Into<Arc<Samples>>, format: Format) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Exposition(samples.into())));
    let mut out = String::new();
    let written = match format {
        Format::OpenMetrics => text::encode(&mut out, &registry),
        Format::Text => prometheus_text::encode(&mut out, &registry),
    };
    // Writing to a String cannot fail.
    let _ = written;
    out
}

#[derive(Debug)]
struct Exposition(Arc<Samples>);

impl Collector for Exposition {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in FAMILIES {
            let series = self.0.series(family);
            if series.is_empty() {
                continue;
            }
            let (name, unit, kind) = described(family);
            let mut metric = encoder.encode_descriptor(name, family.help, unit.as_ref(), kind)?;
            for (values, value) in &series {
                let names = family.labels.iter().map(|label| label.name);
                let labels: Vec<(&str, &str)> =
                    names.zip(values.iter().map(String::as_str)).collect();
                match labels.is_empty() {
                    true => encode(&mut metric, value, family)?,
                    false => encode(&mut metric.encode_family(&labels)?, value, family)?,
                }
            }
        }
        Ok(())
    }
}

/// The library appends a unit to the name, and `_total` to a counter's.
fn described(family: &Family) -> (&'static str, Option<Unit>, MetricType) {
    match family.kind {
        Kind::Counter => (family.name, None, MetricType::Counter),
        Kind::Gauge => (family.name, None, MetricType::Gauge),
        Kind::Histogram(_) => {
            let name = family.name.strip_suffix("_seconds").unwrap_or(family.name);
            (name, Some(Unit::Seconds), MetricType::Histogram)
        }
    }
}

fn encode(encoder: &mut MetricEncoder<'_>, value: &Value, family: &Family) -> fmt::Result {
    match (value, family.kind) {
        (Value::Count(count), _) => encoder.encode_counter::<NoLabelSet, _, u64>(count, None),
        (Value::Gauge(value), _) => encoder.encode_gauge(value),
        (Value::Histogram(seen), Kind::Histogram(bounds)) => {
            let bounds = bounds.iter().map(|bound| *bound as f64).chain([f64::INFINITY]);
            let buckets: Vec<(f64, u64)> = bounds.zip(seen.buckets.iter().copied()).collect();
            let sum = seen.milliseconds as f64 / 1_000.0;
            encoder.encode_histogram::<NoLabelSet>(sum, seen.buckets.iter().sum(), &buckets, None)
        }
        (Value::Histogram(_), _) => Ok(()),
    }
}
