//! A maintenance window, once or again and again.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use wildmatch::WildMatch;

use crate::domain::schedule::{instant, plus_days};
use crate::domain::text::mask_numbers;

/// From, until; the latter is no longer part of it.
pub type Span = (Timestamp, Timestamp);

/// A maintenance window.
#[derive(Clone, Debug)]
pub struct Window {
    /// Globs on the alarm's name, as they are written.
    pub alarms: Vec<String>,
    /// Why, if its author says so, without phone numbers.
    pub reason: Option<String>,
    /// The zone that its local times are of, and are shown in.
    pub zone: TimeZone,
    /// When it is.
    pub when: When,
    /// Where it is written: file and line.
    pub place: String,
    globs: Vec<WildMatch>,
}

/// When a window is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Once.
    Once {
        /// When it begins.
        from: Timestamp,
        /// When it ends; this moment is no longer part of it.
        until: Timestamp,
    },
    /// Again and again.
    Every {
        /// On these days of the week.
        days: Vec<Weekday>,
        /// The local time at which it begins. On a day whose clocks leap over it: as much later; of two that are the
        /// same: the first.
        at: Time,
        /// How long it is. Two hours are two hours, whatever the clocks do meanwhile.
        lasting: SignedDuration,
    },
}

impl Window {
    /// A window for alarms of these globs.
    pub fn new(
        alarms: Vec<String>,
        reason: Option<String>,
        zone: TimeZone,
        when: When,
        place: String,
    ) -> Window {
        let reason = reason.as_deref().map(mask_numbers);
        let globs = alarms.iter().map(|glob| WildMatch::new(glob)).collect();
        Window { alarms, reason, zone, when, place, globs }
    }

    /// Whether it is for alarms of this name.
    pub fn is_for(&self, alarm: &str) -> bool {
        self.globs.iter().any(|glob| glob.matches(alarm))
    }

    /// When it began and ends, if it covers this moment; of two of its own that overlap, the later one.
    pub(super) fn covering(&self, at: Timestamp) -> Option<Span> {
        match &self.when {
            When::Once { from, until } => Some((*from, *until)).filter(|span| covers(*span, at)),
            When::Every { lasting, .. } => {
                let back = lasting.as_hours() / 24 + 2;
                let spans = self.spans(at, -back..=1);
                spans.filter(|span| covers(*span, at)).max_by_key(|(_, until)| *until)
            }
        }
    }

    /// When it begins next, and ends then.
    pub fn next(&self, now: Timestamp) -> Option<Span> {
        match &self.when {
            When::Once { from, until } => Some((*from, *until)).filter(|_| *from > now),
            When::Every { .. } => {
                let spans = self.spans(now, -1..=8);
                spans.filter(|(from, _)| *from > now).min_by_key(|(from, _)| *from)
            }
        }
    }

    /// Those of a window that comes again which begin so many days before or after this moment's local date.
    fn spans(
        &self,
        at: Timestamp,
        days_around: std::ops::RangeInclusive<i64>,
    ) -> impl Iterator<Item = Span> {
        let today = self.zone.to_datetime(at).date();
        days_around.filter_map(move |days| self.span(plus_days(today, days)?))
    }

    /// When it is, if it begins on this local date.
    fn span(&self, date: Date) -> Option<Span> {
        let When::Every { days, at, lasting } = &self.when else { return None };
        let from = instant(&self.zone, date.to_datetime(*at));
        let until = from.checked_add(*lasting).unwrap_or(Timestamp::MAX);
        days.contains(&date.weekday()).then_some((from, until))
    }
}

fn covers((from, until): Span, at: Timestamp) -> bool {
    from <= at && at < until
}
