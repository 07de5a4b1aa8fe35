//! Times and lengths as an `.ics` file has them (RFC 5545, 3.3.4 to 3.3.6 and 3.3.9).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};

use super::Complaint;
use super::lines::Line;
use crate::domain::schedule::moment::instant;

/// A time as the file has it: a local one of a zone, or a whole day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) local: DateTime,
    pub(super) zone: TimeZone,
    pub(super) is_date: bool,
}

impl Stamp {
    /// Reads `20260105T090000`, with a Z, a TZID, or neither: then it is of the calendar's zone; or the date `20260105`.
    /// `zone` finds the zone of a TZID, or the calendar's.
    pub(super) fn read(
        line: &Line<'_>,
        value: &str,
        zone: impl FnOnce(Option<&str>) -> Result<TimeZone, String>,
    ) -> Result<Stamp, Complaint> {
        let written = value.trim();
        let value = written.to_ascii_uppercase();
        let wrong = || {
            let what = format!("{written:?} is no time, expected one like \"20260105T090000Z\"");
            Complaint::of(line, &what)
        };
        let is_utc = value.ends_with('Z');
        let is_date = value.len() == 8;
        let digits = |(at, c): (usize, char)| {
            if at == 8 { c == 'T' } else { c.is_ascii_digit() || (at == 15 && c == 'Z') }
        };
        if !matches!(value.len(), 8 | 15 | 16) || !value.chars().enumerate().all(digits) {
            return Err(wrong());
        }
        let local = match is_date {
            true => value.parse::<Date>().map(|date| date.to_datetime(Default::default())),
            false => value.trim_end_matches('Z').parse::<DateTime>(),
        };
        let local = local.map_err(|_| wrong())?;
        if is_utc {
            return Ok(Stamp { local, zone: TimeZone::UTC, is_date: false });
        }
        // RFC 5545 (3.2.19): a date has no zone of its own.
        let id = line.parameter("TZID").filter(|_| !is_date);
        let zone = zone(id.as_deref()).map_err(|what| Complaint::of(line, &what))?;
        Ok(Stamp { local, zone, is_date })
    }

    /// The moment that it is.
    pub(super) fn at(&self) -> Timestamp {
        instant(&self.zone, self.local)
    }

    /// The whole day of this zone that it means. The first and the last second of a day as it is written mean that day,
    /// of whatever zone it is: some programs write the midnight of a whole day in UTC.
    pub(super) fn day_in(&self, zone: &TimeZone) -> Date {
        let time = self.local.time();
        let is_written =
            self.is_date || time == Time::midnight() || time == Time::constant(23, 59, 59, 0);
        match is_written {
            true => self.local.date(),
            false => zone.to_datetime(self.at()).date(),
        }
    }

    /// The end of what begins here and is so long by the clock on the wall: see [`end`].
    pub(super) fn end(&self, length: SignedDuration) -> Option<Timestamp> {
        end(&self.zone, self.local, length)
    }

    /// The length by the clock on the wall of this zone from here to another time. Of two local times of one zone it is
    /// their difference as written: what the clocks do at that moment changes no other instance of a series.
    pub(super) fn length_until(&self, other: &Stamp) -> Option<SignedDuration> {
        let local = match self.zone == other.zone {
            true => other.local,
            false => self.zone.to_datetime(other.at()),
        };
        self.local.until((Unit::Second, local)).ok()?.try_into().ok()
    }
}

/// The end of what begins at a local time and is so long by the clock on the wall. Where the clocks leap over the begin
/// and the end comes no later than it, the length counts from the begin.
pub(super) fn end(zone: &TimeZone, local: DateTime, length: SignedDuration) -> Option<Timestamp> {
    let begins = instant(zone, local);
    let ends = instant(zone, local.checked_add(length).ok()?);
    match ends > begins || !length.is_positive() {
        true => Some(ends),
        false => begins.checked_add(length).ok(),
    }
}

/// Reads `P7D`, `PT12H`, `P1DT6H30M`, `P2W`. By the clock on the wall: a day is 24 hours of it, and so is `PT24H`.
pub(super) fn length(text: &str) -> Option<SignedDuration> {
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix('+').unwrap_or(&text).strip_prefix('P')?;
    let (mut seconds, mut number, mut is_time) = (0_i64, None::<i64>, false);
    let mut has_any = false;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(digit))?);
            continue;
        }
        let unit = match c {
            'T' if number.is_none() && !is_time => {
                is_time = true;
                continue;
            }
            'W' if !is_time => 7 * 86_400,
            'D' if !is_time => 86_400,
            'H' if is_time => 3_600,
            'M' if is_time => 60,
            'S' if is_time => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.take()?.checked_mul(unit)?)?;
        has_any = true;
    }
    (has_any && number.is_none()).then(|| SignedDuration::from_secs(seconds))
}
