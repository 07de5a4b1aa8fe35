//! The components of an `.ics` file that matter: VEVENTs, VTIMEZONEs, and what stands beside them in their VCALENDAR.
//!
//! No recursion: however deep components are nested, only the depth is counted.

use super::lines::Line;

/// The parts of a file, in its order.
#[derive(Debug, Default)]
pub(super) struct Components<'a> {
    /// Each VEVENT.
    pub(super) events: Vec<Component<'a>>,
    /// Each STANDARD and DAYLIGHT, with the VTIMEZONE that it is of.
    pub(super) zones: Vec<Definition<'a>>,
    /// The zone that each VCALENDAR names for all its times, if it does.
    pub(super) time_zones: Vec<Line<'a>>,
    /// Which VCALENDARs carry `METHOD:CANCEL`, in order.
    cancelled: Vec<usize>,
    /// Whether there is any VCALENDAR.
    pub(super) is_calendar: bool,
    /// The line of the last VCALENDAR, or of an event behind it, if the file ends before its end.
    pub(super) is_cut_off: Option<usize>,
    /// VEVENTs that are left out, as too many others have no end.
    pub(super) unclosed: LeftOut,
    /// VEVENTs that are left out, as there are too many.
    pub(super) beyond: LeftOut,
}

/// What is left out of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) count: usize,
    /// The line of the first one.
    pub(super) line: usize,
}

impl LeftOut {
    fn add(&mut self, line: usize) {
        if self.count == 0 {
            self.line = line;
        }
        self.count += 1;
    }
}

/// A VEVENT: its own properties, without those of what is inside it (a VALARM has a DURATION too).
#[derive(Debug)]
pub(super) struct Component<'a> {
    /// The line of its BEGIN.
    pub(super) line: usize,
    pub(super) lines: Vec<Line<'a>>,
    /// Which of the file's VCALENDARs it is in.
    calendar: usize,
    /// A component inside it that has no END.
    pub(super) unclosed: Option<Unclosed>,
    /// Whether its END is there.
    pub(super) is_whole: bool,
    /// Whether it has more lines than are read.
    pub(super) is_too_long: bool,
}

/// A component inside a VEVENT that has no END: nobody knows whose the properties behind its BEGIN are.
#[derive(Debug)]
pub(super) struct Unclosed {
    /// The line of its BEGIN.
    pub(super) line: usize,
    /// What it is, as `VALARM`.
    pub(super) name: String,
    /// Whether there is a property behind its BEGIN that only a VEVENT has.
    pub(super) hides_any: bool,
}

/// Properties that a VALARM has too.
const OF_ALARM: [&str; 4] = ["SUMMARY", "ATTENDEE", "UID", "DURATION"];

/// A VTIMEZONE.
#[derive(Debug, Default)]
pub(super) struct Definition<'a> {
    /// The line of its BEGIN.
    pub(super) line: usize,
    /// TZID and X-LIC-LOCATION.
    pub(super) lines: Vec<Line<'a>>,
    /// The properties of each STANDARD and DAYLIGHT.
    pub(super) observances: Vec<Vec<Line<'a>>>,
}

/// The most lines of one VEVENT, and of one STANDARD or DAYLIGHT, that are read.
const MAX_LINES: usize = 10_000;

/// The most VEVENTs without an end that are kept: one is usual, where a file is cut off.
pub(super) const MAX_UNCLOSED: usize = 1_000;
/// The most VEVENTs that are kept. The largest file has no space for so many that are valid: each has a UID and a DTSTAMP.
pub(super) const MAX_COMPONENTS: usize = 300_000;

/// What is read of a VEVENT.
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

impl<'a> Components<'a> {
    /// Sorts the lines of a file.
    pub(super) fn of(lines: impl Iterator<Item = Line<'a>>) -> Components<'a> {
        let mut reader = Reader::default();
        for line in lines {
            if line.has_name("BEGIN") {
                reader.begin(&line);
            } else if line.has_name("END") {
                reader.end(&line);
            } else {
                reader.property(line);
            }
        }
        if reader.inside == Inside::Event && reader.found.is_cut_off.is_none() {
            reader.found.is_cut_off = reader.found.events.last().map(|event| event.line);
        }
        reader.found
    }

    /// Whether the VCALENDAR of this event says that its events do not take place.
    pub(super) fn cancels(&self, event: &Component<'_>) -> bool {
        self.cancelled.binary_search(&event.calendar).is_ok()
    }
}

impl<'a> Component<'a> {
    /// The first property of this name.
    pub(super) fn line(&self, name: &str) -> Option<&Line<'a>> {
        self.lines.iter().find(|line| line.has_name(name))
    }

    /// All properties of this name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Line<'a>> {
        self.lines.iter().filter(move |line| line.has_name(name))
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    Event,
    Zone,
    Observance,
}

#[derive(Default)]
struct Reader<'a> {
    found: Components<'a>,
    inside: Inside,
    /// How many components of no interest are open within what we are inside of.
    depth: usize,
    calendars: usize,
    /// How many of the events kept have no end.
    unclosed: usize,
}

impl<'a> Reader<'a> {
    fn begin(&mut self, line: &Line<'a>) {
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

    fn end(&mut self, line: &Line<'a>) {
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

    fn property(&mut self, mut line: Line<'a>) {
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

#[cfg(test)]
mod tests;
