//! The zones that a file names, and those that it brings along.

use super::calendar::{names, read, shift_of};
use super::*;

/// When an event of 9:00 begins, in a file with these definitions; or what is wrong with it.
pub(super) fn nine(definitions: &str, tzid: &str, date: &str) -> String {
    let text = format!(
        "BEGIN:VCALENDAR\r\n{definitions}BEGIN:VEVENT\r\nDTSTART;TZID={tzid}:{date}T090000\r\nDURATION:PT1H\r\n\
         SUMMARY:alpha\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let read = Calendar::read(&text, Some(&zone("Asia/Tokyo")), &names());
    match read.complaints.first() {
        Some(complaint) => complaint.what.clone(),
        None => {
            let day: Date = date.parse().expect("a date");
            let before = instant(&TimeZone::UTC, day.at(0, 0, 0, 0))
                .checked_sub(jiff::SignedDuration::from_hours(48))
                .expect("a time");
            let before = shift_of(&read.calendar, before);
            before.until.to_string()
        }
    }
}

pub(super) fn part(kind: &str, from: &str, to: &str, more: &str) -> String {
    format!("BEGIN:{kind}\r\nTZOFFSETFROM:{from}\r\nTZOFFSETTO:{to}\r\n{more}\r\nEND:{kind}\r\n")
}

pub(super) fn definition(id: &str, parts: &str) -> String {
    format!("BEGIN:VTIMEZONE\r\nTZID:{id}\r\n{parts}END:VTIMEZONE\r\n")
}

#[test]
fn name_goes_before_a_definition() {
    // A definition that is wrong, as many are.
    let wrong = part("STANDARD", "+0900", "+0900", "DTSTART:19700101T000000");
    for id in [
        "Europe/Berlin",
        "/example.org/x/Europe/Berlin",
        "W. Europe Standard Time",
        "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
    ] {
        assert_eq!(
            nine(&definition(id, &wrong), &format!("\"{id}\""), "20260105"),
            "2026-01-05T08:00:00Z",
            "{id}"
        );
    }
    // Exchange leaves out the quotes.
    let bare = "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna";
    assert_eq!(nine("", bare, "20260105"), "2026-01-05T08:00:00Z");
    let located = definition("Home", "X-LIC-LOCATION:Europe/Berlin\r\n")
        .replace("END:VTIMEZONE", &(wrong + "END:VTIMEZONE"));
    assert_eq!(nine(&located, "Home", "20260105"), "2026-01-05T08:00:00Z");
}

#[test]
fn zone_that_nobody_knows_is_complained_of() {
    let unknown = "the TZID \"Home\" is no zone that we know";
    assert_eq!(
        nine("", "Home", "20260105"),
        format!("{unknown}, expected a name like \"Europe/Berlin\", or a VTIMEZONE of it")
    );
    for (parts, what) in [
        (String::new(), "has 0 rules, expected 1 to 1000"),
        (
            part("STANDARD", "+0100", "+1", "DTSTART:19700101T000000"),
            "has the TZOFFSETTO \"+1\", expected one like \"+0100\"",
        ),
        (
            part("STANDARD", "+0100", "+0100", ""),
            "has no DTSTART, expected one in each of its parts",
        ),
        (
            part("STANDARD", "+0100", "+0100", "DTSTART:19700101T000000\r\nRRULE:FREQ=X"),
            "has a rule that \"FREQ=X\" cannot be read",
        ),
    ] {
        let told = nine(&definition("Home", &parts), "Home", "20260105");
        assert!(
            told.starts_with(&format!("{unknown}, and its VTIMEZONE in line 2 {what}")),
            "{told}"
        );
    }
}

#[test]
fn zone_of_the_file_is_that_of_times_without_one() {
    let file = |named: &str| {
        format!(
            "BEGIN:VCALENDAR\n{named}BEGIN:VEVENT\nDTSTART:20260105T090000\nDURATION:PT1H\nSUMMARY:alpha\nEND:VEVENT\nEND:VCALENDAR\n"
        )
    };
    let read = |named: &str, zone: Option<&TimeZone>| Calendar::read(&file(named), zone, &names());
    for (named, begins) in [
        ("X-WR-TIMEZONE:America/New_York\n", "2026-01-05T14:00:00Z"),
        ("X-WR-TIMEZONE:Eastern Standard Time\n", "2026-01-05T14:00:00Z"),
        ("X-WR-CALNAME:Asia/Tokyo\nX-WR-TIMEZONE:America/New_York\n", "2026-01-05T14:00:00Z"),
        ("x-wr-timezone:/example.org/Europe/Berlin\n", "2026-01-05T08:00:00Z"),
    ] {
        let read = read(named, None);
        assert_eq!(read.complaints, []);
        assert_eq!(shift_of(&read.calendar, at("2026-01-01T00:00:00Z")).until.to_string(), begins);
    }
    let tokyo = zone("Asia/Tokyo");
    let own = read("X-WR-TIMEZONE:America/New_York\n", Some(&tokyo));
    assert_eq!(
        shift_of(&own.calendar, at("2026-01-01T00:00:00Z")).until.to_string(),
        "2026-01-05T00:00:00Z"
    );
    let told = &read("X-WR-TIMEZONE:Home\n", None).complaints[0];
    assert!(
        told.what.starts_with(
            "has no zone, and the X-WR-TIMEZONE \"Home\" of line 2 is none that we know"
        ),
        "{told:?}"
    );
}

#[test]
fn date_has_no_zone_of_its_own() {
    let (schedule, complaints) = read(&["DTSTART;VALUE=DATE;TZID=Home:20260105\r\nSUMMARY:alpha"]);
    assert_eq!(complaints, Vec::<String>::new());
    assert_eq!(
        shift_list(&schedule, "2026-01-05T00:00", "2026-01-06T00:00"),
        ["alpha Mon 2026-01-05 00:00 CET 24 h"]
    );
}

#[test]
fn zone_is_of_its_own_calendar_object() {
    let object = |zones: &str, begins: &str, person: &str| {
        format!(
            "BEGIN:VCALENDAR\r\n{zones}BEGIN:VEVENT\r\nDTSTART{begins}\r\nDURATION:PT1H\r\nSUMMARY:{person}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let home = |offset: &str| {
        definition("Home", &part("STANDARD", offset, offset, "DTSTART:19700101T000000"))
    };
    let on_call = |text: &str, at_time: &str| {
        let read = Calendar::read(text, None, &names());
        (shift_of(&read.calendar, at(at_time)).people.join("+"), read.complaints)
    };
    let nine = ";TZID=Home:20260105T090000";
    let two = object(&home("+0100"), nine, "alpha") + &object(&home("-0500"), nine, "bravo");
    assert_eq!(on_call(&two, "2026-01-05T08:30:00Z"), ("alpha".to_owned(), Vec::new()));
    assert_eq!(on_call(&two, "2026-01-05T14:30:00Z"), ("bravo".to_owned(), Vec::new()));
    let named = |zone: &str| format!("X-WR-TIMEZONE:{zone}\r\n");
    let nine = ":20260105T090000";
    let two = object(&named("Europe/Berlin"), nine, "alpha")
        + &object(&named("America/New_York"), nine, "bravo");
    assert_eq!(on_call(&two, "2026-01-05T08:30:00Z"), ("alpha".to_owned(), Vec::new()));
    assert_eq!(on_call(&two, "2026-01-05T14:30:00Z"), ("bravo".to_owned(), Vec::new()));
    // Another object's zone is a guess.
    for zones in [named("Europe/Berlin"), home("+0100")] {
        let begins = if zones.starts_with('X') { nine } else { ";TZID=Home:20260105T090000" };
        let two = object(&zones, begins, "alpha") + &object("", begins, "bravo");
        let (person, complaints) = on_call(&two, "2026-01-05T08:30:00Z");
        assert_eq!((person.as_str(), complaints.len()), ("alpha", 1), "{complaints:?}");
    }
}

#[test]
fn zone_that_says_that_it_is_unknown_is_complained_of() {
    for id in ["Etc/Unknown", "Factory", "-00"] {
        let told = nine("", id, "20260105");
        assert!(told.contains(&format!("the TZID {id:?} is no zone that we know")), "{told}");
    }
    let fixed = part("STANDARD", "+0100", "+0100", "DTSTART:19700101T000000");
    assert_eq!(nine(&definition("Factory", &fixed), "Factory", "20260105"), "2026-01-05T08:00:00Z");
}

#[test]
fn time_without_a_zone_has_that_of_the_begin_it_stands_beside() {
    let (schedule, complaints) = read(&[
        "UID:1\r\nDTSTART;TZID=America/New_York:20261201T090000\r\nDTEND:20261201T170000\r\n\
         RRULE:FREQ=DAILY;COUNT=4\r\nRDATE:20261210T090000\r\nEXDATE:20261202T090000\r\nSUMMARY:alpha",
        "UID:1\r\nRECURRENCE-ID:20261203T090000\r\nDTSTART;TZID=America/New_York:20261203T100000\r\n\
         DTEND:20261203T170000\r\nSUMMARY:bravo",
    ]);
    assert_eq!(complaints, Vec::<String>::new());
    let shifts = schedule.shifts(at("2026-12-01T00:00:00Z"), at("2026-12-12T00:00:00Z"));
    let times: Vec<String> = shifts
        .iter()
        .filter(|shift| !shift.people.is_empty())
        .map(|shift| format!("{} {} {}", shift.people.join(","), shift.from, shift.until))
        .collect();
    assert_eq!(
        times,
        [
            "alpha 2026-12-01T14:00:00Z 2026-12-01T22:00:00Z",
            "bravo 2026-12-03T15:00:00Z 2026-12-03T22:00:00Z",
            "alpha 2026-12-04T14:00:00Z 2026-12-04T22:00:00Z",
            "alpha 2026-12-10T14:00:00Z 2026-12-10T22:00:00Z",
        ]
    );
}

#[test]
fn hour_that_the_clocks_leap_over_lasts_an_hour() {
    let event = "SUMMARY:alpha\r\nDTSTART;TZID=Europe/Berlin:20260329T020000\r\nDURATION:PT1H";
    let (schedule, complaints) = read(&[event]);
    assert_eq!(complaints, Vec::<String>::new());
    let shift = schedule.on_call(at("2026-03-29T01:30:00Z"));
    assert_eq!(shift.people, ["alpha"]);
    assert_eq!((shift.from, shift.until), (at("2026-03-29T01:00:00Z"), at("2026-03-29T02:00:00Z")));
}
