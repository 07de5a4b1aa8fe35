//! Addresses, and what an ATTENDEE says of who attends.

use super::calendar::read;
use super::*;

const DAY: &str = "DTSTART:20260105T080000Z\r\nDURATION:P1D";

/// Who is on call in this event, and what is complained of.
fn people(event: &str) -> (String, Vec<String>) {
    let (schedule, complaints) = read(&[&format!("{DAY}\r\n{event}")]);
    (schedule.on_call(at("2026-01-05T12:00:00Z")).people.join("+"), complaints)
}

#[test]
fn address_in_summary_counts_as_a_whole() {
    for (summary, expected) in [
        ("On call: zoe.bravo@example.com, alpha", "alpha"),
        ("alpha <zoe@bravo.io>", "alpha"),
        ("alpha, bravo-smith@x.example / o'bravo@x.example", "alpha"),
        ("alpha (sick@example.com)", "alpha"),
        ("bravo@example.com", "bravo"),
        ("mailto:Bravo@Example.com.", "bravo"),
        ("<bravo@example.com>;charlie@example.com", "bravo+charlie"),
        ("'bravo@example.com'", "bravo"),
        // What has no host with a dot is no address.
        ("oncall@bravo", "bravo"),
        ("@bravo", "bravo"),
        ("alpha @ 9.00", "alpha"),
    ] {
        let event = format!("SUMMARY:{summary}");
        assert_eq!(people(&event), (expected.to_owned(), Vec::new()), "{summary}");
    }
    for summary in ["zoe.bravo@example.com", "zoe@bravo.io", "zoe+bravo@x.example"] {
        assert_eq!(people(&format!("SUMMARY:{summary}")).0, "", "{summary}");
    }
}

#[test]
fn parameter_of_an_attendee_names_by_all_of_it_alone() {
    for (parameters, expected) in [
        ("CN=Zulu;X-RESPONSE-COMMENT=\"Ask bravo\"", ""),
        ("CN=Zulu;X-RESPONSE-COMMENT=bravo", ""),
        ("CN=Zulu;X-NOTE=\"bravo\"", ""),
        ("CN=Zulu;X-STATUS=\"instead of bravo\"", ""),
        ("CN=Zulu;MEMBER=\"mailto:bravo@example.com\"", ""),
        ("CN=zoe@bravo.io", ""),
        ("CN=\"Zoe <zoe.bravo@example.com>\"", ""),
        ("CN=\"Zulu (bravo@example.com)\"", "bravo"),
        ("CN=On call bravo", "bravo"),
        ("EMAIL=bravo@example.com", "bravo"),
        ("X-USER-ID=bravo", "bravo"),
        ("X-EMAIL=\"mailto:bravo@example.com\"", "bravo"),
    ] {
        let event = format!("SUMMARY:Duty\r\nATTENDEE;{parameters}:mailto:zulu@example.com");
        assert_eq!(people(&event).0, expected, "{parameters}");
    }
}

#[test]
fn shift_that_is_handed_on_is_the_others_alone() {
    let alpha = "ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:bravo@example.com\":mailto:alpha@example.com";
    let bravo = |status: &str| {
        format!(
            "ATTENDEE;PARTSTAT={status};DELEGATED-FROM=\"mailto:alpha@example.com\":mailto:bravo@example.com"
        )
    };
    for event in [
        format!("SUMMARY:Duty\r\n{alpha}"),
        format!("SUMMARY:alpha\r\n{alpha}"),
        format!("SUMMARY:Duty\r\n{alpha}\r\n{}", bravo("ACCEPTED")),
        format!("SUMMARY:Duty\r\n{}\r\n{alpha}", bravo("NEEDS-ACTION")),
    ] {
        assert_eq!(people(&event), ("bravo".to_owned(), Vec::new()), "{event}");
    }
    let both = alpha.replace("com\":", "com\",\"mailto:charlie@example.com\":");
    assert_eq!(people(&both).0, "bravo+charlie");
    // To somebody who is none of ours, or who has declined: nobody has the shift.
    for event in [
        format!("SUMMARY:Duty\r\n{}", alpha.replace("bravo", "zulu")),
        format!("SUMMARY:Duty\r\n{alpha}\r\n{}", bravo("DECLINED")),
    ] {
        let (people, complaints) = people(&event);
        assert_eq!(people, "", "{event}");
        let expected =
            "all that \"Duty\" names have handed it on (PARTSTAT=DELEGATED), expected somebody";
        assert!(complaints.len() == 1 && complaints[0].contains(expected), "{complaints:?}");
    }
}

#[test]
fn copy_for_information_calls_nobody() {
    let copy = "ATTENDEE;ROLE=NON-PARTICIPANT:mailto:bravo@example.com";
    let event = format!("SUMMARY:Duty\r\n{copy}\r\nATTENDEE:mailto:alpha@example.com");
    assert_eq!(people(&event), ("alpha".to_owned(), Vec::new()));
    let (people, complaints) = people(&format!("SUMMARY:Duty\r\n{copy}"));
    assert!(people.is_empty() && complaints[0].contains("names no known person"), "{complaints:?}");
}
