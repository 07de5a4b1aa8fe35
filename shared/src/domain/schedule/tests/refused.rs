//! Rules and dates that cannot be read: each is told by its text, and costs its own hours only.

use super::calendar::read;
use super::*;

#[test]
fn rule_that_cannot_be_read_is_refused_with_its_text() {
    for (rule, expected) in [
        ("FREQ=DAILY;INTERVAL=65538", "\"INTERVAL=65538\" cannot be read, expected 1 to 10000"),
        ("FREQ=DAILY;INTERVAL=0", "\"INTERVAL=0\" cannot be read"),
        ("FREQ=DAILY;COUNT=-5", "\"COUNT=-5\" cannot be read, expected a number from 1"),
        ("FREQ=DAILY;COUNT=0", "\"COUNT=0\" cannot be read"),
        ("FREQ=DAILY;UNTIL=soon", "\"UNTIL=SOON\" cannot be read, expected a date"),
        ("FREQ=DAILY;UNTIL=20260230", "\"UNTIL=20260230\" cannot be read"),
        ("FREQ=DAILY;BYSECOND=0", "\"BYSECOND=0\" cannot be read, expected FREQ, INTERVAL"),
        ("FREQ=DAILY;BYMOTNH=1", "\"BYMOTNH=1\" cannot be read"),
        ("FREQ=MONTHLY;BYMONTH=13", "\"BYMONTH=13\" cannot be read, expected numbers from 1 to 12"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "\"BYMONTHDAY=0\" cannot be read"),
        ("FREQ=MONTHLY;BYMONTH=-1", "\"BYMONTH=-1\" cannot be read, expected numbers from 1 to 12"),
        ("FREQ=MONTHLY;BYMONTHDAY=-32", "\"BYMONTHDAY=-32\" cannot be read"),
        ("FREQ=DAILY;BYHOUR=24", "\"BYHOUR=24\" cannot be read"),
        ("FREQ=DAILY;BYMINUTE=60", "\"BYMINUTE=60\" cannot be read"),
        ("FREQ=DAILY;UNTIL=2026-01-07T09:00", "\"UNTIL=2026-01-07T09:00\" cannot be read"),
        ("FREQ=YEARLY;BYDAY=54MO", "\"BYDAY=54MO\" cannot be read"),
        ("FREQ=YEARLY;BYDAY=-54MO", "\"BYDAY=-54MO\" cannot be read"),
        ("FREQ=WEEKLY;BYDAY=1MO", "has BYDAY with a number, expected MONTHLY or YEARLY with it"),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", "has BYDAY with a number beside BYWEEKNO"),
        ("FREQ=MONTHLY;BYYEARDAY=3", "has BYYEARDAY, expected FREQ=YEARLY with it"),
        ("FREQ=MONTHLY;BYDAY=0MO", "\"BYDAY=0MO\" cannot be read"),
        ("FREQ=MONTHLY;BYDAY=M", "\"BYDAY=M\" cannot be read"),
        ("FREQ=MONTHLY;BYDAY=ü", "\"BYDAY=ü\" cannot be read"),
        ("FREQ=DAILY;COUNT=2;COUNT=3", "\"COUNT=3\" stands beside another COUNT"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "has BYWEEKNO, expected FREQ=YEARLY with it"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "has BYMONTHDAY, expected no FREQ=WEEKLY with it"),
        ("FREQ=MONTHLY;BYSETPOS=1", "has BYSETPOS alone"),
        (
            "FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,1,2,3,4,5,6,7,8",
            "has too many times a day, expected 24 at most",
        ),
        ("FREQ=SECONDLY", "\"FREQ=SECONDLY\" is more often than a shift can be"),
        ("FREQ=FORTNIGHTLY", "\"FREQ=FORTNIGHTLY\" cannot be read, expected DAILY, WEEKLY"),
    ] {
        let (schedule, complaints) = read(&[
            &format!("DTSTART:20260105T080000Z\r\nDURATION:PT1H\r\nRRULE:{rule}\r\nSUMMARY:alpha"),
            "DTSTART:20260107T080000Z\r\nDURATION:P1D\r\nSUMMARY:bravo",
        ]);
        assert!(
            complaints[0].starts_with(&format!("6 RRULE: {expected}")),
            "\n{}\n{expected}",
            complaints[0]
        );
        assert_eq!(complaints.len(), 1);
        // It costs its own hours only.
        assert_eq!(schedule.on_call(at("2026-01-05T08:30:00Z")).people, Vec::<String>::new());
        assert_eq!(schedule.on_call(at("2026-01-07T12:00:00Z")).people, ["bravo"]);
    }
}

#[test]
fn exception_date_that_cannot_be_read_costs_no_other_hour() {
    let (schedule, complaints) = read(&[
        "DTSTART:20260105T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:soon,20260106T080000Z\r\nSUMMARY:alpha",
    ]);
    assert_eq!(
        complaints,
        ["7 EXDATE: \"soon\" is no time, expected one like \"20260105T090000Z\""]
    );
    let on = |time| !schedule.on_call(at(time)).people.is_empty();
    assert!(
        on("2026-01-05T12:00:00Z") && !on("2026-01-06T12:00:00Z") && on("2026-01-07T12:00:00Z")
    );
}
