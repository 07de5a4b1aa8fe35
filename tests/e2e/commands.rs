//! What can be typed, and what a person with a broken set-up is told.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{CONFIG, Plan, ringdown, run, stdout};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events/event-stream-webhook");

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn a_newcomer_sends_every_sample_and_reads_the_lines() {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL");
    let plan = Plan { config: ringdown::settings::DEMO.to_owned(), ..plan };
    let server = plan.start().await;
    let mut files: Vec<_> =
        std::fs::read_dir(EVENTS).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let send = ringdown(server.folder.path())
        .arg("send")
        .args(&files)
        .args(["--to", &server.address, "--data", "data"])
        .output();
    let send = send.await.unwrap();
    assert!(send.status.success(), "{send:?}");
    // A schedule brings one of them.
    assert_eq!(stdout(&send).matches("left out").count(), 1, "{}", stdout(&send));
    let delivered = stdout(&send).matches("204 taken").count();
    assert_eq!(delivered, files.len() - 1, "{}", stdout(&send));
    for (channel, text) in [
        ("flex", "Available Activity"),
        ("flex", "joined"),
        ("flex", "minutes*"),
        ("account-managers", "<@U0123ABCD> "),
        ("default", "the sink works"),
        ("default", "`to_agents` ended with *failedToEnqueue*"),
    ] {
        let message = server.says(text).await;
        assert_eq!(message["channel"], channel, "{message}");
        assert_eq!(message["blocks"][0]["type"], "section");
    }
}

#[tokio::test]
async fn the_buttons_do_the_same_again_and_again() {
    let plan = Plan { config: ringdown::settings::DEMO.to_owned(), ..Plan::new() };
    let server = plan.start().await;
    let press = async |name: &str| {
        let url = format!("{}/sandbox/samples/{name}", server.address);
        let told = server.http.post(url).send().await.unwrap().text().await.unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told["status"], &told["note"]), (&json!(204), &json!("taken")));
    };
    for _ in 0..3 {
        press("worker-activity").await;
    }
    for _ in 0..200 {
        let messages = server.messages().await;
        let lines: usize =
            messages.iter().map(|m| m["text"].as_str().unwrap().matches("Available").count()).sum();
        if lines == 3 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("three presses, and not three lines: {:?}", server.messages().await);
}

#[tokio::test]
async fn check_prints_what_would_go_where() {
    let folder = tempdir().unwrap();
    let told = run(folder.path(), &["check"]).await;
    assert!(told.status.success());
    let told = stdout(&told);
    for expected in [
        "the built-in demo: fine",
        "flex                 the sandbox's Slack (SLACK_WEBHOOK_FLEX is not set)",
        "when data.payload.task_age > 1800",
        "account-managers: <@U0123ABCD> ",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    std::fs::write(
        folder.path().join("mine.toml"),
        CONFIG.replace("fallback = \"a\"", "fallback = \"z\""),
    )
    .unwrap();
    let wrong = run(folder.path(), &["check", "mine.toml"]).await;
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(
        stderr(&wrong),
        "mine.toml:9: routes.fallback: \"z\" is not a declared channel, expected one of a, b\n"
    );
}

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

const SHOP: &str = r#"
[channels.a]
[people.alpha]
phone = "+15005550001"
[[policies]]
name = "shop"
alarms = ["shop-*"]
channel = "a"
roster = ["alpha"]
[[ignore]]
alarms = ["Watchdog"]
reason = "always on"
[[silences]]
alarms = ["shop-batch"]
from = "2026-01-01T00:00Z"
until = "9000-01-01T00:00Z"
"#;

#[tokio::test]
async fn check_says_which_policy_an_alarm_reaches() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("ringdown.toml"), SHOP).unwrap();
    let names = ["shop-api", "stock", "Watchdog", "shop-batch"];
    let told =
        run(folder.path(), &[&["check", "ringdown.toml", "--alarm"], &names[..]].concat()).await;
    assert!(told.status.success());
    let expected = "ringdown.toml: fine
  shop-api             policy shop by \"shop-*\": calls alpha (+…0001)
  stock                nobody: no policy is for it, it becomes a dead letter
  Watchdog             nobody: it is ignored (always on)
  shop-batch           policy shop by \"shop-*\": calls alpha (+…0001); silenced until 9000-01-01T00:00:00Z
