//! The VEVENTs of one UID: which version of each counts, and which of them stands for one of a series.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::components::{Component, Components, Unclosed};
use super::series::Series;
use super::stamp::Stamp;
use super::zones::Zones;
use super::{Complaint, Occurrence, Reading, Who};
use crate::domain::schedule::names::{Named, Names};

/// The events of one UID, each with its place in the file.
#[derive(Debug, Default)]
pub(super) struct Group<'a, 'b> {
    pub(super) events: Vec<(usize, &'a Component<'b>)>,
}

/// One of them.
struct Version<'a, 'b> {
    order: usize,
    event: &'a Component<'b>,
    sequence: i64,
    is_cancelled: bool,
    /// Who is on call; empty if it names nobody, if all have declined, if it is cancelled or says that they are not.
    people: Vec<String>,
    names_somebody: bool,
    /// Whether somebody would be on call, but all have declined.
    is_declined: bool,
    /// The word that says that nobody is on call for it.
    not_on_call: Option<String>,
    /// The time after which it is over; `None` if it may go on.
    over: Option<Timestamp>,
}

/// One that stands for one of a series.
struct Exception<'a, 'b> {
    version: Version<'a, 'b>,
    /// The one of the series that it stands for.
    place: Stamp,
    /// Whether it stands for all that follow too.
    is_for_future: bool,
}

/// How many EXDATEs of an event are complained of that are no instance of it: the latest.
const MAX_WRONG_EXDATES: usize = 3;

impl<'a, 'b> Group<'a, 'b> {
    /// Reads it into the calendar, if any of it names somebody.
    pub(super) fn read(
        &self,
        file: &Components<'_>,
        names: &Names,
        zones: &Zones<'_>,
        reading: &mut Reading,
    ) {
        let version =
            |(order, event): &(usize, &'a Component<'b>)| Version::of(*order, event, file, names);
        let mut versions: Vec<Version<'_, '_>> = self.events.iter().map(version).collect();
        last_as_long_as_their_series(&mut versions);
        for version in versions.iter().filter(|version| version.puts_nobody_on_call()) {
            let what = format!(
                "{:?} names nobody we know, expected one of the people",
                version.event.summary()
            );
            let nobody = Complaint::new(version.event.line, "SUMMARY", &what);
            let unclosed =
                version.event.unclosed.as_ref().filter(|_| version.event.summary().is_empty());
            let complaint = unclosed.map_or(nobody, Unclosed::complaint);
            reading.puts_nobody_on_call(version.complaint(complaint));
        }
        if !versions.iter().any(|version| version.names_somebody) {
            return;
        }
        for version in
            versions.iter().filter(|version| !version.is_cancelled && version.names_somebody)
        {
            if let Some(word) = &version.not_on_call {
                let what =
                    format!("left out: {:?} because of the word {word:?}", version.event.summary());
                let complaint = Complaint::new(version.event.line, "SUMMARY", &what);
                reading.note(version.complaint(complaint));
            }
        }
        let is_exception =
            |version: &Version<'_, '_>| version.event.line("RECURRENCE-ID").is_some();
        let (exceptions, masters): (Vec<_>, Vec<_>) = versions.into_iter().partition(is_exception);
        let exceptions =
            newest(exceptions.into_iter().filter_map(|version| match version.exception(zones) {
                Ok(exception) => Some(exception),
                Err(complaint) => {
                    reading.complain(complaint);
                    None
                }
            }));
        for Exception { version, is_for_future, .. } in &exceptions {
            version.complain_if_it_stands_alone(*is_for_future && masters.is_empty(), reading);
        }
        // One that puts nobody on call only says which dates are in it.
        let masters = Masters::of(masters, !exceptions.is_empty(), zones, reading);
        masters.add(exceptions, zones, reading);
    }
}

