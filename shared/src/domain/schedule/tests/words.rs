//! Times as people write and read them.

use super::*;

#[test]
fn a_moment_is_local_or_has_an_offset() {
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
fn a_page_gets_words() {
    let mut weekly = rotation(Turns::Weekly, "Europe/Berlin", "2026-12-21", "09:00", &AB);
    over(&mut weekly, "2026-12-24T18:00", "2026-12-26T09:00", None);
    let views = two_weeks(&Schedules::new(vec![weekly]), at("2026-12-24T17:30:00Z"));
    let json = serde_json::to_value(&views).expect("JSON");
    assert_eq!(json[0]["name"], "primary");
    assert_eq!(json[0]["time_zone"], "Europe/Berlin");
    assert_eq!(json[0]["has_gaps"], true);
    let shift = &json[0]["shifts"][0];
    assert_eq!(shift["person"], serde_json::Value::Null);
    assert_eq!(shift["from"], "Thu 2026-12-24 18:00 CET");
    assert_eq!(shift["until_at"], "2026-12-26T08:00:00Z");
    assert_eq!(shift["because"], "override");
    assert_eq!(shift["is_now"], true);
    assert_eq!(json[0]["shifts"][1]["person"], "alpha");
    assert_eq!(json[0]["shifts"][1]["is_now"], false);
}

#[test]
fn in_a_schedule_that_is_unknown_nobody_is_on_call() {
    let schedules = Schedules::default();
    assert_eq!(schedules.on_call("x", at("2026-01-01T00:00Z")), Shift::nobody_ever());
    assert_eq!(schedules.shifts("x", Timestamp::MIN, Timestamp::MAX), []);
}
