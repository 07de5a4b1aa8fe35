//! Events of calendars that cannot be read, put nobody on call, or are left out because of a word: none is an error of the configuration.

use jiff::Timestamp;

use super::{Config, Problem};

/// One event, and what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub struct CalendarProblem {
    /// The schedule that the calendar is of.
    pub schedule: String,
    /// The problem, and where it is.
    pub problem: Problem,
    /// Whether it names somebody, so that the hours of a shift are lost. Otherwise it only puts nobody on call.
    pub is_lost: bool,
    /// Whether nothing is wrong: a word says that somebody is away.
    pub is_absence: bool,
    /// The time before which it does not matter yet, if there is one.
    pub since: Option<Timestamp>,
    /// The time after which it does not matter any more, if there is one.
    pub over: Option<Timestamp>,
}

impl Config {
    /// Events that name somebody and cannot be read: nobody is on call in their hours. Those that are over are left out.
    pub fn lost_shifts(&self, now: Timestamp) -> Vec<&CalendarProblem> {
        self.calendar_problems_at(now).filter(|one| one.is_lost).collect()
    }

    /// Events that put nobody on call, as a word says that somebody is away (these first), or as they name nobody we know
    /// or have no end. Those that are over are left out.
    pub fn foreign_events(&self, now: Timestamp) -> Vec<&CalendarProblem> {
        self.calendar_problems_at(now).filter(|one| !one.is_lost).collect()
    }

    fn calendar_problems_at(&self, now: Timestamp) -> impl Iterator<Item = &CalendarProblem> {
        self.calendar_problems.iter().filter(move |one| {
            one.since.is_none_or(|since| since <= now) && one.over.is_none_or(|over| over >= now)
        })
    }
}
