//! Complaints of what in a calendar has no effect, or another than it seems, as long as it matters.

use super::calendar::{names, read, shift_of};
use super::*;

const DAILY: &str = "UID:a\r\nSUMMARY:alpha\r\nDTSTART;TZID=Europe/Berlin:20261130T090000\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY";

fn complaints(events: &[&str]) -> Vec<String> {
    read(events).1
}

#[test]
fn time_that_is_no_instance_is_complained_of_with_the_one_of_its_day() {
    let expected =
        "is no instance of its series, expected \"20261203T090000\": that of the day stays";
    for time in [";TZID=Europe/Berlin:20261203T080000", ":20261203T090000Z"] {
        let told = complaints(&[&format!("{DAILY}\r\nEXDATE{time}")]);
        assert!(
            told.len() == 1 && told[0].starts_with("9 EXDATE: ") && told[0].ends_with(expected),
            "{told:?}"
        );
        for more in ["SUMMARY:bravo", "SUMMARY:alpha\r\nSTATUS:CANCELLED"] {
            let swap = format!(
                "UID:a\r\n{more}\r\nDTSTART:20261203T080000Z\r\nDURATION:P1D\r\nRECURRENCE-ID{time}"
            );
            let told = complaints(&[DAILY, &swap]);
            assert!(
                told.len() == 1
                    && told[0].contains("RECURRENCE-ID: ")
                    && told[0].ends_with(expected),
                "{told:?}"
            );
        }
    }
    // Of a day that has none, that is left out already, or right in another zone.
    for fine in [
        "EXDATE:20261128T080000Z",
        "EXDATE:20261203T080000Z\r\nEXDATE;TZID=Europe/Berlin:20261203T080000",
        "EXDATE;VALUE=DATE:20261203",
        "EXDATE;TZID=Asia/Tokyo:20261203T170000",
    ] {
        assert_eq!(complaints(&[&format!("{DAILY}\r\n{fine}")]), Vec::<String>::new(), "{fine}");
    }
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\n{DAILY}\nEXDATE:20261203T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    let read = Calendar::read(&text, None, &names());
    let matters = |now: &str| read.complaints[0].matters(at(now));
    assert!(matters("2026-12-03T12:00:00Z") && !matters("2026-12-06T12:00:00Z"));
}

#[test]
fn time_of_a_day_without_an_instance_is_noted() {
    let notes = |events: &[&str]| -> Vec<String> {
        let events: String =
            events.iter().map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n")).collect();
        let text = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
        let read = Calendar::read(&text, Some(&zone("UTC")), &names());
        assert_eq!((read.complaints, read.unread), (Vec::new(), Vec::new()), "{text}");
        read.notes
            .into_iter()
            .map(|one| format!("{} {}: {}", one.line, one.key, one.what))
            .collect()
    };
    let weekly = |more: &str| {
        format!(
            "UID:a\nSUMMARY:alpha\nDTSTART:20261130T090000Z\nDURATION:P1D\nRRULE:FREQ=WEEKLY;COUNT=4{more}"
        )
    };
    let change = |id: &str, more: &str| {
        format!("UID:a\n{more}\nDTSTART:20261201T090000Z\nDURATION:P1D\nRECURRENCE-ID{id}")
    };
    let no_instance = |what: &str| format!("is no instance of its series, expected one: {what}");
    for (date, written) in
        [(":20261208T090000Z", "20261208T090000"), (";VALUE=DATE:20261208", "20261208")]
    {
        let exdate = format!("8 EXDATE: \"{written}\" {}", no_instance("it has no effect"));
        assert_eq!(notes(&[&weekly(&format!("\nEXDATE{date}"))]), [exdate]);
        let id = date.rsplit_once(':').expect("a date").1;
        for (more, effect) in [
            ("SUMMARY:bravo", "it takes place once"),
            ("SUMMARY:alpha\nSTATUS:CANCELLED", "it has no effect"),
        ] {
            let told = notes(&[&weekly(""), &change(date, more)]);
            let line = 13 + more.lines().count();
            let expected = format!("{line} RECURRENCE-ID: {id:?} {}", no_instance(effect));
            assert_eq!(told, [expected]);
        }
    }
    // Whole days too; but not those before the first one and behind the last one, which a series that was split has.
    let days = "UID:a\nSUMMARY:alpha\nDTSTART;VALUE=DATE:20261130\nRRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20261201";
    assert_eq!(notes(&[days]).len(), 1);
    for fine in ["20261123T090000Z", "20261124T090000Z", "20261222T090000Z", "20270104T090000Z"] {
        assert_eq!(notes(&[&weekly(&format!("\nEXDATE:{fine}"))]), Vec::<String>::new(), "{fine}");
    }
    let left_out = weekly("\nEXDATE;VALUE=DATE:20261207\nEXDATE:20261207T090000Z");
    assert_eq!(notes(&[&left_out]), Vec::<String>::new());
}

