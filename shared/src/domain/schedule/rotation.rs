//! People in turn. Turns are counted in local days and weeks, never in seconds: one that the clocks change in is 23 or
//! 25 hours long, or a week and an hour.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit};

use super::moment::instant;
use super::{Because, Shift};

/// How long a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// From one day's hand-over to the next day's.
    Daily,
    /// From one week's hand-over to the next week's.
    Weekly,
}

impl Turns {
    fn days(self) -> i64 {
        match self {
            Turns::Daily => 1,
            Turns::Weekly => 7,
        }
    }
}

/// People in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// How long a turn is.
    pub turns: Turns,
    /// The people, in turn, and around again. Somebody may be in it twice.
    pub people: Vec<String>,
    /// The local time of each hand-over. On a day whose clocks leap over it: as much later.
    pub hand_over: Time,
    /// The local date on which the first turn of the first person begins; nobody is on call before.
    pub starts: Date,
}

impl Rotation {
    /// The turn at this moment. The turns of one person in a row are one.
    pub(super) fn turn(&self, zone: &TimeZone, at: Timestamp) -> Shift {
        let index = self.index(zone, at);
        let Some(person) = self.person(index) else { return Shift::nobody_ever() };
        if index < 0 {
            let (from, until) = (Timestamp::MIN, self.begins(zone, 0));
            return Shift { people: Vec::new(), from, until, because: Because::Nobody };
        }
        let because = Because::Rotation;
        let people = vec![person.to_owned()];
        if self.people.iter().all(|other| other == person) {
            return Shift { people, from: self.begins(zone, 0), until: Timestamp::MAX, because };
        }
        // There is somebody else in it, so that both ends are less than a round away.
        let (mut first, mut behind) = (index, index);
        while first > 0 && self.person(first - 1) == Some(person) {
            first -= 1;
        }
        while self.person(behind) == Some(person) {
            behind += 1;
        }
        Shift { people, from: self.begins(zone, first), until: self.begins(zone, behind), because }
    }

    /// Which turn it is, from 0; below it before the first.
    fn index(&self, zone: &TimeZone, at: Timestamp) -> i64 {
        let days = days_between(self.starts, zone.to_datetime(at).date());
        let mut index = days.div_euclid(self.turns.days());
        // The date alone does not know whether the hand-over of this day was already.
        while index >= 0 && self.begins(zone, index) > at {
            index -= 1;
        }
        while index >= -1 && self.begins(zone, index + 1) <= at && at < Timestamp::MAX {
            index += 1;
        }
        index
    }

    /// When the turn of this index begins.
    fn begins(&self, zone: &TimeZone, index: i64) -> Timestamp {
        let days = index.saturating_mul(self.turns.days());
        plus_days(self.starts, days)
            .map_or(Timestamp::MAX, |date| instant(zone, date.to_datetime(self.hand_over)))
    }

    fn count(&self) -> i64 {
        i64::try_from(self.people.len()).unwrap_or(i64::MAX)
    }

    fn person(&self, index: i64) -> Option<&str> {
        let at = index.checked_rem_euclid(self.count())?;
        self.people.get(usize::try_from(at).ok()?).map(String::as_str)
    }
}

/// How many days the second date is behind the first.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    // Days alone, and so never anything that could not be told in an i64.
    from.until((Unit::Day, to)).map_or(0, |span| i64::from(span.get_days()))
}

/// The date so many days later; `None` beyond the year 9999.
pub(crate) fn plus_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}
