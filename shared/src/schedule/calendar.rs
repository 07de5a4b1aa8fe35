//! The events of an `.ics` file (RFC 5545), those whose SUMMARY names a person.
//!
//! 1. `lines`: the file as properties, each whole. 2. `event`: the properties of one VEVENT into times.
//! 3. `rule`: RRULE, as far as it goes by days and weeks. What would change who is on call and cannot be read is
//!    complained of, and never left out.
//!
//! Times without a zone are of the schedule's; so are whole days. Of events that overlap, the one that began last wins.

mod event;
mod lines;
mod rule;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::slot::{Span, last_covering};
use super::{Because, Shift};
use event::{Block, Event};

/// A calendar that was read.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    events: Vec<Event>,
}

/// What came of reading an `.ics` file.
#[derive(Debug, Default)]
pub struct Reading {
    /// What could be read.
    pub calendar: Calendar,
    /// The zone of times that name none: the schedule's, else the file's own.
    pub zone: Option<TimeZone>,
    /// All that is wrong.
    pub complaints: Vec<Complaint>,
    /// Events that name nobody we know, or several: they put nobody on call.
    pub unread: Vec<Complaint>,
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
}

/// The most events that are read of one file.
const MOST_EVENTS: usize = 2_000;

/// How far around a moment events that repeat are looked for at first, …
const NEAR: SignedDuration = SignedDuration::from_hours(60 * 24);
/// … and if that does not tell when the shift begins and ends. One of a series that is more than eleven years away is not
/// found.
const FAR: SignedDuration = SignedDuration::from_hours(4_000 * 24);

impl Calendar {
    /// Reads an `.ics` file. `zone` is the schedule's, for times that name none; without it the file's own
    /// X-WR-TIMEZONE. `people` is whom a SUMMARY may name.
    pub fn read(text: &str, zone: Option<&TimeZone>, people: &[&str]) -> Reading {
        let lines = lines::unfold(text);
        let named = lines.iter().find(|line| line.name == "X-WR-TIMEZONE");
        let zone = zone.cloned().or_else(|| TimeZone::get(named?.value.trim()).ok());
        let mut reading = Reading { zone: zone.clone(), ..Reading::default() };
        if !lines.iter().any(|line| line.is("BEGIN", "VCALENDAR")) {
            reading.complain(1, "", "is no calendar, expected BEGIN:VCALENDAR");
        }
        let mut blocks = event::blocks(lines);
        if let Some(block) = blocks.get(MOST_EVENTS) {
            let what = format!("is one event too many, expected {MOST_EVENTS} at most");
            reading.complain(block.line, "VEVENT", &what);
        }
        blocks.truncate(MOST_EVENTS);
        let mut replaced = Vec::new();
        for block in &blocks {
            match block.replaces(zone.as_ref()) {
                Ok(one) => replaced.extend(one),
                Err(complaint) => reading.complaints.push(complaint),
            }
        }
        for block in blocks.iter().filter(|block| !block.is_cancelled()) {
            reading.event(block, people);
        }
        for event in &mut reading.calendar.events {
            event.leave_out(&replaced);
        }
        reading
    }

    /// Who is on call at this moment.
    pub(super) fn shift(&self, at: Timestamp) -> Shift {
        let near = self.around(at, NEAR);
        near.unwrap_or_else(|far| far)
    }

    /// The same, looked for this far around; the error is what is found if that is not far enough to be sure.
    fn around(&self, at: Timestamp, reach: SignedDuration) -> Result<Shift, Shift> {
        let from = at.checked_sub(reach).unwrap_or(Timestamp::MIN);
        let until = at.checked_add(reach).unwrap_or(Timestamp::MAX);
        let mut found: Vec<(Span, usize)> = Vec::new();
        for (index, event) in self.events.iter().enumerate() {
            found.extend(event.within((from, until)).into_iter().map(|span| (span, index)));
        }
        found.sort_by_key(|((from, _), index)| (*from, *index));
        let spans: Vec<Span> = found.iter().map(|(span, _)| *span).collect();
        let slot = last_covering(&spans, at);
        if (slot.from < from || slot.until > until) && reach < FAR {
            return Err(self.around(at, FAR).unwrap_or_else(|shift| shift));
        }
        let person = slot.winner.map(|winner| self.events[found[winner].1].person.clone());
        let because = if person.is_some() { Because::Calendar } else { Because::Nobody };
        Ok(Shift { person, from: slot.from, until: slot.until, because })
    }

    /// Everybody whom an event names.
    pub(super) fn people(&self) -> Vec<String> {
        self.events.iter().map(|event| event.person.clone()).collect()
    }
}

impl Reading {
    fn complain(&mut self, line: usize, key: &str, what: &str) {
        self.complaints.push(Complaint { line, key: key.to_owned(), what: what.to_owned() });
    }

    fn event(&mut self, block: &Block, people: &[&str]) {
        let summary = block.summary();
        let names = named(&summary, people);
        if let [person] = names[..] {
            match block.event(person, self.zone.as_ref()) {
                Ok(event) => self.calendar.events.push(event),
                Err(complaint) => self.complaints.push(complaint),
            }
            return;
        }
        let who = if names.is_empty() { "nobody we know".to_owned() } else { names.join(" and ") };
        let what = format!("{summary:?} names {who}, expected one of the people");
        self.unread.push(Complaint { line: block.line, key: "SUMMARY".to_owned(), what });
    }
}

/// Whom a text names, each once. A name is a word of it, in small letters or capitals.
fn named<'a>(text: &str, people: &[&'a str]) -> Vec<&'a str> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
    let mut found: Vec<&str> =
        words.filter_map(|word| people.iter().find(|person| **person == word).copied()).collect();
    found.sort_unstable();
    found.dedup();
    found
}
