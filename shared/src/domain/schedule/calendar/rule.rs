//! RRULE (RFC 5545, 3.3.10): how an event repeats, by days, weeks, months and years.

mod expand;
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

/// The largest INTERVAL: nobody is on call every 28th year.
const MAX_INTERVAL: i64 = 10_000;

/// The most times of a day, from BYHOUR and BYMINUTE.
const MAX_TIMES: usize = 24;

impl Rule {
    /// Parses a rule of an event of this zone. The error says what is wrong, and what was expected.
    pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Rule, String> {
        let text = text.to_ascii_uppercase();
        let mut parts: Vec<(&str, &str, &str)> = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim(), value.trim());
            if parts.iter().any(|(have, ..)| *have == name) {
                return Err(format!("{part:?} stands beside another {name}, expected one"));
            }
            if !name.starts_with("X-") {
                parts.push((name, value, part));
            }
        }
        let every = match parts.iter().find(|(name, ..)| *name == "FREQ") {
            None => return Err("has no FREQ, expected one like FREQ=WEEKLY".to_owned()),
            Some((_, value, part)) => match *value {
                "DAILY" => Every::Day,
                "WEEKLY" => Every::Week,
                "MONTHLY" => Every::Month,
                "YEARLY" => Every::Year,
                "HOURLY" | "MINUTELY" | "SECONDLY" => {
                    return Err(format!(
                        "{part:?} is more often than a shift can be, expected DAILY to YEARLY"
                    ));
                }
                _ => {
                    return Err(format!(
                        "{part:?} cannot be read, expected DAILY, WEEKLY, MONTHLY or YEARLY"
                    ));
                }
            },
        };
        let mut rule = Rule::every(every);
        for (name, value, part) in parts {
            rule.part(name, value, zone)
                .map_err(|expected| format!("{part:?} cannot be read, expected {expected}"))?;
        }
        rule.check()?;
        Ok(rule)
    }

    fn every(every: Every) -> Rule {
        Rule {
            every,
            interval: 1,
            months: Vec::new(),
            weeks: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            days: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            positions: Vec::new(),
            week_starts: Weekday::Monday,
            count: None,
            until: None,
            last: None,
        }
    }

    /// Reads one part. The error says what was expected.
    fn part(&mut self, name: &str, value: &str, zone: &TimeZone) -> Result<(), String> {
        match name {
            "FREQ" => {}
            "INTERVAL" => {
                let interval =
                    value.parse().ok().filter(|number| (1..=MAX_INTERVAL).contains(number));
                self.interval = interval.ok_or_else(|| format!("1 to {MAX_INTERVAL}"))?;
            }
            "COUNT" => {
                let count =
                    value.parse().ok().filter(|count| (1..=u64::from(u32::MAX)).contains(count));
                self.count = Some(count.ok_or("a number from 1")?);
            }
            "UNTIL" => {
                let until = Until::parse(value, zone);
                self.until = Some(until.ok_or("a date, or a time like 20261231T235959Z")?);
            }
            "WKST" => self.week_starts = weekday(value).ok_or("a day like MO")?,
            "BYMONTH" => self.months = numbers(value, 1..=12, false)?,
            "BYWEEKNO" => self.weeks = numbers(value, 1..=53, true)?,
            "BYYEARDAY" => self.year_days = numbers(value, 1..=366, true)?,
            "BYMONTHDAY" => self.month_days = numbers(value, 1..=31, true)?,
            "BYSETPOS" => self.positions = numbers(value, 1..=366, true)?,
            "BYHOUR" => self.hours = small(numbers(value, 0..=23, false)?),
            "BYMINUTE" => self.minutes = small(numbers(value, 0..=59, false)?),
            "BYDAY" => {
                let days: Option<Vec<(i16, Weekday)>> =
                    value.split(',').map(numbered_day).collect();
                let mut days = days.ok_or("days like MO,TU or 1MO,-1FR")?;
                days.sort_unstable_by_key(|(number, day)| (*number, day.to_monday_zero_offset()));
                days.dedup();
                self.days = days;
            }
            _ => {
                return Err("FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, \
                            BYMINUTE and BYSETPOS alone"
                    .to_owned());
            }
        }
        Ok(())
    }

    /// Whether the parts fit each other, as RFC 5545 has it.
    fn check(&self) -> Result<(), String> {
        let is_numbered = self.days.iter().any(|(number, _)| *number != 0);
        let has_parts = [&self.months, &self.weeks, &self.year_days, &self.month_days]
            .iter()
            .any(|list| !list.is_empty())
            || !(self.days.is_empty() && self.hours.is_empty() && self.minutes.is_empty());
        let wrong = [
            (
                is_numbered && matches!(self.every, Every::Day | Every::Week),
                "BYDAY with a number, expected MONTHLY or YEARLY with it",
            ),
            (
                is_numbered && !self.weeks.is_empty(),
                "BYDAY with a number beside BYWEEKNO, expected days alone",
            ),
            (
                !self.weeks.is_empty() && self.every != Every::Year,
                "BYWEEKNO, expected FREQ=YEARLY with it",
            ),
            (
                !self.year_days.is_empty() && self.every != Every::Year,
                "BYYEARDAY, expected FREQ=YEARLY with it",
            ),
            (
                !self.month_days.is_empty() && self.every == Every::Week,
                "BYMONTHDAY, expected no FREQ=WEEKLY with it",
            ),
            (
                !self.positions.is_empty() && !has_parts,
                "BYSETPOS alone, expected another BY part with it",
            ),
        ];
        if let Some((_, what)) = wrong.iter().find(|(is_wrong, _)| *is_wrong) {
            return Err(format!("has {what}"));
        }
        if self.hours.len().max(1) * self.minutes.len().max(1) > MAX_TIMES {
            return Err(format!("has too many times a day, expected {MAX_TIMES} at most"));
        }
        Ok(())
    }

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

