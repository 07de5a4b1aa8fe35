//! Attendees who have declined (RFC 5545, 3.2.12).

use super::calendar::{names, read, schedule};
use super::*;

const DAY: &str = "DTSTART:20260105T080000Z\r\nDURATION:P1D";

fn people(event: &str) -> (Vec<String>, Vec<String>) {
    let (schedule, complaints) = read(&[&format!("{DAY}\r\n{event}")]);
    (schedule.on_call(at("2026-01-05T12:00:00Z")).people, complaints)
}

#[test]
fn attendee_who_has_declined_is_not_called() {
    let declined = "ATTENDEE;PARTSTAT=DECLINED;CN=Bravo:mailto:bravo@example.com";
    for (event, expected) in [
        (format!("SUMMARY:Duty\r\n{declined}\r\nATTENDEE:mailto:alpha@example.com"), &["alpha"][..]),
        (format!("SUMMARY:bravo, charlie\r\n{declined}"), &["charlie"]),
        (format!("SUMMARY:alpha\r\n{declined}"), &["alpha"]),
        ("SUMMARY:alpha\r\nATTENDEE;partstat=\"declined\":mailto:bravo@example.com".to_owned(), &["alpha"]),
        // By one of two addresses only.
        (format!("SUMMARY:Duty\r\n{declined}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bravo@example.org"), &["bravo"]),
        // A room that cannot be had is nobody.
        ("SUMMARY:alpha\r\nATTENDEE;CUTYPE=ROOM;PARTSTAT=DECLINED;CN=alpha:mailto:room@example.com".to_owned(), &["alpha"]),
        ("SUMMARY:alpha\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:bravo@example.com".to_owned(), &["alpha", "bravo"]),
        ("SUMMARY:Duty\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bravo@example.com".to_owned(), &["bravo"]),
    ] {
        assert_eq!(people(&event), (expected.iter().map(|&name| name.to_owned()).collect(), Vec::new()), "{event}");
    }
}

#[test]
fn event_that_all_have_declined_is_a_lost_shift() {
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{DAY}\r\nSUMMARY:Duty: alpha\r\n\
         ATTENDEE;PARTSTAT=DECLINED:mailto:alpha@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let read = Calendar::read(&text, Some(&zone("Europe/Berlin")), &names());
    let [lost] = &read.complaints[..] else { panic!("{:?}", read.complaints) };
    assert_eq!(
        (lost.line, lost.key.as_str(), lost.what.as_str()),
        (
            6,
            "ATTENDEE",
            "all that \"Duty: alpha\" names have declined (PARTSTAT=DECLINED), expected somebody who is on call"
        )
    );
    assert!(lost.matters(at("2026-01-05T12:00:00Z")) && !lost.matters(at("2026-03-01T00:00:00Z")));
    assert_eq!((read.unread, read.calendar.people()), (Vec::new(), Vec::new()));
    // It is no shift in any case.
    for event in ["SUMMARY:alpha: holiday", "SUMMARY:alpha\r\nSTATUS:CANCELLED"] {
        let event = format!("{event}\r\nATTENDEE;PARTSTAT=DECLINED:mailto:alpha@example.com");
        assert_eq!(people(&event), (Vec::new(), Vec::new()), "{event}");
    }
}

#[test]
fn one_of_a_series_that_all_have_declined_is_nobodys() {
    let series = "UID:1\r\nDTSTART:20260105T080000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;COUNT=4";
    let alpha = |status: &str| format!("ATTENDEE;PARTSTAT={status}:mailto:alpha@example.com");
    let one = |range: &str| {
        format!(
            "UID:1\r\nSUMMARY:Duty\r\nRECURRENCE-ID{range}:20260107T080000Z\r\nDTSTART:20260107T080000Z\r\nDURATION:P1D\r\n{}",
            alpha("DECLINED")
        )
    };
    let days = |schedule: &Schedule| {
        (5..=8)
            .map(|day| schedule.on_call(at(&format!("2026-01-0{day}T12:00:00Z"))).people.len())
            .collect::<Vec<_>>()
    };
    let series = format!("{series}\r\nSUMMARY:Duty\r\n{}", alpha("ACCEPTED"));
    for (range, expected) in [("", [1, 1, 0, 1]), (";RANGE=THISANDFUTURE", [1, 1, 0, 0])] {
        let (schedule, complaints) = read(&[&series, &one(range)]);
        assert_eq!(days(&schedule), expected);
        assert!(complaints.len() == 1 && complaints[0].contains("have declined"), "{complaints:?}");
    }
    // And the other way round: somebody takes over one of a series that was declined.
    let declined = series.replace("ACCEPTED", "DECLINED");
    let (schedule, complaints) =
        read(&[&declined, &one("").replace("DECLINED", "ACCEPTED").replace("alpha", "bravo")]);
    assert_eq!((days(&schedule), complaints.len()), (vec![0, 0, 1, 0], 1));
}

#[test]
fn older_version_that_was_declined_is_no_loss() {
    let version = |sequence: u8, status: &str| {
        format!(
            "UID:1\r\nSEQUENCE:{sequence}\r\n{DAY}\r\nSUMMARY:Duty\r\nATTENDEE;PARTSTAT={status}:mailto:alpha@example.com"
        )
    };
    let newer = schedule(&[&version(0, "DECLINED"), &version(1, "ACCEPTED")]);
    assert_eq!(newer.on_call(at("2026-01-05T12:00:00Z")).people, ["alpha"]);
}
