//! The files of examples/, each read as its reader will.

use std::fs;
use std::path::Path;
use std::process::Command;

use ringdown::settings::Source;
use shared::Timestamp;
use shared::config::file::Config;

use crate::{read, root};

fn config() -> Config {
    let parts = Source::File(root("examples/ringdown.toml")).parts().unwrap();
    assert_eq!(parts.len(), 2, "the configuration, and the calendar that it names");
    Config::parse(parts).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn configuration_passes_its_check_without_a_warning() {
    let config = config();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let lost: Vec<_> = config.calendar_problems.iter().filter(|one| one.is_lost).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn calendar_puts_the_people_on_call_whom_it_names() {
    let config = config();
    for (at, expected) in [
        ("2026-01-05T08:30:00Z", "alpha"),
        ("2026-01-12T08:30:00Z", "bravo"),
        ("2026-12-19T12:00:00Z", "bravo"),
        ("2026-12-24T12:00:00Z", "charlie"),
        ("2026-12-29T12:00:00Z", "bravo"),
        ("2031-01-06T12:00:00Z", "bravo"),
    ] {
        let shift = config.escalation.schedules.on_call("calendar", at.parse().unwrap());
        assert_eq!(shift.people, [expected], "{at}");
    }
    // The absence is noted, and nothing else.
    let before: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    let noted = config.foreign_events(before);
    assert_eq!(noted.len(), 1, "{noted:?}");
    assert!(noted[0].problem.what.contains("holiday"), "{noted:?}");
}

#[test]
fn policies_reach_people_by_schedule_and_calendar() {
    let config = config();
    let at: Timestamp = "2026-12-25T12:00:00Z".parse().unwrap();
    let roster = |alarm: &str| config.escalation.for_alarm(alarm, at).unwrap().roster;
    assert_eq!(roster("checkout-5xx-rate"), ["charlie"]);
    assert_eq!(roster("orders-queue-age"), ["charlie"]);
    assert!(config.ignored.reason("Watchdog").is_some());
}

/// The program in a folder with these files.
fn check(folder: &Path) -> (bool, String, String) {
    check_with(folder, &[])
}

fn check_with(folder: &Path, options: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringdown"));
    let command = command.env_clear().current_dir(folder).arg("check").args(options);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn absence_is_a_note_and_no_warning_of_a_strict_check() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ringdown.toml", "oncall.ics"] {
        fs::copy(root("examples").join(name), folder.path().join(name)).unwrap();
    }
    // The shipped absence, and one that no clock is behind.
    let calendar = folder.path().join("oncall.ics");
    let text = fs::read_to_string(&calendar).unwrap();
    let later = text.replace("VALUE=DATE:202612", "VALUE=DATE:209912");
    assert_ne!(text, later);
    for text in [text, later.clone()] {
        fs::write(&calendar, text).unwrap();
        let (passes, out, err) = check_with(folder.path(), &["--strict"]);
        assert!(passes, "{out}{err}");
        assert!(!out.contains("warning:"), "{out}");
    }
    let (_, out, _) = check(folder.path());
    assert!(out.contains("  note: ") && out.contains("because of the word"), "{out}");
    // A name that nobody has stays a warning.
    fs::write(&calendar, later.replace("Alpha Lima: holiday", "Yankee")).unwrap();
    let (passes, out, _) = check_with(folder.path(), &["--strict"]);
    assert!(!passes && out.contains("  warning: "), "{out}");
}

#[test]
fn variables_are_read_and_empty_ones_are_simulated() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ringdown.toml", "oncall.ics", ".env"] {
        fs::copy(root("examples").join(name), folder.path().join(name)).unwrap();
    }
    let (passes, printed, errors) = check(folder.path());
    assert!(passes && errors.is_empty(), "{errors}");
    let slack = "the sandbox's Slack (SLACK_WEBHOOK is not set)";
    assert!(printed.contains(slack), "{printed}");

    let given = [
        ("PUBLIC_BASE_URL", "https://ringdown.example.com"),
        ("SLACK_WEBHOOK", "https://hooks.slack.com/services/T0/B0/not-a-secret"),
        ("SLACK_WEBHOOK_FLEX", "C0123ABCD"),
        ("SLACK_BOT_TOKEN", "xoxb-not-a-token"),
    ];
    let mut filled = read("examples/.env");
    for (name, value) in given {
        let line = format!("\n{name}=\n");
        assert!(filled.contains(&line), "{name}");
        filled = filled.replace(&line, &format!("\n{name}={value}\n"));
    }
    fs::write(folder.path().join(".env"), &filled).unwrap();
    let (passes, printed, errors) = check(folder.path());
    assert!(passes && errors.is_empty(), "{errors}");
    for expected in [
        "incoming webhook of SLACK_WEBHOOK",
        "chat.postMessage, to the channel id of SLACK_WEBHOOK_FLEX",
        "nowhere: SLACK_WEBHOOK_ACCOUNT_MANAGERS is not set",
    ] {
        assert!(printed.contains(expected), "{expected}: {printed}");
    }
    let broken = filled.replace("=https://ringdown.example.com", "=ringdown.example.com");
    fs::write(folder.path().join(".env"), broken).unwrap();
    let (passes, _, errors) = check(folder.path());
    assert!(!passes && errors.contains("PUBLIC_BASE_URL"), "{errors}");
}

/// The value of a key, wherever it stands.
fn value<'a>(yaml: &'a str, key: &str) -> &'a str {
    let key = format!("{key}: ");
    let line = |line: &'a str| line.trim_start_matches([' ', '-']).strip_prefix(&key);
    let found = yaml.lines().find_map(line).unwrap_or_else(|| panic!("no {key}"));
    found.split(" #").next().unwrap().trim()
}

#[test]
fn receiver_posts_to_the_endpoint_with_a_bearer_token() {
    let example = read("examples/alertmanager.yml");
    let endpoint = shared::http::endpoints::ENDPOINTS.iter().find(|one| one.path == "/alarms");
    let path = endpoint.unwrap().path;
    assert_eq!(value(&example, "url"), format!("https://ringdown.example.com{path}"));
    assert_eq!(value(&example, "type"), "Bearer");
    assert_eq!(value(&example, "credentials"), "YOUR-ALARMS-TOKEN");
    assert_eq!(value(&example, "send_resolved"), "true");
    for name in ["nobody", "ringdown"] {
        assert!(example.contains(&format!("receiver: {name}\n")), "{name} gets nothing");
        assert!(example.contains(&format!("  - name: {name}\n")), "there is no {name}");
    }
    assert!(!example.contains('\t'), "YAML takes no tabs");
}
