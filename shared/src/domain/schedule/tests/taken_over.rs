//! How long somebody may take over, what is the same, and how long it is kept.

use jiff::SignedDuration;

use super::stored::{NOW, asked, configured, id, is_somebody, schedules};
use super::*;

fn make(stored: &StoredOverrides, asked: &Asked, now: &str) -> Result<StoredOverride, NotMade> {
    let schedules = schedules();
    stored.make(&id(), asked, "alpha", configured(&schedules), at(now)).map(|(_, made)| made)
}

/// These, one after the other, at the same time.
fn all_made(all: &[Asked]) -> StoredOverrides {
    let schedules = schedules();
    all.iter().fold(StoredOverrides::default(), |stored, asked| {
        stored.make(&id(), asked, "alpha", configured(&schedules), at(NOW)).expect("one more").0
    })
}

#[test]
fn override_may_last_62_days_and_end_a_year_ahead() {
    let none = StoredOverrides::default();
    let is = |from: &str, until: &str| make(&none, &asked("alpha", from, until), NOW).map(|_| ());
    assert_eq!(is(NOW, "2027-01-24T08:00Z"), Ok(()));
    assert_eq!(is("2027-10-01T00:00Z", "2027-11-24T08:00Z"), Ok(()));
    // The past does not count.
    assert_eq!(is("2026-10-01T00:00Z", "2027-01-24T08:00Z"), Ok(()));
    assert_eq!(is("2026-10-01T00:00Z", "2027-01-24T08:00:01Z"), Err(NotMade::TooLong));
}

#[test]
fn override_asked_for_again_is_the_same_though_others_touch_it() {
    let ask = asked("delta", "2026-11-25T12:00Z", "2026-11-25T14:00Z");
    let stored = all_made(&[
        ask.clone(),
        asked("alpha", "2026-11-25T14:00Z", "2026-11-25T16:00Z"),
        asked("alpha", "2026-11-25T10:00Z", "2026-11-25T12:00Z"),
    ]);
    assert_eq!(make(&stored, &ask, NOW), Ok(stored.overrides[0].clone()));
    let part = asked("delta", "2026-11-25T12:30Z", "2026-11-25T13:00Z");
    assert_eq!(make(&stored, &part, NOW), Ok(stored.overrides[0].clone()));
    // A second more, before or behind, is another one.
    for (from, until) in [
        ("2026-11-25T11:59:59Z", "2026-11-25T14:00Z"),
        ("2026-11-25T12:00Z", "2026-11-25T14:00:01Z"),
    ] {
        let more = make(&stored, &asked("delta", from, until), NOW).expect("one more");
        assert!(stored.overrides.iter().all(|over| over.id != more.id), "{from} {until}");
    }
}

#[test]
fn override_that_is_removed_or_of_another_schedule_makes_none_the_same() {
    let other = Schedule { name: "other".to_owned(), ..schedules().0.remove(0) };
    let both = Schedules::new(vec![schedules().0.remove(0), other]);
    let known = ConfiguredNames { schedules: &both, has_person: &is_somebody };
    let ask = asked("delta", "2026-11-25T12:00Z", "2026-11-25T14:00Z");
    let there = Asked { schedule: "other".to_owned(), ..ask.clone() };
    let none = StoredOverrides::default();
    let (one, first) = none.make(&id(), &ask, "alpha", known, at(NOW)).expect("one");
    let (two, second) = one.make(&id(), &there, "alpha", known, at(NOW)).expect("another");
    assert_eq!((two.overrides.len(), second.schedule.as_str()), (2, "other"));
    assert_eq!(two.make(&id(), &ask, "alpha", known, at(NOW)).expect("the same").1, first);
    let (without, _) = two.remove(&first.id, "alpha", at(NOW)).expect("removed");
    assert_ne!(without.make(&id(), &ask, "alpha", known, at(NOW)).expect("a new one").1, first);
}

/// The page shows who was on call lately, and what was removed: so many of them, and for so long.
#[test]
fn override_is_kept_for_a_week_and_two_hundred_with_those_that_are_over() {
    let ends = at("2026-11-25T14:00Z");
    let stored = all_made(&[asked("delta", "2026-11-25T12:00Z", "2026-11-25T14:00Z")]);
    assert_eq!(stored.over_at(), Some(at("2026-12-02T14:00Z")));
    let kept = |now: Timestamp| {
        let ask = asked("bravo", "2026-12-20T00:00Z", "2026-12-20T01:00Z");
        let schedules = schedules();
        let (stored, _) =
            stored.make(&id(), &ask, "alpha", configured(&schedules), now).expect("made");
        stored.overrides.len()
    };
    let week = SignedDuration::from_hours(7 * 24);
    assert_eq!(kept(ends + week - SignedDuration::from_secs(1)), 2);
    assert_eq!(kept(ends + week), 1);

    let schedules = schedules();
    let mut stored = StoredOverrides::default();
    let ask = asked("delta", "2026-11-25T12:00Z", "2026-11-25T14:00Z");
    for number in 1..=250 {
        let (with, made) =
            stored.make(&id(), &ask, "alpha", configured(&schedules), at(NOW)).expect("made");
        assert_eq!(with.overrides.len(), number.min(200));
        stored = with.remove(&made.id, "alpha", at(NOW)).expect("removed").0;
    }
}
