//! The times that a rule means, near those that are asked for.

use jiff::civil::{Date, DateTime, Time};

use super::{Every, Rule};
use crate::domain::schedule::rotation::{days_between, plus_days};

/// No rule goes on beyond this year.
const LAST_YEAR: i16 = 2_200;

/// The most days that are looked at for the COUNTs of one file.
#[derive(Debug)]
pub(in super::super) struct Budget(u64);

/// The most days that are looked at for one COUNT: more than 270 years.
const MAX_DAYS_OF_A_COUNT: u64 = 100_000;

#[cfg(test)]
impl Budget {
    pub(super) fn of(days: u64) -> Budget {
        Budget(days)
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget(10_000_000)
    }
}

impl Rule {
    /// Finds where a COUNT ends. What is counted is counted from the first event on, once: all else looks only at the
    /// time that is asked for.
    ///
    /// # Errors
    /// If that takes more work than is left.
    pub(in super::super) fn bound(
        &mut self,
        first: DateTime,
        budget: &mut Budget,
    ) -> Result<(), String> {
        let Some(count) = self.count.take() else { return Ok(()) };
        let end = Date::constant(LAST_YEAR, 12, 31);
        if let Some(last) = self.plain_last(first, count) {
            self.last = last;
            return Ok(());
        }
        // Even if each day counts, the end is not to be seen.
        let days = u64::try_from(days_between(first.date(), end)).unwrap_or(0);
        if count > days.saturating_mul(self.clock(first.time()).len() as u64) {
            return Ok(());
        }
        // The first event counts, whether the rule means it or not (RFC 5545, 3.3.10).
        let (mut seen, mut last) = (1, (count == 1).then_some(first));
        let mut period = 0;
        let mut left = MAX_DAYS_OF_A_COUNT;
        let cost = self.days_of_a_period();
        while last.is_none()
            && let Some(days) =
                self.days_of(first.date(), period).filter(|(begins, _)| *begins <= end)
        {
            left = left
                .checked_sub(cost)
                .ok_or("counts from too long ago, expected UNTIL in place of COUNT")?;
            budget.0 = budget
                .0
                .checked_sub(cost)
                .ok_or("is one of too many that count, expected UNTIL in place of COUNT")?;
            for local in self.times(first, days).into_iter().filter(|local| *local > first) {
                seen += 1;
                if seen == count {
                    last = Some(local);
                    break;
                }
            }
            period += self.interval;
        }
        self.last = last;
        Ok(())
    }

    /// How many days are looked at to know which of a period it means, at most.
    fn days_of_a_period(&self) -> u64 {
        match self.every {
            Every::Day => 1,
            Every::Week => 7,
            Every::Month | Every::Year if self.names_no_days() && self.months.is_empty() => 1,
            Every::Month => 31,
            Every::Year => 366,
        }
    }

    /// The end of a COUNT where each period has exactly one; the inner `None` if it never ends.
    fn plain_last(&self, first: DateTime, count: u64) -> Option<Option<DateTime>> {
        let step = match self.every {
            Every::Day => 1,
            Every::Week => 7,
            _ => return None,
        };
        let lists = [&self.months, &self.weeks, &self.year_days, &self.month_days, &self.positions];
        let is_plain = lists.iter().all(|list| list.is_empty())
            && self.days.is_empty()
            && self.hours.is_empty()
            && self.minutes.is_empty();
        let periods = i64::try_from(count - 1).unwrap_or(i64::MAX);
        let days = periods.saturating_mul(step).saturating_mul(self.interval);
        is_plain.then(|| plus_days(first.date(), days).map(|date| date.to_datetime(first.time())))
    }

    /// The local times of an event that begins at the first one, those from a day until another, that one included.
    pub(in super::super) fn starts(
        &self,
        first: DateTime,
        from: Date,
        until: Date,
    ) -> Vec<DateTime> {
        let until = until.min(Date::constant(LAST_YEAR, 12, 31));
        let until = self.last_day().map_or(until, |last| last.min(until));
        let skip = self.period_of(first.date(), from.max(first.date())).max(0);
        let mut period = skip - skip.rem_euclid(self.interval);
        let mut starts = Vec::new();
        while let Some(days) =
            self.days_of(first.date(), period).filter(|(begins, _)| *begins <= until)
        {
            let fits =
                |local: &DateTime| *local >= first && local.date() >= from && local.date() <= until;
            starts.extend(self.times(first, days).into_iter().filter(fits));
            period += self.interval;
        }
        starts
    }

    /// The local times of one period.
    fn times(&self, first: DateTime, days: (Date, Date)) -> Vec<DateTime> {
        let mut times = Vec::new();
        let dates = self.dates(first.date(), days);
        if self.hours.is_empty() && self.minutes.is_empty() {
            times.extend(dates.into_iter().map(|date| date.to_datetime(first.time())));
        } else {
            let clock = self.clock(first.time());
            for date in dates {
                times.extend(clock.iter().map(|time| date.to_datetime(*time)));
            }
        }
        if self.positions.is_empty() {
            return times;
        }
        let count = i16::try_from(times.len()).unwrap_or(i16::MAX);
        let has = |index: i16| {
            self.positions.contains(&(index + 1)) || self.positions.contains(&(index - count))
        };
        (0..count).zip(&times).filter(|(index, _)| has(*index)).map(|(_, time)| *time).collect()
    }

    /// The times of a day.
    fn clock(&self, first: Time) -> Vec<Time> {
        let or = |list: &[i8], one: i8| if list.is_empty() { vec![one] } else { list.to_vec() };
        let minutes = or(&self.minutes, first.minute());
        let hours = or(&self.hours, first.hour());
        let times =
            hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (*hour, *minute)));
        times.filter_map(|(hour, minute)| Time::new(hour, minute, first.second(), 0).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    #[test]
    fn count_from_long_ago_costs_no_more_than_is_left() {
        let rule = |text: &str| Rule::parse(text, &TimeZone::UTC).unwrap();
        let mut budget = Budget(10_000);
        let first = date(2026, 1, 5).at(9, 0, 0, 0);
        let mut weekly = rule("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=10");
        assert_eq!(weekly.bound(first, &mut budget), Ok(()));
        assert_eq!(weekly.last, Some(date(2026, 2, 3).at(9, 0, 0, 0)));
        let told = rule("FREQ=DAILY;BYDAY=MO;COUNT=90000")
            .bound(date(1, 1, 1).at(9, 0, 0, 0), &mut Budget::default());
        assert_eq!(
            told,
            Err("counts from too long ago, expected UNTIL in place of COUNT".to_owned())
        );
        let told = rule("FREQ=DAILY;BYDAY=MO;COUNT=90").bound(first, &mut Budget(100));
        assert_eq!(
            told,
            Err("is one of too many that count, expected UNTIL in place of COUNT".to_owned())
        );
        // What can be told at once costs nothing.
        for text in ["FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;BYDAY=MO;COUNT=1000000000"] {
            assert_eq!(rule(text).bound(first, &mut Budget(0)), Ok(()), "{text}");
        }
    }
}
