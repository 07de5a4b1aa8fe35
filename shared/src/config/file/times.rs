//! Zones, moments, days and lengths of time, as they are written.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use toml::Spanned;

use super::Check;
use crate::domain::schedule::{Moment, known_zone};

/// A queue gives a message out a thousand times.
const MAX_WAIT: Duration = Duration::from_secs(12 * 60 * 60);

impl Check<'_> {
    pub(super) fn zone(&mut self, key: &str, name: &Spanned<String>) -> Option<TimeZone> {
        let zone = known_zone(name.get_ref());
        if zone.is_none() {
            let what = format!(
                "{:?} is no time zone, expected a name like \"Europe/Berlin\" or \"UTC\"",
                name.get_ref()
            );
            self.problem(name.span().start, key, what);
        }
        zone
    }

    /// A moment, local in this zone if it has no offset. `whose` has that zone, in words.
    pub(super) fn moment(
        &mut self,
        key: &str,
        text: &Spanned<String>,
        zone: Option<&TimeZone>,
        whose: &str,
    ) -> Option<Timestamp> {
        match (Moment::parse(text.get_ref()), zone) {
            (Some(moment @ Moment::Instant(_)), _) => Some(moment.in_zone(&TimeZone::UTC)),
            (Some(moment), Some(zone)) => Some(moment.in_zone(zone)),
            (Some(_), None) => {
                let what =
                    format!("has no offset, and {whose} no zone, expected `time_zone` there");
                self.problem(text.span().start, key, what);
                None
            }
            (None, _) => {
                let what = format!(
                    "{:?} is no time, expected one like \"2026-12-24T18:00\", local or with an offset",
                    text.get_ref()
                );
                self.problem(text.span().start, key, what);
                None
            }
        }
    }

    pub(super) fn duration(
        &mut self,
        key: &str,
        text: Option<Spanned<String>>,
        default: Duration,
    ) -> Duration {
        let Some(text) = text else { return default };
        let parsed = text.get_ref().parse::<jiff::SignedDuration>().ok();
        match parsed.and_then(|duration| Duration::try_from(duration).ok()).filter(|d| !d.is_zero())
        {
            Some(duration) if duration <= MAX_WAIT => duration,
            Some(_) => {
                let what = "is too long, expected at most \"12h\": a queue gives a message out a thousand times";
                self.problem(text.span().start, key, what);
                default
            }
            None => {
                let what = format!(
                    "{:?} is not a duration, expected one like \"4h\" or \"30m\"",
                    text.get_ref()
                );
                self.problem(text.span().start, key, what);
                default
            }
        }
    }
}

/// A local time as it is written: `09:00`.
pub(super) fn time_of_day(text: &str) -> Option<Time> {
    text.parse::<Time>().ok().filter(|_| text.len() == 5)
}

/// The days of the week as they are written, from Monday.
pub(super) const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(super) fn weekday(name: &str) -> Option<Weekday> {
    let at = DAYS.iter().position(|day| name.eq_ignore_ascii_case(day))?;
    Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
}
