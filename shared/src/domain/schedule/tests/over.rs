//! How long what cannot be read matters.

use super::calendar::names;
use super::*;

const ALPHA: &str = "UID:a\nSUMMARY:alpha\nDTSTART;TZID=Europe/Berlin:20261005T090000\nDURATION:P7D\nRRULE:FREQ=WEEKLY";

/// Whether what is wrong with these events matters at this time: each complaint by itself.
fn matters(events: &[&str], now: &str) -> Vec<bool> {
    let events: String =
        events.iter().map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n")).collect();
    let text = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    let read = Calendar::read(&text, Some(&zone("Europe/Berlin")), &names());
    let all = read.complaints.iter().chain(&read.unread);
    all.map(|complaint| complaint.matters(at(now))).collect()
}

#[test]
fn change_of_all_that_follow_matters_as_long_as_its_series() {
    let place =
        "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261102T090000\nDURATION:P7D";
    let start = "DTSTART;TZID=Europe/Berlin:20261102T090000";
    for event in [
        format!("{place}\nSUMMARY:bravo\nDTSTART;TZID=Mars/X:20261102T090000"),
        format!("{place}\nSUMMARY:bravo\n{start}")
            .replace("FUTURE;TZID=Europe/Berlin", "FUTURE;TZID=Mars/X"),
        format!("{place}\nSUMMARY:Xavier\n{start}"),
        format!(
            "{place}\nSUMMARY:bravo\n{start}\nATTENDEE;PARTSTAT=DECLINED:mailto:bravo@example.com"
        ),
    ] {
        for (now, series) in [
            ("2026-11-03T00:00:00Z", ALPHA.to_owned()),
            ("2030-01-01T00:00:00Z", ALPHA.to_owned()),
            ("2026-12-20T00:00:00Z", format!("{ALPHA};UNTIL=20261221T080000Z")),
        ] {
            assert_eq!(matters(&[&series, &event], now), [true], "{event} at {now}");
        }
        let ended = format!("{ALPHA};UNTIL=20261221T080000Z");
        assert_eq!(matters(&[&ended, &event], "2027-02-01T00:00:00Z"), [false], "{event}");
    }
    // One that stands for one instance is over with it, whatever rule it carries.
    let one = "UID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20261102T090000\nSUMMARY:bravo\nDTSTART;TZID=Mars/X:20261102T090000\n\
               DURATION:P7D\nRRULE:FREQ=DAILY";
    assert_eq!(matters(&[ALPHA, one], "2026-11-10T00:00:00Z"), [true]);
    assert_eq!(matters(&[ALPHA, one], "2026-11-13T00:00:00Z"), [false]);
}

#[test]
fn shift_of_unreadable_length_matters_for_some_weeks() {
    for event in [
        "DTSTART;TZID=Europe/Berlin:20261127T090000\nDURATION:7D",
        "DTSTART;TZID=Europe/Berlin:20261127T090000\nDURATION:-P7D",
        "DTSTART;TZID=Europe/Berlin:20261127T090000\nDTEND;TZID=Europe/Berlin:20251204T090000",
        "DTSTART;TZID=Europe/Berlin:20261127T090000\nDTEND;TZID=Europe/Berlin:garbage",
        "DTSTART;TZID=Europe/Berlin:20261127T090000\nDTEND;TZID=Europe/Berlin:20261127T080000",
        "DTSTART:20261101T080000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD;TZID=Mars:20261125T080000/P14D",
        "DTSTART:20261101T080000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD;TZID=Mars:20261125T080000/14D",
        "DTSTART:20261101T080000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD;TZID=Mars:20261125T080000/20261209T080000",
        "DTSTART:soon\nDTEND:20261204T090000Z",
    ] {
        let event = format!("SUMMARY:bravo\n{event}");
        for (now, expected) in [("2026-12-03T12:00:00Z", true), ("2027-03-01T00:00:00Z", false)] {
            assert_eq!(matters(&[&event], now), [expected], "{event} at {now}");
        }
    }
}

#[test]
fn what_ended_long_ago_does_not_matter_however_unreadable() {
    for (event, expected) in [
        ("DTSTART:20100101T080000Z\nDTEND:garbage", false),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=3", false),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYHOUR=8;COUNT=3", false),
        (
            "DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYDAY=MO;INTERVAL=2;COUNT=30",
            false,
        ),
        ("DTSTART;TZID=Mars/X:20100101T080000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;COUNT=12", false),
        ("DTSTART:soon\nDTEND:20100102T080000Z", false),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY", true),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=x", true),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;INTERVAL=x;COUNT=3", true),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;UNTIL=later", true),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYEASTER=1;COUNT=30", true),
        ("DTSTART;TZID=Mars/X:20100101T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=10000", true),
        ("DTSTART:20100101T080000Z\nDURATION:PT1H\nRDATE:soon", true),
    ] {
        let event = format!("SUMMARY:bravo\n{event}");
        assert_eq!(matters(&[&event], "2026-11-28T00:00:00Z"), [expected], "{event}");
    }
}

