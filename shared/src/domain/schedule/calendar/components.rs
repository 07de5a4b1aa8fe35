//! The components of an `.ics` file that matter: VEVENTs, VTIMEZONEs, and what stands beside them in their VCALENDAR.
//!
//! No recursion: however deep components are nested, only the depth is counted.

mod reader;

use super::lines::Line;
use reader::{Inside, Reader};

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

/// The components that are left out of a file.
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
    /// Its kind, as `VALARM`.
    pub(super) name: String,
    /// Whether there is a property behind its BEGIN that only a VEVENT has.
    pub(super) hides_any: bool,
}

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

/// The most VEVENTs without an end that are kept: one is usual, where a file is cut off.
pub(super) const MAX_UNCLOSED: usize = 1_000;
/// The most VEVENTs that are kept. The largest file has no space for so many that are valid: each has a UID and a DTSTAMP.
pub(super) const MAX_COMPONENTS: usize = 300_000;

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

#[cfg(test)]
mod tests;
