//! Events that are no business of ours, and files as programs write them.

use super::super::calendar::calendar_text;
use super::calendar::{names, read, schedule, shift_of};
use super::*;

#[test]
fn foreign_event_refuses_nothing() {
    for foreign in [
        "SUMMARY:Team lunch\r\nDTSTART;TZID=Mars/EST:20261202T120000\r\nDURATION:PT1H",
        "SUMMARY:Team lunch\r\nUID:l\r\nRECURRENCE-ID;TZID=Mars/EST:20261202T120000\r\nDTSTART;TZID=Mars/EST:20261202T120000",
        "SUMMARY:Founders' day\r\nDTSTART;VALUE=DATE:17760704\r\nRRULE:FREQ=YEARLY;BYEASTER=1",
        "SUMMARY:Pills\r\nDTSTART:20260101T000000Z\r\nRRULE:FREQ=SECONDLY",
        "SUMMARY:Stand-up\r\nDTSTART:nonsense\r\nRRULE:nonsense\r\nEXDATE:nonsense",
        "X-NOTHING:1",
        "",
    ] {
        let (schedule, complaints) =
            read(&[foreign, "SUMMARY:alpha\r\nDTSTART;VALUE=DATE:20260105"]);
        assert!(
            complaints.iter().all(|what| what.contains("names no known person")),
            "{complaints:?}"
        );
        assert_eq!(schedule.on_call(at("2026-01-05T12:00:00Z")).people, ["alpha"], "{foreign}");
    }
    // Somebody's birthday is no shift of theirs, and their holiday neither.
    for summary in [
        "Alpha's birthday",
        "alpha: vacation",
        "Alpha SICK",
        "alpha off",
        "Leave (alpha)",
        "bank holiday, alpha",
    ] {
        let (schedule, complaints) = read(&[&format!(
            "SUMMARY:{summary}\r\nDTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=YEARLY"
        )]);
        assert_eq!((complaints, schedule.people()), (Vec::new(), Vec::new()), "{summary}");
    }
    for summary in [
        "alpha (kick-off)",
        "office: alpha",
        "handoff to alpha",
        "one-off alpha",
        "alpha leaves at noon",
        "sickbay alpha",
    ] {
        let schedule = schedule(&[&format!("SUMMARY:{summary}\r\nDTSTART;VALUE=DATE:20260105")]);
        assert_eq!(schedule.people(), ["alpha"], "{summary}");
    }
}

#[test]
fn old_event_that_cannot_be_read_does_not_matter_any_more() {
    let read = |event: &str| {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:alpha\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        let read = Calendar::read(&text, Some(&zone("UTC")), &names());
        assert_eq!(read.complaints.len(), 1, "{event}");
        read.complaints[0].clone()
    };
    let now = at("2026-01-05T00:00:00Z");
    for (event, matters) in [
        ("DTSTART;TZID=Mars/EST:20250105T090000\nDURATION:P1D", false),
        ("DTSTART;TZID=Mars/EST:20250105T090000\nDURATION:P400D", true),
        ("DTSTART;TZID=Mars/EST:20260104T090000\nDTEND;TZID=Mars/EST:20260105T090000", true),
        ("DTSTART;TZID=Mars/EST:20250105T090000\nRRULE:FREQ=DAILY", true),
        ("DTSTART;TZID=Mars/EST:20250105T090000\nRRULE:FREQ=DAILY;UNTIL=20250401T000000Z", false),
        ("DTSTART;TZID=Mars/EST:20250105T090000\nRRULE:FREQ=DAILY;UNTIL=20270401", true),
        ("DTSTART;TZID=Mars/EST:20250105T090000\nRDATE;TZID=Mars/EST:20270105T090000", true),
        ("DTSTART:soon", true),
        ("DURATION:P1D", true),
    ] {
        assert_eq!(read(event).matters(now), matters, "{event}");
    }
}

