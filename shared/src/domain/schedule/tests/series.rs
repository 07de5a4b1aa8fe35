//! Several VEVENTs of one UID: versions, exceptions, cancellations.

use super::calendar::{names, read, schedule};
use super::*;

/// Who is on call on each of these days of January 2026, at noon in Berlin; `-` is nobody.
fn days(events: &[&str], days: std::ops::RangeInclusive<i8>) -> String {
    let schedule = schedule(events);
    let who = |day: i8| {
        let noon = jiff::civil::date(2026, 1, day).at(12, 0, 0, 0);
        let people = schedule.on_call(instant(&schedule.zone, noon)).people.join("+");
        if people.is_empty() { "-".to_owned() } else { people }
    };
    days.map(who).collect::<Vec<_>>().join(" ")
}

const DAILY: &str = "UID:s\r\nDTSTART;TZID=Europe/Berlin:20260105T090000\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;COUNT=5";

fn series(more: &str) -> String {
    format!("{DAILY}\r\n{more}")
}

fn exception(day: u8, more: &str) -> String {
    format!(
        "UID:s\r\nRECURRENCE-ID;TZID=Europe/Berlin:202601{day:02}T090000\r\n\
         DTSTART;TZID=Europe/Berlin:202601{day:02}T090000\r\nDURATION:P1D\r\n{more}"
    )
}

#[test]
fn exception_stands_for_one_instance_whatever_rule_it_carries() {
    for rule in [
        "RRULE:FREQ=DAILY",
        "RRULE:FREQ=WEEKLY;COUNT=9",
        "RDATE:20260110T080000Z",
        "RRULE:nonsense",
        "EXDATE:x",
    ] {
        let swap = exception(7, &format!("{rule}\r\nSUMMARY:bravo"));
        assert_eq!(
            days(&[&series("SUMMARY:alpha"), &swap], 5..=11),
            "alpha alpha bravo alpha alpha - -",
            "{rule}"
        );
        // Whichever comes first in the file.
        assert_eq!(
            days(&[&swap, &series("SUMMARY:alpha")], 5..=11),
            "alpha alpha bravo alpha alpha - -",
            "{rule}"
        );
    }
}

#[test]
fn highest_sequence_counts_of_versions_of_one_event() {
    let one = |sequence: &str, who: &str| {
        format!("UID:1\r\n{sequence}DTSTART:20260105T080000Z\r\nDURATION:P1D\r\nSUMMARY:{who}")
    };
    for (events, expected) in [
        (vec![one("SEQUENCE:2\r\n", "alpha"), one("SEQUENCE:0\r\n", "bravo")], "alpha"),
        (
            vec![
                one("", "bravo"),
                one("SEQUENCE:10\r\n", "alpha"),
                one("SEQUENCE:9\r\n", "charlie"),
            ],
            "alpha",
        ),
        // Handed to somebody whom we do not know: nobody of ours is on call.
        (
            vec![
                one("SEQUENCE:1\r\n", "alpha"),
                one("SEQUENCE:2\r\nSTATUS:CANCELLED\r\n", "alpha"),
            ],
            "-",
        ),
        (
            vec![
                one("SEQUENCE:3\r\n", "alpha"),
                one("SEQUENCE:2\r\nSTATUS:CANCELLED\r\n", "alpha"),
            ],
            "alpha",
        ),
        // The same event twice, once cancelled.
        (vec![one("", "alpha"), one("STATUS:CANCELLED\r\n", "alpha")], "-"),
        (vec![one("", "alpha"), one("", "holiday of alpha")], "alpha"),
    ] {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        assert_eq!(days(&events, 5..=5), expected, "{events:?}");
    }
    let (_, complaints) =
        read(&[&one("SEQUENCE:1\r\n", "alpha"), &one("SEQUENCE:2\r\n", "somebody else")]);
    assert!(complaints[0].contains("\"somebody else\" names no known person"), "{complaints:?}");
}

#[test]
fn events_of_one_uid_and_sequence_both_stay() {
    let one = "UID:1\r\nDTSTART:20260105T080000Z\r\nDURATION:P1D\r\nSUMMARY:alpha";
    let other = "UID:1\r\nDTSTART:20260107T080000Z\r\nDURATION:P1D\r\nSUMMARY:bravo";
    assert_eq!(days(&[one, other], 5..=8), "alpha - bravo -");
}

#[test]
fn highest_sequence_counts_of_exceptions_for_one_instance() {
    let alpha = series("SUMMARY:alpha");
    let newer = exception(7, "SEQUENCE:3\r\nSUMMARY:bravo");
    let older = exception(7, "SEQUENCE:2\r\nSUMMARY:charlie");
    let same = exception(7, "SEQUENCE:3\r\nSUMMARY:delta");
    assert_eq!(days(&[&alpha, &newer, &older], 6..=8), "alpha bravo alpha");
    assert_eq!(days(&[&alpha, &older, &newer], 6..=8), "alpha bravo alpha");
    assert_eq!(days(&[&alpha, &newer, &same], 6..=8), "alpha delta alpha");
    // By the instant, in whichever zone it is written, and by the day.
    let utc = newer
        .replace(";TZID=Europe/Berlin:20260107T090000\r\nDTSTART", ":20260107T080000Z\r\nDTSTART");
    let day = newer.replace(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260107T090000",
        "RECURRENCE-ID;VALUE=DATE:20260107",
    );
    assert_eq!(days(&[&alpha, &utc], 6..=8), "alpha bravo alpha");
    assert_eq!(days(&[&alpha, &day], 6..=8), "alpha bravo alpha");
}

