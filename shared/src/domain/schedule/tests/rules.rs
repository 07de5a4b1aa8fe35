//! RRULE, RDATE and EXDATE, as RFC 5545 means them.

use super::calendar::{read, schedule};
use super::*;

/// The days on which an event begins that lasts an hour from 9:00 in Berlin, in this year and the next.
fn begins(lines: &str) -> Vec<String> {
    let event = format!(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\r\nDURATION:PT1H\r\n{lines}\r\nSUMMARY:alpha"
    );
    let schedule = schedule(&[&event]);
    let (from, until) = (at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
    let shifts = schedule.shifts(from, until).into_iter().filter(|shift| !shift.people.is_empty());
    shifts
        .map(|shift| shift.from.to_zoned(schedule.zone.clone()).strftime("%y-%m-%d").to_string())
        .collect()
}

#[test]
fn months_and_years_repeat_by_all_their_parts() {
    for (rule, expected) in [
        ("FREQ=MONTHLY;COUNT=3", "26-01-05 26-02-05 26-03-05"),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", "26-01-05 26-02-02 26-03-02"),
        ("FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260401", "26-01-05 26-01-30 26-02-27 26-03-27"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20260601", "26-01-05 26-01-31 26-03-31 26-05-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "26-01-05 26-01-31 26-02-28"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "26-01-05 26-01-30"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=3;COUNT=2", "26-01-05 26-02-04"),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;UNTIL=20261231",
            "26-01-05 26-02-13 26-03-13 26-11-13",
        ),
        ("FREQ=MONTHLY;INTERVAL=5;UNTIL=20261231", "26-01-05 26-06-05 26-11-05"),
        ("FREQ=YEARLY", "26-01-05 27-01-05"),
        ("FREQ=YEARLY;BYMONTH=3,6;UNTIL=20261231", "26-01-05 26-03-05 26-06-05"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "26-01-05 26-11-26 27-11-25"),
        ("FREQ=YEARLY;BYDAY=20MO", "26-01-05 26-05-18 27-05-17"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "26-01-05 26-05-11 27-05-17"),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO", "26-01-05 26-12-28 27-12-27"),
        ("FREQ=YEARLY;BYYEARDAY=100,-1;UNTIL=20261231T235959Z", "26-01-05 26-04-10 26-12-31"),
        ("FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=1,2;UNTIL=20270101", "26-01-05 26-02-01 27-01-01"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=1,-1", "26-01-05 26-02-01 26-02-28 27-02-01 27-02-28"),
        ("FREQ=DAILY;X-NOTE=1;COUNT=2", "26-01-05 26-01-06"),
        ("FREQ=MONTHLY;BYMONTH=3,6;UNTIL=20261231", "26-01-05 26-03-05 26-06-05"),
        ("FREQ=YEARLY;BYMONTHDAY=10;UNTIL=20260301", "26-01-05 26-01-10 26-02-10"),
        ("FREQ=MONTHLY;BYDAY=-2MO;UNTIL=20260301", "26-01-05 26-01-19 26-02-16"),
        ("FREQ=MONTHLY;BYDAY=1WE;UNTIL=20260131", "26-01-05 26-01-07"),
        ("FREQ=MONTHLY;BYDAY=-1SU;UNTIL=20260131", "26-01-05 26-01-25"),
        ("FREQ=YEARLY;BYDAY=-1MO", "26-01-05 26-12-28 27-12-27"),
        ("FREQ=WEEKLY;BYMONTH=2;UNTIL=20260301", "26-01-05 26-02-02 26-02-09 26-02-16 26-02-23"),
        ("FREQ=YEARLY;BYWEEKNO=20", "26-01-05 26-05-11 27-05-17"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYMONTHDAY=12", "26-01-05 26-05-12"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYYEARDAY=132", "26-01-05 26-05-12"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "26-01-05 27-01-04"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "26-01-05 26-12-28"),
        // The last week of a year may end in the next.
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR", "26-01-05 27-01-01"),
        ("FREQ=YEARLY;BYWEEKNO=-52;BYDAY=MO", "26-01-05 27-01-04"),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=4",
            "26-01-05 26-01-06 26-01-18 26-01-20",
        ),
    ] {
        assert_eq!(begins(&format!("RRULE:{rule}")).join(" "), expected, "{rule}");
    }
}

#[test]
fn several_rules_and_dates_are_put_together() {
    for (lines, expected) in [
        (
            "RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=2\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2",
            "26-01-05 26-01-08 26-01-12",
        ),
        (
            "RDATE;TZID=Europe/Berlin:20260107T090000,20260109T090000\r\nRDATE:20260111T080000Z",
            "26-01-05 26-01-07 26-01-09 26-01-11",
        ),
        ("RDATE;VALUE=DATE:20260107", "26-01-05 26-01-07"),
        (
            "RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE:20260106T080000Z\r\nEXDATE;VALUE=DATE:20260107",
            "26-01-05 26-01-08",
        ),
        (
            "RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE;TZID=\"Tokyo Standard Time\":20260106T170000",
            "26-01-05 26-01-07 26-01-08",
        ),
        (
            "RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;TZID=Europe/Berlin:20260105T090000",
            "26-01-06 26-01-07",
        ),
        (
            "RRULE:FREQ=DAILY;COUNT=2\r\nRDATE:20260106T080000Z,20260110T080000Z",
            "26-01-05 26-01-06 26-01-10",
        ),
    ] {
        assert_eq!(begins(lines).join(" "), expected, "{lines}");
    }
    let period = schedule(&["DTSTART:20260105T080000Z\r\nDURATION:PT1H\r\nSUMMARY:alpha\r\n\
         RDATE;VALUE=PERIOD:20260106T080000Z/20260106T110000Z,20260107T080000Z/PT30M"]);
    assert_eq!(
        shift_list(&period, "2026-01-05T09:00", "2026-01-07T10:00"),
        [
            "alpha Mon 2026-01-05 09:00 CET 1 h",
            "nobody Mon 2026-01-05 10:00 CET 23 h",
            "alpha Tue 2026-01-06 09:00 CET 3 h",
            "nobody Tue 2026-01-06 12:00 CET 21 h",
            "alpha Wed 2026-01-07 09:00 CET 30 min",
            "nobody from Wed 2026-01-07 09:30 CET",
        ]
    );
    // One that ends as it begins is nobody's.
    for period in ["20260106T080000Z/20260106T080000Z", "20260106T080000Z/PT0S"] {
        let (_, complaints) = read(&[&format!(
            "DTSTART:20260105T080000Z\r\nDURATION:PT1H\r\nSUMMARY:alpha\r\n\
             RDATE;VALUE=PERIOD:{period}"
        )]);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].contains("does not end behind its begin"), "{complaints:?}");
    }
}