#[test]
fn many_old_events_are_no_danger() {
    let old: String = (0..3_000)
        .map(|day| format!("BEGIN:VEVENT\nSUMMARY:alpha\nDTSTART:20{:02}0105T080000Z\nDURATION:PT1H\nEND:VEVENT\n", day % 25))
        .collect();
    let text = format!(
        "BEGIN:VCALENDAR\n{old}BEGIN:VEVENT\nSUMMARY:bravo\nDTSTART:20260105T080000Z\nDURATION:P1D\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    let read = Calendar::read(&text, None, &names());
    assert_eq!((read.complaints, read.unread), (Vec::new(), Vec::new()));
    assert_eq!(shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people, ["bravo"]);
}

#[test]
fn event_without_an_end_is_told_with_its_line() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:alpha\nDTSTART:20260105T080000Z\nDURATION:P1D\n\
                BEGIN:VEVENT\nSUMMARY:bravo\nDTSTART:20260106T080000Z\nDURATION:P1D\nEND:VEVENT\n\
                BEGIN:VEVENT\nSUMMARY:charlie\nDTSTART:20260107T080000Z\n";
    let read = Calendar::read(text, None, &names());
    let lines: Vec<usize> = read.complaints.iter().map(|complaint| complaint.line).collect();
    assert_eq!(lines, [2, 11]);
    assert!(read.complaints[0].what.starts_with("has no END:VEVENT"));
    assert_eq!(read.unread, []);
    let broken = read.broken.expect("no END:VCALENDAR");
    assert_eq!((broken.line, broken.key.as_str()), (1, "VCALENDAR"));
    assert_eq!(read.calendar.people(), ["bravo"]);
}

#[test]
fn file_cut_off_anywhere_is_broken_and_keeps_its_whole_events() {
    let event = |day: u32, person: &str| {
        format!(
            "BEGIN:VEVENT\r\nDTSTART:202601{day:02}T080000Z\r\nDURATION:P1D\r\nSUMMARY:{person}\r\nEND:VEVENT\r\n"
        )
    };
    let first = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}", event(5, "alpha"));
    let whole = format!("{first}{}END:VCALENDAR\r\n", event(6, "bravo"));
    for end in "BEGIN:VCALENDAR".len()..whole.trim_end().len() {
        let read = Calendar::read(&whole[..end], None, &names());
        let broken = read.broken.unwrap_or_else(|| panic!("{end} bytes are no whole file"));
        assert_eq!((broken.line, broken.key.as_str()), (1, "VCALENDAR"), "{end}");
        assert!(broken.what.starts_with("has no END:VCALENDAR"), "{}", broken.what);
        let people = read.calendar.people();
        assert_eq!(people.contains(&"alpha".to_owned()), end >= first.trim_end().len(), "{end}");
    }
    assert_eq!(Calendar::read(whole.trim_end(), None, &names()).broken, None);
    // Only the last one of several counts, and what comes behind it.
    let broken = |text: String| Calendar::read(&text, None, &names()).broken.map(|one| one.line);
    assert_eq!(broken(format!("{first}{whole}")), None);
    assert_eq!(broken(format!("{whole}{first}")), Some(14));
    assert_eq!(broken(format!("{whole}{}", event(7, "charlie"))), None);
    let (cut, _) = whole.split_once("END:VEVENT").expect("an event");
    let (_, cut) = cut.split_once("2.0\r\n").expect("an event");
    assert_eq!(broken(format!("{whole}{cut}")), Some(14));
}

#[test]
fn names_are_found_in_attendees_however_they_are_written() {
    let people: [(&str, Vec<String>); 3] = [
        ("Jürgen Müller", vec!["Alpha Lima".to_owned(), "alpha@example.com".to_owned()]),
        ("bravo", vec![]),
        ("charlie", vec!["C Tango".to_owned()]),
    ];
    let names =
        Names::new(people.iter().map(|(name, called)| (*name, called.as_slice())), NOT_ON_CALL);
    let people = |lines: &str| {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260105\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        let read = Calendar::read(&text, Some(&zone("UTC")), &names);
        shift_of(&read.calendar, at("2026-01-05T12:00:00Z")).people.join("+")
    };
    for (lines, expected) in [
        ("ATTENDEE;CN=Alpha Lima:mailto:x@example.com", "Jürgen Müller"),
        (
            "ATTENDEE;ROLE=REQ-PARTICIPANT;CN=\"Lima; Alpha Lima\";RSVP=TRUE:MAILTO:x@example.com",
            "Jürgen Müller",
        ),
        ("attendee;cn=\"jürgen müller\":invalid:nomail", "Jürgen Müller"),
        ("ATTENDEE:mailto:Alpha@Example.com", "Jürgen Müller"),
        ("ATTENDEE:mailto:bravo@example.com", "bravo"),
        ("ATTENDEE:mailto:c.tango@example.com", "charlie"),
        ("ATTENDEE:mailto:alpha.lima@example.org", "Jürgen Müller"),
        ("ATTENDEE;EMAIL=bravo@example.com:urn:uuid:1", "bravo"),
        (
            "ATTENDEE;X-CONFLUENCE-USER-KEY=8a;X-CONFLUENCE-USER-ID=bravo;CN=B Surname:mailto:b@x.example",
            "bravo",
        ),
        ("ATTENDEE;CN=B Sur\n name;X-CONFLUENCE-USER-ID=bra\n vo:mailto:b@x.example", "bravo"),
        // Two in turn, in the order named; each once.
        (
            "SUMMARY:charlie and bravo\nATTENDEE:mailto:bravo@x.example\nATTENDEE;CN=Alpha Lima:mailto:x",
            "charlie+bravo+Jürgen Müller",
        ),
        // A room, whoever sent it, and a company of that name are nobody.
        ("ATTENDEE;CUTYPE=ROOM;CN=bravo:mailto:bravo@x.example", ""),
        ("ATTENDEE;SENT-BY=\"mailto:bravo@x.example\":mailto:x@bravo.example", ""),
        ("ATTENDEE:mailto:bravo.smith@x.example", ""),
        ("ORGANIZER;CN=bravo:mailto:bravo@x.example", ""),
    ] {
        assert_eq!(people(lines), expected, "{lines}");
    }
}

