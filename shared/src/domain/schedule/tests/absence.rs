//! Events that say that somebody is away, and shifts that only look like it.

use super::calendar::{names, read};
use super::*;

const DAY: &str = "DTSTART;VALUE=DATE:20260105";

fn reading(summary: &str, more: &str) -> Reading {
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:{summary}\n{DAY}\n{more}END:VEVENT\nEND:VCALENDAR\n"
    );
    Calendar::read(&text, Some(&zone("UTC")), &names())
}

#[test]
fn absence_is_no_shift_however_it_is_spelt_and_is_listed() {
    for (summary, word) in [
        ("bravo sick-leave", "sick"),
        ("bravo: day-off", "day-off"),
        ("Bravo time-off", "time-off"),
        ("Bravo on-leave", "leave"),
        ("bravo: days off", "days off"),
        ("bravo is off", "off"),
        ("Off: bravo", "off"),
        ("bravo off duty", "off"),
        ("bravo holidays", "holidays"),
        ("Bravo PTO", "pto"),
        ("OOO bravo", "ooo"),
        ("bravo out of office", "out of office"),
        ("Out-Of-Office: bravo", "out-of-office"),
        ("bravo's vacations", "vacations"),
        ("annual leave bravo", "leave"),
        ("Parental-Leave bravo", "leave"),
        ("bravo holiday, alpha covers", "holiday"),
        ("bravo_sick", ""),
    ] {
        let read = reading(summary, "");
        assert_eq!(read.calendar.people(), Vec::<String>::new(), "{summary}");
        assert!(read.notes.iter().all(|note| note.is_absence), "{summary}");
        let notes: Vec<String> = read.notes.into_iter().map(|note| note.what).collect();
        let expected = format!("left out: {summary:?} because of the word {word:?}");
        assert_eq!(notes, if word.is_empty() { vec![] } else { vec![expected] });
    }
}

#[test]
fn event_of_nobody_is_told_unless_it_is_cancelled_or_an_absence() {
    let unread = |summary: &str, more: &str| reading(summary, more).unread.len();
    assert_eq!(unread("lunch", ""), 1);
    assert_eq!(unread("lunch", "STATUS:CANCELLED\n"), 0);
    assert_eq!(unread("public holiday", ""), 0);
}

#[test]
fn shift_that_only_looks_like_an_absence_counts() {
    for summary in [
        "Off hours: alpha",
        "off-hours alpha",
        "Off-peak: alpha",
        "alpha holiday cover",
        "alpha: holiday-cover",
        "Vacation coverage: alpha",
        "Holiday on-call: alpha",
        "holidays on call: alpha",
        "sick cover alpha",
        "pre-holiday: alpha",
        "non-vacation week alpha",
        "alpha kick-off",
        "alpha hand-off",
        "alpha: off-site support",
    ] {
        let (schedule, complaints) = read(&[&format!("SUMMARY:{summary}\r\n{DAY}")]);
        assert_eq!(
            (schedule.people(), complaints),
            (vec!["alpha".to_owned()], Vec::new()),
            "{summary}"
        );
        assert_eq!(reading(summary, "").notes, []);
    }
}

#[test]
fn absence_that_is_over_or_cancelled_is_not_listed() {
    let now = at("2026-02-01T00:00:00Z");
    assert!(!reading("alpha off", "").notes[0].matters(now));
    assert!(reading("alpha off", "").notes[0].matters(at("2026-01-05T12:00:00Z")));
    assert!(reading("alpha off", "RRULE:FREQ=YEARLY\n").notes[0].matters(now));
    assert_eq!(reading("alpha off", "STATUS:CANCELLED\n").notes, []);
    assert_eq!(reading("Team off", "").notes, []);
}
