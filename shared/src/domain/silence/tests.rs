//! Maintenance windows as people live them, over nights on which the clocks change too.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::domain::schedule::time;

mod asked;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn window(alarms: &str, zone: &str, when: When) -> Window {
    let zone = TimeZone::get(zone).expect("a zone");
    Window::new(vec![alarms.to_owned()], None, zone, when, "ringdown.toml:1".to_owned())
}

fn once(from: &str, until: &str) -> When {
    When::Once { from: at(from), until: at(until) }
}

fn every(days: &[Weekday], begins: &str, hours: i64) -> When {
    let begins: Time = begins.parse().expect("a time of day");
    When::Every { days: days.to_vec(), at: begins, lasting: SignedDuration::from_hours(hours) }
}

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn because(mut window: Window, reason: &str) -> Window {
    window.reason = Some(reason.to_owned());
    window
}

fn until(silences: &Silences, alarm: &str, now: &str) -> Option<Timestamp> {
    silences.until(alarm, at(now)).map(|silence| silence.until)
}

#[test]
fn window_is_for_its_alarms_and_its_time() {
    let silences = Silences::new(vec![because(
        window("batch-*", "UTC", once("2026-03-01T02:00Z", "2026-03-01T04:00Z")),
        "the database moves",
    )]);
    let silence = silences.until("batch-late", at("2026-03-01T02:00Z")).expect("silenced");
    assert_eq!(silence.until, at("2026-03-01T04:00Z"));
    assert_eq!(silence.reason.as_deref(), Some("the database moves"));
    for (alarm, now) in [
        ("batch-late", "2026-03-01T01:59:59Z"),
        ("batch-late", "2026-03-01T04:00Z"),
        ("checkout", "2026-03-01T03:00Z"),
    ] {
        assert_eq!(until(&silences, alarm, now), None, "{alarm} {now}");
    }
}

#[test]
fn windows_that_overlap_or_touch_are_one_silence() {
    let silences = Silences::new(vec![
        window("*", "UTC", once("2026-03-01T02:00Z", "2026-03-01T04:00Z")),
        window("a*", "UTC", once("2026-03-01T03:00Z", "2026-03-01T05:00Z")),
        window("*", "UTC", once("2026-03-01T05:00Z", "2026-03-01T06:00Z")),
        window("*", "UTC", once("2026-03-01T06:00:01Z", "2026-03-01T07:00Z")),
    ]);
    assert_eq!(until(&silences, "a", "2026-03-01T02:30Z"), Some(at("2026-03-01T06:00Z")));
    assert_eq!(until(&silences, "b", "2026-03-01T02:30Z"), Some(at("2026-03-01T04:00Z")));
    assert_eq!(until(&silences, "a", "2026-03-01T06:00Z"), None);
}

#[test]
fn two_hours_are_two_hours_when_the_clocks_change() {
    let silences =
        Silences::new(vec![window("*", "Europe/Berlin", every(&[Weekday::Sunday], "02:00", 2))]);
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    for (now, begins, ends) in [
        ("2026-03-22T01:30Z", "Sun 2026-03-22 02:00 CET", "Sun 2026-03-22 04:00 CET"),
        // The clocks leap over 02:00.
        ("2026-03-29T01:30Z", "Sun 2026-03-29 03:00 CEST", "Sun 2026-03-29 05:00 CEST"),
        // 02:00 is twice: it begins with the first.
        ("2026-10-25T01:30Z", "Sun 2026-10-25 02:00 CEST", "Sun 2026-10-25 03:00 CET"),
    ] {
        let [(_, (from, until))] = silences.in_force(at(now))[..] else { panic!("{now}") };
        assert_eq!((time(from, &zone), time(until, &zone)), (begins.to_owned(), ends.to_owned()));
        let before = from.checked_sub(SignedDuration::from_nanos(1)).expect("a time");
        assert_eq!((silences.until("x", before), silences.until("x", until)), (None, None));
        assert_eq!(silences.next(before).map(|(_, span)| span), Some((from, until)));
    }
}

#[test]
fn night_that_began_yesterday_goes_on() {
    let silences = Silences::new(vec![window("*", "America/New_York", every(&WEEK, "22:00", 8))]);
    assert_eq!(until(&silences, "x", "2026-06-02T09:59Z"), Some(at("2026-06-02T10:00Z")));
    assert_eq!(until(&silences, "x", "2026-06-02T10:00Z"), None);
    let long = Silences::new(vec![window("*", "UTC", every(&[Weekday::Friday], "18:00", 6 * 24))]);
    assert_eq!(until(&long, "x", "2026-06-11T17:59Z"), Some(at("2026-06-11T18:00Z")));
    assert_eq!(until(&long, "x", "2026-06-12T17:59Z"), None);
}

#[test]
fn silence_that_never_ends_is_told_a_month_at_a_time() {
    let silences = Silences::new(vec![
        window("*", "UTC", every(&WEEK, "00:00", 12)),
        window("*", "UTC", every(&WEEK, "12:00", 12)),
    ]);
    assert_eq!(until(&silences, "x", "2026-06-01T00:00Z"), Some(at("2026-07-02T00:00Z")));
}

