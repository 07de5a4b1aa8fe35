//! One VEVENT of a UID: a version of the series, or one that stands for an instance of it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::super::components::{Component, Components};
use super::super::series::Series;
use super::super::stamp::Stamp;
use super::super::zones::Zones;
use super::super::{Complaint, Occurrence, Reading, Who};
use crate::domain::schedule::names::{Named, Names};

/// One of the VEVENTs of a UID.
pub(super) struct Version<'a, 'b> {
    pub(super) order: usize,
    pub(super) event: &'a Component<'b>,
    pub(super) sequence: i64,
    pub(super) is_cancelled: bool,
    /// People on call; empty if it names nobody, if all have declined, if it is cancelled or says that they are not.
    pub(super) people: Vec<String>,
    pub(super) names_somebody: bool,
    /// Whether somebody would be on call, but all have declined.
    pub(super) is_declined: bool,
    /// The word that says that nobody is on call for it.
    pub(super) not_on_call: Option<String>,
    /// The time after which it is over; `None` if it may go on.
    pub(super) over: Option<Timestamp>,
}

/// One that stands for one of a series.
pub(super) struct Exception<'a, 'b> {
    pub(super) version: Version<'a, 'b>,
    /// The one of the series that it stands for.
    pub(super) place: Stamp,
    /// Whether it stands for all that follow too.
    pub(super) is_for_future: bool,
}

impl<'a, 'b> Version<'a, 'b> {
    pub(super) fn of(
        order: usize,
        event: &'a Component<'b>,
        file: &Components<'_>,
        names: &Names,
    ) -> Version<'a, 'b> {
        let is_cancelled = event.is_cancelled() || file.cancels(event);
        let (Named { people, not_on_call }, declined) = event.names(names);
        let names_somebody = !people.is_empty();
        let is_on_call = !is_cancelled && not_on_call.is_none();
        let people = people
            .into_iter()
            .filter(|person| is_on_call && !declined.contains(person))
            .map(|person| names.person(person).to_owned())
            .collect::<Vec<_>>();
        let is_declined = names_somebody && is_on_call && people.is_empty();
        let sequence = event.sequence();
        Version {
            order,
            event,
            sequence,
            is_cancelled,
            people,
            names_somebody,
            is_declined,
            not_on_call,
            over: event.over(),
        }
    }

    pub(super) fn who(&self) -> Option<Who> {
        let people = Arc::from(self.people.as_slice());
        (!self.people.is_empty()).then_some(Who { people, order: self.order })
    }

    /// A complaint about it, which does not matter once the event is over.
    pub(super) fn complaint(&self, complaint: Complaint) -> Complaint {
        Complaint { over: self.over, ..complaint }
    }

    pub(super) fn exception(self, zones: &Zones<'_>) -> Result<Exception<'a, 'b>, Complaint> {
        let Some(line) = self.event.line("RECURRENCE-ID") else {
            return Err(Complaint::new(self.event.line, "RECURRENCE-ID", "is missing"));
        };
        let is_for_future = match line.parameter("RANGE") {
            None => false,
            Some(range) if range.eq_ignore_ascii_case("THISANDFUTURE") => true,
            Some(range) => {
                let what = format!("has the RANGE {range:?}, expected THISANDFUTURE or none");
                return Err(self.complaint(Complaint::of(line, &what)));
            }
        };
        let place = match self.event.begins(zones) {
            Ok(first) => zones.stamp_beside(line, line.value(), &first),
            Err(_) => zones.stamp(line, line.value()),
        };
        let place = place.map_err(|complaint| self.complaint(complaint))?;
        Ok(Exception { version: self, place, is_for_future })
    }

    /// The series that it is, if it can be read. One that names nobody still says which dates are in it.
    pub(super) fn series(&self, zones: &Zones<'_>, reading: &mut Reading) -> Option<Series> {
        let rules = self.event.all("RRULE").count();
        if self.is_cancelled || !reading.has_budget_for_rules(rules, self.over) {
            return None;
        }
        let times = self.event.times(zones, &mut reading.budget);
        let (times, complaints) = match times {
            Ok((times, complaints)) => (Some(times), complaints),
            Err(complaint) => (None, vec![complaint]),
        };
        if !self.people.is_empty() {
            for complaint in complaints {
                reading.complain(self.complaint(complaint));
            }
        }
        let times = times?;
        let except = times.except.clone();
        let series = Series::new(self.who(), times);
        self.complain_of_exceptions(&series, except, reading);
        Some(series)
    }

    /// Changes this one of a series and all that follow.
    pub(super) fn change<'s>(
        &self,
        all: impl Iterator<Item = &'s mut Series>,
        place: &Stamp,
        zones: &Zones<'_>,
    ) -> Result<(), Complaint> {
        let Some(who) = self.who() else {
            all.for_each(|series| series.end_before(place));
            return Ok(());
        };
        let times = self.event.once(zones)?;
        for series in all {
            if !series.change_from(place, Some(who.clone()), times.clone()) {
                let what =
                    "moves all that follow by more than a month, expected a series of its own";
                return Err(Complaint::new(self.event.line, "DTSTART", what));
            }
        }
        Ok(())
    }

    /// Adds it as an event of its own, whatever rule it carries.
    pub(super) fn add_alone(&self, zones: &Zones<'_>, reading: &mut Reading) {
        let Some(who) = self.who() else { return };
        match self.event.once(zones) {
            Ok((first, length)) => reading.single(self, who, (&first, length)),
            Err(complaint) => reading.complain(self.complaint(complaint)),
        }
    }
}

impl Reading {
    pub(super) fn single(
        &mut self,
        version: &Version<'_, '_>,
        who: Who,
        (first, length): (&Stamp, SignedDuration),
    ) {
        let from = first.at();
        if let Some(until) = first.end(length).filter(|until| from < *until) {
            self.add_single(Occurrence { from, until, order: who.order, people: who.people });
            return;
        }
        let what = "has no DTEND and no DURATION, expected an end: it puts nobody on call";
        let complaint = Complaint::new(version.event.line, "DTSTART", what);
        self.puts_nobody_on_call(version.complaint(complaint));
    }
}
