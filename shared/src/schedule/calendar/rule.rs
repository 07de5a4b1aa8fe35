//! RRULE (RFC 5545, 3.3.10), as far as it goes by days and weeks: a rota needs no more.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::schedule::rotation::{days_between, plus_days};

/// What an event repeats by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    every: Every,
    /// Every so many days or weeks.
    interval: i64,
    /// On these days only; none is all of them, or in a week that of the first event.
    days: Vec<Weekday>,
    /// What a week begins with: matters if only every second one counts.
    week_starts: Weekday,
    /// So many times in all.
    count: Option<u32>,
    until: Option<Until>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Day,
    Week,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Until {
    /// The last day.
    Date(Date),
    /// The last moment that one may begin.
    At(Timestamp),
}

/// What is expected of a rule.
const EXPECTED: &str =
    "expected FREQ=DAILY or FREQ=WEEKLY with INTERVAL, COUNT, UNTIL, BYDAY and WKST alone";

impl Rule {
    /// Reads it, for an event of this zone. The error says what is wrong, and what was expected.
    pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Rule, String> {
        let mut every = None;
        let (mut interval, mut count, mut until) = (1, None, None);
        let (mut days, mut week_starts) = (Vec::new(), Weekday::Monday);
        let text = text.trim().to_ascii_uppercase();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let wrong = || format!("{part:?} cannot be read, {EXPECTED}");
            match name {
                "FREQ" => {
                    every = Some(match value {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        _ => return Err(wrong()),
                    });
                }
                "INTERVAL" => interval = number(value, 1_000).ok_or_else(wrong)?,
                "COUNT" => count = Some(number(value, 10_000).ok_or_else(wrong)?),
                "UNTIL" => until = Some(Until::parse(value, zone).ok_or_else(wrong)?),
                "WKST" => week_starts = weekday(value).ok_or_else(wrong)?,
                "BYDAY" => {
                    let read: Option<Vec<Weekday>> = value.split(',').map(weekday).collect();
                    days = read.ok_or_else(wrong)?;
                }
                _ => return Err(wrong()),
            }
        }
        let every = every.ok_or_else(|| format!("has no FREQ, {EXPECTED}"))?;
        Ok(Rule { every, interval: i64::from(interval), days, week_starts, count, until })
    }

    /// The dates of an event that is on this date first, those from a day until another, that one included.
    pub(super) fn dates(&self, first: Date, from: Date, until: Date) -> Vec<Date> {
        let (base, step) = match self.every {
            Every::Day => (first, self.interval),
            Every::Week => {
                let back = i64::from(self.week_starts.until(first.weekday()));
                (plus_days(first, -back).unwrap_or(first), 7 * self.interval)
            }
        };
        // What is counted is counted from the beginning.
        let skip = if self.count.is_some() { 0 } else { days_between(base, from).div_euclid(step) };
        let (mut dates, mut seen) = (Vec::new(), 0);
        for period in skip.max(0).. {
            let begins = plus_days(base, period.saturating_mul(step));
            let Some(begins) = begins.filter(|begins| *begins <= until) else { break };
            for date in self.in_period(begins, first) {
                if self.count.is_some_and(|count| seen >= count) {
                    return dates;
                }
                seen += 1;
                if from <= date && date <= until {
                    dates.push(date);
                }
            }
        }
        dates
    }

    /// The dates of the period that begins then.
    fn in_period(&self, begins: Date, first: Date) -> impl Iterator<Item = Date> + '_ {
        let length = match self.every {
            Every::Day => 1,
            Every::Week => 7,
        };
        let dates = (0..length).filter_map(move |day| plus_days(begins, day));
        dates.filter(move |date| {
            let day = date.weekday();
            let fits = match (self.every, self.days.is_empty()) {
                (Every::Day, true) => true,
                (Every::Week, true) => day == first.weekday(),
                (_, false) => self.days.contains(&day),
            };
            fits && *date >= first
        })
    }

    /// Whether one that begins then is still meant.
    pub(super) fn goes_on(&self, date: Date, begins: Timestamp) -> bool {
        match self.until {
            None => true,
            Some(Until::Date(last)) => date <= last,
            Some(Until::At(last)) => begins <= last,
        }
    }
}

impl Until {
    fn parse(text: &str, zone: &TimeZone) -> Option<Until> {
        if text.len() == 8 {
            return text.parse().ok().map(Until::Date);
        }
        if text.ends_with('Z') {
            return text.parse().ok().map(Until::At);
        }
        text.parse().ok().map(|local| Until::At(crate::schedule::moment::instant(zone, local)))
    }
}

fn number(text: &str, most: u32) -> Option<u32> {
    text.parse().ok().filter(|number| (1..=most).contains(number))
}

/// `MO`; `1MO`, the first Monday of a month, is none.
fn weekday(text: &str) -> Option<Weekday> {
    Some(match text.trim() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}
