//! The meaning of an `.ics` file, as it is read: bounded, whatever the file says.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::components::{Components, MAX_COMPONENTS, MAX_UNCLOSED};
use super::series::Series;
use super::{Complaint, MAX_NEAR, Occurrence, Reading};

/// The most events of a file that put somebody on call once.
const MAX_EVENTS: usize = 100_000;
/// The most rules of those that repeat.
const MAX_RULES: usize = 2_000;
/// The most complaints of a kind that are kept: of more, those that matter longest.
const MAX_COMPLAINTS: usize = 10_000;
/// How many there may be before they are looked through for these.
const MAX_UNSORTED_COMPLAINTS: usize = 2 * MAX_COMPLAINTS;
/// How many series there may be before they are looked through for those that end last.
const MAX_UNSORTED_SERIES: usize = 4 * MAX_RULES;
/// How many days are looked at to know who is on call.
const USUAL_DAYS: u64 = 124;
/// The most rules that are asked whether one of a series is theirs.
const MAX_LOOKUPS: usize = 200_000;
/// The most rules that are asked whether an EXDATE takes any of theirs away.
const MAX_CHECKS: usize = 20_000;

impl Reading {
    /// Adds an event that takes place once, unless there are too many.
    pub(super) fn add_single(&mut self, single: Occurrence) {
        match self.calendar.singles.len() < MAX_EVENTS {
            true => self.calendar.singles.push(single),
            false => self.left_out[0] += 1,
        }
    }

    /// Adds an event that repeats.
    pub(super) fn add_series(&mut self, series: Series) {
        self.calendar.series.push(series);
        if self.calendar.series.len() > MAX_UNSORTED_SERIES {
            self.leave_out_first_over();
        }
    }

    /// Leaves out what repeats too often or is too much, of those that end first: what is past costs nothing that is
    /// yet to come.
    pub(super) fn leave_out_first_over(&mut self) {
        let mut all: Vec<(Timestamp, Series)> = std::mem::take(&mut self.calendar.series)
            .into_iter()
            .map(|series| (series.ends().unwrap_or(Timestamp::MAX), series))
            .collect();
        all.sort_by_key(|(ends, _)| Reverse(*ends));
        let (mut rules, mut load) = (0, 0_u64);
        for (ends, series) in all {
            let more = (rules + series.rules(), load.saturating_add(series.at_most(USUAL_DAYS)));
            if more.0 <= MAX_RULES && more.1 <= MAX_NEAR {
                (rules, load) = more;
                self.calendar.series.push(series);
            } else {
                self.leave_out_series(Some(ends));
            }
        }
    }

    pub(super) fn leave_out_series(&mut self, ends: Option<Timestamp>) {
        self.left_out[1] += 1;
        self.left_out_until = self.left_out_until.max(ends.unwrap_or(Timestamp::MAX));
    }

    /// Whether an event of a UID with so many rules can be read; it is over at this time, if ever.
    pub(super) fn has_budget_for_rules(&mut self, count: usize, over: Option<Timestamp>) -> bool {
        let fits = self.rules + count <= MAX_RULES;
        match fits {
            true => self.rules += count,
            false => self.leave_out_series(over),
        }
        fits
    }

    /// Whether a series of this cost can be asked for an EXDATE that takes nothing away: beyond that nobody complains.
    pub(super) fn has_budget_for_check(&mut self, cost: usize) -> bool {
        self.checks = self.checks.saturating_add(cost);
        self.checks <= MAX_CHECKS
    }

    /// Whether so many changes can be looked for in series of this cost.
    pub(super) fn has_budget_for_changes(&mut self, changes: usize, cost: usize) -> bool {
        let lookups = self.lookups.saturating_add(changes.saturating_mul(cost));
        let fits = lookups <= MAX_LOOKUPS;
        match fits {
            true => self.lookups = lookups,
            false => self.left_out[2] += changes,
        }
        fits
    }

