//! VTIMEZONEs: what one may say, and how much of it.

use super::calendar::names;
use super::zones::{definition, nine, part};
use super::*;

const START: &str = "DTSTART:19700101T000000";

/// When it is 9:00 in a zone of this offset, or what is wrong with it.
fn nine_at(offset: &str) -> String {
    let parts = part("STANDARD", "+0000", offset, START);
    nine(&definition("Home", &parts), "Home", "20260105")
}

#[test]
fn offset_of_a_zone_has_hours_minutes_and_perhaps_seconds() {
    for (offset, nine) in [
        ("+0000", "2026-01-05T09:00:00Z"),
        ("+2359", "2026-01-04T09:01:00Z"),
        ("-2359", "2026-01-06T08:59:00Z"),
        ("+013015", "2026-01-05T07:29:45Z"),
        ("-033059", "2026-01-05T12:30:59Z"),
        ("0530", "2026-01-05T03:30:00Z"),
    ] {
        assert_eq!(nine_at(offset), nine, "{offset}");
    }
    for offset in ["+2400", "+0060", "+000060", "+00", "+00000", "+01:0", "~0100", "+", ""] {
        let told = nine_at(offset);
        assert!(told.contains(&format!("has the TZOFFSETTO {offset:?}, expected one")), "{told}");
    }
}

#[test]
fn part_of_a_zone_that_is_neither_standard_nor_daylight_is_no_rule_of_it() {
    let other = part("X-NOTE", "+0100", "+0500", "DTSTART:20200101T000000");
    let parts = part("STANDARD", "+0000", "+0100", START) + &other;
    assert_eq!(nine(&definition("Home", &parts), "Home", "20260105"), "2026-01-05T08:00:00Z");
}

#[test]
fn zone_has_a_thousand_parts_at_most() {
    let nine_of = |count: usize| {
        let parts = part("STANDARD", "+0000", "+0100", START).repeat(count);
        nine(&definition("Home", &parts), "Home", "20260105")
    };
    assert_eq!(nine_of(1_000), "2026-01-05T08:00:00Z");
    let told = nine_of(1_001);
    assert!(told.ends_with("has 1001 rules, expected 1 to 1000"), "{told}");
}

#[test]
fn clocks_of_a_zone_change_ten_thousand_times_at_most() {
    let nine_of = |count: usize| {
        let dates: Vec<String> = (1..count)
            .map(|at| format!("1971{:02}01T{:02}{:02}00", at % 12 + 1, at / 12 / 60, at / 12 % 60))
            .collect();
        let lines = format!("{START}\r\nRDATE:{}", dates.join(","));
        let parts = part("STANDARD", "+0000", "+0100", &lines);
        nine(&definition("Home", &parts), "Home", "20260105")
    };
    assert_eq!(nine_of(10_000), "2026-01-05T08:00:00Z");
    let told = nine_of(10_001);
    assert!(told.ends_with("has too many changes of the clocks, expected 10000 at most"), "{told}");
}

/// As Outlook writes the zone of a computer: Berlin's rules, under a name of its own.
fn customized() -> String {
    let winter = "DTSTART:16010101T030000\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10";
    let summer = "DTSTART:16010101T020000\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3";
    let parts =
        part("STANDARD", "+0200", "+0100", winter) + &part("DAYLIGHT", "+0100", "+0200", summer);
    definition("Customized Time Zone", &parts)
}

#[test]
fn definition_of_the_file_is_its_zone() {
    for (date, begins) in [
        ("20260105", "2026-01-05T08:00:00Z"),
        ("20260328", "2026-03-28T08:00:00Z"),
        ("20260329", "2026-03-29T07:00:00Z"),
        ("20260705", "2026-07-05T07:00:00Z"),
        ("20261024", "2026-10-24T07:00:00Z"),
        ("20261025", "2026-10-25T08:00:00Z"),
        ("20350701", "2035-07-01T07:00:00Z"),
    ] {
        assert_eq!(nine(&customized(), "Customized Time Zone", date), begins);
        assert_eq!(nine(&customized(), "\"CUSTOMIZED time zone\"", date), begins);
    }
}

