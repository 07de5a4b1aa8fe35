//! The command line in a terminal and in scripts: hints, JSON, colours, foreign text, and a server that reports.

use std::os::unix::fs::symlink;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::tempdir;
use tokio::process::Command;

use crate::harness::{Plan, Server, ringdown, run, stdout};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Somebody who is called on a simulated phone, in Berlin.
const PEOPLE: &str = r#"
[people.alpha]
phone = "+15005550001"
[[schedules]]
name = "primary"
time_zone = "Europe/Berlin"
rotation = "weekly"
people = ["alpha"]
hand_over = "09:00"
starts = "2026-01-05"
[[policies]]
name = "default"
alarms = ["*"]
channel = "a"
roster = { schedule = "primary" }
"#;

fn plan() -> Plan {
    Plan::new().unset("PUBLIC_BASE_URL").config(PEOPLE)
}

async fn raise(server: &Server, name: &str) {
    let alarm = json!({"AlarmName": name, "NewStateValue": "ALARM"}).to_string();
    assert_eq!(server.post("/alarms", &[], alarm.as_bytes()).await, 202);
}

fn parsed(output: &Output) -> Value {
    let text = stdout(output);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn server_prints_what_happens_to_incidents() {
    let server = plan().start().await;
    raise(&server, "disk +15005550001 \u{1b}[2J\u{202e}").await;
    let printed = server.prints("calling alpha (call 1 of ").await;
    let line = printed.lines().find(|line| line.contains("calling alpha")).unwrap();
    let (time, _) = line.split_once(' ').unwrap();
    assert!(time.len() == 8 && time.split(':').all(|part| part.parse::<u8>().is_ok()), "{line}");
    let raised = printed.lines().find(|line| line.contains("went off")).unwrap();
    assert!(raised.contains("disk +…0001"), "{raised}");
    assert!(!printed.contains("5005550001"), "{printed}");
    assert!(!printed.contains(['\u{1b}', '\u{202e}']), "{printed}");
    assert_eq!(printed.matches("went off").count(), 1, "{printed}");
}

#[tokio::test]
async fn request_as_api_gateway_hands_it_over_is_no_alarm_and_is_left_out() {
    let server = plan().start().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/events/outage-intake/http-without-token.json");
    let line = ["alarm", file, "--to", &server.address, "--data", "data"];
    let left_out = server.run(&line).await;
    assert!(left_out.status.success(), "{left_out:?}");
    assert!(stdout(&left_out).contains("left out, it is a request"), "{left_out:?}");
    let told = parsed(&server.run(&[&line[..], &["--json"]].concat()).await);
    assert!(told[0]["status"].is_null() && told[0]["text"].is_string(), "{told}");
    let letters = stdout(&server.run(&["dead-letters", "--data", "data"]).await);
    assert!(!letters.contains("Bearer"), "{letters}");
}

#[tokio::test]
async fn alarm_files_are_all_read_before_the_first_is_posted() {
    let server = plan().start().await;
    let folder = server.folder.path();
    let alarm = json!({"AlarmName": "disk", "NewStateValue": "ALARM"}).to_string();
    std::fs::write(folder.join("disk.json"), alarm).unwrap();
    let line = ["alarm", "disk.json", "none.json", "--to", &server.address, "--data", "data"];
    let failed = server.run(&line).await;
    assert_eq!((failed.status.code(), stdout(&failed)), (Some(2), String::new()), "{failed:?}");
    let listed = server.run(&["incidents", "--data", "data", "--json"]).await;
    assert_eq!(parsed(&listed), json!([]));
}

#[tokio::test]
async fn lists_are_json_without_numbers_and_control_characters() {
    let server = plan().start().await;
    raise(&server, "disk +15005550001 \u{202e}").await;
    server.prints("calling alpha").await;
    let listed = server.run(&["incidents", "--data", "data", "--json"]).await;
    let text = stdout(&listed);
    assert!(!text.contains("5005550001") && !text.contains('\u{202e}'), "{text}");
    let incidents = parsed(&listed);
    assert_eq!(incidents[0]["policy"], "default");
    assert_eq!(incidents[0]["state"], "calling");
    assert_eq!(incidents[0]["open_alarms"], 1);
    assert!(incidents[0]["taken_by"].is_null());
    let id = incidents[0]["id"].as_str().unwrap();
    let words = stdout(&server.run(&["incidents", "--data", "data"]).await);
    assert!(words.starts_with(id) && !words.contains('\u{202e}'), "{words}");

    std::fs::write(server.folder.path().join("bad.json"), "{\"hello\": \"+15005550002\"}").unwrap();
    let arguments = ["alarm", "bad.json", "--to", &server.address, "--data", "data", "--json"];
    let answer = parsed(&server.run(&arguments).await);
    assert_eq!(
        (&answer[0]["file"], &answer[0]["status"]),
        (&json!("bad.json"), &json!(422)),
        "{answer}"
    );
    let letters = parsed(&server.run(&["dead-letters", "--data", "data", "--json"]).await);
    assert_eq!(letters[0]["job"], "escalate", "{letters}");
    assert!(letters[0]["body"].as_str().unwrap().contains("+…0002"), "{letters}");

    let schedules = parsed(&server.run(&["oncall", "--json", "--at", "2026-03-28T13:00"]).await);
    assert_eq!(schedules[0]["time_zone"], "Europe/Berlin");
    assert_eq!(schedules[0]["shifts"][0]["people"], json!(["alpha"]));
}

#[tokio::test]
async fn check_lists_its_findings_as_json_and_fails_when_it_is_strict() {
    let folder = tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join("ringdown.toml"), text).unwrap();
    let check = async |more: &[&str]| run(folder.path(), &[&["check"], more].concat()).await;
    write(&format!("[channels.a]\n{PEOPLE}"));
    let fine = check(&["--json", "--strict", "--alarm", "disk"]).await;
    assert_eq!(fine.status.code(), Some(0));
    let answer = parsed(&fine);
    assert_eq!((&answer["verdict"], &answer["findings"]), (&json!("fine"), &json!([])), "{answer}");
    assert_eq!(answer["alarms"][0]["policy"], "default");
    assert_eq!(answer["alarms"][0]["roster"], json!(["alpha"]));

    write(&format!("[channels.a]\n{}", PEOPLE.replace("[\"*\"]", "[\"^a.*$\"]")));
    assert_eq!(check(&[]).await.status.code(), Some(0));
    assert_eq!(check(&["--strict"]).await.status.code(), Some(1));
    let warned = check(&["--json", "--strict"]).await;
    assert_eq!(warned.status.code(), Some(1));
    let answer = parsed(&warned);
    assert_eq!(answer["verdict"], "valid");
    let finding = &answer["findings"][0];
    assert_eq!(
        (&finding["severity"], &finding["key"]),
        (&json!("warning"), &json!("policies.alarms"))
    );

    write(&format!("[channels.a]\n{}", PEOPLE.replace("\"alpha\"]\nhand", "\"nobody\"]\nhand")));
    let wrong = check(&["--json"]).await;
    assert_eq!(wrong.status.code(), Some(2));
    let answer = parsed(&wrong);
    assert_eq!(answer["verdict"], "wrong");
    assert!(answer["findings"][0]["line"].is_u64(), "{answer}");
}

