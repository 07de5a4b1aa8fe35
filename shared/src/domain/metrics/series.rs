//! The names of counters in the store: written, and read back.

use super::catalogue::FAMILIES;
use super::{Family, Kind};

/// Behind the name of a histogram: the counter of one bucket, …
pub(super) const BUCKET: &str = "_bucket";
/// … whose label says its upper bound, …
pub(super) const BOUND: &str = "le";
/// … that of the last bucket.
pub(super) const INFINITE: &str = "+Inf";
/// Behind the name of a histogram: the counter of the sum, in milliseconds.
pub(super) const SUM: &str = "_sum_milliseconds";

/// The parts of counters' names that a former version wrote, and what stands for them now.
const FORMER: [(&str, &str); 3] = [
    ("ringdown_alarms_total{became=", "ringdown_alarms_total{outcome="),
    ("ringdown_audit_mended_total{", "ringdown_reconciler_repaired_total{"),
    ("ringdown_dead_letters_total{", "ringdown_dead_letters_kept_total{"),
];

/// A counter's name as this version writes it: what was counted under a former one goes on under its new one.
pub fn current_name(name: String) -> String {
    FORMER.iter().fold(name, |name, (former, current)| name.replace(former, current))
}

/// The series of these labels.
pub(super) fn write<'a>(name: &str, labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let labels: Vec<String> =
        labels.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    match labels.is_empty() {
        true => name.to_owned(),
        false => format!("{name}{{{}}}", labels.join(",")),
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

/// The sample of a series that a counter of the store feeds.
#[derive(Debug, PartialEq, Eq)]
pub enum Counted {
    /// A counter's series.
    Counter,
    /// Observations in the bucket of this number, of a histogram.
    Bucket(usize),
    /// The sum of a histogram's observations, in milliseconds.
    Sum,
}

/// Reads a counter's name: its metric, the values of its labels, and what of it the counter is. `None` if it is none of
/// the catalogue's.
pub fn parse(series: &str) -> Option<(&'static Family, Vec<String>, Counted)> {
    let (name, labels) = match series.split_once('{') {
        Some((name, rest)) => (name, read_labels(rest.strip_suffix('}')?)?),
        None => (series, Vec::new()),
    };
    let of = |suffix: &str, is_histogram: bool| {
        let name = name.strip_suffix(suffix)?;
        FAMILIES.iter().copied().find(|family| {
            family.name == name
                && match family.kind {
                    Kind::Counter => !is_histogram,
                    Kind::Histogram(_) => is_histogram,
                    Kind::Gauge => false,
                }
        })
    };
    if let Some(family) = of("_total", false) {
        return Some((family, values(family, &labels)?, Counted::Counter));
    }
    if let Some(family) = of(SUM, true) {
        return Some((family, values(family, &labels)?, Counted::Sum));
    }
    let family = of(BUCKET, true)?;
    let ((name, bound), rest) = labels.split_last()?;
    let Kind::Histogram(bounds) = family.kind else { return None };
    let bucket = match bound.as_str() {
        INFINITE => bounds.len(),
        bound => bounds.iter().position(|known| known.to_string() == bound)?,
    };
    (name == BOUND).then_some(())?;
    Some((family, values(family, rest)?, Counted::Bucket(bucket)))
}

/// The values of these labels, if they are a family's, in its order.
fn values(family: &Family, labels: &[(String, String)]) -> Option<Vec<String>> {
    let same = family.labels.iter().map(|label| label.name).eq(labels.iter().map(|(name, _)| name));
    same.then(|| labels.iter().map(|(_, value)| value.clone()).collect())
}

/// The labels between the braces.
fn read_labels(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut labels = Vec::new();
    while !rest.is_empty() {
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, behind) = unescaped(quoted)?;
        labels.push((name.to_owned(), value));
        rest = match behind.strip_prefix(',') {
            Some(next) => next,
            None if behind.is_empty() => behind,
            None => return None,
        };
    }
    Some(labels)
}

/// A value up to its closing quote, and what stands behind that.
fn unescaped(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}
