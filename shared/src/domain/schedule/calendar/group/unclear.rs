//! Complaints of what in a VEVENT has no effect, or another than it seems.

use std::cmp::Reverse;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::super::components::Unclosed;
use super::super::series::{Miss, Series};
use super::super::stamp::Stamp;
use super::super::{Complaint, Reading};
use super::version::Version;

/// How many EXDATEs of an event are complained of, and how many noted, that are no instance of it: the latest.
const MAX_WRONG_EXDATES: usize = 3;

impl Version<'_, '_> {
    /// If it names nobody, and says nothing of why, it puts nobody on call.
    pub(super) fn complain_if_it_names_nobody(&self, reading: &mut Reading) {
        if self.names_somebody || self.is_cancelled || self.not_on_call.is_some() {
            return;
        }
        let summary = self.event.summary();
        let what = format!("{summary:?} names no known person, expected one of the people");
        let nobody = Complaint::new(self.event.line, "SUMMARY", &what);
        let unclosed = self.event.unclosed.as_ref().filter(|_| summary.is_empty());
        let complaint = unclosed.map_or(nobody, Unclosed::complaint);
        reading.puts_nobody_on_call(self.complaint(complaint));
    }

    /// If it names somebody, and a word says that they are not on call for it.
    pub(super) fn note_if_a_word_leaves_it_out(&self, reading: &mut Reading) {
        if let Some(word) = &self.not_on_call
            && self.names_somebody
            && !self.is_cancelled
        {
            let what = format!("left out: {:?} because of the word {word:?}", self.event.summary());
            let left_out = Complaint::new(self.event.line, "SUMMARY", &what);
            reading.note(self.complaint(Complaint { is_absence: true, ..left_out }));
        }
    }

    /// If all have declined, nobody is on call for it: that is a shift lost.
    pub(super) fn complain_if_declined(&self, reading: &mut Reading) {
        if self.is_declined {
            reading.complain(self.complaint(self.event.all_declined()));
        }
    }

    /// If it names an instance, but of which series nobody knows, it is an event of its own.
    pub(super) fn complain_if_it_stands_alone(
        &self,
        is_for_all_that_follow: bool,
        reading: &mut Reading,
    ) {
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

    /// It stands for no instance of its series: complains if there is one of that day at another time, or if it changes
    /// all that follow; else notes it.
    pub(super) fn complain_of_no_instance(
        &self,
        miss: Option<Miss>,
        is_for_all_that_follow: bool,
        reading: &mut Reading,
    ) {
        let Some(line) = self.event.line("RECURRENCE-ID") else { return };
        let complaint = |what: &str| self.complaint(Complaint::of(line, what));
        let is_on_call = self.who().is_some();
        match miss {
            Some(Miss::OtherTime(other)) => {
                reading.complain(complaint(&no_instance(line.value(), other)));
            }
            _ if is_for_all_that_follow && is_on_call => {
                let what = "is no instance of its series, expected one: it takes place once";
                reading.complain(complaint(what));
            }
            Some(Miss::NoneThatDay) => {
                let effect = if is_on_call { "it takes place once" } else { "it has no effect" };
                let what = format!(
                    "{:?} is no instance of its series, expected one: {effect}",
                    line.value()
                );
                reading.note(complaint(&what));
            }
            None => {}
        }
    }

    /// Complains of each EXDATE that is no instance of its series, though it has one of that day at another time; notes
    /// each of a day that has none.
    pub(super) fn complain_of_exceptions(
        &self,
        series: &Series,
        mut except: Vec<(usize, Stamp)>,
        reading: &mut Reading,
    ) {
        except.sort_by_key(|(_, stamp)| Reverse(stamp.at()));
        let (mut complaints, mut notes, cost) = (0, 0, series.lookup_cost());
        for (line, stamp) in except {
            if complaints == MAX_WRONG_EXDATES || !reading.has_budget_for_check(cost) {
                return;
            }
            let Some(miss) = series.missed_by(&stamp) else { continue };
            let format = if stamp.is_date { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
            let written = stamp.local.strftime(format).to_string();
            let over = stamp.at().checked_add(SignedDuration::from_hours(48)).ok();
            let complaint = |what: &str| Complaint { over, ..Complaint::new(line, "EXDATE", what) };
            match miss {
                Miss::OtherTime(other) => {
                    complaints += 1;
                    reading.complain(complaint(&no_instance(&written, other)));
                }
                Miss::NoneThatDay if notes < MAX_WRONG_EXDATES => {
                    notes += 1;
                    let what = format!(
                        "{written:?} is no instance of its series, expected one: it has no effect"
                    );
                    reading.note(complaint(&what));
                }
                Miss::NoneThatDay => {}
            }
        }
    }

    /// If a property stands there twice, only the first counts.
    pub(super) fn complain_if_ambiguous(&self, reading: &mut Reading) {
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
    pub(super) fn complain_of(&self, name: &str, what: &str, reading: &mut Reading) {
        if let Some(line) = self.event.line(name)
            && self.who().is_some()
        {
            reading.complain(self.complaint(Complaint::of(line, what)));
        }
    }
}

/// That a time is no instance of a series, and which it may mean.
fn no_instance(written: &str, other: DateTime) -> String {
    let other = other.strftime("%Y%m%dT%H%M%S");
    format!("{written:?} is no instance of its series, expected \"{other}\": that of the day stays")
}
