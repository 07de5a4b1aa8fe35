//! The events of an `.ics` file, as programs write them.

use super::super::calendar::Calendar;
use super::*;

const PEOPLE: [&str; 4] = ["alpha", "bravo", "charlie", "delta"];

/// Four people by their own names, and the usual words.
pub(super) fn names() -> Names {
    let people = PEOPLE.map(|person| (person, &[][..]));
    Names::new(people, NOT_ON_CALL)
}

/// The people on call in a calendar.
pub(super) fn shift_of(calendar: &Calendar, at: Timestamp) -> Shift {
    Occurrences::around(calendar, (at, at)).shift(at)
}

pub(super) fn schedule(events: &[&str]) -> Schedule {
    let (schedule, complaints) = read(events);
    assert_eq!(complaints, Vec::<String>::new());
    schedule
}

/// A schedule in Berlin of these events, and what is wrong with them.
pub(super) fn read(events: &[&str]) -> (Schedule, Vec<String>) {
    let events: String =
        events.iter().map(|event| format!("BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n")).collect();
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    let berlin = zone("Europe/Berlin");
    let read = Calendar::read(&text, Some(&berlin), &names());
    let complaints = read.broken.into_iter().chain(read.complaints).chain(read.unread);
    let complaints =
        complaints.map(|one| format!("{} {}: {}", one.line, one.key, one.what)).collect();
    let source = Source::Calendar(Arc::new(read.calendar));
    (Schedule { name: "c".to_owned(), zone: berlin, source, overrides: Vec::new() }, complaints)
}

#[test]
fn events_and_the_gaps_between_them() {
    let two = schedule(&[
        "DTSTART:20260105T080000Z\r\nDTEND:20260106T080000Z\r\nSUMMARY:On call: Alpha",
        "DTSTART;TZID=Europe/Berlin:20260106T120000\r\nDURATION:PT12H\r\nSUM\r\n MARY:bra\r\n vo",
    ]);
    assert_eq!(
        shift_list(&two, "2026-01-01T00:00", "2026-02-01T00:00"),
        [
            "nobody until Mon 2026-01-05 09:00 CET",
            "alpha Mon 2026-01-05 09:00 CET 24 h",
            "nobody Tue 2026-01-06 09:00 CET 3 h",
            "bravo Tue 2026-01-06 12:00 CET 12 h",
            "nobody from Wed 2026-01-07 00:00 CET",
        ]
    );
}

#[test]
fn whole_days_are_the_schedules_own() {
    let days = schedule(&[
        "DTSTART;VALUE=DATE:20260328\r\nDTEND;VALUE=DATE:20260330\r\nSUMMARY:alpha",
        "DTSTART;VALUE=DATE:20260330\r\nSUMMARY:bravo",
    ]);
    assert_eq!(
        shift_list(&days, "2026-03-28T00:00", "2026-03-31T00:00"),
        ["alpha Sat 2026-03-28 00:00 CET 47 h", "bravo Mon 2026-03-30 00:00 CEST 24 h"]
    );
}

#[test]
fn weeks_in_turn_leave_no_hour_open_when_the_clocks_change() {
    let rota = schedule(&[
        "DTSTART;TZID=Europe/Berlin:20260105T090000\r\nDTEND;TZID=Europe/Berlin:20260112T090000\r\n\
         RRULE:FREQ=WEEKLY;INTERVAL=2\r\nSUMMARY:alpha",
        "DTSTART;TZID=Europe/Berlin:20260112T090000\r\nDTEND;TZID=Europe/Berlin:20260119T090000\r\n\
         RRULE:FREQ=WEEKLY;INTERVAL=2\r\nSUMMARY:bravo",
    ]);
    assert_eq!(
        shift_list(&rota, "2026-03-24T00:00", "2026-04-01T00:00"),
        ["bravo Mon 2026-03-23 09:00 CET 167 h", "alpha Mon 2026-03-30 09:00 CEST 168 h"]
    );
    assert_eq!(
        shift_list(&rota, "2031-10-23T00:00", "2031-10-28T00:00"),
        ["alpha Mon 2031-10-20 09:00 CEST 169 h", "bravo Mon 2031-10-27 09:00 CET 168 h"]
    );
}