    /// Notes an event that names somebody and cannot be read.
    pub(super) fn complain(&mut self, complaint: Complaint) {
        self.complaints.push(complaint);
        self.unsaid[0] += forget_first_over(&mut self.complaints, MAX_UNSORTED_COMPLAINTS);
    }

    /// Notes an event that puts nobody on call.
    pub(super) fn puts_nobody_on_call(&mut self, complaint: Complaint) {
        self.unread.push(complaint);
        self.unsaid[1] += forget_first_over(&mut self.unread, MAX_UNSORTED_COMPLAINTS);
    }

    /// Notes what is perhaps not meant.
    pub(super) fn note(&mut self, complaint: Complaint) {
        self.notes.push(complaint);
        self.unsaid[2] += forget_first_over(&mut self.notes, MAX_UNSORTED_COMPLAINTS);
    }

    pub(super) fn say_what_is_left_out(&mut self, file: &Components<'_>) {
        let all = [
            (file.unclosed, "without END:VEVENT", MAX_UNCLOSED),
            (file.beyond, "too many", MAX_COMPONENTS),
        ];
        for (left_out, which, most) in all.into_iter().filter(|(left_out, ..)| left_out.count > 0) {
            let what = format!(
                "is the first of {} events {which}, expected {most} at most: they are left out",
                left_out.count
            );
            self.complaints.push(Complaint::new(left_out.line, "VEVENT", &what));
        }
        let [singles, series, changes] = self.left_out;
        let expected = [
            (singles, "VEVENT", "events", format!("{MAX_EVENTS} at most")),
            (series, "RRULE", "events that repeat", format!("{MAX_RULES} rules at most")),
            (changes, "RECURRENCE-ID", "changes", "fewer of fewer rules".to_owned()),
        ];
        for (count, key, what, expected) in expected {
            if count > 0 {
                let what =
                    format!("has {count} {what} too many, expected {expected}: they are left out");
                let over = (key == "RRULE" && self.left_out_until < Timestamp::MAX)
                    .then_some(self.left_out_until);
                self.complaints.push(Complaint { over, ..Complaint::new(1, key, &what) });
            }
        }
    }

    pub(super) fn finish(&mut self) {
        let calendar = &mut self.calendar;
        let of_singles = calendar.singles.iter().flat_map(|single| single.people.iter());
        let of_series = calendar.series.iter().flat_map(Series::people);
        let mut people: Vec<&String> = of_singles.chain(of_series).collect();
        people.sort_unstable();
        people.dedup();
        calendar.people = people.into_iter().cloned().collect();
        calendar.singles.sort_by_key(|single| (single.from, single.order));
        self.unsaid[0] += forget_first_over(&mut self.complaints, MAX_COMPLAINTS);
        self.unsaid[1] += forget_first_over(&mut self.unread, MAX_COMPLAINTS);
        self.unsaid[2] += forget_first_over(&mut self.notes, MAX_COMPLAINTS);
        for (count, list, what) in [
            (self.unsaid[0], &mut self.complaints, "events that name somebody cannot be read"),
            (self.unsaid[1], &mut self.unread, "events put nobody on call"),
            (self.unsaid[2], &mut self.notes, "events and zones are perhaps not meant so"),
        ] {
            if count > 0 {
                let what = format!("{count} more {what}, expected fewer than {MAX_COMPLAINTS}");
                list.push(Complaint::new(1, "VEVENT", &what));
            }
        }
        self.complaints.sort_by_key(|complaint| complaint.line);
        self.unread.sort_by_key(|complaint| complaint.line);
        self.notes.sort_by_key(|complaint| complaint.line);
    }
}

/// Of a list that is longer than `limit`, keeps the [`MAX_COMPLAINTS`] that matter longest. Gives how many it loses.
fn forget_first_over(list: &mut Vec<Complaint>, limit: usize) -> usize {
    if list.len() <= limit {
        return 0;
    }
    list.sort_by_key(|complaint| Reverse(complaint.over.unwrap_or(Timestamp::MAX)));
    let lost = list.len() - MAX_COMPLAINTS;
    list.truncate(MAX_COMPLAINTS);
    lost
}
