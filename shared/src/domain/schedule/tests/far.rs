//! How far around a moment it is looked for when a shift begins and ends.

use super::calendar::schedule;
use super::*;

/// Who is on call on 1 June 2026 where somebody is on 5 January, and again after so many years; beside so many series
/// of each hour of a day that ended long ago.
fn on_call(years: u32, busy: usize) -> String {
    let rare = format!(
        "SUMMARY:alpha\r\nDTSTART:20260105T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=YEARLY;INTERVAL={years}"
    );
    let hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
    let hourly = format!(
        "SUMMARY:bravo\r\nDTSTART:20250105T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20250106T000000Z;BYHOUR={}",
        hours.join(",")
    );
    let events: Vec<&str> =
        std::iter::once(&*rare).chain(std::iter::repeat_n(&*hourly, busy)).collect();
    let shift = schedule(&events).on_call(at("2026-06-01T00:00:00Z"));
    assert_eq!(shift.people, Vec::<String>::new());
    let told = |moment: Timestamp| {
        let is_known = moment != Timestamp::MIN && moment != Timestamp::MAX;
        if is_known { moment.strftime("%Y-%m-%d").to_string() } else { "ever".to_owned() }
    };
    format!("{} to {}", told(shift.from), told(shift.until))
}

#[test]
fn shift_is_told_to_its_end_within_ten_years() {
    assert_eq!(on_call(1, 0), "2026-01-06 to 2027-01-05");
    assert_eq!(on_call(10, 0), "2026-01-06 to 2036-01-05");
    assert_eq!(on_call(12, 0), "2026-01-06 to ever");
}

/// The search for it is bounded.
#[test]
fn shift_is_looked_for_less_far_where_more_takes_place() {
    assert_eq!(on_call(4, 1), "2026-01-06 to 2030-01-05");
    assert_eq!(on_call(4, 2), "2026-01-06 to ever");
    assert_eq!(on_call(3, 2), "2026-01-06 to 2029-01-05");
    assert_eq!(on_call(2, 7), "2026-01-06 to ever");
    assert_eq!(on_call(1, 7), "2026-01-06 to 2027-01-05");
}

#[test]
fn gap_that_ends_soon_is_told_from_its_beginning_months_ago() {
    let before = "SUMMARY:alpha\r\nDTSTART:20260105T080000Z\r\nDURATION:P1D";
    let next = "SUMMARY:bravo\r\nDTSTART:20260602T080000Z\r\nDURATION:P1D";
    let shift = schedule(&[before, next]).on_call(at("2026-06-01T00:00:00Z"));
    assert_eq!(shift.people, Vec::<String>::new());
    assert_eq!((shift.from, shift.until), (at("2026-01-06T08:00:00Z"), at("2026-06-02T08:00:00Z")));
}

#[test]
fn long_shift_ends_where_another_begins_in_many_months() {
    let long = "SUMMARY:alpha\r\nDTSTART:20260531T080000Z\r\nDURATION:P300D";
    let later = "SUMMARY:bravo\r\nDTSTART:20260901T080000Z\r\nDURATION:P1D";
    let shift = schedule(&[long, later]).on_call(at("2026-06-01T00:00:00Z"));
    assert_eq!(shift.people, ["alpha"]);
    assert_eq!((shift.from, shift.until), (at("2026-05-31T08:00:00Z"), at("2026-09-01T08:00:00Z")));
}
