//! Which period a day is of, and what a rule costs: no more may take place, and no more may be looked at, than it says.

use jiff::civil::date;
use proptest::prelude::*;

use super::super::super::rotation::plus_days;
use super::*;

fn rule(text: &str) -> Rule {
    Rule::parse(text, &TimeZone::UTC).expect(text)
}

/// A Monday.
const FIRST: DateTime = DateTime::constant(2026, 1, 5, 9, 0, 0, 0);

#[test]
fn rule_is_weighed_by_the_most_that_it_may_mean() {
    for (text, days, expected) in [
        ("FREQ=DAILY", 10, 12),
        ("FREQ=DAILY;INTERVAL=3", 10, 5),
        ("FREQ=DAILY;BYHOUR=1,2;BYMINUTE=0,30", 10, 48),
        ("FREQ=WEEKLY", 70, 12),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE;BYHOUR=1,2;BYMINUTE=0", 70, 72),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=1,-1", 70, 24),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1,2,3", 70, 12),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=1,2;BYSETPOS=1,2,3,4,5", 70, 48),
        ("FREQ=MONTHLY", 280, 12),
        ("FREQ=MONTHLY;BYDAY=MO", 280, 372),
        ("FREQ=YEARLY", 3_650, 12),
        ("FREQ=YEARLY;INTERVAL=2", 3_650, 7),
        ("FREQ=YEARLY;BYMONTH=1,2", 3_650, 24),
        ("FREQ=YEARLY;BYDAY=MO", 3_650, 4_392),
    ] {
        let rule = rule(text);
        assert_eq!(rule.at_most(days), expected, "{text}");
        let last = plus_days(FIRST.date(), i64::try_from(days).unwrap() - 1).unwrap();
        let count = rule.starts(FIRST, FIRST.date(), last).len();
        assert!(u64::try_from(count).unwrap() <= expected, "{text}: {count}");
    }
}

#[test]
fn rule_without_months_is_looked_for_on_each_day_of_a_year() {
    assert_eq!(rule("FREQ=YEARLY;BYDAY=MO").days_of_a_year(), 366);
    // And one of each month that does not count.
    assert_eq!(rule("FREQ=YEARLY;BYMONTH=1,2;BYDAY=MO").days_of_a_year(), 2 * 31 + 12);
}

#[test]
fn count_costs_the_days_of_each_period_until_its_end() {
    for (text, cost) in [
        ("FREQ=DAILY;BYDAY=MO;COUNT=2", 8),
        ("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=10", 5 * 7),
        ("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=11", 6 * 7),
        ("FREQ=MONTHLY;COUNT=3", 3),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", 3 * 31),
        ("FREQ=MONTHLY;BYMONTH=1,2;COUNT=2", 2 * 31),
        ("FREQ=YEARLY;COUNT=2", 2),
        ("FREQ=YEARLY;BYMONTH=1,2;COUNT=2", 366),
        ("FREQ=YEARLY;BYDAY=1MO;COUNT=2", 2 * 366),
        ("FREQ=DAILY;BYDAY=MO;COUNT=1", 0),
    ] {
        assert_eq!(rule(text).bound(FIRST, &mut Budget::of(cost)), Ok(()), "{text}");
        if let Some(less) = cost.checked_sub(1) {
            assert!(rule(text).bound(FIRST, &mut Budget::of(less)).is_err(), "{text}");
        }
    }
}

#[test]
fn count_of_one_is_the_first_event_alone() {
    for text in ["FREQ=DAILY;COUNT=1", "FREQ=DAILY;BYDAY=MO;COUNT=1", "FREQ=YEARLY;COUNT=1"] {
        let mut rule = rule(text);
        rule.bound(FIRST, &mut Budget::default()).expect(text);
        assert_eq!(rule.last_day(), Some(FIRST.date()), "{text}");
    }
}

#[test]
fn starts_are_those_of_the_days_that_are_asked_for() {
    let daily = rule("FREQ=DAILY;BYHOUR=8,10");
    let starts = |from: Date, until: Date| -> Vec<String> {
        let starts = daily.starts(FIRST, from, until).into_iter();
        starts.map(|start| start.strftime("%d %H").to_string()).collect()
    };
    assert_eq!(starts(date(2026, 1, 7), date(2026, 1, 8)), ["07 08", "07 10", "08 08", "08 10"]);
    // Nothing takes place before the first event.
    assert_eq!(starts(date(2026, 1, 1), date(2026, 1, 6)), ["05 10", "06 08", "06 10"]);
    let weekly = rule("FREQ=WEEKLY;BYDAY=MO,WE,FR");
    let starts = weekly.starts(FIRST, date(2026, 1, 14), date(2026, 1, 14));
    assert_eq!(starts, [date(2026, 1, 14).at(9, 0, 0, 0)]);
}

const EVERY: [&str; 6] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;WKST=SU",
    "FREQ=WEEKLY;WKST=WE",
    "FREQ=MONTHLY",
    "FREQ=YEARLY",
];

proptest! {
    #[test]
    fn each_day_is_of_one_period(every in 0..EVERY.len(), first in 0_i64..3_000, day in -4_000_i64..4_000) {
        let rule = rule(EVERY[every]);
        let first = plus_days(date(2020, 1, 1), first).unwrap();
        let day = plus_days(first, day).unwrap();
        let period = rule.period_of(first, day);
        let (begins, ends) = rule.days_of(first, period).unwrap();
        prop_assert!(begins <= day && day <= ends, "{} is not in {} to {}", day, begins, ends);
        let (next, _) = rule.days_of(first, period + 1).unwrap();
        prop_assert_eq!(ends.tomorrow().unwrap(), next);
        prop_assert_eq!(rule.period_of(first, first), 0);
    }
}