impl<'a, 'b> Version<'a, 'b> {
    fn of(
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

    /// Whether it names nobody, and says nothing of why.
    fn puts_nobody_on_call(&self) -> bool {
        !self.names_somebody && !self.is_cancelled && self.not_on_call.is_none()
    }

    fn who(&self) -> Option<Who> {
        let people = Arc::from(self.people.as_slice());
        (!self.people.is_empty()).then_some(Who { people, order: self.order })
    }

    /// If all have declined, nobody is on call for it: that is a shift lost.
    fn complain_if_declined(&self, reading: &mut Reading) {
        if self.is_declined {
            reading.complain(self.complaint(self.event.all_declined()));
        }
    }

    /// If it names an instance, but of which series nobody knows, it is an event of its own.
    fn complain_if_it_stands_alone(&self, is_for_all_that_follow: bool, reading: &mut Reading) {
        let what = match (self.event.uid(), is_for_all_that_follow) {
            (None, _) => {
                "is of an event without a UID, expected the UID of its series: it stands for no other"
            }
            (_, true) => {
                "has RANGE=THISANDFUTURE, but its series is missing, expected it: it takes place once"
            }
            _ => return,
        };
        self.complain_of("RECURRENCE-ID", what, reading);
    }

    /// If it stands for no instance of its series, though for one of that day at another time, or changes all that
    /// follow.
    fn complain_of_no_instance(
        &self,
        other: Option<DateTime>,
        is_for_all_that_follow: bool,
        reading: &mut Reading,
    ) {
        let Some(line) = self.event.line("RECURRENCE-ID") else { return };
        let what = match other {
            Some(other) => no_instance(line.value(), other),
            None if is_for_all_that_follow && self.who().is_some() => {
                "is no instance of its series, expected one: it takes place once".to_owned()
            }
            None => return,
        };
        reading.complain(self.complaint(Complaint::of(line, &what)));
    }

    /// Complains of each EXDATE that is no instance of its series, though it has one of that day at another time.
    fn complain_of_exceptions(
        &self,
        series: &Series,
        mut except: Vec<(usize, Stamp)>,
        reading: &mut Reading,
    ) {
        except.sort_by_key(|(_, stamp)| Reverse(stamp.at()));
        let (mut found, cost) = (0, series.lookup_cost());
        for (line, stamp) in except {
            if found == MAX_WRONG_EXDATES || !reading.has_room_for_check(cost) {
                return;
            }
            if let Some(other) = series.other_time_of(&stamp) {
                found += 1;
                let written = stamp.local.strftime("%Y%m%dT%H%M%S").to_string();
                let complaint = Complaint::new(line, "EXDATE", &no_instance(&written, other));
                let over = stamp.at().checked_add(SignedDuration::from_hours(48)).ok();
                reading.complain(Complaint { over, ..complaint });
            }
        }
    }

    /// If a property stands there twice, only the first counts.
    fn complain_if_ambiguous(&self, reading: &mut Reading) {
        for name in ["DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"] {
            let mut lines = self.event.all(name);
            let Some(first) = lines.next() else { continue };
            if let Some(second) = lines.find(|line| line.value() != first.value())
                && self.who().is_some()
            {
                let what = format!(
                    "is there twice, expected one: only that in line {} counts",
                    first.number
                );
                reading.complain(self.complaint(Complaint::of(second, &what)));
            }
        }
    }

    /// Complains of one of its properties, if it would put somebody on call.
    fn complain_of(&self, name: &str, what: &str, reading: &mut Reading) {
        if let Some(line) = self.event.line(name)
            && self.who().is_some()
        {
            reading.complain(self.complaint(Complaint::of(line, what)));
        }
    }

    /// A complaint about it, which does not matter once the event is over.
    fn complaint(&self, complaint: Complaint) -> Complaint {
        Complaint { over: self.over, ..complaint }
    }

    fn exception(self, zones: &Zones<'_>) -> Result<Exception<'a, 'b>, Complaint> {
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
        let place = Stamp::read(line, line.value(), zones)
            .map_err(|complaint| self.complaint(complaint))?;
        Ok(Exception { version: self, place, is_for_future })
    }

    /// The series that it is, if it can be read. One that names nobody still says which dates are in it.
    fn series(&self, zones: &Zones<'_>, reading: &mut Reading) -> Option<Series> {
        let rules = self.event.all("RRULE").count();
        if self.is_cancelled || !reading.has_room_for_rules(rules, self.over) {
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
    fn change<'s>(
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
    fn add_alone(&self, zones: &Zones<'_>, reading: &mut Reading) {
        let Some(who) = self.who() else { return };
        match self.event.once(zones) {
            Ok((first, length)) => reading.single(self, who, (&first, length)),
            Err(complaint) => reading.complain(self.complaint(complaint)),
        }
    }
}

impl Reading {
    fn single(
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

/// That a time is no instance of a series, and which it may mean.
fn no_instance(written: &str, other: DateTime) -> String {
    let other = other.strftime("%Y%m%dT%H%M%S");
    format!("{written:?} is no instance of its series, expected \"{other}\": that of the day stays")
}

/// Lets those with a RANGE be over no earlier than the newest versions of the series that they change.
fn last_as_long_as_their_series(versions: &mut [Version<'_, '_>]) {
    let is_master = |version: &&Version<'_, '_>| version.event.line("RECURRENCE-ID").is_none();
    let newest = versions.iter().filter(is_master).map(|version| version.sequence).max();
    let masters =
        versions.iter().filter(is_master).filter(|version| Some(version.sequence) == newest);
    // `None` is for ever.
    let later = |one: Option<Timestamp>, other: Option<Timestamp>| Some(one?.max(other?));
    let over = masters.map(|version| version.over).fold(Some(Timestamp::MIN), later);
    for version in versions.iter_mut().filter(|version| version.event.has_range()) {
        version.over = later(version.over, over);
    }
}

/// Of those that stand for the same one of a series, that of the highest SEQUENCE; of two that have it, the later one.
fn newest<'a, 'b>(exceptions: impl Iterator<Item = Exception<'a, 'b>>) -> Vec<Exception<'a, 'b>> {
    let mut by_place: BTreeMap<(Timestamp, bool), Exception<'_, '_>> = BTreeMap::new();
    for exception in exceptions {
        let key = (exception.place.at(), exception.is_for_future);
        match by_place.get(&key) {
            Some(have) if have.version.sequence > exception.version.sequence => {}
            _ => {
                by_place.insert(key, exception);
            }
        }
    }
    by_place.into_values().collect()
}

/// The events of a group that stand for none of another.
struct Masters<'a, 'b> {
    /// Those of the highest SEQUENCE; a series is missing if it cannot be read.
    all: Vec<(Version<'a, 'b>, Option<Series>)>,
    sequence: i64,
    is_cancelled: bool,
}

impl<'a, 'b> Masters<'a, 'b> {
    fn of(
        mut versions: Vec<Version<'a, 'b>>,
        has_changes: bool,
        zones: &Zones<'_>,
        reading: &mut Reading,
    ) -> Masters<'a, 'b> {
        let sequence = versions.iter().map(|version| version.sequence).max().unwrap_or(0);
        versions.retain(|version| version.sequence == sequence);
        let is_cancelled = versions.last().is_some_and(|last| last.is_cancelled);
        let start = |version: &Version<'_, '_>| {
            version.event.line("DTSTART").map(|line| line.value().to_owned())
        };
        // The same event twice, once cancelled: it does not take place.
        let cancelled: HashSet<_> =
            versions.iter().filter(|version| version.is_cancelled).map(start).collect();
        versions.retain(|version| version.is_cancelled || !cancelled.contains(&start(version)));
        let mut all = Vec::new();
        reading.rules = 0;
        for version in versions {
            version.complain_if_declined(reading);
            version.complain_if_ambiguous(reading);
            let is_needed = has_changes || !version.people.is_empty();
            let series = is_needed.then(|| version.series(zones, reading)).flatten();
            all.push((version, series));
        }
        Masters { all, sequence, is_cancelled }
    }

    fn add(
        mut self,
        mut exceptions: Vec<Exception<'a, 'b>>,
        zones: &Zones<'_>,
        reading: &mut Reading,
    ) {
        let cost = self.all.iter().flat_map(|(_, series)| series).map(Series::lookup_cost).sum();
        if !reading.has_room_for_changes(exceptions.len(), cost) {
            exceptions.clear();
        }
        // Which of them are in a series, and which an EXDATE takes away, before they change it themselves.
        let series = || self.all.iter().map(|(_, series)| series.as_ref());
        let place = |exception: &Exception<'_, '_>| {
            let place = &exception.place;
            let in_any = series().any(|series| series.is_none_or(|series| series.contains(place)));
            let is_left_out = series().flatten().any(|series| series.leaves_out(place));
            let other = || series().flatten().find_map(|series| series.other_time_of(place));
            (in_any, is_left_out, if in_any { None } else { other() })
        };
        let places: Vec<(bool, bool, Option<DateTime>)> = exceptions.iter().map(place).collect();
        for (Exception { version, place, is_for_future }, (in_any, is_left_out, other)) in
            exceptions.into_iter().zip(places)
        {
            // An older one is of a date that a newer version of the series may not have any more.
            let is_old = version.sequence < self.sequence && !in_any;
            let is_over = self.is_cancelled && version.sequence <= self.sequence;
            if is_old || is_over {
                continue;
            }
            if is_left_out && !in_any {
                let what = "stands for an instance that an EXDATE takes away, expected one of both: it puts nobody on call";
                version.complain_of("RECURRENCE-ID", what, reading);
                continue;
            }
            version.complain_if_declined(reading);
            version.complain_if_ambiguous(reading);
            if !in_any {
                let is_lost = is_for_future && !self.all.is_empty();
                version.complain_of_no_instance(other, is_lost, reading);
            }
            let series = self.all.iter_mut().filter_map(|(_, series)| series.as_mut());
            if is_for_future && in_any {
                if let Err(complaint) = version.change(series, &place, zones) {
                    reading.complain(version.complaint(complaint));
                }
                continue;
            }
            series.for_each(|series| series.leave_out(&place));
            version.add_alone(zones, reading);
        }
        for (version, series) in self.all {
            let Some(series) = series else { continue };
            match series.single() {
                None if series.people().next().is_none() => {}
                None => reading.add_series(series),
                Some(None) => {}
                Some(Some(times)) => {
                    if let Some(who) = version.who() {
                        reading.single(&version, who, times);
                    }
                }
            }
        }
    }
}
