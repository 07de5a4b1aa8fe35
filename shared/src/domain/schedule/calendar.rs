//! The events of an `.ics` file (RFC 5545) that name people of ours.
//!
//! 1. `decode`: bytes as text. `lines`: the text as properties, each whole. `components`: those of each VEVENT and VTIMEZONE.
//! 2. `zones`: the zones that times are of. `stamp`: times and lengths. `rule`: RRULE.
//! 3. `event`: whom a VEVENT names and when it takes place. `group`: the VEVENTs of one UID; `series`: one that repeats.
//! 4. `reading`: all of them together, and what is too much.
//! 5. `occurrences`: what takes place near a moment, and who is on call then.
//!
//! An event that names nobody is not looked at further, unless it is of a series that does. What names somebody and cannot
//! be read is complained of, and costs its own hours. Times without a zone are of the schedule's; so are whole days. Of
//! events that overlap, the one that began last wins. All work is bounded, whatever the file says.

mod attendee;
mod components;
mod decode;
mod event;
mod group;
mod lines;
mod occurrences;
mod over;
mod reading;
mod rule;
mod series;
mod stamp;
mod zones;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::names::Names;
use components::{Component, Components};
pub use decode::{MAX_CALENDAR_BYTES, calendar_text};
use group::Group;
use lines::Line;
pub(super) use occurrences::Occurrences;
use rule::Budget;
use series::Series;
use zones::Zones;

/// A calendar that was read.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    singles: Vec<Occurrence>,
    series: Vec<Series>,
    people: Vec<String>,
}

/// Who is on call in an event.
#[derive(Clone, Debug)]
struct Who {
    people: Arc<[String]>,
    /// The place of the event in its file: of two that begin at once the later one wins.
    order: usize,
}

/// An event that takes place once, or one of a series.
#[derive(Clone, Debug)]
struct Occurrence {
    from: Timestamp,
    until: Timestamp,
    order: usize,
    people: Arc<[String]>,
}

/// The result of reading an `.ics` file.
#[derive(Debug, Default)]
pub struct Reading {
    /// The part that could be read.
    pub calendar: Calendar,
    /// The zone of times that name none: the schedule's, else the file's own.
    pub zone: Option<TimeZone>,
    /// Why the file is no calendar at all, or not the whole of one.
    pub broken: Option<Complaint>,
    /// Events that name somebody and cannot be read: their hours are lost.
    pub complaints: Vec<Complaint>,
    /// Events that put nobody on call, as they name nobody we know or have no end.
    pub unread: Vec<Complaint>,
    /// Notes on what is read in a way that is perhaps not meant: events left out because of a word, names of zones.
    pub notes: Vec<Complaint>,
    budget: Budget,
    /// How many events that take place once, how many that repeat, and how many changes of those were too many.
    left_out: [usize; 3],
    /// How many complaints, events that put nobody on call, and notes were too many.
    unsaid: [usize; 3],
    /// How many rules the events of one UID have.
    rules: usize,
    /// When all that repeats and was too much is over.
    left_out_until: Timestamp,
    /// How many rules were asked for an EXDATE that takes nothing away.
    checks: usize,
    /// How many rules were asked for one of a series.
    lookups: usize,
}

/// A problem of a line of an `.ics` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1.
    pub line: usize,
    /// The property, as `RRULE`.
    pub key: String,
    /// The problem, and what was expected.
    pub what: String,
    /// The time before which it does not matter yet, if there is one.
    pub since: Option<Timestamp>,
    /// The time after which it does not matter any more, if there is one.
    pub over: Option<Timestamp>,
    /// Nothing is wrong: a word says that somebody is away.
    pub is_absence: bool,
}

/// The most that may take place near a moment, of all that repeat.
const MAX_NEAR: u64 = 300_000;

impl Calendar {
    /// Reads an `.ics` file. `zone` is the schedule's, for times that name none; without it the file's own
    /// X-WR-TIMEZONE. `names` is whom an event may name.
    pub fn read(text: &str, zone: Option<&TimeZone>, names: &Names) -> Reading {
        let components = Components::of(lines::unfold(text));
        let mut reading = Reading::default();
        if !components.is_calendar {
            let is_page = text.trim_start().starts_with('<');
            let is_blank = text.trim_start_matches('\u{feff}').trim().is_empty();
            let what = match is_page {
                true => {
                    "is a web page and no calendar, expected BEGIN:VCALENDAR: does its address ask for a log-in?"
                }
                false if is_blank => "is empty, expected BEGIN:VCALENDAR",
                false => "is no calendar, expected BEGIN:VCALENDAR",
            };
            reading.broken = Some(Complaint::new(1, "", what));
            return reading;
        }
        let zones = Zones::new(&components.zones, zone, &components.time_zones);
        let named = components.time_zones.first().map_or(0, |line| line.calendar);
        reading.zone = zones.default_zone(named).ok();
        if let Some(line) = components.is_cut_off {
            let what = "has no END:VCALENDAR, expected the whole file: is it cut off?";
            reading.broken = Some(Complaint::new(line, "VCALENDAR", what));
        }
        for group in groups(&components.events) {
            group.read(&components, names, &zones, &mut reading);
        }
        for difference in zones.differences() {
            reading.note(difference);
        }
        reading.leave_out_first_over();
        reading.say_what_is_left_out(&components);
        reading.finish();
        reading
    }

    /// How many of those that repeat touch so many days, at most.
    fn at_most(&self, days: u64) -> u64 {
        self.series.iter().map(|series| series.at_most(days)).fold(0, u64::saturating_add)
    }

    /// Everybody whom an event names.
    pub(crate) fn people(&self) -> Vec<String> {
        self.people.clone()
    }
}

/// The events by their UID, in the order of the first of each; those without one are alone.
fn groups<'a, 'b>(events: &'a [Component<'b>]) -> Vec<Group<'a, 'b>> {
    let mut groups: Vec<Group<'_, '_>> = Vec::new();
    let mut by_uid: HashMap<&str, usize> = HashMap::new();
    for (order, event) in events.iter().enumerate() {
        let index = match event.uid() {
            None => groups.len(),
            Some(uid) => *by_uid.entry(uid).or_insert(groups.len()),
        };
        if index == groups.len() {
            groups.push(Group::default());
        }
        groups[index].events.push((order, event));
    }
    groups
}

impl Complaint {
    fn new(line: usize, key: &str, what: &str) -> Complaint {
        let (key, what) = (key.to_owned(), what.to_owned());
        Complaint { line, key, what, since: None, over: None, is_absence: false }
    }

    fn of(line: &Line<'_>, what: &str) -> Complaint {
        Complaint::new(line.number, &line.name().to_ascii_uppercase(), what)
    }

    /// Whether it still matters at this time.
    pub fn matters(&self, now: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= now) && self.over.is_none_or(|over| over >= now)
    }
}

#[cfg(test)]
mod tests;
