//! `[[silences]]`: when nobody is called for which alarms.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::Check;
use super::times::{DAYS, time_of_day, weekday};
use super::written::maybe_written;
use crate::domain::silence::{Silences, When, Window};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SilenceTable {
    pub(super) alarms: Spanned<Vec<Spanned<String>>>,
    reason: Option<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "maybe_written")]
    from: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "maybe_written")]
    until: Option<Spanned<String>>,
    every: Option<Spanned<DaysTable>>,
    #[serde(default, deserialize_with = "maybe_written")]
    at: Option<Spanned<String>>,
    lasting: Option<Spanned<String>>,
}

/// One day, or several.
enum DaysTable {
    One(String),
    Several(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for DaysTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DaysTable, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = DaysTable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"day\", a day like \"sunday\", or several like [\"saturday\", \"sunday\"]")
    }

    fn visit_str<E>(self, day: &str) -> Result<DaysTable, E> {
        Ok(DaysTable::One(day.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, days: A) -> Result<DaysTable, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(days)).map(DaysTable::Several)
    }
}

/// The most windows: each alarm is compared with all of them.
const MAX_WINDOWS: usize = 200;
/// The longest reason, in characters.
const MAX_REASON_CHARS: usize = 200;
/// The longest window that comes again.
const MAX_WINDOW: SignedDuration = SignedDuration::from_hours(6 * 24);

