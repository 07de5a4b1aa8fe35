//! The cost of a look for one of a series: what takes place close together is work. And how many events there may be.

use jiff::SignedDuration;
use jiff::civil::date;

use super::event::Times;
use super::rule::Rule;
use super::series::Series;
use super::stamp::Stamp;
use super::*;

fn stamp(seconds: i64) -> Stamp {
    let local = date(2026, 1, 5).at(9, 0, 0, 0) + SignedDuration::from_secs(seconds);
    Stamp { local, zone: TimeZone::UTC, is_date: false }
}

/// A series of these rules, and of dates so many seconds after its first one.
fn series(days: i64, rules: &[&str], dates: impl Iterator<Item = i64>) -> Series {
    let rule = |text: &&str| Rule::parse(text, &TimeZone::UTC).expect("a rule");
    let dates = dates.map(|seconds| (stamp(seconds), None)).collect();
    let length = SignedDuration::from_hours(24 * days);
    let rules = rules.iter().map(rule).collect();
    Series::new(None, Times { first: stamp(0), length, rules, dates, except: Vec::new() })
}

const DAY: i64 = 24 * 3_600;

#[test]
fn sixteen_dates_within_four_days_are_as_much_work_as_a_rule() {
    let cost =
        |rules: &[&str], dates: &[i64]| series(1, rules, dates.iter().copied()).lookup_cost();
    let many = |count: i64, from: i64| (1..=count).map(move |second| from + second);
    assert_eq!(cost(&[], &[]), 1);
    assert_eq!(cost(&["FREQ=DAILY"], &[]), 1);
    assert_eq!(cost(&["FREQ=DAILY", "FREQ=WEEKLY"], &[]), 2);
    assert_eq!(cost(&[], &many(15, 0).collect::<Vec<_>>()), 1);
    assert_eq!(cost(&[], &many(16, 0).collect::<Vec<_>>()), 2);
    assert_eq!(cost(&[], &many(64, 0).collect::<Vec<_>>()), 5);
    let apart = |gap: i64| -> Vec<i64> { many(15, 0).chain([15 + gap]).collect() };
    // The first of the fifteen is a second after the beginning.
    assert_eq!(cost(&[], &apart(4 * DAY - 14)), 2);
    assert_eq!(cost(&[], &apart(4 * DAY - 13)), 1);
    let twice: Vec<i64> = many(16, 0).chain(many(16, 5 * DAY)).collect();
    assert_eq!(cost(&[], &twice), 2);
}

#[test]
fn series_is_weighed_by_its_rules_its_dates_and_its_length() {
    let none = std::iter::empty;
    // Those that touch ten days begin up to three days before or after, and two days beside that, of whichever zone.
    assert_eq!(series(3, &["FREQ=DAILY"], none()).at_most(10), 10 + 2 * 3 + 4 + 2 + 1);
    assert_eq!(series(0, &["FREQ=DAILY"], none()).at_most(10), 10 + 4 + 2 + 1);
    assert_eq!(series(0, &["FREQ=DAILY", "FREQ=DAILY"], none()).at_most(10), 2 * 16 + 1);
    assert_eq!(series(0, &[], 1..=5).at_most(10), 5 + 1);
    // Of many dates one an hour.
    assert_eq!(series(0, &[], 1..=100).at_most(0), 4 * 24 + 1);
}

#[test]
fn events_beyond_a_hundred_thousand_are_counted_and_left_out() {
    let at = Timestamp::UNIX_EPOCH;
    let single = Occurrence { from: at, until: at, order: 0, people: Arc::new([]) };
    let mut reading = Reading::default();
    (0..100_002).for_each(|_| reading.add_single(single.clone()));
    assert_eq!((reading.calendar.singles.len(), reading.left_out[0]), (100_000, 2));
}