#[test]
fn definition_may_have_any_shape() {
    let fixed = part("STANDARD", "+0545", "+0545", "DTSTART:19700101T000000");
    assert_eq!(nine(&definition("K", &fixed), "K", "20260105"), "2026-01-05T03:15:00Z");
    let west = part("STANDARD", "-0330", "-0330", "DTSTART:16010101T000000");
    assert_eq!(nine(&definition("N", &west), "N", "20260105"), "2026-01-05T12:30:00Z");
    // Each change by itself, without a rule.
    let dates =
        part("DAYLIGHT", "+0100", "+0200", "DTSTART:20260329T020000\r\nRDATE:20270328T020000")
            + &part(
                "STANDARD",
                "+0200",
                "+0100",
                "DTSTART:20261025T030000\r\nRDATE:20271031T030000",
            );
    for (date, begins) in [
        ("20260105", "2026-01-05T08:00:00Z"),
        ("20260705", "2026-07-05T07:00:00Z"),
        ("20261205", "2026-12-05T08:00:00Z"),
        ("20270705", "2027-07-05T07:00:00Z"),
        ("20280705", "2028-07-05T08:00:00Z"),
    ] {
        assert_eq!(nine(&definition("D", &dates), "D", date), begins);
    }
    // America's rules of before 2007 and those of today.
    let eras = part(
        "DAYLIGHT",
        "-0500",
        "-0400",
        "DTSTART:19870405T020000\r\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4;UNTIL=20060402T070000Z",
    ) + &part(
        "STANDARD",
        "-0400",
        "-0500",
        "DTSTART:19871025T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20061029T060000Z",
    ) + &part(
        "DAYLIGHT",
        "-0500",
        "-0400",
        "DTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
    ) + &part(
        "STANDARD",
        "-0400",
        "-0500",
        "DTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
    );
    for (date, begins) in [
        ("20060320", "2006-03-20T14:00:00Z"),
        ("20060620", "2006-06-20T13:00:00Z"),
        ("20260320", "2026-03-20T13:00:00Z"),
        ("20261110", "2026-11-10T14:00:00Z"),
    ] {
        assert_eq!(nine(&definition("E", &eras), "E", date), begins);
    }
    // The second Sunday, as some programs write it.
    let days = part(
        "DAYLIGHT",
        "-0500",
        "-0400",
        "DTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14",
    ) + &part(
        "STANDARD",
        "-0400",
        "-0500",
        "DTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    );
    assert_eq!(nine(&definition("F", &days), "F", "20260308"), "2026-03-08T13:00:00Z");
}

#[test]
fn definition_that_differs_from_its_name_in_the_coming_year_is_noted() {
    let notes = |id: &str, parts: &str, now: &str| {
        let text = format!(
            "BEGIN:VCALENDAR\r\n{}BEGIN:VEVENT\r\nDTSTART;TZID={id}:20260105T090000\r\nDURATION:PT1H\r\nSUMMARY:alpha\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n",
            definition(id, parts)
        );
        let read = Calendar::read(&text, None, &names());
        let notes = read.notes.into_iter().filter(|note| note.matters(at(now)));
        notes.map(|note| format!("{} {}: {}", note.line, note.key, note.what)).collect::<Vec<_>>()
    };
    let winter = part(
        "STANDARD",
        "-0400",
        "-0500",
        "DTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    );
    let summer = part(
        "DAYLIGHT",
        "-0500",
        "-0400",
        "DTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
    );
    let both = winter.clone() + &summer;
    let now = "2026-01-05T00:00:00Z";
    assert_eq!(
        notes("EST", &both, now),
        [
            "2 VTIMEZONE: \"EST\" is read as the zone of that name (UTC-05 on 2026-03-08), and its VTIMEZONE says UTC-04: \
          expected both alike, or a TZID of its own"
        ]
    );
    assert_eq!(
        notes("EST", &both, "2026-06-01T00:00:00Z").len(),
        1,
        "the next summer is told then"
    );
    assert_eq!(notes("America/New_York", &both, now), Vec::<String>::new());
    // A definition whose rules end later differs only then.
    let ends = both.replace("RRULE:", "RRULE:UNTIL=20371231T000000Z;");
    assert_eq!(notes("America/New_York", &ends, now), Vec::<String>::new());
    assert_eq!(notes("America/New_York", &ends, "2037-06-01T00:00:00Z").len(), 1);
    assert_eq!(notes("Home", &both, now), Vec::<String>::new());
    // A difference that is over is none.
    let over = winter + &summer.replace("RRULE:", "RRULE:UNTIL=20300101T000000Z;");
    assert_eq!(notes("EST", &over, "2029-06-01T00:00:00Z").len(), 1);
    assert_eq!(notes("EST", &over, "2035-01-01T00:00:00Z"), Vec::<String>::new());
}