#[tokio::test]
async fn send_says_what_was_already_delivered() {
    let server = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL");
    let server = Plan { config: ringdown::settings::DEMO.to_owned(), ..server }.start().await;
    let file = format!("{ROOT}/events/event-stream-webhook/worker-activity.json");
    let send = async |more: &[&str]| {
        let mut command = ringdown(server.folder.path());
        command.args(["send", &file, "--to", &server.address, "--data", "data"]).args(more);
        command.output().await.unwrap()
    };
    let first = stdout(&send(&[]).await);
    assert!(first.ends_with("204 taken\n"), "{first}");
    server.says("Available Activity").await;
    for _ in 0..200 {
        let answer = parsed(&send(&["--json"]).await);
        if answer[0]["already_delivered"] == answer[0]["lines"] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let again = stdout(&send(&[]).await);
    assert!(again.contains("204 taken; already delivered"), "{again}");
    let fresh = stdout(&send(&["--fresh"]).await);
    assert!(fresh.ends_with("204 taken\n"), "{fresh}");
}

/// The server was started with another file than the `ringdown.toml` of the folder that both are in.
#[tokio::test]
async fn send_knows_the_configuration_that_the_server_uses() {
    let mut plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL");
    std::fs::write(plan.folder.path().join("r2.toml"), ringdown::settings::DEMO).unwrap();
    plan.arguments.extend(["--config", "r2.toml"].map(str::to_owned));
    let server = plan.start().await;
    let file = format!("{ROOT}/events/event-stream-webhook/worker-activity.json");
    let send = async |more: &[&str]| {
        let mut command = ringdown(server.folder.path());
        command.args(["send", &file, "--to", &server.address, "--data", "data"]).args(more);
        command.output().await.unwrap()
    };
    assert!(stdout(&send(&[]).await).ends_with("204 taken\n"));
    server.says("Available Activity").await;
    for more in [&["--json"][..], &["--json", "--config", "r2.toml"]] {
        let mut answer = Value::Null;
        for _ in 0..200 {
            answer = parsed(&send(more).await);
            if answer[0]["already_delivered"] == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        assert_eq!(answer[0]["already_delivered"], 1, "{more:?}: {answer}");
    }
    // That of the folder has no route for it.
    let other = parsed(&send(&["--json", "--config", "ringdown.toml"]).await);
    assert_eq!(other[0]["lines"], 0, "{other}");
    let missing = send(&["--config", "nowhere.toml"]).await;
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
}

#[tokio::test]
async fn pages_and_hints_name_this_server_and_its_folder() {
    let plan = Plan { config: ringdown::settings::DEMO.to_owned(), ..plan() };
    symlink(format!("{ROOT}/events"), plan.folder.path().join("events")).unwrap();
    let server = plan.start().await;
    let expected = format!(
        "{} send events/event-stream-webhook/worker-activity.json --to {} --data data",
        env!("CARGO_BIN_EXE_ringdown"),
        server.address
    );
    for path in ["/", "/sandbox/slack"] {
        let page = server.http.get(format!("{}{path}", server.address)).send().await.unwrap();
        let page = page.text().await.unwrap().replace("&#x2f;", "/");
        assert!(page.contains(&format!("<code>{expected}</code>")), "{path}: {page}");
    }
    let mut resolve = ringdown(server.folder.path());
    resolve.args(["incidents", "resolve", "nosuch", "--data", "data", "--config", "ringdown.toml"]);
    let told = stdout(&resolve.output().await.unwrap());
    assert!(told.contains(" incidents --data data --config ringdown.toml` lists those"), "{told}");
}

#[tokio::test]
async fn hints_of_a_server_can_be_copied() {
    let plan = plan();
    symlink(format!("{ROOT}/events"), plan.folder.path().join("events")).unwrap();
    let server = plan.start().await;
    let printed = server.printed().await;
    for what in ["Raise an alarm: ", "Send an event:  "] {
        let line = printed.lines().find_map(|line| line.strip_prefix(what)).expect(&printed);
        let program = env!("CARGO_BIN_EXE_ringdown");
        assert!(line.starts_with(program) && line.contains(&server.address), "{line}");
        let mut shell = Command::new("sh");
        let shell = shell.env_clear().args(["-c", line]).current_dir(server.folder.path());
        let done = shell.env("TWILIO_AUTH_TOKEN", crate::harness::TOKEN).output().await.unwrap();
        assert!(done.status.success(), "{line}: {done:?}");
    }
    assert!(!printed.contains("cargo"), "{printed}");
}

#[tokio::test]
async fn errors_are_coloured_where_that_is_wanted() {
    let folder = tempdir().unwrap();
    let error = async |variables: &[(&str, &str)]| {
        let mut command = ringdown(folder.path());
        let done = command.arg("sned").envs(variables.iter().copied()).output().await.unwrap();
        assert_eq!(done.status.code(), Some(2));
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(!error(&[]).await.contains('\u{1b}'));
    assert!(error(&[("CLICOLOR_FORCE", "1")]).await.contains('\u{1b}'));
    assert!(!error(&[("NO_COLOR", "1")]).await.contains('\u{1b}'));
}

#[tokio::test]
async fn help_and_version_need_no_settings() {
    let folder = tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".env")).unwrap();
    for arguments in
        [&["--version"][..], &["--help"], &["-h"], &["help", "check"], &["completions", "bash"]]
    {
        let done = run(folder.path(), arguments).await;
        assert!(done.status.success() && !done.stdout.is_empty(), "{arguments:?}: {done:?}");
    }
    let version = stdout(&run(folder.path(), &["--version"]).await);
    assert_eq!(version, format!("ringdown {}\n", env!("CARGO_PKG_VERSION")));
}
