//! The VEVENTs of one UID: a series, and those that stand for one of it (RECURRENCE-ID).

mod occurrences;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};

use super::Who;
use super::event::Times;
use super::rule::Rule;
use super::stamp::Stamp;
use crate::domain::schedule::moment::instant;

/// The furthest that one of a series is moved together with all that follow.
const MAX_MOVE: SignedDuration = SignedDuration::from_hours(31 * 24);

/// How far beside a span of time those are looked for that may touch it, in whichever zone.
const NEAR: SignedDuration = SignedDuration::from_hours(48);
/// How many dates are as much work as a rule.
const DATES_OF_A_RULE: usize = 16;

/// An event that repeats, or that others stand in for.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// The people on call; nobody if the series is only needed to know which dates are in it.
    pub(super) who: Option<Who>,
    first: Stamp,
    length: SignedDuration,
    rules: Vec<Rule>,
    /// More that no rule says, by their begin.
    dates: BTreeMap<Timestamp, (DateTime, Option<Timestamp>)>,
    except_at: BTreeSet<Timestamp>,
    except_on: BTreeSet<Date>,
    /// The longest of them, and the furthest that one is from its place.
    reach: SignedDuration,
    /// Changes from one of the series on (RANGE=THISANDFUTURE), by that one.
    changes: BTreeMap<Timestamp, Change>,
}

/// A change from one of a series on.
#[derive(Clone, Debug)]
struct Change {
    /// Who is on call; nobody if it is cancelled from there on.
    who: Option<Who>,
    /// How much later than before each begins, by the clock on the wall.
    later: SignedDuration,
    /// The zone of their clock.
    zone: TimeZone,
    length: SignedDuration,
}

/// The way in which a time misses a series that it is no instance of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Miss {
    /// One of that day that begins then.
    OtherTime(DateTime),
    /// That day has none.
    NoneThatDay,
}

/// One of a series.
struct Start {
    at: Timestamp,
    local: DateTime,
    ends: Option<Timestamp>,
}

impl Series {
    pub(super) fn new(who: Option<Who>, times: Times) -> Series {
        let Times { first, length, rules, dates, except } = times;
        let (zone, time) = (first.zone.clone(), first.local.time());
        let date = |(stamp, ends): (Stamp, Option<Timestamp>)| {
            // A day alone is at the time of the first one.
            let day = stamp.local.date().to_datetime(time);
            let at = if stamp.is_date { instant(&zone, day) } else { stamp.at() };
            // As it is written, so that one in a missing hour ends when it is meant to.
            let is_here = !stamp.is_date && stamp.zone == zone;
            let local = if is_here { stamp.local } else { zone.to_datetime(at) };
            (at, (local, ends))
        };
        let dates: BTreeMap<_, (_, Option<Timestamp>)> = dates.into_iter().map(date).collect();
        let lengths =
            dates.iter().filter_map(|(at, (_, ends))| Some(ends.as_ref()?.duration_since(*at)));
        let reach = lengths.chain([length]).max().unwrap_or(length);
        let mut series = Series {
            who,
            first,
            length,
            rules,
            dates,
            reach,
            except_at: BTreeSet::new(),
            except_on: BTreeSet::new(),
            changes: BTreeMap::new(),
        };
        for (_, stamp) in &except {
            series.leave_out(stamp);
        }
        series
    }

    /// Its one event, if it does not repeat and nothing changes it: nothing if that one is left out.
    pub(super) fn single(&self) -> Option<Option<(&Stamp, SignedDuration)>> {
        let is_single = self.rules.is_empty() && self.dates.is_empty() && self.changes.is_empty();
        let is_left_out = self.is_left_out(self.first.at(), self.first.local.date());
        is_single.then(|| (!is_left_out).then_some((&self.first, self.length)))
    }

    /// Everybody whom it puts on call at some time.
    pub(super) fn people(&self) -> impl Iterator<Item = &String> {
        let changes = self.changes.values().filter_map(|change| change.who.as_ref());
        self.who.iter().chain(changes).flat_map(|who| who.people.iter())
    }

    /// How many rules it has; one that has none counts as one.
    pub(super) fn rules(&self) -> usize {
        self.rules.len().max(1)
    }

    /// How much work it is to look for one of it, counted in rules: dates close together are work too.
    pub(super) fn lookup_cost(&self) -> usize {
        let dates: Vec<Timestamp> = self.dates.keys().copied().collect();
        let (mut first, mut most) = (0, 0);
        for (last, date) in dates.iter().enumerate() {
            while date.duration_since(dates[first]) > 2 * NEAR {
                first += 1;
            }
            most = most.max(last + 1 - first);
        }
        self.rules() + most / DATES_OF_A_RULE
    }

    /// How many of it touch so many days, at most.
    pub(super) fn at_most(&self, days: u64) -> u64 {
        let reach = u64::try_from(self.reach.as_hours() / 24).unwrap_or(0);
        let days = days.saturating_add(2 * reach + 4);
        let rules = self.rules.iter().map(|rule| rule.at_most(days));
        let dates = (self.dates.len() as u64).min(days.saturating_mul(24));
        rules.fold(dates + 1, u64::saturating_add)
    }

