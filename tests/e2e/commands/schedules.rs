//! The output of `oncall` and `check` for schedules, for their gaps, and for calendars that cannot be read.

use tempfile::tempdir;

use super::stderr;
use crate::harness::{CONFIG, run, stdout};

const ON_CALL: &str = r#"
[people.alpha]
phone = "+15005550001"
[people.bravo]
phone = "+15005550002"
[[schedules]]
name = "primary"
time_zone = "Europe/Berlin"
rotation = "weekly"
people = ["alpha", "bravo"]
hand_over = "09:00"
starts = "2026-01-05"
[[schedules.overrides]]
from = "2026-03-28T12:00"
until = "2026-03-29T12:00"
nobody = true
[[schedules]]
name = "calendar"
ics = "oncall.ics"
[[policies]]
name = "default"
alarms = ["*"]
channel = "a"
roster = { schedule = "calendar", then = ["alpha"] }
"#;

#[tokio::test]
async fn oncall_prints_who_is_on_call_and_check_warns_of_gaps() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("ringdown.toml"), format!("{CONFIG}{ON_CALL}")).unwrap();
    let told = stderr(&run(folder.path(), &["oncall"]).await);
    assert!(told.contains("schedules.ics: \"oncall.ics\" is not there"), "{told}");
    let event = "DTSTART;VALUE=DATE:20260327\nDTEND;VALUE=DATE:20260401\nSUMMARY:On call: bravo\n";
    let ics = format!(
        "BEGIN:VCALENDAR\nX-WR-TIMEZONE:America/New_York\nBEGIN:VEVENT\n{event}END:VEVENT\nEND:VCALENDAR\n"
    );
    std::fs::write(folder.path().join("oncall.ics"), ics).unwrap();
    let on_call = run(folder.path(), &["oncall", "--at", "2026-03-28T13:00", "--for", "4d"]).await;
    let expected = "\
primary (Europe/Berlin): NOBODY, until Sun 2026-03-29 12:00 CEST
  Sat 2026-03-28 12:00 CET   Sun 2026-03-29 12:00 CEST  NOBODY  (override)
  Sun 2026-03-29 12:00 CEST  Mon 2026-03-30 09:00 CEST  bravo
  Mon 2026-03-30 09:00 CEST  Mon 2026-04-06 09:00 CEST  alpha

calendar (America/New_York): bravo, until Wed 2026-04-01 00:00 EDT
  Fri 2026-03-27 00:00 EDT  Wed 2026-04-01 00:00 EDT  bravo
  Wed 2026-04-01 00:00 EDT  for good                  NOBODY
";
    assert_eq!(stdout(&on_call), expected);
    let told = stdout(&run(folder.path(), &["check"]).await);
    assert!(told.contains("calls who is on call in calendar"), "{told}");
    assert!(told.contains("  warning: nobody is on call in calendar from "), "{told}");
    let wrong = run(folder.path(), &["oncall", "--at", "soon"]).await;
    assert_eq!(
        stderr(&wrong),
        "--at: \"soon\" is no time, expected one like 2026-12-24T20:00 or 2026-12-24T19:00Z\n"
    );
}

#[tokio::test]
async fn check_and_oncall_list_twenty_lost_shifts_and_count_the_others() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("ringdown.toml"), format!("{CONFIG}{ON_CALL}")).unwrap();
    let event = "BEGIN:VEVENT\nSUMMARY:bravo\nDTSTART;TZID=Mars/EST:20990101T090000\nEND:VEVENT\n";
    for (count, more) in [(20, None), (23, Some(3))] {
        let ics = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event.repeat(count));
        std::fs::write(folder.path().join("oncall.ics"), ics).unwrap();
        for (command, named, counted) in [
            ("check", "  PROBLEM: calendar loses a shift: ", " more lost shifts\n"),
            ("oncall", "  PROBLEM: a shift is lost: ", " more shifts are lost\n"),
        ] {
            let told = stdout(&run(folder.path(), &[command]).await);
            assert_eq!(told.matches(named).count(), 20, "{told}");
            let expected = more.map(|more: u32| format!("  PROBLEM: and {more}{counted}"));
            let is_counted = expected.as_ref().is_some_and(|line| told.contains(line));
            assert_eq!((is_counted, told.contains(counted)), (more.is_some(), more.is_some()));
        }
    }
}

/// Two policies: one has a calendar, the other has not.
const TWO: &str = r#"
[people.alpha]
phone = "+15005550001"
[people.bravo]
phone = "+15005550002"
[[schedules]]
name = "evening"
ics = "evening.ics"
[[schedules]]
name = "dawn"
time_zone = "Europe/Vienna"
rotation = "daily"
people = ["bravo"]
hand_over = "09:00"
starts = "2026-01-05"
[[policies]]
name = "evening"
alarms = ["evening-*"]
channel = "a"
roster = { schedule = "evening", then = ["alpha"] }
[[policies]]
name = "morning"
alarms = ["*"]
channel = "a"
roster = { schedule = "dawn", then = ["alpha"] }
"#;

#[tokio::test]
async fn broken_calendar_costs_questions_about_others_no_answer() {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write("ringdown.toml", format!("{CONFIG}{TWO}").as_bytes());
    let breaks = [None, Some(&b"no calendar"[..]), Some(b"")];
    for ics in breaks {
        if let Some(ics) = ics {
            write("evening.ics", ics);
        }
        let problem = "PROBLEM: the calendar of evening cannot be read: ";
        let on_call = run(folder.path(), &["oncall", "--at", "2026-03-28T13:00"]).await;
        assert!(on_call.status.success(), "{ics:?}: {on_call:?}");
        assert!(stderr(&on_call).starts_with(problem), "{ics:?}: {on_call:?}");
        let told = stdout(&on_call);
        assert!(told.contains("evening (UTC): NOBODY, until for good"), "{told}");
        assert!(told.contains("  PROBLEM: its calendar cannot be read"), "{told}");
        assert!(told.contains("dawn (Europe/Vienna): bravo, until"), "{told}");

        let alarms = ["check", "--alarm", "evening-1", "other"];
        let check = run(folder.path(), &alarms).await;
        assert!(check.status.success() && stderr(&check).starts_with(problem), "{check:?}");
        let told = stdout(&check);
        assert!(told.contains("ringdown.toml: wrong: 1 calendar cannot be read"), "{told}");
        assert!(told.contains("in evening, whose calendar cannot be read"), "{told}");
        assert!(told.contains("in dawn, and others after that: now bravo"), "{told}");

        let flow = run(folder.path(), &["flow", "outage", "--policy", "morning"]).await;
        assert!(flow.status.success() && stderr(&flow).starts_with(problem), "{flow:?}");
        assert!(serde_json::from_slice::<serde_json::Value>(&flow.stdout).is_ok(), "{flow:?}");

        let check = run(folder.path(), &["check"]).await;
        assert_eq!(check.status.code(), Some(2), "{check:?}");
    }
}