impl Until {
    fn parse(text: &str, zone: &TimeZone) -> Option<Until> {
        if !text.is_ascii() {
            return None;
        }
        let zone = match text.len() {
            8 => return text.parse().ok().map(Until::Date),
            16 if text.ends_with('Z') => TimeZone::UTC,
            15 => zone.clone(),
            _ => return None,
        };
        let local = text.trim_end_matches('Z').parse().ok()?;
        let written = Stamp { local, zone, is_date: false };
        Some(Until::At(written.at(), written))
    }
}

/// Numbers with commas between them, sorted, each once.
fn numbers(
    text: &str,
    range: std::ops::RangeInclusive<i16>,
    may_be_negative: bool,
) -> Result<Vec<i16>, String> {
    let number = |text: &str| {
        let number: i16 = text.trim().parse().ok()?;
        let fits = range.contains(&number) || (may_be_negative && range.contains(&-number));
        fits.then_some(number)
    };
    let read: Option<Vec<i16>> = text.split(',').map(number).collect();
    let mut numbers = read.ok_or_else(|| {
        let negative = if may_be_negative { ", or as many from the end" } else { "" };
        format!("numbers from {} to {}{negative}", range.start(), range.end())
    })?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

fn small(numbers: Vec<i16>) -> Vec<i8> {
    numbers.into_iter().filter_map(|number| i8::try_from(number).ok()).collect()
}

/// `MO`, `1MO`, `-1FR`, `+2SU`.
fn numbered_day(text: &str) -> Option<(i16, Weekday)> {
    let text = text.trim();
    let day = weekday(text.get(text.len().checked_sub(2)?..)?)?;
    let number = match &text[..text.len() - 2] {
        "" => 0,
        number => number
            .parse()
            .ok()
            .filter(|number: &i16| *number != 0 && (-53..=53).contains(number))?,
    };
    Some((number, day))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
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
