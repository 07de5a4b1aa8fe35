use jiff::ToSpan;
use shared::config::file::Config;
use shared::domain::escalation::Event;
use shared::testing::sample;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An incident with these events, a second apart.
fn incident(id: &str, events: Vec<Event>) -> Incident {
    let policy = sample::policy("default", &["alpha"]);
    let begin = at("2026-11-20T01:14:07Z");
    let mut incident = sample::incident(id, &policy, sample::alarm("disk", begin));
    let entries = events.into_iter().zip(0..).map(|(event, number)| Entry {
        number,
        at: at("2026-11-20T01:14:07Z") + i64::from(number).seconds(),
        event,
    });
    incident.timeline.entries = entries.collect();
    incident.timeline.next = incident.timeline.entries.len() as u32;
    incident
}

fn raised(reason: &str) -> Event {
    Event::Raised { alarm: "disk".to_owned(), reason: reason.to_owned(), by: None }
}

fn calling() -> Event {
    Event::Calling { person: "alpha".to_owned(), attempt: 0, call: 1, of: 3 }
}

#[test]
fn line_has_the_time_of_the_zone_and_the_sentence() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let told = incident("a", vec![calling()]);
    let entry = &told.timeline.entries[0];
    assert_eq!(line(&told, entry, &berlin), "02:14:07 calling alpha (call 1 of 3)");
    assert_eq!(line(&told, entry, &TimeZone::UTC), "01:14:07 calling alpha (call 1 of 3)");
    let until = at("2026-11-20T02:00:00Z");
    let silenced =
        incident("a", vec![Event::Silenced { by: "alpha".to_owned(), until, reason: None }]);
    let expected = "02:14:07 alpha silenced it until 03:00";
    assert_eq!(line(&silenced, &silenced.timeline.entries[0], &berlin), expected);
}

#[test]
fn line_of_foreign_text_is_one_short_line_without_numbers_and_control_characters() {
    let reason = format!("call +15005550001\n\u{1b}[2J\u{202e}now {}", "x".repeat(400));
    let told = incident("a", vec![raised(&reason)]);
    let line = line(&told, &told.timeline.entries[0], &TimeZone::UTC);
    assert!(
        line.starts_with(r"01:14:07 disk went off: call +…0001 \u{1b}[2J\u{202e}now xxx"),
        "{line}"
    );
    assert!(line.ends_with('…') && line.chars().count() < 220, "{line}");
}

#[test]
fn entries_are_taken_once_and_in_their_order() {
    let mut reporter = Reporter { since: at("2026-11-20T01:14:07Z"), next: BTreeMap::new() };
    let words = |taken: Vec<(&Incident, &Entry)>| -> Vec<String> {
        taken.iter().map(|(incident, entry)| format!("{} {}", incident.id, entry.number)).collect()
    };
    let (a, b) = (incident("a", vec![raised(""), calling()]), incident("b", vec![raised("")]));
    let both = [b, a];
    assert_eq!(words(reporter.take(&both)), ["a 0", "b 0", "a 1"]);
    assert!(reporter.take(&both).is_empty());
    let more = [incident("a", vec![raised(""), calling(), Event::Waiting])];
    assert_eq!(words(reporter.take(&more)), ["a 2"]);
}

#[test]
fn entries_from_before_the_start_are_left_out() {
    let mut reporter = Reporter { since: at("2026-11-20T01:14:08Z"), next: BTreeMap::new() };
    let known = [incident("a", vec![raised(""), calling()])];
    let taken: Vec<u32> = reporter.take(&known).iter().map(|(_, entry)| entry.number).collect();
    assert_eq!(taken, [1]);
}

#[test]
fn zone_is_that_of_the_policys_schedule() {
    let text = r#"
[channels.default]
[people.alpha]
phone = "+15005550001"
[[schedules]]
name = "first"
time_zone = "America/New_York"
rotation = "daily"
people = ["alpha"]
hand_over = "09:00"
starts = "2026-01-05"
[[schedules]]
name = "second"
time_zone = "Europe/Berlin"
rotation = "daily"
people = ["alpha"]
hand_over = "09:00"
starts = "2026-01-05"
[[policies]]
name = "shop"
alarms = ["shop-*"]
roster = { schedule = "second" }
[[policies]]
name = "default"
alarms = ["*"]
roster = ["alpha"]
"#;
    let config = Config::parse(vec![("ringdown.toml".to_owned(), text.to_owned())]).unwrap();
    let name = |policy: &str| zone(&config.escalation, policy).iana_name().map(str::to_owned);
    assert_eq!(name("shop").as_deref(), Some("Europe/Berlin"));
    assert_eq!(name("default").as_deref(), Some("America/New_York"));
    assert_eq!(
        zone(
            &Config::parse(vec![("x".to_owned(), "[channels.default]".to_owned())])
                .unwrap()
                .escalation,
            "x"
        ),
        TimeZone::UTC
    );
}