/// Whether what is wrong with an event matters until this date begins, and not a second longer.
fn matters_until(event: &str, date: &str) {
    let last = format!("{date}T00:00:00Z");
    assert_eq!(matters(&[event], &last), [true], "{event} at {last}");
    let later = format!("{date}T00:00:01Z");
    assert_eq!(matters(&[event], &later), [false], "{event} at {later}");
}

#[test]
fn what_cannot_be_read_matters_for_two_days_after_its_last_possible_day() {
    for (lines, date) in [
        ("DURATION:P1D", "2026-11-04"),
        ("DTEND:20261105T090000Z", "2026-11-07"),
        ("DTEND:20261101T080000Z", "2026-12-08"),
        ("DTEND:20261101T090000Z", "2026-12-08"),
        ("DTEND:20261031T100000Z", "2026-12-08"),
        ("DURATION:PT0S", "2026-12-08"),
        ("DURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2", "2026-11-06"),
        ("DURATION:P1D\nRRULE:FREQ=DAILY;BYHOUR=8;BYMINUTE=30;BYSECOND=0;COUNT=2", "2026-11-06"),
        ("DURATION:P1D\nRRULE:FREQ=DAILY;BYDAY=MO;COUNT=2", "2026-11-18"),
        ("DURATION:P1D\nRRULE:FREQ=WEEKLY;COUNT=3", "2026-11-25"),
        ("DURATION:P1D\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3", "2026-11-25"),
        ("DURATION:P1D\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3", "2026-12-16"),
        ("DURATION:P1D\nRRULE:FREQ=MONTHLY;COUNT=2", "2027-03-08"),
        ("DURATION:P1D\nRRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=1", "2034-11-10"),
        ("DURATION:P1D\nRRULE:FREQ=DAILY;BYMONTH=1;COUNT=1", "2034-11-10"),
        ("DURATION:P1D\nRRULE:FREQ=DAILY;BYDAY=MO;BYSETPOS=1;COUNT=1", "2034-11-10"),
        ("DURATION:P1D\nRRULE:FREQ=YEARLY;COUNT=1", "2034-11-10"),
        ("DURATION:P1D\nRRULE:FREQ=DAILY;UNTIL=20261120T000000Z", "2026-11-23"),
        ("DURATION:P1D\nRRULE:FREQ=DAILY;COUNT=400000", "3122-01-03"),
        ("DURATION:P1D\nRDATE:20261201T090000Z", "2026-12-04"),
        ("DURATION:P1D\nRDATE:20261001T090000Z", "2026-11-04"),
        ("DURATION:P1D\nRDATE;VALUE=PERIOD:20261201T090000Z/20261203T090000Z", "2026-12-05"),
        ("DURATION:P1D\nRDATE;VALUE=PERIOD:20261201T090000Z/20261201T100000Z", "2026-12-03"),
        ("DURATION:P1D\nRDATE;VALUE=PERIOD:20261201T090000Z/P2D", "2026-12-05"),
        ("DURATION:P1D\nRDATE;VALUE=PERIOD:20261201T090000Z/20261130T090000Z", "2027-01-07"),
    ] {
        // Nobody reads an EXRULE.
        let start = "SUMMARY:bravo\nEXRULE:FREQ=DAILY\nDTSTART:20261101T090000Z";
        matters_until(&format!("{start}\n{lines}"), date);
    }
    let day = "SUMMARY:bravo\nEXRULE:FREQ=DAILY\nDTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:";
    for (end, date) in
        [("20261101", "2026-11-03"), ("20261102", "2026-11-04"), ("20261031", "2026-12-08")]
    {
        matters_until(&format!("{day}{end}"), date);
    }
    matters_until("SUMMARY:bravo\nDTSTART:soon\nDTEND:20261105T090000Z", "2026-12-12");
    // One that stands for an instance is over with whichever is later, the instance or itself.
    let moved =
        "UID:a\nSUMMARY:bravo\nDURATION:P1D\nDTSTART;TZID=Mars/X:20261101T090000\nRECURRENCE-ID:";
    matters_until(&format!("{moved}20261110T090000Z"), "2026-11-13");
    matters_until(&format!("{moved}20261020T090000Z"), "2026-11-04");
}

#[test]
fn what_may_go_on_for_ever_always_matters() {
    for rule in
        ["COUNT=0", "COUNT=-1", "INTERVAL=0;COUNT=1", "COUNT=400001", "INTERVAL=2;COUNT=200001"]
    {
        let event = format!(
            "SUMMARY:bravo\nEXRULE:FREQ=DAILY\nDTSTART:20261101T090000Z\nRRULE:FREQ=DAILY;{rule}"
        );
        assert_eq!(matters(&[&event], "9000-01-01T00:00:00Z"), [true], "{rule}");
    }
}
