//! The occurrences of a series: when each begins and ends, and who is on call.

use std::sync::Arc;

use jiff::Timestamp;

use super::{NEAR, Series, Start};
use crate::domain::schedule::calendar::Occurrence;
use crate::domain::schedule::calendar::stamp::end;
use crate::domain::schedule::moment::instant;
use crate::domain::schedule::slot::Span;

impl Series {
    /// Those that begin in this span of time, and perhaps some a day or two beside it; without those left out.
    pub(super) fn starts(&self, from: Timestamp, until: Timestamp) -> Vec<Start> {
        let mut starts = self.all_starts(from, until);
        starts.retain(|start| !self.is_left_out(start.at, start.local.date()));
        starts
    }

    /// The same with those left out.
    pub(super) fn all_starts(&self, from: Timestamp, until: Timestamp) -> Vec<Start> {
        let from = from.checked_sub(NEAR).unwrap_or(Timestamp::MIN);
        let until = until.checked_add(NEAR).unwrap_or(Timestamp::MAX);
        let zone = &self.first.zone;
        let date = |at: Timestamp| zone.to_datetime(at).date();
        let first = Start { at: self.first.at(), local: self.first.local, ends: None };
        let mut starts: Vec<Start> = Vec::new();
        if from <= first.at && first.at <= until {
            starts.push(first);
        }
        for rule in &self.rules {
            for local in rule.starts(self.first.local, date(from), date(until)) {
                let at = instant(zone, local);
                if rule.goes_on(local, at) && local != self.first.local {
                    starts.push(Start { at, local, ends: None });
                }
            }
        }
        let dates = self.dates.range(from..=until);
        starts.extend(dates.map(|(at, (local, ends))| Start {
            at: *at,
            local: *local,
            ends: *ends,
        }));
        starts.sort_by_key(|start| start.at);
        // Of two at one time that with an end of its own counts.
        starts.dedup_by(|second, first| {
            let same = second.at == first.at;
            if same && second.ends.is_some() {
                first.ends = second.ends;
            }
            same
        });
        starts
    }

    /// Adds those that touch this span of time, and perhaps some beside it.
    pub(in crate::domain::schedule::calendar) fn within(
        &self,
        (from, until): Span,
        found: &mut Vec<Occurrence>,
    ) {
        let early = from.checked_sub(self.reach).unwrap_or(Timestamp::MIN);
        let late = until.checked_add(self.reach).unwrap_or(Timestamp::MAX);
        for start in self.starts(early, late) {
            found.extend(self.occurrence(start));
        }
    }

    fn occurrence(&self, start: Start) -> Option<Occurrence> {
        let change = self.changes.range(..=start.at).next_back().map(|(_, change)| change);
        let (from, until, who) = match change {
            None => {
                // Each ends by the clock on the wall as the first did, so that shifts of a week leave no hour open when
                // the clocks change. (RFC 5545, 3.8.5.3, would have those with a DTEND be of one length.)
                let until = match start.ends {
                    Some(ends) => ends,
                    None => end(&self.first.zone, start.local, self.length)?,
                };
                (start.at, until, self.who.as_ref()?)
            }
            Some(change) => {
                let zone = &change.zone;
                let local = zone.to_datetime(start.at).checked_add(change.later).ok()?;
                let until = end(zone, local, change.length)?;
                (instant(zone, local), until, change.who.as_ref()?)
            }
        };
        (from < until).then(|| Occurrence {
            from,
            until,
            order: who.order,
            people: Arc::clone(&who.people),
        })
    }
}
