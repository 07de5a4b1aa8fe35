//! Overrides that people make, on the page or at the command line. The file is the base, and knows nothing of them; its
//! own overrides lie over its shifts, and these over both.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::slot::last_covering;
use super::{Override, Schedules};

/// The most that are not over, and not removed.
pub const MAX_OVERRIDES: usize = 100;
/// The most that are kept, with those that are over or removed.
const MAX_STORED_OVERRIDES: usize = 2 * MAX_OVERRIDES;
/// The longest one.
pub const MAX_LENGTH: SignedDuration = SignedDuration::from_hours(62 * 24);
/// How far ahead one may end.
pub const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);
/// How long one is kept once it is over.
pub const OVERRIDE_RETENTION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A request of somebody's: that a person is on call in a schedule for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The schedule's name.
    pub schedule: String,
    /// The person who takes over.
    pub person: String,
    /// From when on; what is past by then stays as it was.
    pub from: Timestamp,
    /// Until when; this moment is no longer part of it.
    pub until: Timestamp,
}

/// A person is on call in a schedule for a while, whatever the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOverride {
    /// Names it.
    pub id: String,
    /// The schedule's name.
    pub schedule: String,
    /// The person who is on call.
    pub person: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends; this moment is no longer part of it.
    pub until: Timestamp,
    /// Its maker: a person's name, or what people are told of somebody without one.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Somebody has removed it: it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
}

/// That an override was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The person who removed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// All of them, in the order in which they were made: of those that overlap, the one made last wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOverrides {
    /// Those that count, and those that did.
    pub overrides: Vec<StoredOverride>,
}

/// Why an override does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ignored {
    /// It was removed.
    Removed,
    /// The configuration has no such person any more.
    UnknownPerson,
    /// The configuration has no such schedule any more.
    UnknownSchedule,
}

/// Why an override is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// No schedule has this name.
    UnknownSchedule,
    /// Nobody has this name.
    UnknownPerson,
    /// It ends before it begins, or as it does.
    NotBehind,
    /// It would be over by now.
    Over,
    /// It is too long.
    TooLong,
    /// It ends too far ahead.
    TooFar,
    /// There are too many already.
    TooMany,
    /// Those that are there cannot be read, and nothing is written over them.
    Unread,
}

impl NotMade {
    /// The text that whoever asked is told.
    pub fn text(self) -> &'static str {
        match self {
            NotMade::UnknownSchedule => "The configuration has no such schedule.",
            NotMade::UnknownPerson => "The configuration has no such person.",
            NotMade::NotBehind => "The end is not after the beginning.",
            NotMade::Over => "That is over already.",
            NotMade::TooLong => "That is too long: 62 days are the most.",
            NotMade::TooFar => "That is too far ahead: a year is the most.",
            NotMade::TooMany => {
                "There are 100 overrides already that are not over: remove some, or write this one into the configuration."
            }
            NotMade::Unread => {
                "The overrides cannot be read, so nothing is added: `ringdown oncall remove --all` starts over, and prints what is lost."
            }
        }
    }
}

/// The part of the configuration that is needed to check an override.
#[derive(Clone, Copy)]
pub struct ConfiguredNames<'a> {
    /// The schedules.
    pub schedules: &'a Schedules,
    /// Whether somebody has this name.
    pub has_person: &'a (dyn Fn(&str) -> bool + Sync),
}

impl StoredOverride {
    /// Why it does not count; `None` if it does.
    pub fn ignored(&self, known: ConfiguredNames<'_>) -> Option<Ignored> {
        if self.removed.is_some() {
            return Some(Ignored::Removed);
        }
        if known.schedules.get(&self.schedule).is_none() {
            return Some(Ignored::UnknownSchedule);
        }
        (!(known.has_person)(&self.person)).then_some(Ignored::UnknownPerson)
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.removed.is_none() && now < self.until
    }

    /// Whether it says already what is asked for from this time on.
    fn says(&self, asked: &Asked, from: Timestamp) -> bool {
        self.person == asked.person && self.from <= from && asked.until <= self.until
    }

    fn overlaps(&self, schedule: &str, from: Timestamp, until: Timestamp) -> bool {
        self.schedule == schedule && self.from < until && from < self.until
    }
}

