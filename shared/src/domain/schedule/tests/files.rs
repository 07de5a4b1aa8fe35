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

#[test]
fn property_that_is_set_in_by_hand_is_read() {
    let event =
        "BEGIN:VEVENT\nUID:b\nSUMMARY:bravo\nDTSTART:20260105T080000Z\nDURATION:P1D\nEND:VEVENT\n";
    let set_in = |text: &str, blanks: &str| -> String {
        text.lines().map(|line| format!("{blanks}{line}\n")).collect()
    };
    let calendar = |events: &str| format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n");
    let properties = |blanks: &str| {
        let border = |line: &&str| line.starts_with("BEGIN") || line.starts_with("END");
        let line = |line| format!("{}{line}\n", if border(&line) { "" } else { blanks });
        calendar(&event.lines().map(line).collect::<String>())
    };
    let nested = calendar(&set_in(
        &properties("    ")
            .replace("BEGIN:VCALENDAR\nVERSION:2.0\n", "")
            .replace("END:VCALENDAR\n", ""),
        "  ",
    ));
    let all_in = calendar(&set_in(event, "  ")).replace("VERSION:2.0\n", "");
    let folded = all_in.replace("SUMMARY:bravo", "SUMMARY:bra\n   vo, as\n wished");
    let folded_level = all_in.replace("SUMMARY:bravo", "SUMMARY:on call\n  bravo");
    for (which, text) in [
        ("two blanks", properties("  ")),
        ("one blank", properties(" ")),
        ("a tab", properties("\t")),
        ("nested", nested.replace("VERSION:2.0\n", "")),
        ("all", set_in(&calendar(event), " ")),
        ("all and nested", set_in(&properties("  "), "  ")),
        ("folded", folded),
        ("folded, no further in than the property", folded_level),
        ("empty lines", properties("  ").replace('\n', "\n\n")),
        ("a blank line", properties("").replace("EVENT\n", "EVENT\n \n")),
        ("one empty line", properties("  ").replace("  SUMMARY", "\n  SUMMARY")),
        (
            "a part of a program's own",
            properties("  ")
                .replace("  SUMMARY", "  BEGIN:X-PART\n    X-IS:1\n  END:X-PART\n  SUMMARY"),
        ),
    ] {
        let read = Calendar::read(&text, Some(&zone("UTC")), &names());
        assert_eq!(
            (read.broken, read.complaints, read.unread),
            (None, Vec::new(), Vec::new()),
            "{which}:\n{text}"
        );
        assert_eq!(
            shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people,
            ["bravo"],
            "{which}"
        );
    }
    // An indented line of an event that is not set in goes on with the line before, even if it looks like a property;
    // so does half a BEGIN.
    let text = calendar(
        &event
            .replace("bravo", "bravo\n  SUMMARY:alpha")
            .replace("BEGIN:VEVENT", "BEGIN:VEV\n ENT"),
    );
    let read = Calendar::read(&text, Some(&zone("UTC")), &names());
    let people = shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people;
    assert_eq!(people, ["bravo", "alpha"]);
}

#[test]
fn component_that_is_set_in_behind_a_property_is_read() {
    let event = "BEGIN:VEVENT\nSUMMARY:bravo\nDTSTART:20260105T080000Z\nDURATION:P1D\nEND:VEVENT\n";
    let set_in = |text: &str, blanks: &str| -> String {
        text.lines().map(|line| format!("{blanks}{line}\n")).collect()
    };
    let whole =
        |head: &str, events: &str| format!("BEGIN:VCALENDAR\n{head}{events}END:VCALENDAR\n");
    let zone_of_its_own = "BEGIN:VTIMEZONE\n TZID:Home\n  BEGIN:STANDARD\n  DTSTART:16010101T000000\n  \
                           TZOFFSETFROM:+0000\n  TZOFFSETTO:+0000\n  END:STANDARD\n END:VTIMEZONE\n";
    let alarm = " BEGIN:VALARM\n TRIGGER:-PT5M\n END:VALARM\nEND:VEVENT";
    for text in [
        whole("VERSION:2.0\n", &set_in(event, " ")),
        whole("VERSION:2.0\nPRODID:a\n b\n", &set_in(event, "\t")),
        whole(&format!("X-WR-CALDESC:{}\n", "long ".repeat(20)), &set_in(event, "  ")),
        whole(" VERSION:2.0\n", &set_in(event, "   ")),
        whole("VERSION:2.0\n", &event.replace("BEGIN", "  begin")),
        whole("VERSION:2.0\n", &event.replace("END", " END")),
        whole("VERSION:2.0\n", &format!("{}\n \n", event.replace("END", " END"))),
        whole("VERSION:2.0\n", &event.replace("END:VEVENT", alarm)),
        whole("VERSION:2.0\n", &format!(" {zone_of_its_own}{}", set_in(event, " ")))
            .replace("DTSTART:20260105T080000Z", "DTSTART;TZID=Home:20260105T080000"),
    ] {
        let read = Calendar::read(&text, Some(&zone("UTC")), &names());
        let wrong = (read.broken, read.complaints, read.unread);
        assert_eq!(wrong, (None, Vec::new(), Vec::new()), "{text}");
        let people = shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people;
        assert_eq!(people, ["bravo"], "{text}");
    }
    // The last words of a text, just behind a fold, end nothing; a BEGIN is complained of.
    let noted = |text: &str| {
        event.replace("DTSTART", &format!("DESCRIPTION:between BEGIN and\n {text}\nDTSTART"))
    };
    for text in ["END:VEVENT", "END:VEVENT and so on", "BEGIN:here", "begin: now", "VEVENT"] {
        let read = Calendar::read(&whole("", &noted(text)), Some(&zone("UTC")), &names());
        assert_eq!((read.broken, read.complaints), (None, Vec::new()), "{text}");
        assert_eq!(read.calendar.people(), ["bravo"], "{text}");
    }
    let read = Calendar::read(&whole("", &noted("BEGIN:VEVENT")), Some(&zone("UTC")), &names());
    assert_eq!(read.complaints.iter().map(|one| one.line).collect::<Vec<_>>(), [2]);
}

#[test]
fn alarm_without_an_end_is_told_with_its_line() {
    let alarm = "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\n";
    let rest = "DTSTART:20260105T080000Z\r\nDURATION:P1D";
    for (event, line) in [
        (format!("SUMMARY:alpha\r\n{alarm}{rest}"), 5),
        (format!("{alarm}SUMMARY:alpha\r\n{rest}"), 4),
        (format!("SUMMARY:alpha\r\n{}", rest.replace("DURATION", &format!("{alarm}DURATION"))), 6),
        (format!("SUMMARY:alpha\r\n{rest}\r\n{alarm}RRULE:FREQ=DAILY"), 7),
    ] {
        let (schedule, complaints) = read(&[&event]);
        assert_eq!(schedule.people(), Vec::<String>::new());
        let told = format!("{line} VALARM: has no END:VALARM, expected one before END:VEVENT");
        assert!(complaints.len() == 1 && complaints[0].starts_with(&told), "{complaints:?} {told}");
    }
    // One that hides nothing is no danger.
    let whole = schedule(&[&format!("SUMMARY:alpha\r\n{rest}\r\n{alarm}DURATION:PT5M")]);
    assert_eq!(whole.people(), ["alpha"]);
}

#[test]
fn file_that_begins_with_two_zeros_is_not_in_utf_16() {
    let text = "\0\0BEGIN:VCALENDAR\nEND:VCALENDAR\n";
    assert_eq!(calendar_text(text.as_bytes()).as_deref(), Ok(text));
}
