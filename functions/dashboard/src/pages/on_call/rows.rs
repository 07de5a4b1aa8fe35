//! The same as the lanes in words, and what people have said: ready for the page. Pure.

use serde::Serialize;
use shared::domain::schedule::{
    Because, ConfiguredNames, Ignored, Schedule, Shift, StoredOverride, StoredOverrides, time,
};
use shared::{TimeZone, Timestamp};

use super::asked::Days;
use super::faces::Faces;

/// The most shifts of a schedule that are listed.
const MAX_LISTED: usize = 200;

/// A shift, in words.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// Who, several with commas between them; nobody in a gap.
    person: Option<String>,
    letters: String,
    /// The class of their colour.
    colour: String,
    from: String,
    until: String,
    /// `override`, `taken over`, or nothing.
    because: &'static str,
    is_now: bool,
    is_over: bool,
    /// Where somebody takes it over, unless it is over.
    link: Option<String>,
}

/// The shifts of these days, and how many more there are.
pub(super) fn rows(
    schedule: &Schedule,
    days: &Days,
    faces: &Faces,
    now: Timestamp,
    link: &dyn Fn(&Shift) -> Option<String>,
) -> (Vec<Row>, usize) {
    let shifts = schedule.shifts(days.from(), days.until());
    let more = shifts.len().saturating_sub(MAX_LISTED);
    let row = |shift: &Shift| {
        let face = shift.people.first().and_then(|person| faces.get(person));
        let is_open = (shift.from == Timestamp::MIN, shift.until == Timestamp::MAX);
        Row {
            person: (!shift.people.is_empty()).then(|| shift.people.join(", ")),
            letters: face.map(|face| face.letters.clone()).unwrap_or_default(),
            colour: face.map_or_else(|| "gone".to_owned(), |face| format!("p{}", face.colour)),
            from: if is_open.0 { "always".to_owned() } else { time(shift.from, &days.zone) },
            until: if is_open.1 { "for good".to_owned() } else { time(shift.until, &days.zone) },
            because: match shift.because {
                Because::Override => "override",
                Because::TakenOver => "taken over",
                Because::Rotation | Because::Calendar | Because::Nobody => "",
            },
            is_now: shift.from <= now && now < shift.until,
            is_over: shift.until <= now,
            link: link(shift),
        }
    };
    (shifts.iter().take(MAX_LISTED).map(row).collect(), more)
}

/// An override that somebody made, in words.
#[derive(Debug, Serialize)]
pub(super) struct OverrideRow {
    pub(super) id: String,
    schedule: String,
    person: String,
    from: String,
    until: String,
    by: String,
    /// When it was said.
    at: Timestamp,
    /// Why it does not count, or not for all of its time.
    note: &'static str,
    does_not_count: bool,
}

/// The overrides of people that are not over, and not removed: what begins first stands first.
pub(super) fn override_rows(
    stored: &StoredOverrides,
    known: ConfiguredNames<'_>,
    clock: &dyn Fn(&Schedule) -> TimeZone,
    now: Timestamp,
) -> Vec<OverrideRow> {
    let is_open = |over: &StoredOverride| over.removed.is_none() && now < over.until;
    let open = stored.overrides.iter().enumerate().filter(|(_, over)| is_open(over));
    let mut all: Vec<(Timestamp, OverrideRow)> = open
        .map(|(index, over)| {
            let later = &stored.overrides[index + 1..];
            (over.from, one(over, later, known, clock))
        })
        .collect();
    all.sort_by_key(|(from, _)| *from);
    all.into_iter().map(|(_, said)| said).collect()
}

/// One of them; `later` are those that were made after it.
pub(super) fn one(
    over: &StoredOverride,
    later: &[StoredOverride],
    known: ConfiguredNames<'_>,
    clock: &dyn Fn(&Schedule) -> TimeZone,
) -> OverrideRow {
    let zone = known.schedules.get(&over.schedule).map_or(TimeZone::UTC, clock);
    let ignored = over.ignored(known);
    let is_covered = later.iter().any(|other| {
        let overlaps = other.from < over.until && over.from < other.until;
        other.schedule == over.schedule && overlaps && other.ignored(known).is_none()
    });
    OverrideRow {
        id: over.id.clone(),
        schedule: over.schedule.clone(),
        person: over.person.clone(),
        from: time(over.from, &zone),
        until: time(over.until, &zone),
        by: over.by.clone(),
        at: over.at,
        note: match ignored {
            Some(Ignored::UnknownPerson) => {
                "does not count: the configuration has no such person any more"
            }
            Some(Ignored::UnknownSchedule) => {
                "does not count: the configuration has no such schedule any more"
            }
            Some(Ignored::Removed) => "was taken back",
            None if is_covered => "another one, made later, lies over it and counts where both do",
            None => "",
        },
        does_not_count: ignored.is_some(),
    }
}
