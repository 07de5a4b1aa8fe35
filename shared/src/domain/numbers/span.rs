//! The spans of time that figures are of, and their parts.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;

use crate::domain::schedule::instant;

/// A span of time that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    /// An hour, in quarters.
    Hour,
    /// A day, in hours.
    Day,
    /// 30 days.
    Month,
}

const QUARTER: SignedDuration = SignedDuration::from_mins(15);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Span; 3] = [Span::Hour, Span::Day, Span::Month];

    /// Its name in addresses and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Span::Hour => "hour",
            Span::Day => "day",
            Span::Month => "month",
        }
    }

    /// The span of this name.
    pub fn named(name: &str) -> Option<Span> {
        Span::ALL.into_iter().find(|span| span.name() == name)
    }

    /// When its parts begin, the oldest first: at full quarters, at full hours, or at midnight in this zone (at the hour
    /// before, where midnight is at no full hour of UTC). The last one is under way; with the others the span is as long
    /// as its name says.
    pub fn beginnings(self, zone: &TimeZone, now: Timestamp) -> Vec<Timestamp> {
        let equal = |part: SignedDuration, count: i32| {
            let last = floor(now, part);
            (0..=count).rev().filter_map(move |back| last.checked_sub(part * back).ok()).collect()
        };
        match self {
            Span::Hour => equal(QUARTER, 4),
            Span::Day => equal(HOUR, 24),
            Span::Month => midnights(zone, now),
        }
    }
}

fn midnights(zone: &TimeZone, now: Timestamp) -> Vec<Timestamp> {
    let today = zone.to_datetime(now).date();
    let midnight = |back: i32| {
        let date = today.checked_sub(back.days()).ok()?;
        Some(hour_of(instant(zone, date.to_datetime(Time::midnight()))))
    };
    (0..=30).rev().filter_map(midnight).collect()
}

/// When the quarter of an hour began that this moment is in: counters are kept as they stand then.
pub fn quarter_of(at: Timestamp) -> Timestamp {
    floor(at, QUARTER)
}

/// When the hour began that this moment is in.
pub fn hour_of(at: Timestamp) -> Timestamp {
    floor(at, HOUR)
}

/// The last full `part` before this moment, or this moment.
fn floor(at: Timestamp, part: SignedDuration) -> Timestamp {
    let seconds = at.as_second() - at.as_second().rem_euclid(part.as_secs().max(1));
    Timestamp::from_second(seconds).unwrap_or(at)
}