/// A file of one event that names alpha, with a German word in it.
const UMLAUT: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:alpha für Kunden\r\nDTSTART;VALUE=DATE:20260105\r\n\
                      DTEND:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn file_of_any_encoding_is_read_with_its_lines() {
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        UMLAUT.encode_utf16().flat_map(to_bytes).collect()
    };
    let latin1: Vec<u8> = UMLAUT.chars().map(|c| c as u8).collect();
    let with = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for (name, bytes) in [
        ("UTF-8", UMLAUT.as_bytes().to_vec()),
        ("UTF-8 with a mark", with(b"\xef\xbb\xbf", UMLAUT.as_bytes())),
        ("Latin-1", latin1),
        ("UTF-16 LE", with(b"\xff\xfe", &utf16(u16::to_le_bytes))),
        ("UTF-16 BE", with(b"\xfe\xff", &utf16(u16::to_be_bytes))),
        ("UTF-16 LE without a mark", utf16(u16::to_le_bytes)),
        ("UTF-16 BE without a mark", utf16(u16::to_be_bytes)),
        ("line feeds", UMLAUT.replace('\r', "").into_bytes()),
        ("carriage returns", UMLAUT.replace('\n', "").into_bytes()),
    ] {
        let text = calendar_text(&bytes).expect("a text");
        assert!(text.contains("alpha für Kunden"), "{name}: {text}");
        let read = Calendar::read(&text, Some(&zone("UTC")), &names());
        assert_eq!(
            (read.complaints[0].line, read.complaints[0].key.as_str()),
            (5, "DTEND"),
            "{name}"
        );
    }
    let windows = calendar_text(b"SUMMARY:alpha \x96 \x80\n").expect("a text");
    assert_eq!(windows, "SUMMARY:alpha – €\n");
}

#[test]
fn line_folded_inside_a_character_is_whole() {
    for (file, expected) in [
        (&b"SUMMARY:f\xc3\r\n \xbcr\r\nX:1\r\n"[..], "SUMMARY:fü\r\n r\r\nX:1\r\n"),
        (b"A:\xe2\x82\n \xac\nB:\xf0\x9f\r\n\t\x98\x80!\n", "A:€\n \nB:😀\r\n\t!\n"),
        (b"A:\xf0\n \x9f\n \x98\n \x80x\n", "A:😀\n \n \n x\n"),
        // Neither: by bytes.
        (b"A:\xc3\n B\nC:\xc3\xbc\n", "A:Ã\n B\nC:ü\n"),
        (b"A:\xfc \n \xfc\n", "A:ü \n ü\n"),
    ] {
        let text = calendar_text(file).expect("a text");
        assert_eq!(text.matches('\n').count(), file.iter().filter(|byte| **byte == b'\n').count());
        let plain = |text: &str| text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
        assert_eq!(plain(&text), plain(expected), "{text:?}");
    }
}

#[test]
fn file_that_is_no_text_is_named_for_what_it_is() {
    for (bytes, what) in [
        (&b"PK\x03\x04rest"[..], "is a ZIP file, expected the text of a calendar"),
        (b"\x1f\x8b\x08", "is a gzip file, expected the text of a calendar"),
        (b"%PDF-1.7", "is a PDF, expected the text of a calendar"),
    ] {
        assert_eq!(calendar_text(bytes), Err(what.to_owned()));
    }
    let large = vec![b'x'; MAX_CALENDAR_BYTES + 1];
    assert_eq!(calendar_text(&large), Err("has 16777217 bytes, expected 16 MB at most".to_owned()));
    assert!(calendar_text(&large[1..]).is_ok());
}
