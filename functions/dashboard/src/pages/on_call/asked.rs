//! Reads which part of the page its address asks for.

use jiff::civil::{Date, Weekday};
use shared::domain::schedule::{Moment, Schedule};
use shared::http::form_fields;
use shared::{SignedDuration, TimeZone, Timestamp};

/// How many days are shown at once.
const DAYS: i32 = 28;
/// How many weeks before this one can be looked at, …
const WEEKS_BACK: i32 = 8;
/// … and behind it.
const WEEKS_AHEAD: i32 = 52;

/// The part of the page that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The first day, a Monday; this week's, if none is named.
    week: Option<Date>,
    /// By whose clock; the schedule's own, if none is named.
    pub(super) zone: Option<String>,
    /// The shift that somebody takes over: its schedule and its beginning.
    pub(super) shift: Option<(String, Timestamp)>,
    /// The id of the override that was made just now, …
    pub(super) made: Option<String>,
    /// … or removed.
    pub(super) removed: Option<String>,
}

/// The days that are shown of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Days {
    /// By this clock.
    pub(super) zone: TimeZone,
    /// The beginning of each day, and of the one behind the last.
    pub(super) begins: Vec<(Date, Timestamp)>,
}

impl Days {
    pub(super) fn from(&self) -> Timestamp {
        self.begins.first().map_or(Timestamp::MIN, |(_, at)| *at)
    }

    pub(super) fn until(&self) -> Timestamp {
        self.begins.last().map_or(Timestamp::MAX, |(_, at)| *at)
    }
}

/// The zone of this name, if there is one.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())
}

fn monday(date: Date) -> Date {
    let back = date.weekday().since(Weekday::Monday);
    plus(date, -i32::from(back))
}

fn plus(date: Date, days: i32) -> Date {
    date.saturating_add(SignedDuration::from_hours(i64::from(days) * 24))
}

impl Asked {
    /// Reads a query. What cannot be read counts as if it were not there.
    pub(super) fn of(query: &str) -> Asked {
        let fields = form_fields(query.as_bytes());
        let field = |name: &str| {
            fields.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
        };
        let id = |name: &str| field(name).filter(|id| id.len() <= 40).map(str::to_owned);
        let at = field("at").and_then(|at| at.parse().ok());
        Asked {
            week: field("week").and_then(|week| week.parse().ok()),
            zone: field("zone").filter(|name| zone(name).is_some()).map(str::to_owned),
            shift: field("schedule").map(str::to_owned).zip(at),
            made: id("made"),
            removed: id("removed"),
        }
    }

    /// The clock by which a schedule is shown.
    pub(super) fn clock(&self, schedule: &Schedule) -> TimeZone {
        self.zone.as_deref().and_then(zone).unwrap_or_else(|| schedule.zone.clone())
    }

    /// The first day: within bounds, and a Monday.
    fn first(&self, zone: &TimeZone, now: Timestamp) -> Date {
        let this = monday(now.to_zoned(zone.clone()).date());
        let week = monday(self.week.unwrap_or(this));
        week.clamp(plus(this, -7 * WEEKS_BACK), plus(this, 7 * WEEKS_AHEAD))
    }

    /// The days that are shown by this clock.
    pub(super) fn days(&self, zone: &TimeZone, now: Timestamp) -> Days {
        let first = self.first(zone, now);
        let dates = (0..=DAYS).map(|day| plus(first, day));
        let midnight = Moment::Local;
        let begins = dates.map(|date| (date, midnight(date.at(0, 0, 0, 0)).in_zone(zone)));
        Days { zone: zone.clone(), begins: begins.collect() }
    }

    /// The address of the same page, so many weeks later; `None` beyond the bounds.
    pub(super) fn moved(&self, weeks: i32, now: Timestamp) -> Option<String> {
        let zone = self.zone.as_deref().and_then(zone).unwrap_or(TimeZone::UTC);
        let first = self.first(&zone, now);
        let moved = Asked { week: Some(plus(first, 7 * weeks)), ..self.clone() };
        (moved.first(&zone, now) != first).then(|| moved.path(&[]))
    }

    /// The address that shows the same days by the same clock, with these fields.
    pub(super) fn path(&self, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let week = self.week.map(|week| week.to_string());
        let own = [("week", &week), ("zone", &self.zone)];
        for (name, value) in
            own.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
        {
            query.append_pair(name, value);
        }
        for (name, value) in more {
            query.append_pair(name, value);
        }
        match query.finish() {
            query if query.is_empty() => "/on-call".to_owned(),
            query => format!("/on-call?{query}"),
        }
    }

    /// The address of this week, if another is shown.
    pub(super) fn this_week(&self) -> Option<String> {
        self.week.map(|_| Asked { week: None, ..self.clone() }.path(&[]))
    }

    /// The address of the same days by each schedule's own clock, if they are shown by another.
    pub(super) fn own_clocks(&self) -> Option<String> {
        self.zone.as_ref().map(|_| Asked { zone: None, ..self.clone() }.path(&[]))
    }

    /// The week and the zone as a form sends them along; `None` for what is not named.
    pub(super) fn hidden(&self) -> [Option<String>; 2] {
        [self.week.map(|week| week.to_string()), self.zone.clone()]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn four_weeks_begin_on_monday_and_days_are_as_long_as_they_are() {
        let zone = zone("Europe/Berlin").unwrap();
        for (query, now, from, until) in [
            ("", "2026-11-29T22:59:59Z", "2026-11-22T23:00:00Z", "2026-12-20T23:00:00Z"),
            ("", "2026-11-29T23:00:00Z", "2026-11-29T23:00:00Z", "2026-12-27T23:00:00Z"),
            // The clock goes forward in these weeks.
            (
                "week=2026-03-18",
                "2026-03-10T00:00:00Z",
                "2026-03-15T23:00:00Z",
                "2026-04-12T22:00:00Z",
            ),
            (
                "week=1999-01-01",
                "2026-11-29T22:00:00Z",
                "2026-09-27T22:00:00Z",
                "2026-10-25T23:00:00Z",
            ),
            ("week=soon", "2026-11-29T22:59:59Z", "2026-11-22T23:00:00Z", "2026-12-20T23:00:00Z"),
        ] {
            let days = Asked::of(query).days(&zone, at(now));
            assert_eq!((days.from(), days.until()), (at(from), at(until)), "{query} {now}");
            assert_eq!(days.begins.len(), 29);
        }
    }

    #[test]
    fn weeks_before_and_behind_have_addresses_within_bounds() {
        let now = at("2026-11-29T12:00:00Z");
        let asked = Asked::of("zone=Europe/Berlin");
        assert_eq!(asked.moved(4, now).unwrap(), "/on-call?week=2026-12-21&zone=Europe%2FBerlin");
        assert_eq!(Asked::of("week=2026-09-28").moved(-4, now), None);
        assert_eq!(Asked::of("week=2027-11-22").moved(4, now), None);
        assert_eq!(Asked::of("").path(&[]), "/on-call");
    }

    proptest! {
        #[test]
        fn any_query_shows_four_weeks(query in "\\PC{0,80}|(week|zone|at|schedule)=[-0-9A-Za-z/:+%&=]{0,40}", now in -300_000_000_000_i64..250_000_000_000) {
            let now = Timestamp::from_second(now).unwrap();
            let asked = Asked::of(&query);
            let days = asked.days(&TimeZone::UTC, now);
            prop_assert!(days.begins.is_sorted());
            let _ = (asked.moved(4, now), asked.moved(-4, now));
        }
    }
}
