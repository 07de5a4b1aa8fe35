//! `[[schedules]]`: who is on call when.

mod ics;
mod overrides;

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use overrides::OverrideTable;

use super::Check;
use super::escalation::MAX_LISTED_PEOPLE;
use super::people::People;
use super::times::{DAYS, time_of_day, weekday};
use super::written::maybe_written;
use crate::domain::schedule::{Rotation, Schedule, Schedules, Source, Turns};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScheduleTable {
    name: Spanned<String>,
    time_zone: Option<Spanned<String>>,
    rotation: Option<Spanned<String>>,
    people: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default, deserialize_with = "maybe_written")]
    hand_over: Option<Spanned<String>>,
    hand_over_day: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "maybe_written")]
    starts: Option<Spanned<String>>,
    ics: Option<Spanned<String>>,
    not_on_call: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    overrides: Vec<OverrideTable>,
}

impl Check<'_> {
    pub(super) fn schedules(&mut self, tables: Vec<ScheduleTable>, people: &People) -> Schedules {
        let mut schedules: Vec<Schedule> = Vec::new();
        for table in tables {
            self.short_name(&table.name, "schedules.name", "schedule");
            let name = table.name.get_ref();
            if schedules.iter().any(|schedule| schedule.name == *name) {
                let what =
                    format!("there is another schedule named {name:?}, expected a name of its own");
                self.problem(table.name.span().start, "schedules.name", what);
            }
            schedules.push(self.schedule(table, people));
        }
        Schedules::new(schedules)
    }

    fn schedule(&mut self, mut table: ScheduleTable, people: &People) -> Schedule {
        let overrides = std::mem::take(&mut table.overrides);
        // One that is none is told once: all that follows from it would be told too.
        let named = table
            .time_zone
            .as_ref()
            .map(|name| self.zone("schedules.time_zone", name).unwrap_or(TimeZone::UTC));
        let (source, zone) = match (&table.rotation, &table.ics) {
            (None, Some(ics)) => {
                self.none_beside_ics(&table);
                let (calendar, zone) = self.calendar(&table, ics, named);
                (Source::Calendar(Arc::new(calendar)), zone)
            }
            (rotation, ics) => {
                let at = ics.as_ref().unwrap_or(&table.name).span().start;
                match (rotation, ics) {
                    (Some(_), Some(_)) => {
                        let what = "stands beside `rotation`, expected one of them alone";
                        self.problem(at, "schedules.ics", what);
                    }
                    (None, None) => {
                        self.missing(&table, "rotation", "\"weekly\" or \"daily\", or `ics`")
                    }
                    _ => {}
                }
                if table.time_zone.is_none() {
                    self.missing(&table, "time_zone", "a name like \"Europe/Berlin\"");
                }
                (Source::Rotation(self.rotation(&table, people)), named)
            }
        };
        if let Some(word) =
            table.not_on_call.iter().flatten().next().filter(|_| table.ics.is_none())
        {
            let what = "serves only a calendar, expected none beside `rotation`";
            self.problem(word.span().start, "schedules.not_on_call", what);
        }
        let overrides = overrides
            .into_iter()
            .filter_map(|over| self.over(over, zone.as_ref(), people))
            .collect();
        let zone = zone.unwrap_or(TimeZone::UTC);
        Schedule { name: table.name.into_inner(), zone, source, overrides }
    }

    fn missing(&mut self, table: &ScheduleTable, key: &str, expected: &str) {
        let what =
            format!("is missing in the schedule {:?}, expected {expected}", table.name.get_ref());
        self.problem(table.name.span().start, &format!("schedules.{key}"), what);
    }

    fn rotation(&mut self, table: &ScheduleTable, people: &People) -> Rotation {
        let turns = match table.rotation.as_ref().map(|text| (text, text.get_ref().as_str())) {
            Some((_, "daily")) => Turns::Daily,
            Some((_, "weekly")) | None => Turns::Weekly,
            Some((text, other)) => {
                let what = format!("{other:?} is no rotation, expected \"weekly\" or \"daily\"");
                self.problem(text.span().start, "schedules.rotation", what);
                Turns::Weekly
            }
        };
        let mut names = Vec::new();
        match &table.people {
            None => self.missing(table, "people", "people in turn like [\"alpha\"]"),
            Some(list) => {
                let count = list.get_ref().len();
                if !(1..=MAX_LISTED_PEOPLE as usize).contains(&count) {
                    let what = format!("has {count} people, expected 1 to {MAX_LISTED_PEOPLE}");
                    self.problem(list.span().start, "schedules.people", what);
                }
                for person in list.get_ref() {
                    self.known_person(person, "schedules.people", people);
                    names.push(person.get_ref().clone());
                }
            }
        }
        let hand_over =
            self.read(table, "hand_over", &table.hand_over, "a time like \"09:00\"", time_of_day);
        let starts =
            self.read(table, "starts", &table.starts, "a date like \"2026-01-05\"", |text| {
                text.parse::<Date>().ok().filter(|date| text.len() == 10 && date.year() >= 1970)
            });
        self.hand_over_day(table, turns, starts);
        let (hand_over, starts) = (hand_over.unwrap_or_default(), starts.unwrap_or_default());
        Rotation { turns, people: names, hand_over, starts }
    }

    fn read<T>(
        &mut self,
        table: &ScheduleTable,
        key: &str,
        text: &Option<Spanned<String>>,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let Some(text) = text else {
            self.missing(table, key, expected);
            return None;
        };
        let read = parse(text.get_ref());
        if read.is_none() {
            let what = format!("{:?} cannot be read, expected {expected}", text.get_ref());
            self.problem(text.span().start, &format!("schedules.{key}"), what);
        }
        read
    }

    /// The day is that of `starts`; who writes it too is told if the two do not agree.
    fn hand_over_day(&mut self, table: &ScheduleTable, turns: Turns, starts: Option<Date>) {
        let Some(day) = &table.hand_over_day else { return };
        let key = "schedules.hand_over_day";
        let what = match (weekday(day.get_ref()), starts) {
            _ if turns == Turns::Daily => "serves only a weekly rotation, expected none".to_owned(),
            (None, _) => format!("{:?} is no day, expected one like \"monday\"", day.get_ref()),
            (Some(_), None) => return,
            (Some(day), Some(starts)) if starts.weekday() == day => return,
            (Some(_), Some(starts)) => format!(
                "is {:?}, and `starts` ({starts}) is a {}, expected the same day",
                day.get_ref(),
                DAYS[usize::from(starts.weekday().to_monday_zero_offset().unsigned_abs())]
            ),
        };
        self.problem(day.span().start, key, what);
    }
}
