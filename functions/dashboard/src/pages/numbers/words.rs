//! The words around the figures: since when, and the names of a span's parts. Pure.

use serde::Serialize;
use shared::Timestamp;
use shared::domain::numbers::{Numbers, Span};

use crate::pages::markup::thousands;

/// What the page says of its span.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    /// `the last 30 days`
    span: &'static str,
    /// A part of it: `day`.
    part: &'static str,
    /// Since when, by the clock of the zone.
    from: String,
    /// Until when.
    until: String,
    zone: String,
    night: [&'static str; 2],
    /// Since when counters are known, if not from the beginning.
    counted_since: Option<String>,
    /// Since when incidents are counted, if there were too many.
    incidents_since: Option<String>,
    /// The names of the parts.
    pub(super) labels: Vec<String>,
    json: String,
}

impl Words {
    /// The words for these figures.
    pub(super) fn of(numbers: &Numbers) -> Words {
        let (span, part) = match numbers.span {
            Span::Hour => ("the last hour", "quarter of an hour"),
            Span::Day => ("the last 24 hours", "hour"),
            Span::Month => ("the last 30 days", "day"),
        };
        let format = if numbers.span == Span::Month { "%-d %b" } else { "%H:%M" };
        let moment = |at: Timestamp| local(at, numbers, "%a %-d %b %Y, %H:%M");
        Words {
            span,
            part,
            from: moment(numbers.from),
            until: moment(numbers.until),
            zone: numbers.time_zone.clone(),
            night: numbers.night,
            counted_since: numbers.delivery.counted_since.map(moment),
            incidents_since: numbers.incidents_since.map(moment),
            labels: numbers.bars.iter().map(|bar| local(bar.from, numbers, format)).collect(),
            json: format!("/numbers?span={}&format=json", numbers.span.name()),
        }
    }
}

/// A moment by the clock of the zone.
fn local(at: Timestamp, numbers: &Numbers, format: &str) -> String {
    match at.in_tz(&numbers.time_zone) {
        Ok(zoned) => zoned.strftime(format).to_string(),
        Err(_) => at.strftime(format).to_string(),
    }
}

/// A number with its thousands apart, of what there cannot be very many of.
pub(super) fn counted(number: usize) -> String {
    thousands(number as u64)
}
