//! Finds who is on call. Pure: the time is an argument, and a schedule is read once, when the configuration is.
//!
//! 1. [`Rotation`]: people in turn, by local weeks or days. [`Calendar`]: the events of an `.ics` file.
//! 2. [`Override`]: dated exceptions, which lie over either: those of the file, and over them [`StoredOverrides`], which
//!    people have made since.
//! 3. [`Schedules::on_call`]: the [`Shift`] at a moment. A gap is a shift too: one without a person.
//! 4. [`Schedule::layers`]: what lies over what, for a page. [`Feed`]: a calendar for others.

mod calendar;
mod feed;
mod layers;
mod moment;
mod names;
mod rotation;
mod slot;
mod stored;
mod view;

use calendar::Occurrences;
pub use calendar::{Calendar, Complaint, MAX_CALENDAR_BYTES, Reading, calendar_text};
pub use feed::Feed;
pub use layers::Layer;
pub use moment::Moment;
pub(crate) use moment::{instant, known_zone};
pub(crate) use names::comparable;
pub use names::{NOT_ON_CALL, Names};
pub(crate) use rotation::plus_days;
pub use rotation::{Rotation, Turns};
pub use stored::{
    Asked, ConfiguredNames, Ignored, MAX_AHEAD, MAX_LENGTH, MAX_OVERRIDES, NotMade,
    OVERRIDE_RETENTION, Removed, StoredOverride, StoredOverrides,
};
pub use view::time;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use slot::{Span, last_covering};

/// All schedules, in the file's order.
#[derive(Clone, Debug, Default)]
pub struct Schedules(Vec<Schedule>);

/// One schedule: who is on call, at any moment.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The zone that its local times are of, and are shown in.
    pub zone: TimeZone,
    /// Where its shifts come from.
    pub source: Source,
    /// The overrides, which make some dates different. Of those that overlap, the later one wins.
    pub overrides: Vec<Override>,
}

/// Where shifts come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// People in turn.
    Rotation(Rotation),
    /// The events of an `.ics` file.
    Calendar(Arc<Calendar>),
}

/// A dated exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends; this moment is no longer part of it.
    pub until: Timestamp,
    /// The person on call then; `None` is an empty shift, on purpose.
    pub person: Option<String>,
    /// The id of the [`StoredOverride`] that it is; `None` for one of the file.
    pub stored: Option<String>,
}

/// The people on call, from when until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The people, in the order in which they are called; nobody in a gap.
    pub people: Vec<String>,
    /// When it begins; [`Timestamp::MIN`] if it always was so.
    pub from: Timestamp,
    /// When it ends, this moment excluded; [`Timestamp::MAX`] if it stays so.
    pub until: Timestamp,
    /// Why they are.
    pub because: Because,
}

/// Why somebody is on call, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// It is their turn.
    Rotation,
    /// An override of the file says so.
    Override,
    /// Somebody has said so since, on the page or at the command line.
    TakenOver,
    /// An event of the calendar says so.
    Calendar,
    /// Nothing says who: before the first shift, or between two events.
    Nobody,
}

/// The most shifts that are listed at once: daily ones of more than ten years.
const MAX_SHIFTS: usize = 4_000;

impl Schedules {
    /// These schedules.
    pub fn new(schedules: Vec<Schedule>) -> Schedules {
        Schedules(schedules)
    }

    /// All of them, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &Schedule> {
        self.0.iter()
    }

    /// The schedule of this name.
    pub fn get(&self, name: &str) -> Option<&Schedule> {
        self.0.iter().find(|schedule| schedule.name == name)
    }

    /// The shift in this schedule at this moment. In one that is unknown: nobody, ever.
    pub fn on_call(&self, schedule: &str, at: Timestamp) -> Shift {
        self.get(schedule).map_or_else(Shift::nobody_ever, |schedule| schedule.on_call(at))
    }

    /// The shifts of this schedule that touch this span of time, see [`Schedule::shifts`].
    pub fn shifts(&self, schedule: &str, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        self.get(schedule).map(|schedule| schedule.shifts(from, until)).unwrap_or_default()
    }

    /// When nobody is on call in this schedule, see [`Schedule::gaps`].
    pub fn gaps(&self, schedule: &str, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        self.get(schedule).map(|schedule| schedule.gaps(from, until)).unwrap_or_default()
    }
}

impl Schedule {
    /// The shift at this moment: exactly one shift covers it. It is as long as it can be: two turns of one person
    /// in a row are one.
    pub fn on_call(&self, at: Timestamp) -> Shift {
        self.around((at, at)).shift(at)
    }

    /// The shifts that touch this span of time, in order, each beginning where the one before ends; the first and the
    /// last are whole, and may reach beyond it. At most four thousand.
    pub fn shifts(&self, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let mut around = self.around((from, until));
        let mut shifts = Vec::new();
        let mut at = from;
        while at < until && shifts.len() < MAX_SHIFTS {
            let shift = around.shift(at);
            at = shift.until;
            shifts.push(shift);
        }
        shifts
    }

    fn around(&self, span: Span) -> Around<'_> {
        let source = match &self.source {
            Source::Rotation(rotation) => Either::Rotation(rotation),
            Source::Calendar(calendar) => Either::Calendar(Occurrences::around(calendar, span)),
        };
        let spans = self.overrides.iter().map(|over| (over.from, over.until)).collect();
        Around { schedule: self, source, spans }
    }

    /// When nobody is on call in this span of time, cut to it. A gap [because](Because) of an override is on purpose.
    pub fn gaps(&self, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let empty = self.shifts(from, until).into_iter().filter(|shift| shift.people.is_empty());
        let cut = |shift: Shift| Shift {
            from: shift.from.max(from),
            until: shift.until.min(until),
            ..shift
        };
        empty.map(cut).collect()
    }

    /// Everybody who may ever be on call in it, sorted, each once.
    pub fn people(&self) -> Vec<String> {
        let mut people: Vec<String> = match &self.source {
            Source::Rotation(rotation) => rotation.people.clone(),
            Source::Calendar(calendar) => calendar.people(),
        };
        people.extend(self.overrides.iter().filter_map(|over| over.person.clone()));
        people.sort();
        people.dedup();
        people
    }
}

/// A schedule around a span of time: what its calendar says is looked up once.
struct Around<'a> {
    schedule: &'a Schedule,
    source: Either<'a>,
    /// Those of its overrides.
    spans: Vec<Span>,
}

enum Either<'a> {
    Rotation(&'a Rotation),
    Calendar(Occurrences<'a>),
}

impl Around<'_> {
    /// Who is on call at a moment of the span.
    fn shift(&mut self, at: Timestamp) -> Shift {
        let over = last_covering(&self.spans, at);
        if let Some(winner) = over.winner {
            let winner = &self.schedule.overrides[winner];
            let because = match winner.stored {
                Some(_) => Because::TakenOver,
                None => Because::Override,
            };
            let people = winner.person.iter().cloned().collect();
            return Shift { people, from: over.from, until: over.until, because };
        }
        let mut shift = match &mut self.source {
            Either::Rotation(rotation) => rotation.turn(&self.schedule.zone, at),
            Either::Calendar(occurrences) => occurrences.shift(at),
        };
        shift.from = shift.from.max(over.from);
        shift.until = shift.until.min(over.until);
        shift
    }
}

impl Shift {
    fn nobody_ever() -> Shift {
        let (from, until) = (Timestamp::MIN, Timestamp::MAX);
        Shift { people: Vec::new(), from, until, because: Because::Nobody }
    }
}

#[cfg(test)]
mod tests;
