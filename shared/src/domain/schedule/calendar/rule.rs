//! RRULE (RFC 5545, 3.3.10): how an event repeats, by days, weeks, months and years.

mod expand;
mod parse;
mod period;

pub(super) use expand::Budget;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::stamp::Stamp;

/// How an event repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    every: Every,
    /// Every so many days, weeks, months or years.
    interval: i64,
    /// In these months only.
    months: Vec<i16>,
    /// In these weeks of the year; -1 is the last one.
    weeks: Vec<i16>,
    /// On these days of the year.
    year_days: Vec<i16>,
    /// On these days of the month.
    month_days: Vec<i16>,
    /// On these days of the week: each of them (0), or the so manieth of the month or year.
    days: Vec<(i16, Weekday)>,
    hours: Vec<i8>,
    minutes: Vec<i8>,
    /// Only these of each period's, counted from its beginning or its end.
    positions: Vec<i16>,
    /// What a week begins with.
    week_starts: Weekday,
    count: Option<u64>,
    until: Option<Until>,
    /// The last one that counts, as [`Rule::bound`] found it.
    last: Option<DateTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Until {
    /// The last day.
    Date(Date),
    /// The last moment that one may begin, and how it is written.
    At(Timestamp, Stamp),
}

impl Rule {
    /// How many it means in so many days, at most.
    pub(super) fn at_most(&self, days: u64) -> u64 {
        let (period, most) = match self.every {
            Every::Day => (1, 1),
            Every::Week => (7, self.days.len().max(1)),
            Every::Month if self.names_no_days() => (28, 1),
            Every::Month => (28, 31),
            Every::Year if self.names_no_days() => (365, self.months.len().max(1)),
            Every::Year => (365, 366),
        };
        let times = self.hours.len().max(1) * self.minutes.len().max(1);
        let most = match self.positions.len() {
            0 => most * times,
            positions => positions.min(most * times),
        };
        let periods = days / (period * self.interval.unsigned_abs().max(1)) + 2;
        periods.saturating_mul(most as u64)
    }

    /// How many days of a year are looked at to know which it means, at most.
    pub(super) fn days_of_a_year(&self) -> u64 {
        match self.months.len() {
            0 => 366,
            months => 31 * months as u64 + 12,
        }
    }

    /// Lets an UNTIL be a day, as it is for an event of whole days of this zone.
    pub(super) fn ends_with_a_day(&mut self, zone: &TimeZone) {
        if let Some(Until::At(_, written)) = &self.until {
            self.until = Some(Until::Date(written.day_in(zone)));
        }
    }

    /// The last day on which one may begin, in any zone; `None` if it goes on for ever.
    pub(super) fn last_day(&self) -> Option<Date> {
        let until = match &self.until {
            None => None,
            Some(Until::Date(last)) => Some(*last),
            Some(Until::At(_, written)) => written.local.date().checked_add(2.days()).ok(),
        };
        let last = self.last.map(DateTime::date);
        until.into_iter().chain(last).min()
    }

    /// Whether one that begins then still counts.
    pub(super) fn goes_on(&self, local: DateTime, begins: Timestamp) -> bool {
        let until = match &self.until {
            None => true,
            Some(Until::Date(last)) => local.date() <= *last,
            Some(Until::At(last, _)) => begins <= *last,
        };
        until && self.last.is_none_or(|last| local <= last)
    }
}

#[cfg(test)]
mod tests;
