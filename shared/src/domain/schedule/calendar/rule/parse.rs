//! A rule as its text has it.

use std::ops::RangeInclusive;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::super::stamp::Stamp;
use super::{Every, Rule, Until};

/// The largest INTERVAL: nobody is on call every 28th year.
const MAX_INTERVAL: i64 = 10_000;

/// The most times of a day, from BYHOUR and BYMINUTE.
const MAX_TIMES: usize = 24;

impl Rule {
    /// Parses a rule of an event of this zone. The error says what is wrong, and what was expected.
    pub(in super::super) fn parse(text: &str, zone: &TimeZone) -> Result<Rule, String> {
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
    range: RangeInclusive<i16>,
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
