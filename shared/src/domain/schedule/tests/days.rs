//! Series of whole days and times that name one of them; dates that name one of a series of times.

use super::calendar::{names, schedule, shift_of};
use super::*;

/// Who is on call on these days of December 2026, at noon in this zone; `-` is nobody.
fn days(zone_name: &str, events: &[&str], days: std::ops::RangeInclusive<i8>) -> String {
    let zone = zone(zone_name);
    let events: String =
        events.iter().map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n")).collect();
    let text = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    let read = Calendar::read(&text, Some(&zone), &names());
    assert_eq!(read.complaints, []);
    let who = |day: i8| {
        let noon = jiff::civil::date(2026, 12, day).at(12, 0, 0, 0);
        let people = shift_of(&read.calendar, instant(&zone, noon)).people.join("+");
        if people.is_empty() { "-".to_owned() } else { people }
    };
    days.map(who).collect::<Vec<_>>().join(" ")
}

const DAILY: &str = "UID:a\nSUMMARY:alpha\nDTSTART;VALUE=DATE:20261130\nRRULE:FREQ=DAILY";

#[test]
fn time_in_a_series_of_whole_days_means_one_of_them() {
    for (zone, time) in [
        // Midnight of 3 December here, in UTC, or written of another zone; any other time by the clock here.
        ("Europe/Berlin", ":20261202T230000Z"),
        ("Europe/Berlin", ":20261203T000000Z"),
        ("Europe/Berlin", ":20261203T100000Z"),
        ("Europe/Berlin", ";TZID=Asia/Tokyo:20261203T000000"),
        ("America/New_York", ":20261203T050000Z"),
        ("America/New_York", ":20261203T000000Z"),
        ("America/New_York", ":20261204T030000Z"),
        ("Asia/Tokyo", ":20261202T150000Z"),
    ] {
        let except = format!("{DAILY}\nEXDATE{time}");
        assert_eq!(days(zone, &[&except], 1..=4), "alpha alpha - alpha", "{zone} {time}");
        let swap =
            format!("UID:a\nSUMMARY:bravo\nRECURRENCE-ID{time}\nDTSTART;VALUE=DATE:20261203");
        assert_eq!(days(zone, &[DAILY, &swap], 1..=4), "alpha alpha bravo alpha", "{zone} {time}");
        let later = swap.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE");
        assert_eq!(days(zone, &[DAILY, &later], 1..=4), "alpha alpha bravo bravo", "{zone} {time}");
    }
}

#[test]
fn end_of_a_series_of_whole_days_is_a_day() {
    for (zone, until) in [
        ("America/New_York", "20261203T000000Z"),
        ("America/New_York", "20261203T235959Z"),
        ("America/New_York", "20261204T045959Z"),
        ("America/New_York", "20261203T000000"),
        ("Europe/Berlin", "20261203T000000Z"),
        ("Europe/Berlin", "20261202T230000Z"),
        ("Europe/Berlin", "20261203T225959Z"),
        ("Europe/Berlin", "20261203T235959Z"),
        ("Asia/Tokyo", "20261203T000000Z"),
    ] {
        let ends = format!("{DAILY};UNTIL={until}");
        assert_eq!(days(zone, &[&ends], 2..=4), "alpha alpha -", "{zone} {until}");
    }
}

#[test]
fn change_of_all_that_follow_may_name_its_instance_by_the_day() {
    let daily = "UID:a\r\nSUMMARY:alpha\r\nDTSTART;TZID=Europe/Berlin:20261130T090000\r\nDURATION:PT8H\r\nRRULE:FREQ=DAILY";
    let change = "UID:a\r\nSUMMARY:bravo\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261202\r\n\
                  DTSTART;TZID=Europe/Berlin:20261202T090000\r\nDURATION:PT8H";
    let expected = [
        "nobody Wed 2026-12-02 17:00 CET 16 h",
        "bravo Thu 2026-12-03 09:00 CET 8 h",
        "nobody Thu 2026-12-03 17:00 CET 16 h",
    ];
    let by_day = schedule(&[daily, change]);
    assert_eq!(shift_list(&by_day, "2026-12-02T18:00", "2026-12-04T00:00"), expected);
    assert_eq!(
        shift_list(&by_day, "2026-12-01T10:00", "2026-12-01T11:00"),
        ["alpha Tue 2026-12-01 09:00 CET 8 h"]
    );
    // And the other way round: a series of whole days, by a time.
    let change = "UID:a\nSUMMARY:bravo\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261202T000000Z\nDTSTART;VALUE=DATE:20261202";
    for zone in ["Europe/Berlin", "America/New_York"] {
        assert_eq!(days(zone, &[DAILY, change], 1..=4), "alpha bravo bravo bravo", "{zone}");
    }
}
