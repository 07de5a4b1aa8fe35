//! The schedules as a page shows them: times in words, gaps marked.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Because, Schedule, Schedules, Shift};

/// A schedule and its shifts of the coming two weeks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScheduleView {
    /// Its name.
    pub name: String,
    /// The zone of all its times, as `Europe/Berlin`.
    pub time_zone: String,
    /// The shifts in order, each beginning where the one before ends; the first is the one of now.
    pub shifts: Vec<ShiftView>,
    /// Whether at some time in these two weeks nobody is on call.
    pub has_gaps: bool,
}

/// A shift, for a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShiftView {
    /// Who, several with commas between them; nobody in a gap.
    pub person: Option<String>,
    /// When it begins, in the schedule's zone: `Mon 2026-01-05 09:00 CET`. Nothing if it always was so.
    pub from: Option<String>,
    /// When it ends; nothing if it stays so.
    pub until: Option<String>,
    /// The same in UTC, for a `<time>`.
    pub from_at: Option<Timestamp>,
    /// The same in UTC.
    pub until_at: Option<Timestamp>,
    /// Why they are on call, or nobody is: `rotation`, `override`, `calendar`, `nobody`.
    pub because: Because,
    /// Whether it is the one of now.
    pub is_now: bool,
}

const TWO_WEEKS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Who is on call in each schedule during the coming two weeks.
pub fn two_weeks(schedules: &Schedules, now: Timestamp) -> Vec<ScheduleView> {
    let until = now.checked_add(TWO_WEEKS).unwrap_or(Timestamp::MAX);
    schedules.iter().map(|schedule| ScheduleView::of(schedule, now, until)).collect()
}

impl ScheduleView {
    /// A schedule and its shifts from now until then.
    pub fn of(schedule: &Schedule, now: Timestamp, until: Timestamp) -> ScheduleView {
        let shifts = schedule.shifts(now, until);
        ScheduleView {
            name: schedule.name.clone(),
            time_zone: schedule.zone.iana_name().unwrap_or("UTC").to_owned(),
            has_gaps: shifts.iter().any(|shift| shift.people.is_empty()),
            shifts: shifts
                .into_iter()
                .map(|shift| ShiftView::of(shift, &schedule.zone, now))
                .collect(),
        }
    }
}

impl ShiftView {
    fn of(shift: Shift, zone: &TimeZone, now: Timestamp) -> ShiftView {
        let from_at = Some(shift.from).filter(|from| *from > Timestamp::MIN);
        let until_at = Some(shift.until).filter(|until| *until < Timestamp::MAX);
        ShiftView {
            person: (!shift.people.is_empty()).then(|| shift.people.join(", ")),
            from: from_at.map(|at| time(at, zone)),
            until: until_at.map(|at| time(at, zone)),
            from_at,
            until_at,
            because: shift.because,
            is_now: shift.from <= now && now < shift.until,
        }
    }
}

/// A moment in this zone: `Mon 2026-01-05 09:00 CET`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
}
