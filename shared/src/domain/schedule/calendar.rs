//! The events of an `.ics` file (RFC 5545) that name people of ours.
//!
//! 1. `decode`: bytes as text. `lines`: the text as properties, each whole. `components`: those of each VEVENT and VTIMEZONE.
//! 2. `zones`: the zones that times are of. `stamp`: times and lengths. `rule`: RRULE.
//! 3. `event`: whom a VEVENT names and when it takes place. `group`: the VEVENTs of one UID; `series`: one that repeats.
//! 4. `occurrences`: what takes place near a moment, and who is on call then.
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
mod rule;
mod series;
mod stamp;
mod zones;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::names::Names;
use components::{Component, Components, MAX_COMPONENTS, MAX_UNCLOSED};
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
    /// What could be read.
    pub calendar: Calendar,
    /// The zone of times that name none: the schedule's, else the file's own.
    pub zone: Option<TimeZone>,
    /// Why the file is no calendar at all, or not the whole of one.
    pub broken: Option<Complaint>,
    /// Events that name somebody and cannot be read: their hours are lost.
    pub complaints: Vec<Complaint>,
    /// Events that put nobody on call, as they name nobody we know or have no end.
    pub unread: Vec<Complaint>,
    /// What is read in a way that is perhaps not meant: events left out because of a word, names of zones.
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

/// What is wrong with a line of an `.ics` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1.
    pub line: usize,
    /// The property, as `RRULE`.
    pub key: String,
    /// What is wrong, and what was expected.
    pub what: String,
    /// The time before which it does not matter yet, if there is one.
    pub since: Option<Timestamp>,
    /// The time after which it does not matter any more, if there is one.
    pub over: Option<Timestamp>,
}

/// The most events of a file that put somebody on call once.
const MAX_EVENTS: usize = 100_000;
/// The most rules of those that repeat.
const MAX_RULES: usize = 2_000;
/// The most that may take place near a moment, of all that repeat.
const MAX_NEAR: u64 = 300_000;
/// The most complaints of a kind that are kept: of more, those that matter longest.
const MAX_COMPLAINTS: usize = 10_000;
/// How many days are looked at to know who is on call.
const USUAL_DAYS: u64 = 124;
/// The most rules that are asked whether one of a series is theirs.
const MAX_LOOKUPS: usize = 200_000;
/// The most rules that are asked whether an EXDATE takes any of theirs away.
const MAX_CHECKS: usize = 20_000;

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

impl Reading {
    /// Adds an event that takes place once, unless there are too many.
    fn add_single(&mut self, single: Occurrence) {
        match self.calendar.singles.len() < MAX_EVENTS {
            true => self.calendar.singles.push(single),
            false => self.left_out[0] += 1,
        }
    }

    /// Adds an event that repeats.
    fn add_series(&mut self, series: Series) {
        self.calendar.series.push(series);
        if self.calendar.series.len() > 4 * MAX_RULES {
            self.leave_out_first_over();
        }
    }

    /// Leaves out what repeats too often or is too much, of those that end first: what is past costs nothing that is
    /// yet to come.
    fn leave_out_first_over(&mut self) {
        let mut all: Vec<(Timestamp, Series)> = std::mem::take(&mut self.calendar.series)
            .into_iter()
            .map(|series| (series.ends().unwrap_or(Timestamp::MAX), series))
            .collect();
        all.sort_by_key(|(ends, _)| Reverse(*ends));
        let (mut rules, mut load) = (0, 0_u64);
        for (ends, series) in all {
            let more = (rules + series.rules(), load.saturating_add(series.at_most(USUAL_DAYS)));
            if more.0 <= MAX_RULES && more.1 <= MAX_NEAR {
                (rules, load) = more;
                self.calendar.series.push(series);
            } else {
                self.leave_out_series(Some(ends));
            }
        }
    }

    fn leave_out_series(&mut self, ends: Option<Timestamp>) {
        self.left_out[1] += 1;
        self.left_out_until = self.left_out_until.max(ends.unwrap_or(Timestamp::MAX));
    }

    /// Whether an event of a UID with so many rules can be read; it is over at this time, if ever.
    fn has_room_for_rules(&mut self, count: usize, over: Option<Timestamp>) -> bool {
        let has_room = self.rules + count <= MAX_RULES;
        match has_room {
            true => self.rules += count,
            false => self.leave_out_series(over),
        }
        has_room
    }

    /// Whether a series of this cost can be asked for an EXDATE that takes nothing away: beyond that nobody complains.
    fn has_room_for_check(&mut self, cost: usize) -> bool {
        self.checks = self.checks.saturating_add(cost);
        self.checks <= MAX_CHECKS
    }