impl Check<'_> {
    pub(super) fn silences(&mut self, tables: Vec<SilenceTable>) -> Silences {
        if let Some(table) = tables.get(MAX_WINDOWS) {
            let what = format!("there are {}, expected {MAX_WINDOWS} at most", tables.len());
            self.problem(table.alarms.span().start, "silences", what);
        }
        Silences::new(tables.into_iter().filter_map(|table| self.silence(table)).collect())
    }

    fn silence(&mut self, table: SilenceTable) -> Option<Window> {
        let at = table.alarms.span().start;
        // One that is none is told once: all that follows from it would be told too.
        let zone = table
            .time_zone
            .as_ref()
            .map(|name| self.zone("silences.time_zone", name).unwrap_or(TimeZone::UTC));
        let when = match (&table.every, &table.from, &table.until) {
            (Some(every), None, None) => self.every(&table, every),
            (None, Some(from), Some(until)) => self.once(&table, from, until, zone.as_ref()),
            (Some(every), _, _) => {
                let what = "stands beside `from` or `until`, expected one of them: a window that comes again, or one that does not";
                self.problem(every.span().start, "silences.every", what);
                None
            }
            (None, Some(from), None) => {
                let what = "is missing, expected when it ends, like \"2026-12-24T18:00\"";
                self.problem(from.span().start, "silences.until", what);
                None
            }
            (None, None, _) => {
                let what = "is missing, expected when it begins, like \"2026-12-24T18:00\", or `every` with a day";
                self.problem(at, "silences.from", what);
                None
            }
        };
        let reason = self.one_line("silences.reason", table.reason);
        let place = self.source.problem(at, "", String::new());
        let place = format!("{}:{}", place.file, place.line);
        let alarms = self.alarm_globs("silences.alarms", table.alarms);
        Some(Window::new(alarms, reason, zone.unwrap_or(TimeZone::UTC), when?, place))
    }

    /// Globs on alarms' names. An empty one would match nothing.
    pub(super) fn alarm_globs(
        &mut self,
        key: &str,
        globs: Spanned<Vec<Spanned<String>>>,
    ) -> Vec<String> {
        let empty = globs.get_ref().iter().find(|glob| glob.get_ref().is_empty());
        if globs.get_ref().is_empty() || empty.is_some() {
            let at = empty.map_or(globs.span().start, |glob| glob.span().start);
            let what = "is empty, expected globs on the alarm's name like \"batch-*\"";
            self.problem(at, key, what);
        }
        globs.into_inner().into_iter().map(Spanned::into_inner).collect()
    }

    /// A reason for people.
    pub(super) fn one_line(
        &mut self,
        key: &str,
        reason: Option<Spanned<String>>,
    ) -> Option<String> {
        let reason = reason?;
        let text = reason.get_ref().trim().to_owned();
        let length = text.chars().count();
        if length == 0 || length > MAX_REASON_CHARS || text.contains(char::is_control) {
            let what = format!("expected one line of {MAX_REASON_CHARS} characters at most");
            self.problem(reason.span().start, key, what);
        }
        Some(text)
    }

    fn once(
        &mut self,
        table: &SilenceTable,
        from: &Spanned<String>,
        until: &Spanned<String>,
        zone: Option<&TimeZone>,
    ) -> Option<When> {
        for (key, value) in [("at", &table.at), ("lasting", &table.lasting)] {
            if let Some(value) = value {
                let what = "serves only a window that comes again, expected none beside `from`";
                self.problem(value.span().start, &format!("silences.{key}"), what);
            }
        }
        let begins = self.moment("silences.from", from, zone, "the silence");
        let ends = self.moment("silences.until", until, zone, "the silence");
        let (begins, ends) = (begins?, ends?);
        if ends <= begins {
            let what = "is not behind `from`, expected a later time";
            self.problem(until.span().start, "silences.until", what);
        }
        Some(When::Once { from: begins, until: ends })
    }

    fn every(&mut self, table: &SilenceTable, every: &Spanned<DaysTable>) -> Option<When> {
        let start = every.span().start;
        if table.time_zone.is_none() {
            let what = "is missing, expected a name like \"Europe/Berlin\"";
            self.problem(start, "silences.time_zone", what);
        }
        let days = self.days(every);
        let at = match &table.at {
            None => {
                self.problem(start, "silences.at", "is missing, expected a time like \"02:00\"");
                None
            }
            Some(at) => {
                let read = time_of_day(at.get_ref());
                if read.is_none() {
                    let what = format!(
                        "{:?} cannot be read, expected a time like \"02:00\"",
                        at.get_ref()
                    );
                    self.problem(at.span().start, "silences.at", what);
                }
                read
            }
        };
        let lasting = self.lasting(table.lasting.as_ref(), start, &days);
        Some(When::Every { days, at: at?, lasting: lasting? })
    }

    fn days(&mut self, every: &Spanned<DaysTable>) -> Vec<Weekday> {
        let start = every.span().start;
        let named: Vec<(usize, &str)> = match every.get_ref() {
            DaysTable::One(day) if day.eq_ignore_ascii_case("day") => {
                DAYS.iter().map(|day| (start, *day)).collect()
            }
            DaysTable::One(day) => vec![(start, day.as_str())],
            DaysTable::Several(days) => {
                days.iter().map(|day| (day.span().start, day.get_ref().as_str())).collect()
            }
        };
        if named.is_empty() {
            self.problem(start, "silences.every", "is empty, expected a day like \"sunday\"");
        }
        let mut days = Vec::new();
        for (at, name) in named {
            match weekday(name) {
                Some(day) => days.push(day),
                None => {
                    let what = format!(
                        "{name:?} is no day, expected one like \"sunday\", or \"day\" for each"
                    );
                    self.problem(at, "silences.every", what);
                }
            }
        }
        days
    }

    fn lasting(
        &mut self,
        lasting: Option<&Spanned<String>>,
        start: usize,
        days: &[Weekday],
    ) -> Option<SignedDuration> {
        let key = "silences.lasting";
        let Some(lasting) = lasting else {
            self.problem(start, key, "is missing, expected a length like \"2h\"");
            return None;
        };
        let text = lasting.get_ref();
        let what = match text.parse::<SignedDuration>() {
            Err(_) => format!("{text:?} is not a duration, expected one like \"2h\""),
            Ok(long) if long < SignedDuration::from_mins(1) || long > MAX_WINDOW => {
                format!("is {text}, expected 1m to {:#}", MAX_WINDOW)
            }
            Ok(long) if long >= longest_pause(days) => format!(
                "is {text}, and the next one begins before it ends: nobody would ever be called, expected less"
            ),
            Ok(long) => return Some(long),
        };
        self.problem(lasting.span().start, key, what);
        None
    }
}

/// The longest time from one of these days to the next one of them.
fn longest_pause(days: &[Weekday]) -> SignedDuration {
    let to_next = |day: &Weekday| {
        let others = days.iter().map(|other| match day.until(*other) {
            0 => 7,
            days => days,
        });
        others.min().unwrap_or(7)
    };
    let days = days.iter().map(to_next).max().unwrap_or(7);
    SignedDuration::from_hours(24 * i64::from(days))
}