#[test]
fn old_exception_counts_only_if_its_date_is_still_in_the_series() {
    let newer = series("SEQUENCE:5\r\nSUMMARY:alpha");
    assert_eq!(
        days(&[&newer, &exception(7, "SEQUENCE:2\r\nSUMMARY:bravo")], 6..=8),
        "alpha bravo alpha"
    );
    // The series ends on the 9th by now.
    assert_eq!(
        days(&[&newer, &exception(12, "SEQUENCE:2\r\nSUMMARY:bravo")], 9..=13),
        "alpha - - - -"
    );
    assert_eq!(
        days(&[&newer, &exception(12, "SEQUENCE:5\r\nSUMMARY:bravo")], 9..=13),
        "alpha - - bravo -"
    );
    let left_out =
        series("SEQUENCE:5\r\nEXDATE;TZID=Europe/Berlin:20260107T090000\r\nSUMMARY:alpha");
    assert_eq!(
        days(&[&left_out, &exception(7, "SEQUENCE:2\r\nSUMMARY:bravo")], 6..=8),
        "alpha - alpha"
    );
}

#[test]
fn exception_that_names_nobody_or_is_cancelled_takes_its_instance_away() {
    let alpha = series("SUMMARY:alpha");
    assert_eq!(
        days(&[&alpha, &exception(7, "STATUS:CANCELLED\r\nSUMMARY:alpha")], 6..=8),
        "alpha - alpha"
    );
    assert_eq!(days(&[&alpha, &exception(7, "SUMMARY:alpha (vacation)")], 6..=8), "alpha - alpha");
    // An exception without its series stands alone.
    assert_eq!(days(&[&exception(7, "SUMMARY:bravo")], 6..=8), "- bravo -");
    // The one in a holiday series is no business of ours, however its times are written.
    let lunch = "UID:l\r\nRECURRENCE-ID;TZID=Mars/EST:20260106T120000\r\nDTSTART;TZID=Mars/EST:20260106T120000\r\nSUMMARY:Lunch";
    let (_, complaints) = read(&[&alpha, lunch]);
    assert!(complaints.iter().all(|what| what.contains("names no known person")), "{complaints:?}");
}

#[test]
fn change_of_this_and_all_that_follow_lasts() {
    let alpha = series("SUMMARY:alpha");
    let later = "UID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260107T090000\r\n\
                 DTSTART;TZID=Europe/Berlin:20260107T150000\r\nDURATION:PT20H\r\nSUMMARY:bravo";
    assert_eq!(
        shift_list(&schedule(&[&alpha, later]), "2026-01-06T10:00", "2026-01-09T12:00"),
        [
            "alpha Tue 2026-01-06 09:00 CET 24 h",
            "nobody Wed 2026-01-07 09:00 CET 6 h",
            "bravo Wed 2026-01-07 15:00 CET 20 h",
            "nobody Thu 2026-01-08 11:00 CET 4 h",
            "bravo Thu 2026-01-08 15:00 CET 20 h",
            "nobody Fri 2026-01-09 11:00 CET 4 h",
        ]
    );
    let cancelled = "UID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260107T090000\r\n\
                     DTSTART;TZID=Europe/Berlin:20260107T090000\r\nSTATUS:CANCELLED\r\nSUMMARY:alpha";
    assert_eq!(days(&[&alpha, cancelled], 5..=9), "alpha alpha - - -");
    let one = exception(8, "SUMMARY:charlie");
    let bravo =
        cancelled.replace("STATUS:CANCELLED\r\nSUMMARY:alpha", "DURATION:P1D\r\nSUMMARY:bravo");
    assert_eq!(days(&[&alpha, &bravo, &one], 5..=9), "alpha alpha bravo charlie bravo");
}

#[test]
fn cancelled_calendar_puts_nobody_on_call() {
    let event = |who: &str, sequence: u8| {
        format!(
            "BEGIN:VEVENT\nUID:1\nSEQUENCE:{sequence}\nDTSTART:20260105T080000Z\nDURATION:P1D\nSUMMARY:{who}\nEND:VEVENT\n"
        )
    };
    let calendar = |method: &str, event: &str| {
        format!("BEGIN:VCALENDAR\nMETHOD:{method}\n{event}END:VCALENDAR\n")
    };
    let people = |text: &str| {
        let read = Calendar::read(text, Some(&zone("UTC")), &names());
        assert_eq!(read.complaints, []);
        super::calendar::shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people
    };
    assert_eq!(people(&calendar("CANCEL", &event("alpha", 0))), Vec::<String>::new());
    assert_eq!(people(&calendar("PUBLISH", &event("alpha", 0))), ["alpha"]);
    // Several calendars in one file: the newest word counts.
    let both = calendar("REQUEST", &event("alpha", 1)) + &calendar("CANCEL", &event("alpha", 2));
    assert_eq!(people(&both), Vec::<String>::new());
    let both = calendar("CANCEL", &event("alpha", 1)) + &calendar("REQUEST", &event("bravo", 2));
    assert_eq!(people(&both), ["bravo"]);
}
