//! A schedule whose shifts are a calendar's: `ics`.

use jiff::tz::TimeZone;
use toml::Spanned;

use super::ScheduleTable;
use crate::config::file::problems::Source as Text;
use crate::config::file::{CalendarProblem, Check, Problem, parts};
use crate::domain::schedule::{Calendar, Complaint, Names, Reading};

impl Check<'_> {
    pub(super) fn none_beside_ics(&mut self, table: &ScheduleTable) {
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
    pub(super) fn calendar(
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