impl StoredOverrides {
    /// The same with one more, and that one. If it would change nothing, because the same was made before and nothing
    /// lies over it, it is that earlier one. `id` names the new one: it stays the same if others write meanwhile.
    ///
    /// # Errors
    /// Why it is not made.
    pub fn make(
        &self,
        id: &str,
        asked: &Asked,
        by: &str,
        known: ConfiguredNames<'_>,
        now: Timestamp,
    ) -> Result<(StoredOverrides, StoredOverride), NotMade> {
        if known.schedules.get(&asked.schedule).is_none() {
            return Err(NotMade::UnknownSchedule);
        }
        if !(known.has_person)(&asked.person) {
            return Err(NotMade::UnknownPerson);
        }
        if asked.until <= now {
            return Err(NotMade::Over);
        }
        if asked.until <= asked.from {
            return Err(NotMade::NotBehind);
        }
        // What was, stays as it was.
        let from = asked.from.max(now);
        if asked.until.duration_since(from) > MAX_LENGTH {
            return Err(NotMade::TooLong);
        }
        if asked.until.duration_since(now) > MAX_AHEAD {
            return Err(NotMade::TooFar);
        }
        let on_top = self.overrides.iter().rev().find(|over| {
            over.removed.is_none() && over.overlaps(&asked.schedule, from, asked.until)
        });
        if let Some(same) = on_top.filter(|over| over.says(asked, from)) {
            return Ok((self.clone(), same.clone()));
        }
        if self.overrides.iter().filter(|over| over.is_open(now)).count() >= MAX_OVERRIDES {
            return Err(NotMade::TooMany);
        }
        let Asked { schedule, person, until, .. } = asked.clone();
        let made = StoredOverride {
            id: id.to_owned(),
            schedule,
            person,
            from,
            until,
            by: by.to_owned(),
            at: now,
            removed: None,
        };
        let mut overrides = self.retained(now).overrides;
        overrides.push(made.clone());
        Ok((StoredOverrides { overrides }, made))
    }

    /// The same without the one of this id, and that one as it is kept; `None` if there is none that is not over, and
    /// not removed.
    pub fn remove(
        &self,
        id: &str,
        by: &str,
        now: Timestamp,
    ) -> Option<(StoredOverrides, StoredOverride)> {
        let mut overrides = self.retained(now).overrides;
        let over = overrides.iter_mut().find(|over| over.id == id && over.is_open(now))?;
        over.removed = Some(Removed { by: by.to_owned(), at: now });
        let removed = over.clone();
        Some((StoredOverrides { overrides }, removed))
    }

    /// Those that are kept at this time: what is over goes after a week, and of too many those that ended first, or were
    /// removed.
    fn retained(&self, now: Timestamp) -> StoredOverrides {
        let is_young = |over: &&StoredOverride| now.duration_since(over.until) < OVERRIDE_RETENTION;
        let mut overrides: Vec<_> = self.overrides.iter().filter(is_young).cloned().collect();
        while overrides.len() >= MAX_STORED_OVERRIDES {
            let Some(first) = overrides.iter().position(|over| !over.is_open(now)) else { break };
            overrides.remove(first);
        }
        StoredOverrides { overrides }
    }

    /// When the last of them is not kept any more.
    pub fn over_at(&self) -> Option<Timestamp> {
        self.overrides
            .iter()
            .filter_map(|over| over.until.checked_add(OVERRIDE_RETENTION).ok())
            .max()
    }

    /// Those that decide at this moment: one for each schedule, at most.
    pub fn deciding(&self, known: ConfiguredNames<'_>, at: Timestamp) -> StoredOverrides {
        let decide = known.schedules.iter().filter_map(|schedule| {
            let of = self.counting(&schedule.name, known);
            let spans: Vec<_> = of.iter().map(|over| (over.from, over.until)).collect();
            last_covering(&spans, at).winner.map(|winner| of[winner].clone())
        });
        StoredOverrides { overrides: decide.collect() }
    }

    /// Those of a schedule that count, in the order in which they were made.
    fn counting(&self, schedule: &str, known: ConfiguredNames<'_>) -> Vec<&StoredOverride> {
        let counts =
            |over: &&StoredOverride| over.schedule == schedule && over.ignored(known).is_none();
        self.overrides.iter().filter(counts).collect()
    }
}

impl Schedules {
    /// The same with these overrides on top; those that do not count are left out.
    pub fn with_overrides(
        &self,
        stored: &StoredOverrides,
        has_person: &(dyn Fn(&str) -> bool + Sync),
    ) -> Schedules {
        let known = ConfiguredNames { schedules: self, has_person };
        let mut schedules = self.clone();
        for schedule in &mut schedules.0 {
            let stored = stored.counting(&schedule.name, known).into_iter();
            schedule.overrides.extend(stored.map(|over| Override {
                from: over.from,
                until: over.until,
                person: Some(over.person.clone()),
                stored: Some(over.id.clone()),
            }));
        }
        schedules
    }
}