#[test]
fn next_one_and_those_that_are_over() {
    let silences = Silences::new(vec![
        window("a", "UTC", once("2026-03-01T02:00Z", "2026-03-01T04:00Z")),
        window("b", "UTC", every(&[Weekday::Tuesday, Weekday::Thursday], "01:00", 1)),
        window("c", "UTC", once("2026-03-04T00:00Z", "2026-03-05T04:00Z")),
    ]);
    let next = |now: &str| {
        silences.next(at(now)).map(|(window, (from, _))| (window.alarms[0].clone(), from))
    };
    for (now, alarm, from) in [
        ("2026-03-01T01:00Z", "a", "2026-03-01T02:00Z"),
        ("2026-03-01T02:00Z", "b", "2026-03-03T01:00Z"),
        ("2026-03-03T01:00Z", "c", "2026-03-04T00:00Z"),
        ("2026-03-05T01:00Z", "b", "2026-03-10T01:00Z"),
    ] {
        assert_eq!(next(now), Some((alarm.to_owned(), at(from))), "{now}");
    }
    let over: Vec<&str> =
        silences.over(at("2026-03-01T04:00Z")).map(|window| window.alarms[0].as_str()).collect();
    assert_eq!(over, ["a"]);
    assert_eq!(silences.over(at("2026-03-01T03:59Z")).count(), 0);
}

const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "UTC",
];

prop_compose! {
    fn any_window()(
        zone in 0_usize..ZONES.len(),
        is_once in any::<bool>(),
        days in proptest::collection::vec(0_i8..7, 1..4),
        hour in 0_i8..24, minute in 0_i8..60,
        from in 0_i64..200_000, lasting in 1_i64..6_000,
    ) -> Window {
        let lasting = SignedDuration::from_mins(lasting);
        let when = if is_once {
            let from = minutes(from);
            When::Once { from, until: from.checked_add(lasting).expect("a time") }
        } else {
            let days = days.into_iter().filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
            let at = Time::new(hour, minute, 0, 0).expect("a time of day");
            When::Every { days: days.collect(), at, lasting }
        };
        window("*", ZONES[zone], when)
    }
}

/// So many minutes after the year began in which Apia left out a day.
fn minutes(minutes: i64) -> Timestamp {
    let begin = at("2011-10-01T00:00Z");
    begin.checked_add(SignedDuration::from_mins(minutes)).expect("a time")
}

proptest! {
    #[test]
    fn it_is_silent_until_then_and_not_a_moment_longer(
        windows in proptest::collection::vec(any_window(), 0..5), ask in 0_i64..200_000, inside in 0.0_f64..1.0,
    ) {
        let silences = Silences::new(windows);
        let covered = |at: Timestamp| silences.iter().any(|window| window.covering(at).is_some());
        let now = minutes(ask);
        match silences.until("x", now) {
            None => {
                prop_assert!(!covered(now));
                let next = silences.next(now).map(|(_, (from, _))| from);
                if let Some(next) = next {
                    let before = now.checked_add(next.duration_since(now).mul_f64(inside)).expect("a time");
                    prop_assert!(!covered(before) || before == next, "{} is before {}", before, next);
                    prop_assert!(covered(next));
                }
            }
            Some(silence) => {
                prop_assert!(silence.until > now && covered(now));
                let middle = now.checked_add(silence.until.duration_since(now).mul_f64(inside)).expect("a time");
                prop_assert!(covered(middle) || middle == silence.until, "{} is before {}", middle, silence.until);
                let horizon = now.checked_add(HORIZON).expect("a time");
                prop_assert!(!covered(silence.until) || silence.until >= horizon);
                if middle < silence.until && silence.until < horizon {
                    prop_assert_eq!(silences.until("x", middle), Some(silence));
                }
            }
        }
    }

    #[test]
    fn what_comes_again_begins_at_its_local_time(window in any_window(), ask in 0_i64..200_000) {
        let Some((from, until)) = window.next(minutes(ask)) else {
            let is_once = matches!(window.when, When::Once { .. });
            prop_assert!(is_once);
            return Ok(());
        };
        prop_assert!(from > minutes(ask));
        prop_assert_eq!(window.covering(from), Some((from, until)));
        if let When::Every { days, at, lasting } = &window.when {
            prop_assert_eq!(until.duration_since(from), *lasting);
            prop_assert!(from.duration_since(minutes(ask)) <= SignedDuration::from_hours(9 * 24));
            let local = window.zone.to_datetime(from);
            // On a day that is left out, or leapt into, it is later.
            prop_assert!(local.time() >= *at || local.date().day() == 31);
            prop_assert!(local.time() != *at || days.contains(&local.weekday()) || local.date().day() == 31);
        }
    }

    #[test]
    fn the_ends_of_time_are_no_danger(
        windows in proptest::collection::vec(any_window(), 1..4), second in any::<i64>(), alarm in ".{0,20}",
    ) {
        let silences = Silences::new(windows);
        for moment in [Timestamp::MIN, Timestamp::MAX].into_iter().chain(Timestamp::from_second(second % 400_000_000_000)) {
            let _ = (silences.until(&alarm, moment), silences.next(moment), silences.in_force(moment));
        }
    }
}
