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