";
    let said: String = stdout(&told)
        .lines()
        .filter(|line| !line.contains(" bytes; "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(said, expected);
}

#[tokio::test]
async fn check_warns_of_globs_that_are_none_and_succeeds() {
    let folder = tempdir().unwrap();
    for (glob, proposed) in [
        ("^shop-.*$", r#"["shop-*"]"#),
        ("shop-(api|web)", r#"["shop-api", "shop-web"]"#),
        ("shop-{api,web}", r#"["shop-api", "shop-web"]"#),
        ("!test-*", r#"alarms = ["test-*"]"#),
        ("shop_.{3}", r#"["shop_???"]"#),
        ("shop-%", r#"["shop-*"]"#),
        (" shop-*", r#"["shop-*"]"#),
    ] {
        std::fs::write(folder.path().join("ringdown.toml"), SHOP.replace("shop-*", glob)).unwrap();
        let told = run(folder.path(), &["check"]).await;
        assert!(told.status.success());
        let first = stdout(&told).lines().next().unwrap().to_owned();
        assert!(first.starts_with("  warning: ringdown.toml:7: policies.alarms: "), "{first}");
        assert!(first.ends_with(proposed), "{first}");
        assert!(
            stdout(&told).contains("\nringdown.toml: valid, with 1 warning\n"),
            "{}",
            stdout(&told)
        );
    }
}

#[tokio::test]
async fn check_prints_what_is_silenced_and_warns_of_what_is_over() {
    let folder = tempdir().unwrap();
    let windows = r#"
[[silences]]
alarms = ["batch-*", "nightly"]
reason = "the database moves"
from = "2026-01-01T00:00Z"
until = "9000-01-01T00:00+01:00"
time_zone = "Europe/Berlin"
[[silences]]
alarms = ["old"]
from = "2020-01-01T00:00Z"
until = "2020-01-02T00:00Z"
[[silences]]
alarms = ["new"]
from = "8000-01-01T00:00Z"
until = "8000-01-02T00:00Z"
"#;
    let config = folder.path().join("ringdown.toml");
    std::fs::write(&config, format!("{CONFIG}{windows}")).unwrap();
    let told = stdout(&run(folder.path(), &["check"]).await);
    let expected = "
silences
  now:  batch-*, nightly until Wed 9000-01-01 00:00 CET (the database moves)
  next: new from Sat 8000-01-01 00:00 UTC until Sun 8000-01-02 00:00 UTC
  warning: ringdown.toml:18: silences: the one of old is over: it can be taken out
";
    assert!(told.contains(expected), "{told}");
    std::fs::write(&config, CONFIG).unwrap();
    let told = stdout(&run(folder.path(), &["check"]).await);
    assert!(!told.contains("silences"), "{told}");
}

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

#[tokio::test]
async fn flow_prints_a_policys_own_flow() {
    let folder = tempdir().unwrap();
    let printed = run(folder.path(), &["flow", "outage"]).await;
    assert!(
        printed.status.success() && stderr(&printed).contains("Import from JSON"),
        "{printed:?}"
    );
    let policy = |name: &str, ring_seconds: u32| {
        format!(
            "[[policies]]\nname = \"{name}\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\nchannel = \"a\"\n\
             ring_seconds = {ring_seconds}\nvoice = \"Polly.Amy\"\n"
        )
    };
    let people = "[people.alpha]\nphone = \"+15005550001\"\n";
    let config = format!("{CONFIG}{people}{}{}", policy("day", 20), policy("night", 40));
    std::fs::write(folder.path().join("ringdown.toml"), config).unwrap();
    let printed = stdout(&run(folder.path(), &["flow", "outage", "--policy", "night"]).await);
    let definition: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let states = definition["states"].as_array().unwrap();
    let of = |name: &str| &states.iter().find(|state| state["name"] == name).unwrap()["properties"];
    assert_eq!((&of("call")["timeout"], &of("menu")["voice"]), (&json!(40), &json!("Polly.Amy")));
    for (arguments, expected) in [
        (
            vec!["flow", "outage"],
            "which policy? Name it with --policy, expected one of day, night\n",
        ),
        (
            vec!["flow", "outage", "--policy", "noon"],
            "--policy: there is no policy \"noon\", expected one of day, night\n",
        ),
    ] {
        let refused = run(folder.path(), &arguments).await;
        assert_eq!((refused.status.code(), stderr(&refused).as_str()), (Some(2), expected));
        assert_eq!(stdout(&refused), "");
    }
}

#[tokio::test]
async fn the_printed_configuration_is_one_to_start_from() {
    let folder = tempdir().unwrap();
    let printed = stdout(&run(folder.path(), &["config"]).await);
    std::fs::write(folder.path().join("ringdown.toml"), printed).unwrap();
    assert!(stdout(&run(folder.path(), &["check"]).await).starts_with("ringdown.toml: fine"));
}

#[tokio::test]
async fn verify_judges_captured_requests() {
    let folder = tempdir().unwrap();
    let params = json!({
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
        "To": "+18005551212"
    });
    let good = json!({
        "url": "https://example.com/myapp.php?foo=1&bar=2", "params": params, "token": "12345",
        "signature": "L/OH5YylLD5NRKLltdqwSvS0BnU="
    });
    let mut http = good.clone();
    http["url"] = json!("http://example.com/myapp.php?foo=1&bar=2");
    let judge = async |request: &serde_json::Value| {
        std::fs::write(folder.path().join("request.json"), request.to_string()).unwrap();
        let output = run(folder.path(), &["verify", "request.json"]).await;
        (output.status.code(), stdout(&output))
    };
    assert_eq!(judge(&good).await, (Some(0), "valid: it is Twilio's\n".to_owned()));
    let (code, told) = judge(&http).await;
    assert_eq!(code, Some(1));
    assert!(
        told.contains("would match https://example.com/myapp.php?…")
            && told.contains("https for http"),
        "{told}"
    );
    assert_eq!(judge(&json!([good, http])).await.0, Some(1));
    let changed = json!({
        "url": "https://ringdown.example.com/twilio/events?bodySHA256=\
                4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
        "params": {}, "body": "[1]", "signature": "cP+5MK2gO3NhqYbdKjCWWgpmAK8=", "token": "12345"
    });
    assert!(
        judge(&changed).await.1.contains("the body hash is not"),
        "a body counts beside empty params"
    );
}

#[tokio::test]
async fn a_broken_set_up_is_told_what_to_do() {
    let plan = Plan::new();
    let server = plan.start().await;
    let folder = server.folder.path();
    let failing = async |folder: &Path, arguments: &[&str], expected: &str| {
        let output = run(folder, arguments).await;
        let told = stderr(&output);
        assert!(!output.status.success() && told.contains(expected), "{arguments:?}: {told}");
    };
    failing(
        folder,
        &["--port", "0", "--data", "data"],
        "another server runs on data: end it, or choose another",
    )
    .await;
    let port = server.address.rsplit(':').next().unwrap();
    failing(
        folder,
        &["--port", port, "--data", "other"],
        "is taken: stop what uses it, or choose another",
    )
    .await;
    failing(folder, &["--config", "none.toml"], "none.toml cannot be read").await;
    failing(
        folder,
        &["dead-letters", "--data", "nowhere"],
        "nowhere holds no data yet: start the server",
    )
    .await;
    failing(folder, &["send", "ringdown.toml"], "ringdown.toml is no API Gateway envelope").await;
    failing(
        folder,
        &["verify", "ringdown.toml"],
        "ringdown.toml is not what is expected: JSON with url",
    )
    .await;
    failing(folder, &["sned"], "a similar subcommand exists: 'send'").await;
    let file = format!("{EVENTS}/worker-activity.json");
    failing(
        folder,
        &["send", &file, "--to", "http://127.0.0.1:9"],
        "ringdown` first, or name its address with --to URL",
    )
    .await;
}