#[test]
fn hours_of_a_day_may_be_several() {
    let twice = schedule(&[
        "DTSTART:20260105T080000Z\r\nDURATION:PT2H\r\nRRULE:FREQ=DAILY;BYHOUR=8,20;BYMINUTE=30\r\nSUMMARY:alpha",
    ]);
    for (time, is_on) in [
        ("2026-01-05T08:10:00Z", true),
        ("2026-01-05T10:20:00Z", true),
        ("2026-01-05T10:40:00Z", false),
        ("2026-01-05T21:00:00Z", true),
        ("2026-01-06T08:10:00Z", false),
    ] {
        assert_eq!(!twice.on_call(at(time)).people.is_empty(), is_on, "{time}");
    }
}

#[test]
fn until_as_a_date_is_its_whole_day() {
    let until = |until: &str| begins(&format!("RRULE:FREQ=DAILY;UNTIL={until}")).len();
    assert_eq!(until("20260107"), 3);
    assert_eq!(until("20260107T080000Z"), 3);
    assert_eq!(until("20260107T075959Z"), 2);
    // A local time is of the event's zone.
    assert_eq!(until("20260107T090000"), 3);
    assert_eq!(until("20260107T085959"), 2);
}

#[test]
fn lengths_are_by_the_clock_on_the_wall() {
    // Berlin's clocks go forward on 29 March and back on 25 October.
    for (date, duration, hours) in [
        ("20260328T090000", "PT24H", 23),
        ("20260328T090000", "P1D", 23),
        ("20261024T090000", "PT24H", 25),
        ("20261024T090000", "P1DT0H0M0S", 25),
        ("20260105T090000", "P1W", 168),
        ("20260105T090000", "+PT90M", 1),
        ("20260105T090000", "PT7200S", 2),
    ] {
        let event =
            format!("DTSTART;TZID=Europe/Berlin:{date}\r\nDURATION:{duration}\r\nSUMMARY:alpha");
        let schedule = schedule(&[&event]);
        let local: jiff::civil::DateTime = date.parse().expect("a time");
        let shift = schedule.on_call(instant(&schedule.zone, local));
        assert_eq!(shift.until.duration_since(shift.from).as_hours(), hours, "{date} {duration}");
    }
    for duration in [
        "",
        "P",
        "PT",
        "-P1D",
        "P1",
        "1D",
        "P1M",
        "P1Y",
        "1h",
        "PT0S",
        "P99999999999999999999D",
        "P1T2H",
        "PTT1H",
        "P1H",
        "PT1D",
        "PT1W",
        "P1S",
        "PT1H2",
    ] {
        let (_, complaints) =
            read(&[&format!("DTSTART:20260105T080000Z\r\nDURATION:{duration}\r\nSUMMARY:alpha")]);
        assert!(
            complaints[0].starts_with("5 DURATION: is no duration"),
            "{duration}: {complaints:?}"
        );
    }
}

