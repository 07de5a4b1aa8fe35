//! The days, weeks, months and years that a rule goes by, and which days of each it means.

use jiff::civil::{Date, Weekday};

use super::{Every, Rule};
use crate::domain::schedule::rotation::{days_between, plus_days};

/// The first and the last day of a period.
pub(super) type Days = (Date, Date);

impl Rule {
    /// The number of the period that a date is in, counted from that of the first event. Not yet by the interval.
    pub(super) fn period_of(&self, first: Date, date: Date) -> i64 {
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        match self.every {
            Every::Day => days_between(first, date),
            Every::Week => days_between(self.week_of(first), date).div_euclid(7),
            Every::Month => months(date) - months(first),
            Every::Year => i64::from(date.year()) - i64::from(first.year()),
        }
    }

    /// The days of the period of this number; `None` beyond the calendar.
    pub(super) fn days_of(&self, first: Date, period: i64) -> Option<Days> {
        match self.every {
            Every::Day => plus_days(first, period).map(|day| (day, day)),
            Every::Week => {
                let begins = plus_days(self.week_of(first), period.checked_mul(7)?)?;
                Some((begins, plus_days(begins, 6)?))
            }
            Every::Month => {
                let months = i64::from(first.year()) * 12 + i64::from(first.month()) - 1 + period;
                let year = i16::try_from(months.div_euclid(12)).ok()?;
                let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
                let begins = Date::new(year, month, 1).ok()?;
                Some((begins, begins.last_of_month()))
            }
            Every::Year => {
                let year = i16::try_from(i64::from(first.year()) + period).ok()?;
                Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
            }
        }
    }

    /// The day that the week of this date begins with.
    fn week_of(&self, date: Date) -> Date {
        let back = i64::from(self.week_starts.until(date.weekday()));
        plus_days(date, -back).unwrap_or(date)
    }

    /// The days of a period that the rule means, for an event that is on this date first.
    pub(super) fn dates(&self, first: Date, (begins, ends): Days) -> Vec<Date> {
        if let Some(plain) = self.plain_date(first, (begins, ends)) {
            return plain.into_iter().collect();
        }
        let mut dates = Vec::new();
        let mut day = begins;
        while day <= ends {
            if !is_in(&self.months, day.month().into()) {
                // Nothing is to be found before the next month that counts.
                let later = self.months.iter().find(|month| **month > i16::from(day.month()));
                let later = later
                    .and_then(|month| Date::new(day.year(), i8::try_from(*month).ok()?, 1).ok());
                let Some(next) = later.or_else(|| day.last_of_year().tomorrow().ok()) else {
                    break;
                };
                day = next;
                continue;
            }
            if self.means(first, day) {
                dates.push(day);
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        dates
    }

    /// The one day of a month or a year, if the rule names no days.
    fn plain_date(&self, first: Date, (begins, _): Days) -> Option<Option<Date>> {
        if !self.names_no_days() {
            return None;
        }
        match self.every {
            Every::Month => {
                let date = Date::new(begins.year(), begins.month(), first.day()).ok();
                Some(date.filter(|date| is_in(&self.months, date.month().into())))
            }
            Every::Year if self.months.is_empty() => {
                Some(Date::new(begins.year(), first.month(), first.day()).ok())
            }
            _ => None,
        }
    }

    pub(super) fn names_no_days(&self) -> bool {
        self.weeks.is_empty()
            && self.year_days.is_empty()
            && self.month_days.is_empty()
            && self.days.is_empty()
    }

    /// Whether the rule means this day, whose month it means. What it does not say is as for the first event.
    fn means(&self, first: Date, day: Date) -> bool {
        let from_end = |number: i16, length: i16| (number, number - length - 1);
        let has = |list: &[i16], (number, from_end): (i16, i16)| {
            list.contains(&number) || list.contains(&from_end)
        };
        let by_month_day =
            || has(&self.month_days, from_end(day.day().into(), day.days_in_month().into()));
        let by_year_day = || has(&self.year_days, from_end(day.day_of_year(), day.days_in_year()));
        let by_week = || has(&self.weeks, self.week_number(day));
        let fits = (self.month_days.is_empty() || by_month_day())
            && (self.year_days.is_empty() || by_year_day())
            && (self.weeks.is_empty() || by_week());
        if !self.days.is_empty() {
            return fits
                && self.days.iter().any(|(number, weekday)| self.is_day(day, *number, *weekday));
        }
        // The weekday of the first event in the weeks that are named, …
        let weekday_counts = self.every == Every::Week || !self.weeks.is_empty();
        let is_plain = self.names_no_days();
        fits && match self.every {
            Every::Day => true,
            _ if weekday_counts && self.month_days.is_empty() && self.year_days.is_empty() => {
                day.weekday() == first.weekday()
            }
            // … and its day in the months.
            _ if is_plain => day.day() == first.day(),
            _ => true,
        }
    }

    /// Whether a date is the so manieth of its weekday, in its month, or for a yearly rule without months in its year.
    fn is_day(&self, date: Date, number: i16, weekday: Weekday) -> bool {
        if date.weekday() != weekday {
            return false;
        }
        let by_year = self.every == Every::Year && self.months.is_empty();
        let (day, length) = match by_year {
            true => (date.day_of_year(), date.days_in_year()),
            false => (date.day().into(), date.days_in_month().into()),
        };
        match number {
            0 => true,
            1.. => (day - 1) / 7 + 1 == number,
            _ => (length - day) / 7 + 1 == -number,
        }
    }

    /// The week of the year that a date is in, and the same counted from the end of the year, from -1.
    fn week_number(&self, date: Date) -> (i16, i16) {
        let week = self.week_of(date);
        // A week is of the year that four of its days are in.
        let year = plus_days(week, 3).unwrap_or(week).year();
        let first_week = |year: i16| Date::new(year, 1, 4).ok().map(|date| self.week_of(date));
        let number = |from: Option<Date>, to: Option<Date>| {
            let days = from.zip(to).map_or(0, |(from, to)| days_between(from, to));
            i16::try_from(days.div_euclid(7)).unwrap_or(0)
        };
        let begins = first_week(year);
        (number(begins, Some(week)) + 1, -number(Some(week), first_week(year.saturating_add(1))))
    }
}

fn is_in(list: &[i16], number: i16) -> bool {
    list.is_empty() || list.contains(&number)
}
