//! A calendar of who is on call, for others: our own reader finds the same people in it.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::properties::{any_schedule, hour};
use super::*;

fn everybody() -> Names {
    let people = ["alpha", "bravo", "charlie", "delta"].map(|name| (name, &[][..]));
    Names::new(people, NOT_ON_CALL)
}

/// What holds for each line of a calendar.
fn is_well_formed(text: &str) {
    assert!(text.ends_with("\r\n"));
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.len() <= 75 && !line.is_empty(), "{line}");
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }
}

#[test]
fn calendar_of_a_person_has_their_shifts_and_nothing_of_others() {
    let rota = rotation(Turns::Weekly, "Europe/Berlin", "2026-11-02", "09:00", &["alpha", "bravo"]);
    let schedules = Schedules::new(vec![rota]);
    let text = Feed::Person("bravo".to_owned()).calendar(&schedules, at("2026-11-18T12:00Z"));
    is_well_formed(&text);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines.contains(&"X-WR-CALNAME:On call: bravo"), "{text}");
    assert!(
        lines.contains(&"DTSTART:20261109T080000Z") && lines.contains(&"DTEND:20261116T080000Z")
    );
    assert!(lines.contains(&"SUMMARY:bravo on call: primary"), "{text}");
    assert!(lines.contains(&"DTSTAMP:20261118T120000Z") && !text.contains("alpha"), "{text}");
    let uids = |text: &str| -> Vec<String> {
        text.split("\r\n").filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let later = Feed::Person("bravo".to_owned()).calendar(&schedules, at("2026-11-19T12:00Z"));
    assert_eq!(uids(&text), uids(&later));
    assert!(uids(&text).len() >= 4);
}

#[test]
fn names_are_escaped_and_long_lines_folded_between_characters() {
    let name = "Jürgen; \"der\\, Lange\"\n".repeat(6);
    let mut rota = rotation(Turns::Daily, "UTC", "2026-11-01", "00:00", &[&name]);
    rota.name = "nights, and\r\nweekends".to_owned();
    let text = Feed::Schedule(rota.name.clone())
        .calendar(&Schedules::new(vec![rota]), at("2026-11-18T12:00Z"));
    is_well_formed(&text);
    let whole = text.replace("\r\n ", "");
    assert!(
        whole.contains(r"nights\, and\nweekends")
            && whole.contains(r#"Jürgen\; "der\\\, Lange"\n"#),
        "{whole}"
    );
}

#[test]
fn calendar_has_the_shifts_of_a_week_back_and_eight_weeks_ahead() {
    let now = at("2026-11-18T12:00Z");
    let of = |people: &[&str]| -> Vec<String> {
        let rota = rotation(Turns::Daily, "UTC", "2026-01-01", "00:00", people);
        let feed = Feed::Schedule("primary".to_owned());
        let text = feed.calendar(&Schedules::new(vec![rota]), now);
        text.split("\r\n").filter(|line| line.starts_with("DT")).map(str::to_owned).collect()
    };
    let two = of(&["alpha", "bravo"]);
    let starts: Vec<&String> = two.iter().filter(|line| line.starts_with("DTSTART")).collect();
    assert_eq!(starts.len(), 1 + 7 + 8 * 7);
    assert_eq!(starts[0], "DTSTART:20261111T000000Z");
    assert_eq!(starts[starts.len() - 1], "DTSTART:20270113T000000Z");
    // A shift that never ends is shown as far as all others.
    assert_eq!(of(&["alpha"])[1..], ["DTSTART:20260101T000000Z", "DTEND:20270113T120000Z"]);
}

#[test]
fn line_of_75_bytes_is_whole() {
    let lines = |name: &str| -> Vec<String> {
        let text = Feed::Person(name.to_owned()).calendar(&Schedules::default(), at(NOW));
        let lines = text.split("\r\n").skip_while(|line| !line.starts_with("X-WR-CALNAME"));
        lines.take_while(|line| !line.starts_with("REFRESH")).map(str::to_owned).collect()
    };
    let begin = "X-WR-CALNAME:On call: ";
    let name = "n".repeat(75 - begin.len());
    assert_eq!(lines(&name), [format!("{begin}{name}")]);
    // Each line that goes on begins with a blank, which counts.
    let more = "m".repeat(75);
    let (first, second) = more.split_at(74);
    let expected = [format!("{begin}{name}"), format!(" {first}"), format!(" {second}")];
    assert_eq!(lines(&format!("{name}{more}")), expected);
}

const NOW: &str = "2026-11-18T12:00Z";

proptest! {
    #[test]
    fn own_reader_finds_who_is_on_call(schedule in any_schedule(), hours in 100_i64..30_000, steps in proptest::collection::vec(0_i64..1_300, 1..12)) {
        let now = hour(hours);
        let schedules = Schedules::new(vec![schedule]);
        let text = Feed::Schedule("primary".to_owned()).calendar(&schedules, now);
        is_well_formed(&text);
        let read = Calendar::read(&text, Some(&TimeZone::UTC), &everybody());
        prop_assert_eq!(read.complaints.len(), 0);
        prop_assert!(read.broken.is_none());
        let source = Source::Calendar(Arc::new(read.calendar));
        let copy = Schedule { name: "copy".to_owned(), zone: TimeZone::UTC, source, overrides: Vec::new() };
        for step in steps {
            let at = now + SignedDuration::from_hours(step);
            prop_assert_eq!(copy.on_call(at).people, schedules.on_call("primary", at).people, "{}", at);
        }
    }
}