    fn is_left_out(&self, at: Timestamp, date: Date) -> bool {
        self.except_at.contains(&at) || self.except_on.contains(&date)
    }

    /// Leaves one of it out: that of this moment, or of this day.
    pub(super) fn leave_out(&mut self, stamp: &Stamp) {
        match self.is_by_day(stamp) {
            true => self.except_on.insert(stamp.day_in(&self.first.zone)),
            false => self.except_at.insert(stamp.at()),
        };
    }

    /// Lets one of it and all that follow be different: those of this one, which is this one's length. Gives whether
    /// it could: it is not moved further than a series may be.
    pub(super) fn change_from(
        &mut self,
        stamp: &Stamp,
        who: Option<Who>,
        (first, length): (Stamp, SignedDuration),
    ) -> bool {
        let place = self.moment(stamp);
        let later = first.zone.to_datetime(place).until((Unit::Second, first.local));
        let later = later.ok().and_then(|span| SignedDuration::try_from(span).ok());
        let Some(later) = later.filter(|later| later.abs() <= MAX_MOVE) else { return false };
        self.reach = self.reach.max(length.saturating_add(later.abs()));
        self.changes.insert(place, Change { who, later, zone: first.zone, length });
        true
    }

    /// Lets it end before one of it.
    pub(super) fn end_before(&mut self, stamp: &Stamp) {
        let zone = self.first.zone.clone();
        let (later, length) = (SignedDuration::ZERO, SignedDuration::ZERO);
        self.changes.insert(self.moment(stamp), Change { who: None, later, zone, length });
    }

    /// Whether a time means one of it by its day alone: a date, or any time where all are whole days.
    fn is_by_day(&self, stamp: &Stamp) -> bool {
        stamp.is_date || self.first.is_date
    }

    /// The moment of one of it that another event names.
    fn moment(&self, stamp: &Stamp) -> Timestamp {
        match self.is_by_day(stamp) {
            true => {
                let (zone, time) = (&self.first.zone, self.first.local.time());
                instant(zone, stamp.day_in(zone).to_datetime(time))
            }
            false => stamp.at(),
        }
    }

    /// Whether this one is in it: by its moment, or by its day.
    pub(super) fn contains(&self, stamp: &Stamp) -> bool {
        let moment = self.moment(stamp);
        let day = stamp.day_in(&self.first.zone);
        let is_it = |start: &Start| match self.is_by_day(stamp) {
            true => start.local.date() == day,
            false => start.at == moment,
        };
        self.starts(moment, moment).iter().any(is_it)
    }

    /// Finds what a time misses that is none of it, those left out among them; `None` if it is one, or of before the
    /// first or behind the last one. Of a series that puts nobody on call it does not matter.
    pub(super) fn missed_by(&self, stamp: &Stamp) -> Option<Miss> {
        let (at, is_by_day) = (self.moment(stamp), self.is_by_day(stamp));
        let day = match is_by_day {
            true => stamp.day_in(&self.first.zone),
            false => self.first.zone.to_datetime(at).date(),
        };
        let all = if self.who.is_some() { self.all_starts(at, at) } else { Vec::new() };
        let is_of_day = |start: &&Start| start.local.date() == day;
        let is_it = |start: &Start| if is_by_day { is_of_day(&start) } else { start.at == at };
        if self.who.is_none() || all.iter().any(is_it) {
            return None;
        }
        let is_other = |start: &&Start| is_of_day(start) && !self.is_left_out(start.at, day);
        if let Some(other) = all.iter().find(is_other) {
            return Some(Miss::OtherTime(other.local));
        }
        let is_between = self.first.at() <= at && self.last().is_none_or(|last| at <= last);
        let has_none = !all.iter().any(|start| is_of_day(&start));
        (is_between && has_none).then_some(Miss::NoneThatDay)
    }

    /// When the last one is over; `None` if it goes on for ever.
    pub(super) fn ends(&self) -> Option<Timestamp> {
        self.last()?.checked_add(self.reach).ok()?.checked_add(NEAR).ok()
    }

    /// A time on the day on which the last one begins, in any zone; `None` if it goes on for ever.
    fn last(&self) -> Option<Timestamp> {
        let mut last = self
            .dates
            .keys()
            .copied()
            .last()
            .map_or(self.first.at(), |date| date.max(self.first.at()));
        for rule in &self.rules {
            last = last.max(
                TimeZone::UTC.to_timestamp(rule.last_day()?.to_datetime(Time::midnight())).ok()?,
            );
        }
        Some(last)
    }

    /// Whether it says of this one that it does not take place.
    pub(super) fn leaves_out(&self, stamp: &Stamp) -> bool {
        let moment = self.moment(stamp);
        self.is_left_out(moment, self.first.zone.to_datetime(moment).date())
    }
}