#[test]
fn change_of_an_instance_that_an_exdate_takes_away_is_complained_of() {
    let series = format!("{DAILY}\r\nEXDATE:20261203T080000Z");
    for range in ["", ";RANGE=THISANDFUTURE"] {
        let change = format!(
            "UID:a\r\nSUMMARY:bravo\r\nRECURRENCE-ID{range}:20261203T080000Z\r\nDTSTART:20261203T080000Z\r\nDURATION:P1D"
        );
        let told = complaints(&[&series, &change]);
        let expected = "14 RECURRENCE-ID: stands for an instance that an EXDATE takes away";
        assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
        let cancelled = format!("{change}\r\nSTATUS:CANCELLED");
        assert_eq!(complaints(&[&series, &cancelled]), Vec::<String>::new());
    }
}

#[test]
fn event_that_is_ambiguous_is_complained_of() {
    let change = |lines: &str| {
        format!("{lines}\r\nSUMMARY:bravo\r\nDTSTART:20261203T080000Z\r\nDURATION:P1D")
    };
    for (event, expected) in [
        (
            change("UID:b\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261203T080000Z"),
            "RECURRENCE-ID: has RANGE=THISANDFUTURE, but its series is missing",
        ),
        (change("RECURRENCE-ID:20261203T080000Z"), "RECURRENCE-ID: is of an event without a UID"),
        (
            change("UID:a\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261101T080000Z"),
            "RECURRENCE-ID: is no instance of its series, expected one",
        ),
        (
            change("UID:b\r\nDTSTART:20261202T080000Z"),
            "DTSTART: is there twice, expected one: only that in line 12 counts",
        ),
    ] {
        let told = complaints(&[DAILY, &event]);
        assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
    }
    assert_eq!(
        complaints(&[&change("UID:b\r\nRECURRENCE-ID:20261203T080000Z")]),
        Vec::<String>::new()
    );
}

#[test]
fn count_has_the_first_event_in_it_wherever_that_is() {
    let starts = |rule: &str| {
        let (schedule, told) = read(&[&format!(
            "SUMMARY:alpha\r\nDTSTART:20261201T080000Z\r\nDURATION:PT1H\r\nRRULE:{rule}"
        )]);
        assert_eq!(told, Vec::<String>::new());
        let shifts = schedule.shifts(at("2026-11-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
        shifts.iter().filter(|shift| !shift.people.is_empty()).count()
    };
    for (rule, expected) in [
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=1", 1),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", 2),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", 2),
        ("FREQ=MONTHLY;BYMONTHDAY=15;COUNT=3", 3),
        ("FREQ=DAILY;BYHOUR=9;COUNT=4", 4),
    ] {
        assert_eq!(starts(rule), expected, "{rule}");
    }
}

#[test]
fn rules_of_the_past_cost_none_of_today() {
    let event = |who: &str, start: &str, rule: &str| {
        format!(
            "BEGIN:VEVENT\nSUMMARY:{who}\nDTSTART:{start}T080000Z\nDURATION:P1D\nRRULE:{rule}\nEND:VEVENT\n"
        )
    };
    let alpha = event("alpha", "20261130", "FREQ=WEEKLY;BYDAY=MO;COUNT=150");
    for old in [
        event("bravo", "20150105", "FREQ=WEEKLY;UNTIL=20150301T000000Z").repeat(2_001),
        event("bravo", "20150105", "FREQ=DAILY;BYDAY=MO,TU;COUNT=50").repeat(2_001),
        event("bravo's birthday", "20150105", "FREQ=YEARLY;COUNT=50").repeat(60),
        event("bravo", "20150105", "FREQ=YEARLY;COUNT=50").repeat(60),
    ] {
        let text = format!("BEGIN:VCALENDAR\n{old}{alpha}END:VCALENDAR\n");
        let read = Calendar::read(&text, None, &names());
        let now = at("2026-11-28T00:00:00Z");
        let matter: Vec<_> = read.complaints.iter().filter(|one| one.matters(now)).collect();
        assert!(matter.is_empty(), "{matter:?}");
        assert_eq!(shift_of(&read.calendar, at("2029-10-08T12:00:00Z")).people, ["alpha"]);
    }
}