    /// Whether so many changes can be looked for in series of this cost.
    fn has_room_for_changes(&mut self, changes: usize, cost: usize) -> bool {
        let lookups = self.lookups.saturating_add(changes.saturating_mul(cost));
        let has_room = lookups <= MAX_LOOKUPS;
        match has_room {
            true => self.lookups = lookups,
            false => self.left_out[2] += changes,
        }
        has_room
    }

    /// Notes an event that names somebody and cannot be read.
    fn complain(&mut self, complaint: Complaint) {
        self.complaints.push(complaint);
        self.unsaid[0] += forget_first_over(&mut self.complaints, 2 * MAX_COMPLAINTS);
    }

    /// Notes an event that puts nobody on call.
    fn puts_nobody_on_call(&mut self, complaint: Complaint) {
        self.unread.push(complaint);
        self.unsaid[1] += forget_first_over(&mut self.unread, 2 * MAX_COMPLAINTS);
    }

    /// Notes what is perhaps not meant.
    fn note(&mut self, complaint: Complaint) {
        self.notes.push(complaint);
        self.unsaid[2] += forget_first_over(&mut self.notes, 2 * MAX_COMPLAINTS);
    }

    fn say_what_is_left_out(&mut self, file: &Components<'_>) {
        let all = [
            (file.unclosed, "without END:VEVENT", MAX_UNCLOSED),
            (file.beyond, "too many", MAX_COMPONENTS),
        ];
        for (left_out, which, most) in all.into_iter().filter(|(left_out, ..)| left_out.count > 0) {
            let what = format!(
                "is the first of {} events {which}, expected {most} at most: they are left out",
                left_out.count
            );
            self.complaints.push(Complaint::new(left_out.line, "VEVENT", &what));
        }
        let [singles, series, changes] = self.left_out;
        let expected = [
            (singles, "VEVENT", "events", format!("{MAX_EVENTS} at most")),
            (series, "RRULE", "events that repeat", format!("{MAX_RULES} rules at most")),
            (changes, "RECURRENCE-ID", "changes", "fewer of fewer rules".to_owned()),
        ];
        for (count, key, what, expected) in expected {
            if count > 0 {
                let what =
                    format!("has {count} {what} too many, expected {expected}: they are left out");
                let over = (key == "RRULE" && self.left_out_until < Timestamp::MAX)
                    .then_some(self.left_out_until);
                self.complaints.push(Complaint { over, ..Complaint::new(1, key, &what) });
            }
        }
    }

    fn finish(&mut self) {
        let calendar = &mut self.calendar;
        let of_singles = calendar.singles.iter().flat_map(|single| single.people.iter());
        let of_series = calendar.series.iter().flat_map(Series::people);
        let mut people: Vec<&String> = of_singles.chain(of_series).collect();
        people.sort_unstable();
        people.dedup();
        calendar.people = people.into_iter().cloned().collect();
        calendar.singles.sort_by_key(|single| (single.from, single.order));
        self.unsaid[0] += forget_first_over(&mut self.complaints, MAX_COMPLAINTS);
        self.unsaid[1] += forget_first_over(&mut self.unread, MAX_COMPLAINTS);
        self.unsaid[2] += forget_first_over(&mut self.notes, MAX_COMPLAINTS);
        for (count, list, what) in [
            (self.unsaid[0], &mut self.complaints, "events that name somebody cannot be read"),
            (self.unsaid[1], &mut self.unread, "events put nobody on call"),
            (self.unsaid[2], &mut self.notes, "events and zones are perhaps not meant so"),
        ] {
            if count > 0 {
                let what = format!("{count} more {what}, expected fewer than {MAX_COMPLAINTS}");
                list.push(Complaint::new(1, "VEVENT", &what));
            }
        }
        self.complaints.sort_by_key(|complaint| complaint.line);
        self.unread.sort_by_key(|complaint| complaint.line);
        self.notes.sort_by_key(|complaint| complaint.line);
    }
}

/// Of a list that is longer than `limit`, keeps the [`MAX_COMPLAINTS`] that matter longest. Gives how many it loses.
fn forget_first_over(list: &mut Vec<Complaint>, limit: usize) -> usize {
    if list.len() <= limit {
        return 0;
    }
    list.sort_by_key(|complaint| Reverse(complaint.over.unwrap_or(Timestamp::MAX)));
    let lost = list.len() - MAX_COMPLAINTS;
    list.truncate(MAX_COMPLAINTS);
    lost
}

impl Complaint {
    fn new(line: usize, key: &str, what: &str) -> Complaint {
        Complaint { line, key: key.to_owned(), what: what.to_owned(), since: None, over: None }
    }

    fn of(line: &Line<'_>, what: &str) -> Complaint {
        Complaint::new(line.number, &line.name().to_ascii_uppercase(), what)
    }

    /// Whether it still matters at this time.
    pub fn matters(&self, now: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= now) && self.over.is_none_or(|over| over >= now)
    }
}