#[test]
fn rules_by_day_with_an_end_and_exceptions() {
    let nights = "DTSTART;TZID=Europe/Berlin:20260105T200000\r\nDTEND;TZID=Europe/Berlin:20260106T060000\r\n";
    let starts = |rule: &str| -> Vec<String> {
        let schedule = schedule(&[&format!("{nights}{rule}\r\nSUMMARY:alpha")]);
        let moment = |text: &str| Moment::parse(text).expect("a moment").in_zone(&schedule.zone);
        let shifts = schedule.shifts(moment("2026-01-01T00:00"), moment("2026-03-01T00:00"));
        let taken = shifts.iter().filter(|shift| !shift.people.is_empty());
        taken
            .map(|shift| {
                shift.from.to_zoned(schedule.zone.clone()).strftime("%a %d.%m").to_string()
            })
            .collect()
    };
    for (rule, expected) in [
        ("RRULE:FREQ=DAILY;COUNT=3", vec!["Mon 05.01", "Tue 06.01", "Wed 07.01"]),
        (
            "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=4",
            vec!["Mon 05.01", "Wed 07.01", "Fri 09.01", "Mon 12.01"],
        ),
        ("RRULE:FREQ=WEEKLY;UNTIL=20260119T190000Z", vec!["Mon 05.01", "Mon 12.01", "Mon 19.01"]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20260119T185959Z", vec!["Mon 05.01", "Mon 12.01"]),
        (
            "RRULE:FREQ=DAILY;INTERVAL=10;UNTIL=20260125",
            vec!["Mon 05.01", "Thu 15.01", "Sun 25.01"],
        ),
        // The first one always counts.
        (
            "RRULE:FREQ=DAILY;BYDAY=SA,SU;UNTIL=20260112",
            vec!["Mon 05.01", "Sat 10.01", "Sun 11.01"],
        ),
        (
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=3",
            vec!["Mon 05.01", "Sun 18.01", "Mon 19.01"],
        ),
        (
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;COUNT=3",
            vec!["Mon 05.01", "Sun 11.01", "Mon 19.01"],
        ),
        (
            "RRULE:FREQ=DAILY;COUNT=5\r\nEXDATE;TZID=Europe/Berlin:20260106T200000,20260107T200000\r\nEXDATE:20260108T190000Z",
            vec!["Mon 05.01", "Fri 09.01"],
        ),
        ("RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;VALUE=DATE:20260106", vec!["Mon 05.01", "Wed 07.01"]),
    ] {
        assert_eq!(starts(rule), expected, "{rule}");
    }
}

#[test]
fn swap_replaces_one_of_a_series() {
    let days = "UID:1\r\nDTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=DAILY;COUNT=4\r\nSUMMARY:alpha";
    let swap = "UID:1\r\nRECURRENCE-ID;VALUE=DATE:20260106\r\nDTSTART;VALUE=DATE:20260106\r\nSUMMARY:bravo";
    let gone = "UID:1\r\nRECURRENCE-ID;VALUE=DATE:20260107\r\nDTSTART;VALUE=DATE:20260107\r\nSTATUS:CANCELLED\r\n\
                SUMMARY:alpha";
    assert_eq!(
        shift_list(&schedule(&[days, swap, gone]), "2026-01-05T00:00", "2026-01-09T00:00"),
        [
            "alpha Mon 2026-01-05 00:00 CET 24 h",
            "bravo Tue 2026-01-06 00:00 CET 24 h",
            "nobody Wed 2026-01-07 00:00 CET 24 h",
            "alpha Thu 2026-01-08 00:00 CET 24 h",
        ]
    );
}

#[test]
fn of_events_that_overlap_the_one_that_began_last_wins() {
    let both = schedule(&[
        "DTSTART:20260106T120000Z\r\nDTEND:20260106T140000Z\r\nSUMMARY:bravo",
        "DTSTART:20260105T080000Z\r\nDTEND:20260112T080000Z\r\nSUMMARY:alpha",
    ]);
    assert_eq!(
        shift_list(&both, "2026-01-05T12:00", "2026-01-07T00:00"),
        [
            "alpha Mon 2026-01-05 09:00 CET 28 h",
            "bravo Tue 2026-01-06 13:00 CET 2 h",
            "alpha Tue 2026-01-06 15:00 CET 138 h",
        ]
    );
}

#[test]
fn what_is_inside_an_event_is_not_of_it() {
    let alarm = schedule(&[
        "BEGIN:VALARM\r\nDURATION:PT5M\r\nSUMMARY:bravo\r\nDTSTART:nonsense\r\nEND:VALARM\r\n\
         DTSTART;TZID=/example.org/1/Europe/Berlin:20260105T090000\r\nDURATION:P7D\r\n\
         SUMMARY;X=\"a:b;c\":Support\\, alpha\\nnow",
    ]);
    assert_eq!(
        shift_list(&alarm, "2026-01-05T12:00", "2026-01-06T00:00"),
        ["alpha Mon 2026-01-05 09:00 CET 168 h"]
    );
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let start = "DTSTART:20260105T080000Z\r\nDURATION:P1D\r\nSUMMARY:alpha";
    for (event, expected) in [
        ("SUMMARY:Lunch", "3 SUMMARY: \"Lunch\" names no known person, expected one of the people"),
        ("SUMMARY:alpha", "3 DTSTART: is missing, expected when the event begins"),
        (
            "DTSTART:20261305T080000Z\r\nSUMMARY:alpha",
            "4 DTSTART: \"20261305T080000Z\" is no time, expected",
        ),
        (
            "DTSTART;TZID=Middle Earth Standard Time:20260105T080000\r\nSUMMARY:alpha",
            "4 DTSTART: the TZID \"Middle Earth Standard Time\" is no zone that we know, expected a name like",
        ),
        (
            "DTSTART:20260105T080000Z\r\nDTEND:20260105T080000Z\r\nSUMMARY:alpha",
            "5 DTEND: is not behind DTSTART, expected a later time",
        ),
        (
            &format!("{start}\r\nRRULE:FREQ=HOURLY"),
            "7 RRULE: \"FREQ=HOURLY\" is more often than a shift can be",
        ),
        (&format!("{start}\r\nRRULE:FREQ=WEEKLY;BYDAY=1MO"), "7 RRULE: has BYDAY with a number"),
        (&format!("{start}\r\nRRULE:COUNT=1"), "7 RRULE: has no FREQ"),
        (&format!("{start}\r\nRDATE:soon"), "7 RDATE: \"soon\" is no time"),
        (&format!("{start}\r\nEXRULE:FREQ=DAILY"), "7 EXRULE: is not read, expected EXDATE"),
        (
            &format!("{start}\r\nRECURRENCE-ID;RANGE=THISANDPRIOR:20260107T080000Z"),
            "7 RECURRENCE-ID: has the RANGE \"THISANDPRIOR\", expected THISANDFUTURE or none",
        ),
    ] {
        let told = read(&[event]).1.join("\n");
        assert!(told.starts_with(expected), "\n{told}\n{expected}");
    }
    let floating = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260105T080000\nDURATION:P1D\nSUMMARY:alpha\nEND:VEVENT\n";
    let told = Calendar::read(floating, None, &names()).complaints;
    assert!(told[0].what.starts_with("has no zone, expected a TZID, or `time_zone`"), "{told:?}");
    let named = floating.replacen('\n', "\nX-WR-TIMEZONE:Asia/Tokyo\n", 1);
    let read = Calendar::read(&named, None, &names());
    assert_eq!(read.complaints, []);
    assert_eq!(read.zone.as_ref().and_then(TimeZone::iana_name), Some("Asia/Tokyo"));
    let told = |text: &str| Calendar::read(text, None, &names()).broken.expect("no calendar").what;
    assert_eq!(told("SUMMARY:alpha"), "is no calendar, expected BEGIN:VCALENDAR");
    assert!(told("<html>").starts_with("is a web page and no calendar, expected BEGIN:VCALENDAR"));
}
