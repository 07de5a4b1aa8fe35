//! The calendars beside a configuration, and what stands in for one that cannot be read: its last good reading.

use super::parts::schedules_with_calendars;
use super::problems::Problem;
use super::{Problems, is_calendar, parts};

type Parts = Vec<(String, String)>;

/// A calendar that cannot be read: its schedule alone has to do without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadCalendar {
    /// The name of the schedule.
    pub schedule: String,
    /// The first thing that is wrong with the calendar.
    pub problem: Problem,
    /// The substitute that the schedule goes on with.
    pub instead: Instead,
}

/// The substitute for a calendar that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// The last good reading.
    Former,
    /// The part of the calendar that can be read.
    Part,
    /// Nothing: nobody is on call there.
    Nothing,
}

/// The calendars of the last good configuration.
pub(super) struct Former<'a> {
    calendars: Vec<&'a (String, String)>,
    /// The schedules, each with the name of its calendar.
    schedules: Vec<(String, String)>,
}

impl<'a> Former<'a> {
    pub(super) fn new(parts: &'a [(String, String)]) -> Former<'a> {
        let (calendars, toml): (Vec<_>, Vec<_>) =
            parts.iter().partition(|(name, _)| is_calendar(name));
        let toml: Vec<&str> = toml.into_iter().map(|(_, text)| text.as_str()).collect();
        Former { calendars, schedules: schedules_with_calendars(&toml.join("\n")) }
    }

    /// The text of a calendar of this name; without one, of the calendar that the schedule had.
    fn text(&self, ics: &str, schedule: &str) -> Option<String> {
        let named = |ics: &str| {
            let its = self.calendars.iter().filter(|(name, _)| parts::is_of(name, ics));
            let texts: Vec<&str> = its.map(|(_, text)| text.as_str()).collect();
            (!texts.is_empty()).then(|| joined(&texts))
        };
        let had = self.schedules.iter().find(|(name, _)| name == schedule);
        named(ics).or_else(|| named(&had?.1))
    }
}

/// Texts one behind the other, each with a line end.
fn joined(texts: &[&str]) -> String {
    let with_end = |text: &&str| match text.ends_with('\n') {
        true => (*text).to_owned(),
        false => format!("{text}\n"),
    };
    texts.iter().map(with_end).collect()
}

/// The pieces of a configuration that are calendars, and which of them cannot be read.
pub(super) struct Calendars<'a> {
    /// The pieces, decoded.
    read: Parts,
    /// Pieces that cannot be decoded.
    undecoded: Vec<Problem>,
    former: Option<Former<'a>>,
    unread: Vec<UnreadCalendar>,
    /// The calendars in use instead of those that cannot be read, by the name that a schedule gives them.
    instead: Vec<(String, String)>,
}

impl<'a> Calendars<'a> {
    /// Decodes pieces, and takes the calendars apart from the TOML.
    pub(super) fn apart(
        parts: Parts,
        former: Option<Former<'a>>,
    ) -> Result<(Parts, Calendars<'a>), Problems> {
        let (mut toml, mut read, mut undecoded) = (Vec::new(), Vec::new(), Vec::new());
        for (name, text) in parts {
            match parts::from_parameter(&name, &text) {
                Ok(text) if is_calendar(&name) => read.push((name, text)),
                Ok(text) => toml.push((name, text)),
                Err(problems) if former.is_some() && is_calendar(&name) => {
                    undecoded.extend(problems.0);
                }
                Err(problems) => return Err(problems),
            }
        }
        let (unread, instead) = (Vec::new(), Vec::new());
        Ok((toml, Calendars { read, undecoded, former, unread, instead }))
    }

    /// The pieces of the calendar that a schedule names.
    pub(super) fn of(&self, ics: &str) -> Parts {
        let its = self.read.iter().filter(|(name, _)| parts::is_of(name, ics));
        its.cloned().collect()
    }

    /// Why a piece of this calendar could not be decoded.
    pub(super) fn undecoded(&self, ics: &str) -> Option<Problem> {
        self.undecoded.iter().find(|problem| parts::is_of(&problem.file, ics)).cloned()
    }

    /// Whether a calendar that cannot be read costs its own schedule only.
    pub(super) fn may_be_unread(&self) -> bool {
        self.former.is_some()
    }

    /// The former text of a calendar that cannot be read.
    pub(super) fn former(&self, ics: &str, schedule: &str) -> Option<String> {
        self.former.as_ref()?.text(ics, schedule)
    }

    /// Notes that a calendar cannot be read, and which former text is used instead, if there is one. Without one the
    /// calendar stays in use if part of it can be read (`has_part`).
    pub(super) fn is_unread(
        &mut self,
        ics: &str,
        schedule: &str,
        problem: Problem,
        former: Option<String>,
        has_part: bool,
    ) {
        let instead = match (&former, has_part) {
            (Some(_), _) => Instead::Former,
            (None, true) => Instead::Part,
            (None, false) => Instead::Nothing,
        };
        self.unread.push(UnreadCalendar { schedule: schedule.to_owned(), problem, instead });
        self.instead.extend(former.map(|text| (ics.to_owned(), text)));
    }

    /// All pieces as they are in use, and the calendars that cannot be read.
    pub(super) fn finish(self, toml: Parts) -> (Parts, Vec<UnreadCalendar>) {
        let Calendars { mut read, unread, instead, .. } = self;
        read.retain(|(name, _)| !instead.iter().any(|(ics, _)| parts::is_of(name, ics)));
        for (ics, text) in instead {
            let name = format!("config/{ics}");
            if !read.iter().any(|(have, _)| *have == name) {
                read.push((name, text));
            }
        }
        read.sort();
        (toml.into_iter().chain(read).collect(), unread)
    }
}
