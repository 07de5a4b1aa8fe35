//! Bounds: any file is read in bounded time, and without a panic.

mod mutated;

use std::time::{Duration, Instant};

use super::calendar::{names, read, shift_of};
use super::*;

/// What takes longer hangs: no bound on speed, for other things may keep the machine busy.
const HANG: Duration = Duration::from_secs(600);

/// The time that it takes to read an event and to list two weeks of it.
fn time_of(event: &str) -> Duration {
    let began = Instant::now();
    let (schedule, _) = read(&[event]);
    schedule.shifts(at("2026-01-01T00:00:00Z"), at("2026-01-15T00:00:00Z"));
    began.elapsed()
}

#[test]
fn rule_that_goes_on_for_ever_is_read_in_bounded_time() {
    for event in [
        "DTSTART:20260105T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;COUNT=1000000000\r\nSUMMARY:alpha",
        "DTSTART:20260105T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;BYDAY=MO,TU,WE;COUNT=1000000000\r\nSUMMARY:alpha",
        "DTSTART:00010101T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;BYDAY=MO,TU,WE;COUNT=1000000000\r\nSUMMARY:alpha",
        "DTSTART:00010101T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY\r\nSUMMARY:alpha",
        "DTSTART:00010101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;BYYEARDAY=1,-1;BYHOUR=1,2,3\r\nSUMMARY:alpha",
        "DTSTART:20260105T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=YEARLY;INTERVAL=10000;BYMONTH=2;BYMONTHDAY=30\r\nSUMMARY:alpha",
        "DTSTART:20260105T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2;COUNT=5\r\nSUMMARY:alpha",
        "DTSTART:99991231T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY\r\nSUMMARY:alpha",
    ] {
        let time = time_of(event);
        assert!(time < HANG, "{event}: {time:?}");
    }
}

#[test]
fn deep_and_large_files_are_read_in_bounded_time() {
    let began = Instant::now();
    let deep =
        format!("BEGIN:VCALENDAR\n{}SUMMARY:alpha\n", "BEGIN:VEVENT\nBEGIN:X\n".repeat(100_000));
    let read = Calendar::read(&deep, None, &names());
    assert_eq!(read.calendar.people(), Vec::<String>::new());
    let event = "BEGIN:VEVENT\nUID:1\nDTSTART:20260105T080000Z\nDURATION:P1D\nSUMMARY:alpha\nRECURRENCE-ID:20260105T080000Z\nEND:VEVENT\n";
    let same = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event.repeat(5_000));
    let read = Calendar::read(&same, None, &names());
    assert_eq!(shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people, ["alpha"]);
    let dates = (0..10_000)
        .map(|at| format!("20260105T{:02}{:02}{:02}Z,", at / 3600, at / 60 % 60, at % 60))
        .collect::<String>();
    let dates = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260105T080000Z\nDURATION:PT1H\nSUMMARY:alpha\nRDATE:{dates}\nEXDATE:{dates}\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    let read = Calendar::read(&dates, None, &names());
    assert_eq!(shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people, Vec::<String>::new());
    let many = "BEGIN:VEVENT\nDTSTART:20260105T080000Z\nDURATION:P1D\nRRULE:FREQ=DAILY\nSUMMARY:alpha\nEND:VEVENT\n";
    let read = Calendar::read(
        &format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", many.repeat(2_500)),
        None,
        &names(),
    );
    assert_eq!(
        read.complaints[0].what,
        "has 500 events that repeat too many, expected 2000 rules at most: they are left out"
    );
    assert!(began.elapsed() < HANG, "{:?}", began.elapsed());
}

/// A calendar with this in it, and with an event of alpha's on 5 January around that.
fn around(inside: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260105T080000Z\nDURATION:P1D\nSUMMARY:alpha\n{inside}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
}

fn complaints_of(text: &str) -> (Calendar, Vec<String>) {
    let read = Calendar::read(text, Some(&zone("Europe/Berlin")), &names());
    let complaints = read.complaints.iter().map(|one| format!("{}: {}", one.key, one.what));
    (read.calendar, complaints.collect())
}

#[test]
fn event_of_too_many_rules_is_left_out_and_complained_of() {
    let (_, complaints) = complaints_of(&around(&"RRULE:FREQ=DAILY\n".repeat(2_001)));
    let expected =
        "RRULE: has 1 events that repeat too many, expected 2000 rules at most: they are left out";
    assert_eq!(complaints, [expected]);
    let (calendar, complaints) = complaints_of(&around(&"RRULE:FREQ=DAILY\n".repeat(100)));
    assert_eq!((complaints.len(), calendar.people()), (0, vec!["alpha".to_owned()]));
}

#[test]
fn events_that_take_place_too_often_are_left_out_and_complained_of() {
    let hours = (0..24).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
    let event = format!(
        "BEGIN:VEVENT\nDTSTART:20260105T080000Z\nDURATION:P390D\nRRULE:FREQ=DAILY;BYHOUR={hours}\nSUMMARY:alpha\nEND:VEVENT\n"
    );
    let (calendar, complaints) =
        complaints_of(&format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event.repeat(100)));
    assert!(complaints[0].contains("events that repeat too many"), "{complaints:?}");
    assert_eq!(shift_of(&calendar, at("2026-01-05T12:00:00Z")).people, ["alpha"]);
}

