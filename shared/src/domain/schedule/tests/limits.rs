//! How far a calendar may go, to the second, and what is told beyond that.

use super::calendar::{names, read};
use super::*;

const DAILY: &str =
    "UID:s\r\nDTSTART:20260105T090000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY\r\nSUMMARY:alpha";

#[test]
fn series_is_moved_by_a_month_at_most() {
    let moved = |start: &str| {
        let change = format!(
            "UID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260207T090000Z\r\nDTSTART:{start}\r\n\
             DURATION:P1D\r\nSUMMARY:bravo"
        );
        read(&[DAILY, &change]).1
    };
    for start in ["20260310T090000Z", "20260107T090000Z"] {
        assert_eq!(moved(start), Vec::<String>::new(), "{start}");
    }
    for start in ["20260310T090001Z", "20260107T085959Z"] {
        let told = moved(start);
        assert!(told.len() == 1 && told[0].contains("by more than a month"), "{start}: {told:?}");
    }
}

#[test]
fn shift_that_repeats_is_400_days_long_at_most() {
    let told = |duration: &str, rule: &str| {
        read(&[&format!("DTSTART:20260105T090000Z\r\nDURATION:{duration}{rule}\r\nSUMMARY:alpha")])
            .1
    };
    let yearly = "\r\nRRULE:FREQ=YEARLY;INTERVAL=2";
    assert_eq!(told("P400D", yearly), Vec::<String>::new());
    assert_eq!(told("P400DT1S", ""), Vec::<String>::new());
    let long = told("P400DT1S", yearly);
    assert!(long.len() == 1 && long[0].contains("longer than a year"), "{long:?}");
}

#[test]
fn latest_three_of_many_wrong_exdates_are_told() {
    let told = |exdates: &[String]| {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:s\nSUMMARY:alpha\nDTSTART:20260105T090000Z\nDURATION:P1D\n\
             RRULE:FREQ=WEEKLY\nEXDATE:{}\nEND:VEVENT\nEND:VCALENDAR\n",
            exdates.join(",")
        );
        Calendar::read(&text, Some(&zone("UTC")), &names())
    };
    let whats = |all: &[Complaint]| -> Vec<String> {
        all.iter().map(|one| one.what.split('"').nth(1).expect("a time").to_owned()).collect()
    };
    // Of a Monday, at another time.
    let times = (0..5).map(|minute| format!("20260112T10{minute:02}00Z")).collect::<Vec<_>>();
    let latest = |all: &[String]| -> Vec<String> {
        all.iter().rev().take(3).map(|time| time.trim_end_matches('Z').to_owned()).collect()
    };
    let read = told(&times);
    assert_eq!((whats(&read.complaints), read.notes.len()), (latest(&times), 0));
    // Of days without an instance.
    let days = (13..18).map(|day| format!("202601{day}T090000Z")).collect::<Vec<_>>();
    let read = told(&days);
    assert_eq!((whats(&read.notes), read.complaints.len()), (latest(&days), 0));
    // They do not matter two days later.
    let last = &read.notes[0];
    assert!(last.matters(at("2026-01-19T09:00:00Z")) && !last.matters(at("2026-01-19T09:00:01Z")));
    let both: Vec<String> = times.iter().chain(&days).cloned().collect();
    let read = told(&both);
    assert_eq!((whats(&read.complaints), whats(&read.notes)), (latest(&times), latest(&days)));
}

#[test]
fn series_that_puts_nobody_on_call_costs_no_budget() {
    let absent = |number: usize| {
        format!(
            "BEGIN:VEVENT\nUID:{number}\nSUMMARY:bravo is off\nDTSTART:20260105T080000Z\nDURATION:P1D\n\
             RRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\nUID:{number}\nSUMMARY:bravo is off\n\
             RECURRENCE-ID:20260106T080000Z\nDTSTART:20260106T080000Z\nDURATION:P1D\nEND:VEVENT\n"
        )
    };
    let all: String = (0..2_001).map(absent).collect();
    let read = Calendar::read(
        &format!("BEGIN:VCALENDAR\n{all}END:VCALENDAR\n"),
        Some(&zone("UTC")),
        &names(),
    );
    assert_eq!((read.complaints, read.unread), (Vec::new(), Vec::new()));
}

/// They are looked at together whenever one of them is asked for.
#[test]
fn events_of_one_uid_have_two_thousand_rules_and_those_that_come_first_are_kept() {
    let event = |who: &str, rule: &str, count: usize| {
        let rules = format!("RRULE:{rule}\n").repeat(count);
        format!(
            "BEGIN:VEVENT\nUID:s\nSUMMARY:{who}\nDTSTART:20260105T080000Z\nDURATION:P1D\n{rules}END:VEVENT\n"
        )
    };
    let read = |more: usize| {
        let first = event("alpha", "FREQ=DAILY;UNTIL=20270101", 1_500);
        let second = event("bravo", "FREQ=DAILY", more);
        let text = format!("BEGIN:VCALENDAR\n{first}{second}END:VCALENDAR\n");
        Calendar::read(&text, Some(&zone("UTC")), &names())
    };
    assert_eq!(read(500).complaints, []);
    let read = read(501);
    assert_eq!(read.calendar.people(), ["alpha"]);
    assert!(read.complaints.len() == 1 && read.complaints[0].matters(at("2030-01-01T00:00:00Z")));
}
