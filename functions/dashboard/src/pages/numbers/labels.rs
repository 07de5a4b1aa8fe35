//! The words around the figures: since when, and the names of a span's parts. Pure.

use form_urlencoded::Serializer;
use serde::Serialize;
use shared::Timestamp;
use shared::domain::numbers::{Numbers, Span};
use shared::domain::text::span;

use crate::pages::markup::thousands;

/// The words of the page about its span.
#[derive(Debug, Serialize)]
pub(super) struct SpanLabels {
    /// Its name: `month`.
    span: &'static str,
    /// How long it is: `1 h 7 min`.
    length: String,
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

impl SpanLabels {
    /// The words for these figures.
    pub(super) fn of(numbers: &Numbers, zone: Option<&str>) -> SpanLabels {
        let part = match numbers.span {
            Span::Hour => "quarter of an hour",
            Span::Day => "hour",
            Span::Month => "day",
        };
        let format = if numbers.span == Span::Month { "%-d %b" } else { "%H:%M" };
        let moment = |at: Timestamp| local(at, numbers, "%a %-d %b %Y, %H:%M");
        SpanLabels {
            span: numbers.span.name(),
            length: length(numbers),
            part,
            from: moment(numbers.from),
            until: moment(numbers.until),
            zone: numbers.time_zone.clone(),
            night: numbers.night,
            counted_since: numbers.delivery.counted_since.map(moment),
            incidents_since: numbers.incidents_since.map(moment),
            labels: numbers.bars.iter().map(|bar| local(bar.from, numbers, format)).collect(),
            json: format!("{}&format=json", path(numbers.span, zone)),
        }
    }
}

/// The page of a span, by the clock of the same zone if one was asked for.
pub(super) fn path(span: Span, zone: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("span", span.name());
    if let Some(zone) = zone {
        query.append_pair("zone", zone);
    }
    format!("/numbers?{}", query.finish())
}

/// How long the span is. A day is no day, but so many hours: it is a little longer.
fn length(numbers: &Numbers) -> String {
    let seconds = numbers.until.duration_since(numbers.from).as_secs();
    match numbers.span {
        Span::Hour | Span::Day => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        Span::Month => span(seconds),
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