#[test]
fn shift_whose_first_end_is_in_a_missing_hour_keeps_its_length() {
    let daily = schedule(&[
        "DTSTART;TZID=Europe/Berlin:20260328T183000\r\nDURATION:PT8H\r\nRRULE:FREQ=DAILY;COUNT=2\r\nSUMMARY:alpha",
        "DTSTART;TZID=Europe/Berlin:20260329T023000\r\nDTEND;TZID=Europe/Berlin:20260329T030000\r\n\
         RRULE:FREQ=DAILY;COUNT=2\r\nSUMMARY:bravo",
    ]);
    assert_eq!(
        shift_list(&daily, "2026-03-28T00:00", "2026-03-31T00:00"),
        [
            "nobody until Sat 2026-03-28 18:30 CET",
            "alpha Sat 2026-03-28 18:30 CET 8 h",
            "bravo Sun 2026-03-29 03:30 CEST 30 min",
            "nobody Sun 2026-03-29 04:00 CEST 870 min",
            "alpha Sun 2026-03-29 18:30 CEST 8 h",
            "bravo Mon 2026-03-30 02:30 CEST 30 min",
            "nobody from Mon 2026-03-30 03:00 CEST",
        ]
    );
}

#[test]
fn start_in_a_missing_or_doubled_hour_is_compatible() {
    let event = |time: &str| {
        schedule(&[&format!("DTSTART;TZID=Europe/Berlin:{time}\r\nDURATION:PT3H\r\nSUMMARY:alpha")])
    };
    let from = |time: &str| {
        event(time).shifts(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))[1]
            .from
            .to_string()
    };
    assert_eq!(from("20260329T023000"), "2026-03-29T01:30:00Z");
    assert_eq!(from("20261025T023000"), "2026-10-25T00:30:00Z");
}

#[test]
fn whole_day_without_an_end_is_that_day() {
    for end in
        ["", "DTEND;VALUE=DATE:20260105\r\n", "DTEND;VALUE=DATE:20260106\r\n", "DURATION:P1D\r\n"]
    {
        let day = schedule(&[&format!("DTSTART;VALUE=DATE:20260105\r\n{end}SUMMARY:alpha")]);
        assert_eq!(
            shift_list(&day, "2026-01-05T00:00", "2026-01-06T00:00"),
            ["alpha Mon 2026-01-05 00:00 CET 24 h"],
            "{end:?}"
        );
    }
    let (_, complaints) = read(&["DTSTART:20260105T080000Z\r\nSUMMARY:alpha"]);
    assert_eq!(
        complaints,
        ["3 DTSTART: has no DTEND and no DURATION, expected an end: it puts nobody on call"]
    );
}
