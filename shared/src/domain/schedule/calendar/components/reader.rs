//! Sorts the lines of a file into its components.

use super::{Component, Components, Definition, MAX_COMPONENTS, MAX_UNCLOSED, Unclosed};
use crate::domain::schedule::calendar::lines::Line;

/// Properties that a VALARM has too.
const OF_ALARM: [&str; 4] = ["SUMMARY", "ATTENDEE", "UID", "DURATION"];

/// The most lines of one VEVENT, and of one STANDARD or DAYLIGHT, that are read.
const MAX_LINES: usize = 10_000;

/// The properties that are read of a VEVENT.
const OF_EVENT: [&str; 13] = [
    "SUMMARY",
    "ATTENDEE",
    "UID",
    "SEQUENCE",
    "STATUS",
    "RECURRENCE-ID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "EXRULE",
];

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Inside {
    #[default]
    Nothing,
    Event,
    Zone,
    Observance,
}

#[derive(Default)]
pub(super) struct Reader<'a> {
    pub(super) found: Components<'a>,
    pub(super) inside: Inside,
    /// How many components of no interest are open within what we are inside of.
    depth: usize,
    calendars: usize,
    /// How many of the events kept have no end.
    unclosed: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn begin(&mut self, line: &Line<'a>) {
        let is = |name: &str| line.value().eq_ignore_ascii_case(name);
        if is("VEVENT") {
            // Inside another one it can only be that the other has no end.
            self.leave_event();
            (self.inside, self.depth) = (Inside::Event, 0);
            self.found.events.push(Component {
                line: line.number,
                lines: Vec::new(),
                calendar: self.calendars,
                unclosed: None,
                is_whole: false,
                is_too_long: false,
            });
        } else if is("VCALENDAR") {
            self.leave_event();
            (self.inside, self.depth) = (Inside::Nothing, 0);
            self.calendars += 1;
            self.found.is_calendar = true;
            self.found.is_cut_off = Some(line.number);
        } else if is("VTIMEZONE") && self.inside == Inside::Nothing {
            (self.inside, self.depth) = (Inside::Zone, 0);
            self.found.zones.push(Definition { line: line.number, ..Definition::default() });
        } else if (is("STANDARD") || is("DAYLIGHT"))
            && self.inside == Inside::Zone
            && self.depth == 0
        {
            self.inside = Inside::Observance;
            if let Some(zone) = self.found.zones.last_mut() {
                zone.observances.push(Vec::new());
            }
        } else {
            self.depth += 1;
            if self.depth == 1
                && let Some(event) = self.event()
            {
                let (line, name) = (line.number, line.value().to_ascii_uppercase());
                event.unclosed = Some(Unclosed { line, name, hides_any: false });
            }
        }
    }

    /// The event that we are inside of.
    fn event(&mut self) -> Option<&mut Component<'a>> {
        self.found.events.last_mut().filter(|_| self.inside == Inside::Event)
    }

    /// Notes a property of a component inside an event.
    fn hide(&mut self, line: &Line<'a>) {
        let is_of = |names: &[&str]| names.iter().any(|name| line.has_name(name));
        if !is_of(&OF_EVENT) || is_of(&OF_ALARM) {
            return;
        }
        if let Some(unclosed) = self.event().and_then(|event| event.unclosed.as_mut()) {
            unclosed.hides_any = true;
        }
    }

    /// An event that we are inside of has no end: it is left out if it is one of too many.
    fn leave_event(&mut self) {
        if self.inside != Inside::Event {
            return;
        }
        self.unclosed += 1;
        if self.unclosed > MAX_UNCLOSED
            && let Some(event) = self.found.events.pop()
        {
            self.found.unclosed.add(event.line);
        }
    }

    pub(super) fn end(&mut self, line: &Line<'a>) {
        let is = |name: &str| line.value().eq_ignore_ascii_case(name);
        match self.inside {
            _ if is("VCALENDAR") => {
                self.leave_event();
                (self.inside, self.depth) = (Inside::Nothing, 0);
                self.found.is_cut_off = None;
            }
            Inside::Event if is("VEVENT") => {
                (self.inside, self.depth) = (Inside::Nothing, 0);
                if let Some(event) = self.found.events.last_mut() {
                    event.is_whole = true;
                }
                if self.found.events.len() > MAX_COMPONENTS
                    && let Some(event) = self.found.events.pop()
                {
                    self.found.beyond.add(event.line);
                }
            }
            Inside::Zone | Inside::Observance if is("VTIMEZONE") => {
                (self.inside, self.depth) = (Inside::Nothing, 0);
            }
            Inside::Observance if is("STANDARD") || is("DAYLIGHT") => self.inside = Inside::Zone,
            _ => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0
                    && let Some(event) = self.event()
                {
                    event.unclosed = None;
                }
            }
        }
    }

    pub(super) fn property(&mut self, mut line: Line<'a>) {
        if self.depth > 0 {
            self.hide(&line);
            return;
        }
        line.calendar = self.calendars;
        match self.inside {
            Inside::Nothing if line.is("METHOD", "CANCEL") => {
                self.found.cancelled.push(self.calendars)
            }
            Inside::Nothing if line.has_name("X-WR-TIMEZONE") => {
                let have = self.found.time_zones.last();
                if have.is_none_or(|have| have.calendar != line.calendar) {
                    self.found.time_zones.push(line);
                }
            }
            Inside::Event if OF_EVENT.iter().any(|name| line.has_name(name)) => {
                let Some(event) = self.found.events.last_mut() else { return };
                match event.lines.len() < MAX_LINES {
                    true => event.lines.push(line),
                    false => event.is_too_long = true,
                }
            }
            Inside::Zone if line.has_name("TZID") || line.has_name("X-LIC-LOCATION") => {
                let zone = self.found.zones.last_mut();
                if let Some(zone) = zone.filter(|zone| zone.lines.len() < MAX_LINES) {
                    zone.lines.push(line);
                }
            }
            Inside::Observance => {
                let observance =
                    self.found.zones.last_mut().and_then(|zone| zone.observances.last_mut());
                if let Some(observance) = observance.filter(|lines| lines.len() < MAX_LINES) {
                    observance.push(line);
                }
            }
            _ => {}
        }
    }
}
