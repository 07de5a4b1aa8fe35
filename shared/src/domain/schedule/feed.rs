//! A calendar (RFC 5545) of who is on call that other programs subscribe to: of one person, or of one schedule. It has names
//! and times, and nothing else.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Schedule, Schedules, Shift};
use crate::hex;

/// How far a calendar looks back, …
const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// … and ahead: eight weeks.
const AHEAD: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);
/// The most events of one.
const MAX_EVENTS: usize = 2_000;
/// The most bytes of a line, without its end.
const MAX_LINE: usize = 75;

/// The shifts that a calendar has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feed {
    /// Those of a person, in all schedules.
    Person(String),
    /// Those of a schedule.
    Schedule(String),
}

impl Feed {
    /// The name of the person or of the schedule.
    pub fn name(&self) -> &str {
        match self {
            Feed::Person(name) | Feed::Schedule(name) => name,
        }
    }

    fn has(&self, schedule: &Schedule, shift: &Shift) -> bool {
        match self {
            Feed::Person(name) => shift.people.contains(name),
            Feed::Schedule(name) => schedule.name == *name && !shift.people.is_empty(),
        }
    }

    /// The calendar at this time: a week back and eight ahead. A shift keeps its UID as long as the same people are on call
    /// from the same moment on.
    pub fn calendar(&self, schedules: &Schedules, now: Timestamp) -> String {
        let from = now.checked_sub(BACK).unwrap_or(now);
        let until = now.checked_add(AHEAD).unwrap_or(now);
        let mut lines = vec![
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Ringdown//On call//EN".to_owned(),
            "CALSCALE:GREGORIAN".to_owned(),
            "METHOD:PUBLISH".to_owned(),
            format!("X-WR-CALNAME:{}", escaped(&format!("On call: {}", self.name()))),
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H".to_owned(),
            "X-PUBLISHED-TTL:PT1H".to_owned(),
        ];
        let all = schedules.iter().flat_map(|schedule| {
            let shifts = schedule.shifts(from, until).into_iter();
            shifts.map(move |shift| (schedule, shift))
        });
        let own = all.filter(|(schedule, shift)| self.has(schedule, shift));
        for (schedule, shift) in own.take(MAX_EVENTS) {
            let (begin, end) = (
                begin(&shift, from),
                if shift.until == Timestamp::MAX { until } else { shift.until },
            );
            let people = shift.people.join(", ");
            let uid =
                hex(&Sha256::digest(format!("{}\n{people}\n{}", schedule.name, shift.from))[..16]);
            lines.extend([
                "BEGIN:VEVENT".to_owned(),
                format!("UID:{uid}@ringdown"),
                format!("DTSTAMP:{}", stamp(now)),
                format!("DTSTART:{}", stamp(begin)),
                format!("DTEND:{}", stamp(end)),
                format!("SUMMARY:{}", escaped(&format!("{people} on call: {}", schedule.name))),
                "TRANSP:TRANSPARENT".to_owned(),
                "END:VEVENT".to_owned(),
            ]);
        }
        lines.push("END:VCALENDAR".to_owned());
        lines.iter().map(|line| folded(line)).collect()
    }
}

/// When a shift begins; one that always was so, with what is shown.
fn begin(shift: &Shift, from: Timestamp) -> Timestamp {
    if shift.from == Timestamp::MIN { from } else { shift.from }
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text as a value (RFC 5545, 3.3.11), on one line.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\n' => value.push_str("\\n"),
            c if c.is_control() => {}
            c => value.push(c),
        }
    }
    value
}

/// A line with its end, in pieces of 75 bytes at most (RFC 5545, 3.1); no character is torn apart.
fn folded(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + 8);
    let mut bytes = 0;
    for c in line.chars() {
        if bytes + c.len_utf8() > MAX_LINE {
            folded.push_str("\r\n ");
            bytes = 1;
        }
        folded.push(c);
        bytes += c.len_utf8();
    }
    folded + "\r\n"
}