#[test]
fn list_of_wrong_dates_is_complained_of_three_times() {
    let (calendar, complaints) =
        complaints_of(&around(&format!("RRULE:FREQ=DAILY\nEXDATE:{}", "x,".repeat(50_000))));
    assert_eq!(complaints.len(), 3);
    assert_eq!(shift_of(&calendar, at("2026-01-09T12:00:00Z")).people, ["alpha"]);
}

#[test]
fn zone_whose_clocks_change_too_often_is_complained_of() {
    let zone = |rule: &str, count: usize| {
        let part = format!(
            "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n{}END:STANDARD\n",
            format!("RRULE:{rule}\n").repeat(count)
        );
        format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Odd\n{part}END:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=Odd:20260105T080000\n\
             DURATION:P1D\nSUMMARY:alpha\nEND:VEVENT\nEND:VCALENDAR\n"
        )
    };
    let began = Instant::now();
    for (rule, count, expected) in [
        ("FREQ=DAILY", 1, "has too many changes of the clocks, expected 10000 at most"),
        (
            "FREQ=YEARLY;BYDAY=MO",
            9_000,
            "is one of too many, expected fewer zones and rules in a file",
        ),
    ] {
        let (_, complaints) = complaints_of(&zone(rule, count));
        assert!(complaints.len() == 1 && complaints[0].ends_with(expected), "{complaints:?}");
    }
    assert_eq!(complaints_of(&zone("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", 1)).1, Vec::<String>::new());
    assert!(began.elapsed() < HANG, "{:?}", began.elapsed());
}

#[test]
fn many_changes_of_many_events_of_one_uid_are_left_out_and_complained_of() {
    let series = "BEGIN:VEVENT\nUID:1\nDTSTART:20260105T080000Z\nDURATION:P1D\nRRULE:FREQ=DAILY\nSUMMARY:alpha\nEND:VEVENT\n";
    let change = |at: usize| {
        let time = format!("{}0105T08{:02}{:02}Z", 2026 + at / 3_600, at / 60 % 60, at % 60);
        format!(
            "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:{time}\nDTSTART:{time}\nDURATION:PT1H\nSUMMARY:bravo\nEND:VEVENT\n"
        )
    };
    let changes: String = (1..=500).map(change).collect();
    let (calendar, complaints) =
        complaints_of(&format!("BEGIN:VCALENDAR\n{}{changes}END:VCALENDAR\n", series.repeat(500)));
    let expected =
        "RECURRENCE-ID: has 500 changes too many, expected fewer of fewer rules: they are left out";
    assert_eq!(complaints, [expected]);
    assert_eq!(shift_of(&calendar, at("2026-01-09T12:00:00Z")).people, ["alpha"]);
}

#[test]
fn nested_events_without_an_end_are_complained_of_with_their_line() {
    let nested = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(100_000));
    let read = Calendar::read(&nested, None, &names());
    let complaints: Vec<_> =
        read.complaints.iter().map(|one| (one.line, one.key.as_str(), one.what.as_str())).collect();
    let expected =
        "is the first of 98999 events without END:VEVENT, expected 1000 at most: they are left out";
    assert_eq!(complaints, [(1_002, "VEVENT", expected)]);
    // One each of those that are kept.
    assert_eq!(read.unread.len(), 1_001);
    assert_eq!(read.broken.map(|one| one.line), Some(1));
}

#[test]
fn complaints_that_are_kept_are_bounded_and_matter_longest() {
    let event = |year: usize, what: &str| {
        format!("BEGIN:VEVENT\nDTSTART:{year}0105T080000Z\n{what}\nEND:VEVENT\n")
    };
    let (foreign, lost) = ("SUMMARY:lunch", "SUMMARY:alpha\nDURATION:nonsense");
    let absent = "SUMMARY:alpha is off\nDURATION:P1D";
    let many = |what: &str| (0..25_000).map(|at| event(2001 + at % 20, what)).collect::<String>();
    let all = [foreign, lost, absent];
    let late = all.map(|what| event(2040, what)).concat();
    let text = format!("BEGIN:VCALENDAR\n{late}{}END:VCALENDAR\n", all.map(many).concat());
    let read = Calendar::read(&text, None, &names());
    for (list, what) in [
        (&read.complaints, "15001 more events that name somebody cannot be read"),
        (&read.unread, "15001 more events put nobody on call"),
        (&read.notes, "15001 more events and zones are perhaps not meant so"),
    ] {
        assert_eq!(list.len(), 10_001);
        assert!(list[0].what.starts_with(what), "{:?}", list[0]);
        let late = at("2039-01-01T00:00:00Z");
        assert_eq!(list.iter().filter(|one| one.over.is_some() && one.matters(late)).count(), 1);
    }
}

#[test]
fn many_short_shifts_are_listed_in_bounded_time() {
    let hours = (0..24).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
    let event = format!(
        "SUMMARY:alpha\r\nDTSTART:20260105T080000Z\r\nDURATION:PT1M\r\nRRULE:FREQ=DAILY;BYHOUR={hours}"
    );
    let (schedule, complaints) = read(&[event.as_str(); 32]);
    assert_eq!(complaints, Vec::<String>::new());
    let began = Instant::now();
    let shifts = schedule.shifts(at("2026-02-01T00:00:00Z"), at("2026-02-15T00:00:00Z"));
    let time = began.elapsed();
    println!("{} shifts in {time:?}", shifts.len());
    assert!(shifts.len() > 600 && time < HANG, "{} {time:?}", shifts.len());
}
