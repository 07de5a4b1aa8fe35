//! `[[schedules]]`: who is on call when.

mod overrides;

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use overrides::OverrideTable;

use super::limits::MAX_LISTED_PEOPLE;
use super::people::People;
use super::problems::Source as Text;
use super::times::{DAYS, time_of_day, weekday};
use super::written::maybe_written;
use super::{CalendarProblem, Check, Problem, parts};
use crate::domain::schedule::{
    Calendar, Complaint, Names, Reading, Rotation, Schedule, Schedules, Source, Turns,
};

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

    fn none_beside_ics(&mut self, table: &ScheduleTable) {
        let spans = [
            ("people", table.people.as_ref().map(Spanned::span)),
            ("hand_over", table.hand_over.as_ref().map(Spanned::span)),
            ("hand_over_day", table.hand_over_day.as_ref().map(Spanned::span)),
            ("starts", table.starts.as_ref().map(Spanned::span)),
        ];
        for (key, span) in spans {
            if let Some(span) = span {
                let what = "serves only a rotation, expected none beside `ics`";
                self.problem(span.start, &format!("schedules.{key}"), what);
            }
        }
    }

    /// Reads the calendar of a schedule; one that cannot be read as it was before, where that is asked for.
    fn calendar(
        &mut self,
        table: &ScheduleTable,
        ics: &Spanned<String>,
        zone: Option<TimeZone>,
    ) -> (Calendar, Option<TimeZone>) {
        let (name, schedule) = (ics.get_ref(), table.name.get_ref());
        if !parts::is_calendar(name) {
            let missing = self.no_calendar(ics);
            self.problems.push(missing);
            return (Calendar::default(), zone);
        }
        let names = self.names(table);
        let read = self.read_calendar(ics, schedule, zone.as_ref(), &names);
        let Some(broken) = read.broken else {
            self.calendar_problems.extend(read.events);
            return (read.reading.calendar, read.reading.zone);
        };
        if !self.calendars.may_be_unread() {
            self.problems.push(broken);
            return (Calendar::default(), read.reading.zone);
        }
        let former = self.calendars.former(name, schedule).and_then(|text| {
            let parts = [(name.clone(), text.clone())];
            let read = read_parts(&parts, schedule, zone.as_ref(), &names);
            read.broken.is_none().then_some((read, text))
        });
        let (former, text) = former.unzip();
        let has_part = !read.reading.calendar.people().is_empty();
        self.calendars.is_unread(name, schedule, broken, text, has_part);
        match former {
            Some(former) => {
                self.calendar_problems.extend(former.events);
                (former.reading.calendar, former.reading.zone)
            }
            None => {
                self.calendar_problems.extend(read.events);
                // Overrides without an offset still need a zone, and nobody knows another one.
                let zone = read.reading.zone.unwrap_or(TimeZone::UTC);
                (read.reading.calendar, Some(zone))
            }
        }
    }

    fn read_calendar(
        &self,
        ics: &Spanned<String>,
        schedule: &str,
        zone: Option<&TimeZone>,
        names: &Names,
    ) -> Read {
        let name = ics.get_ref();
        let parts = self.calendars.of(name);
        let missing = parts.is_empty().then(|| self.no_calendar(ics));
        let unreadable = parts.iter().find_map(|(_, text)| parts::why_unreadable(text));
        let unreadable = unreadable.map(|why| {
            let at = ics.span().start;
            self.source.problem(at, "schedules.ics", format!("{name:?} {why}"))
        });
        match self.calendars.undecoded(name).or(missing).or(unreadable) {
            Some(problem) => {
                let mut reading = Reading::default();
                reading.zone = zone.cloned();
                Read { reading, broken: Some(problem), events: Vec::new() }
            }
            None => read_parts(&parts, schedule, zone, names),
        }
    }

    fn no_calendar(&self, ics: &Spanned<String>) -> Problem {
        let what = format!(
            "{:?} is not there, expected the name of an .ics file beside this one, in the cloud of a \
             parameter like config/oncall.ics",
            ics.get_ref()
        );
        self.source.problem(ics.span().start, "schedules.ics", what)
    }

    /// The names that the calendar of a schedule may have for people.
    fn names(&mut self, table: &ScheduleTable) -> Names {
        let usual = self.not_on_call.clone();
        let words = self.not_on_call("schedules.not_on_call", table.not_on_call.as_ref(), &usual);
        let people =
            self.calendar_names.iter().map(|(person, names)| (person.as_str(), names.as_slice()));
        Names::new(people, words.iter().map(String::as_str))
    }
}

/// A calendar, why it is none or not the whole of one, and what is wrong with its events.
struct Read {
    reading: Reading,
    broken: Option<Problem>,
    events: Vec<CalendarProblem>,
}

fn read_parts(
    parts: &[(String, String)],
    schedule: &str,
    zone: Option<&TimeZone>,
    names: &Names,
) -> Read {
    let text = Text::new(parts);
    let mut reading = Calendar::read(&text.text, zone, names);
    let located = |complaint: &Complaint| {
        text.problem_in_line(complaint.line, &complaint.key, complaint.what.clone())
    };
    let broken = reading.broken.as_ref().map(located);
    let mut events = Vec::new();
    for (complaints, is_lost) in [
        (std::mem::take(&mut reading.complaints), true),
        (std::mem::take(&mut reading.notes), false),
        (std::mem::take(&mut reading.unread), false),
    ] {
        events.extend(complaints.into_iter().map(|complaint| CalendarProblem {
            schedule: schedule.to_owned(),
            problem: located(&complaint),
            is_lost,
            is_absence: complaint.is_absence,
            since: complaint.since,
            over: complaint.over,
        }));
    }
    Read { reading, broken, events }
}
