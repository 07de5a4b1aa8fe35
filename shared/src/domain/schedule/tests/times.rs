//! Times as people write and read them.

use super::*;

#[test]
fn moment_is_local_or_has_an_offset() {
    let berlin = zone("Europe/Berlin");
    for (text, expected) in [
        ("2026-12-24T18:00", "2026-12-24T17:00:00Z"),
        ("2026-12-24 18:00:30", "2026-12-24T17:00:30Z"),
        ("2026-12-24T18:00Z", "2026-12-24T18:00:00Z"),
        ("2026-12-24T18:00-05:00", "2026-12-24T23:00:00Z"),
        ("2026-03-29T02:30", "2026-03-29T01:30:00Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
    ] {
        let moment = Moment::parse(text).map(|moment| moment.in_zone(&berlin).to_string());
        assert_eq!(moment.as_deref(), Some(expected), "{text}");
    }
    for text in [
        "",
        "2026-12-24",
        "soon",
        "2026-12-24T18:00+27:00",
        "2026-12-24T18:00[Nowhere/City]",
        "24.12.2026 18:00",
    ] {
        assert_eq!(Moment::parse(text), None, "{text}");
    }
}

#[test]
fn time_is_told_by_the_clock_of_its_zone() {
    assert_eq!(time(at("2026-12-24T17:00Z"), &zone("Europe/Berlin")), "Thu 2026-12-24 18:00 CET");
    assert_eq!(time(at("2026-07-01T00:00Z"), &zone("Europe/Berlin")), "Wed 2026-07-01 02:00 CEST");
}

#[test]
fn in_a_schedule_that_is_unknown_nobody_is_on_call() {
    let schedules = Schedules::default();
    assert_eq!(schedules.on_call("x", at("2026-01-01T00:00Z")), Shift::nobody_ever());
    assert_eq!(schedules.shifts("x", Timestamp::MIN, Timestamp::MAX), []);
    assert_eq!(schedules.gaps("x", Timestamp::MIN, Timestamp::MAX), []);
    let mut rota = rotation(Turns::Weekly, "UTC", "2026-01-05", "09:00", &AB);
    over(&mut rota, "2026-01-06T00:00", "2026-01-07T00:00", None);
    let (from, until) = (at("2026-01-05T09:00:00Z"), at("2026-01-08T00:00:00Z"));
    let (shifts, gaps) = (rota.shifts(from, until), rota.gaps(from, until));
    assert_eq!((shifts.len(), gaps.len()), (3, 1));
    let schedules = Schedules::new(vec![rota]);
    assert_eq!(schedules.shifts("primary", from, until), shifts);
    assert_eq!(schedules.gaps("primary", from, until), gaps);
}

#[test]
fn four_thousand_shifts_are_listed_at_most() {
    let daily = rotation(Turns::Daily, "UTC", "2026-01-01", "00:00", &AB);
    let shifts = daily.shifts(at("2026-01-01T00:00:00Z"), at("2046-01-01T00:00:00Z"));
    assert_eq!(shifts.len(), 4_000);
}
