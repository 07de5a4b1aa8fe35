//! Files that programs and people write in ways of their own.

use super::super::calendar::calendar_text;
use super::calendar::{names, read, schedule, shift_of};
use super::*;

const DAY: &str = "DTSTART:20260105T080000Z\r\nDURATION:P1D";

#[test]
fn status_of_american_spelling_is_cancelled() {
    let (schedule, complaints) = read(&[&format!("SUMMARY:alpha\r\nSTATUS:Canceled\r\n{DAY}")]);
    assert_eq!((schedule.people(), complaints), (Vec::new(), Vec::new()));
}

#[test]
fn sequence_that_is_too_large_is_the_highest() {
    let version = |sequence: &str, person: &str| {
        format!("UID:1\r\nSEQUENCE:{sequence}\r\nSUMMARY:{person}\r\n{DAY}")
    };
    let huge = "9".repeat(20);
    let two = schedule(&[&version(&huge, "alpha"), &version("7", "bravo")]);
    assert_eq!(two.on_call(at("2026-01-05T12:00:00Z")).people, ["alpha"]);
    let none = schedule(&[&version("x9", "alpha"), &version("7", "bravo")]);
    assert_eq!(none.on_call(at("2026-01-05T12:00:00Z")).people, ["bravo"]);
}

#[test]
fn time_that_cannot_be_read_is_shown_whole() {
    for (property, value) in [
        ("DTSTART:2026-12-02T09:00:00+01:00", "2026-12-02T09:00:00+01:00"),
        ("DTSTART;TZID=Europe/Berlin:2026-12-02T09:00:00", "2026-12-02T09:00:00"),
        ("DTSTART;TZID=(UTC+01:00) Amsterdam:2026-12-02T09:00", "2026-12-02T09:00"),
        ("DTSTART:09:00", "09:00"),
    ] {
        let (_, complaints) = read(&[&format!("SUMMARY:alpha\r\n{property}")]);
        assert!(complaints[0].contains(&format!("{value:?} is no time")), "{complaints:?}");
    }
}

#[test]
fn file_of_carriage_returns_is_read_whatever_its_last_line_ends_with() {
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:alpha\r\n{DAY}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    for end in ["", "\r", "\n", "\r\n", "\r\r\n"] {
        let file = text.trim_end().replace('\n', "") + end;
        let text = calendar_text(file.as_bytes()).expect("a text");
        let read = Calendar::read(&text, Some(&zone("UTC")), &names());
        assert_eq!(
            shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people,
            ["alpha"],
            "{end:?}"
        );
    }
}

#[test]
fn file_without_a_calendar_is_named_for_what_it_is() {
    let broken =
        |text: &str| Calendar::read(text, None, &names()).broken.expect("no calendar").what;
    for text in ["", "\u{feff}", " \r\n\r\n"] {
        assert_eq!(broken(text), "is empty, expected BEGIN:VCALENDAR", "{text:?}");
    }
    let wide = |to_bytes: fn(u32) -> [u8; 4], mark: &str| -> Vec<u8> {
        format!("{mark}BEGIN:VCALENDAR").chars().flat_map(|c| to_bytes(c.into())).collect()
    };
    for mark in ["", "\u{feff}"] {
        for to_bytes in [u32::to_le_bytes as fn(u32) -> [u8; 4], u32::to_be_bytes] {
            let told = calendar_text(&wide(to_bytes, mark)).expect_err("no text");
            assert_eq!(told, "is in UTF-32, expected UTF-8 or UTF-16");
        }
    }
}
