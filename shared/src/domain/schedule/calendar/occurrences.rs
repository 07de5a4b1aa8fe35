//! The occurrences near the times that are asked for, and who is on call then.

use jiff::{SignedDuration, Timestamp};

use super::{Calendar, MAX_NEAR, Occurrence};
use crate::domain::schedule::slot::{Span, Timeline};
use crate::domain::schedule::{Because, Shift};

/// How far around the times that are asked for events that repeat are looked for at first, …
const NEAR: SignedDuration = SignedDuration::from_hours(60 * 24);
/// … and in days if that does not tell when a shift begins and ends: the first in which not too many take place. One of a
/// series that is more than eleven years away is not found.
const FAR: [u32; 3] = [4_000, 1_000, 250];

/// The occurrences in a span of time and around it.
pub(in crate::domain::schedule) struct Occurrences<'a> {
    calendar: &'a Calendar,
    asked: Span,
    reach: SignedDuration,
    /// From when until when all is found.
    window: Span,
    /// In order; those that lie on top come later.
    found: Vec<Occurrence>,
    timeline: Timeline,
}

impl<'a> Occurrences<'a> {
    /// Finds what takes place around this span of time.
    pub(in crate::domain::schedule) fn around(
        calendar: &'a Calendar,
        asked: Span,
    ) -> Occurrences<'a> {
        let (found, timeline) = (Vec::new(), Timeline::of(&[]));
        let mut near = Occurrences { calendar, asked, reach: NEAR, window: asked, found, timeline };
        near.find();
        near
    }

    fn find(&mut self) {
        let from = self.asked.0.checked_sub(self.reach).unwrap_or(Timestamp::MIN);
        let until = self.asked.1.checked_add(self.reach).unwrap_or(Timestamp::MAX);
        self.window = (from, until);
        let singles = &self.calendar.singles;
        let begun = singles.partition_point(|single| single.from <= until);
        self.found =
            singles[..begun].iter().filter(|single| single.until >= from).cloned().collect();
        for series in &self.calendar.series {
            series.within(self.window, &mut self.found);
        }
        self.found.sort_by_key(|one| (one.from, one.order));
        let spans: Vec<Span> = self.found.iter().map(|one| (one.from, one.until)).collect();
        self.timeline = Timeline::of(&spans);
    }

    /// The shift at a moment of the span that was asked for.
    pub(in crate::domain::schedule) fn shift(&mut self, at: Timestamp) -> Shift {
        let mut slot = self.timeline.at(at);
        let is_near = self.reach == NEAR;
        if is_near && (slot.from < self.window.0 || slot.until > self.window.1) {
            let far = FAR
                .into_iter()
                .find(|days| self.calendar.at_most(2 * u64::from(*days)) <= MAX_NEAR);
            if let Some(days) = far {
                self.reach = SignedDuration::from_hours(24 * i64::from(days));
                self.find();
                slot = self.timeline.at(at);
            }
        }
        let people =
            slot.winner.map(|winner| self.found[winner].people.to_vec()).unwrap_or_default();
        let because = if people.is_empty() { Because::Nobody } else { Because::Calendar };
        Shift { people, from: slot.from, until: slot.until, because }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::schedule::names::Names;

    /// How far it was looked for who is on call on 1 June 2026 at noon: alpha, each day from eight, from this day on.
    fn reach(from: &str) -> SignedDuration {
        let event =
            format!("SUMMARY:alpha\nDTSTART:{from}T080000Z\nDURATION:PT12H\nRRULE:FREQ=DAILY");
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n");
        let names = Names::new([("alpha", &[][..])], []);
        let calendar = Calendar::read(&text, Some(&TimeZone::UTC), &names).calendar;
        let noon: Timestamp = "2026-06-01T12:00:00Z".parse().expect("a time");
        let mut near = Occurrences::around(&calendar, (noon, noon));
        near.shift(noon);
        near.reach
    }

    #[test]
    fn shift_that_begins_and_ends_near_is_not_looked_for_far_away() {
        assert_eq!(reach("20260105"), NEAR);
        assert!(reach("20270105") > NEAR);
    }
}
