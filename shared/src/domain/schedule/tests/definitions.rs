//! What a VTIMEZONE may say, and how much of it.

use super::zones::{definition, nine, part};

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
