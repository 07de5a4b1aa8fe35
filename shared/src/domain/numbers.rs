//! The figures of the last hour, day or 30 days: what was delivered, how fast people were, which alarms went off most, and
//! who was called. Pure: incidents and counters in, [`Numbers`] out, whose names in JSON stay.
//!
//! 1. [`Span`]: which time, and its bars. [`Clocks`]: by whose clock a call came at night.
//! 2. [`IncidentTotals`]: incidents, one after the other. [`Times`]: a median and a 90th percentile.
//! 3. [`Readings`]: messages and calls, from counters that only grow.

mod clocks;
mod delivered;
mod incidents;
mod span;
#[cfg(test)]
mod tests;
mod times;

use jiff::Timestamp;
use serde::Serialize;

pub use clocks::{Clocks, NIGHT};
pub use delivered::{Delivered, Delivery, NamedCount, Readings};
pub use incidents::{AlarmFigures, IncidentFigures, IncidentTotals, PersonFigures};
pub use span::{Span, hour_of, quarter_of};
pub use times::Times;

/// The figures of a span of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbers {
    /// Which span was asked for.
    pub span: Span,
    /// When it begins: at the full quarter of an hour, hour or day, so it is a little longer than its name says, …
    pub from: Timestamp,
    /// … and ends: now.
    pub until: Timestamp,
    /// The zone whose days are counted: an IANA name.
    pub time_zone: String,
    /// When a night begins and ends, by a person's clock.
    pub night: [&'static str; 2],
    /// Messages and calls of the whole account.
    pub delivery: Delivery,
    /// Incidents that began in this span.
    pub incidents: IncidentFigures,
    /// Those of their alarms that went off most, the noisiest first.
    pub alarms: Vec<AlarmFigures>,
    /// The people who were called for them, whoever was called most first.
    pub people: Vec<PersonFigures>,
    /// The parts of the span, the oldest first; the last one goes on.
    pub bars: Vec<Bar>,
    /// The incidents that began before this time were too many to be counted.
    pub incidents_since: Option<Timestamp>,
}

/// A part of the span.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// When it begins, …
    pub from: Timestamp,
    /// … and ends.
    pub until: Timestamp,
    /// The deliveries in it.
    #[serde(flatten)]
    pub delivered: Counts,
    /// The incidents that began in it.
    pub incidents: usize,
}

/// Messages and calls by their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Messages delivered, …
    pub messages_delivered: u64,
    /// … and those that failed or were not delivered.
    pub messages_failed: u64,
    /// Calls that were answered and are over, …
    pub calls_completed: u64,
    /// … and those that ended otherwise.
    pub calls_failed: u64,
}

impl Numbers {
    /// The figures of a span whose parts begin at these times, until `now`.
    pub fn of(
        span: Span,
        (beginnings, now): (&[Timestamp], Timestamp),
        readings: &Readings,
        totals: IncidentTotals,
        clocks: &Clocks,
    ) -> Numbers {
        let ends = beginnings.iter().skip(1).chain([&now]);
        let counted = readings.by_bar().zip(totals.by_bar(beginnings));
        let bars = beginnings.iter().zip(ends).zip(counted);
        let bars = bars.map(|((from, until), (delivered, incidents))| Bar {
            from: *from,
            until: *until,
            delivered,
            incidents,
        });
        Numbers {
            span,
            from: beginnings.first().copied().unwrap_or(now),
            until: now,
            time_zone: clocks.days_in().to_owned(),
            night: NIGHT,
            delivery: readings.all(),
            bars: bars.collect(),
            incidents_since: totals.since(),
            alarms: totals.alarms(),
            people: totals.people(clocks),
            incidents: totals.figures(),
        }
    }
}
