//! A configuration that fails its check: every part of a server goes on with the last good one, and says so.

mod dotenv;
mod replay;

use std::path::PathBuf;
use std::sync::Arc;

use ringdown::clock::now;
use ringdown::database::Database;
use ringdown::settings::{self, Local, Source};
use ringdown::store::Records;
use serde_json::json;
use shared::config::{Environment, Fallback, kept_names};
use shared::secret::Secret;

use crate::harness::{CONFIG, Plan, Server, body, run, stdout};

/// A configuration that calls somebody too.
const GOOD: &str = "[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"default\"\nalarms = [\"*\"]\n\
                    roster = [\"alpha\"]\nchannel = \"a\"\n";

fn plan() -> Plan {
    Plan::new().config(GOOD).set("ALARMS_TOKEN", "the-alarms-token")
}

fn file(plan: &Plan) -> PathBuf {
    plan.folder.path().join("ringdown.toml")
}

/// Every part does its work: events, their delivery, alarms and calls, pages, the sandbox.
async fn every_part_works(server: &Server, text: &str) {
    assert_eq!(server.twilio(&body("a", text)).await, 204, "{}", server.log());
    server.says(text).await;
    let alarm = json!({"AlarmName": text, "NewStateValue": "ALARM"}).to_string();
    let token = [("authorization", "Bearer the-alarms-token")];
    assert_eq!(server.post("/alarms", &token, alarm.as_bytes()).await, 202, "{}", server.log());
    let incidents = server.get("/incidents.json").await.text().await.unwrap();
    assert!(incidents.contains(text) && incidents.contains("\"alpha\""), "{incidents}");
    for path in ["/", "/dead-letters", "/incidents/none"] {
        let page = server.get(path).await.text().await.unwrap();
        let warnings = page.matches("class=\"warning\" role=\"alert\"").count();
        assert_eq!(warnings, 1, "{path}: {page}");
        assert!(page.contains("ringdown.toml:1: nonsense"), "{path}: {page}");
    }
    let login = server.get("/login").await.text().await.unwrap();
    assert!(login.contains("fails its check") && !login.contains("nonsense"), "{login}");
    let live = server.get("/live?incidents").await.text().await.unwrap();
    assert!(live.contains("fails its check"), "{live}");
    assert_eq!(server.get("/sandbox/phones/state").await.status(), 200);
}

#[tokio::test]
async fn broken_file_stops_no_part_of_a_running_server() {
    let plan = plan();
    // Nothing was used yet but what the start itself uses.
    let server = plan.start().await;
    std::fs::write(file(&plan), "nonsense").unwrap();
    // The part that takes events has read the file at the start: for five minutes it does not look again.
    let ahead = json!({"ahead_ms": 301_000}).to_string();
    assert_eq!(server.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
    every_part_works(&server, "under a running server").await;
}

#[tokio::test]
async fn broken_file_stops_no_part_of_a_server_that_starts() {
    let mut plan = plan();
    let _ = plan.start().await.end().await;
    plan.config = "nonsense".to_owned();
    let server = plan.start().await;
    every_part_works(&server, "after a restart").await;
    let reported = server.says("fails its check").await;
    assert_eq!(reported["channel"], "a");

    let check = run(plan.folder.path(), &["check", "--data", "data"]).await;
    let told = String::from_utf8_lossy(&check.stderr).into_owned();
    assert_eq!(check.status.code(), Some(2));
    assert!(told.starts_with("ringdown.toml:1: nonsense:"), "{told}");
    assert!(told.contains("the server with the data folder data goes on with the last"), "{told}");

    std::fs::write(file(&plan), format!("{CONFIG}{GOOD}")).unwrap();
    let told = stdout(&run(plan.folder.path(), &["check", "--data", "data"]).await);
    assert!(told.starts_with("ringdown.toml: fine\nwarning: for the server with"), "{told}");
    let ahead = json!({"ahead_ms": 301_000}).to_string();
    assert_eq!(server.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
    let page = server.get("/").await.text().await.unwrap();
    assert!(!page.contains("class=\"warning\""), "{page}");
    server.says("The configuration passes its check again").await;
    let told = stdout(&run(plan.folder.path(), &["check", "--data", "data"]).await);
    assert!(!told.contains("for the server with"), "{told}");
    let all = server.messages().await;
    let said = all.iter().filter(|one| one["text"].as_str().unwrap().contains("its check"));
    assert_eq!(said.count(), 2, "{all:#?}");
}

#[tokio::test]
async fn file_that_lost_its_text_is_a_broken_one() {
    let mut plan = plan();
    let _ = plan.start().await.end().await;
    plan.config = "\n# [channels.a]\n".to_owned();
    let server = plan.start().await;
    server.says("ringdown.toml:1: is empty").await;
    assert_eq!(server.twilio(&body("a", "as before")).await, 204);
    server.says("as before").await;
}

#[tokio::test]
async fn file_that_is_gone_is_a_broken_one() {
    let plan = plan();
    let _ = plan.start().await.end().await;
    std::fs::remove_file(file(&plan)).unwrap();
    for text in ["after one restart", "after another"] {
        let server = plan.start_as_it_is().await;
        let printed = server.printed().await;
        assert!(printed.contains("WARNING") && printed.contains("is not there"), "{printed}");
        server.says("ringdown.toml is not there").await;
        assert_eq!(server.twilio(&body("a", text)).await, 204);
        server.says(text).await;
        let _ = server.end().await;
    }
    for (text, reason) in
        [(None, "ringdown.toml is not there"), (Some(" "), "ringdown.toml is empty")]
    {
        if let Some(text) = text {
            std::fs::write(file(&plan), text).unwrap();
        }
        for arguments in
            [&["check", "--data", "data"][..], &["check", "--data", "data", "--alarm", "x"]]
        {
            let check = run(plan.folder.path(), arguments).await;
            let told = String::from_utf8_lossy(&check.stderr).into_owned();
            assert_eq!(check.status.code(), Some(2), "{told}");
            assert!(
                told.contains(reason) && told.contains("the data folder data goes on"),
                "{told}"
            );
        }
    }
}

/// Writes the demo as the last good configuration into a data folder, as an earlier version did.
async fn keep_the_demo(data: &std::path::Path) {
    let database = Database::open(data).unwrap();
    let store = Arc::new(Records(database.clone()));
    let start_token = Secret::new("a-start-token");
    let metrics_token = start_token.clone();
    let address = "http://127.0.0.1:1".to_owned();
    let local = Local { address, start_token, metrics_token, sandbox: true };
    let live = settings::live(Environment::default(), Source::Demo, local);
    let live = live.with_fallback(Fallback { store: store.clone(), queue: None, counts: false });
    live.get(now()).await.unwrap();
    assert!(!settings::keeps_own(store.as_ref(), now()).await.unwrap());
    assert!(kept_names(store.as_ref(), now()).await.unwrap().is_some());
    database.close().await;
}

#[tokio::test]
async fn demo_is_never_the_last_good_configuration() {
    let plan = plan();
    let _ = plan.start().await.end().await;
    keep_the_demo(&plan.folder.path().join("data")).await;
    for (text, name) in [
        (None, "the built-in demo"),
        (Some("\n\t"), "the built-in demo (ringdown.toml is empty)"),
        (None, "the built-in demo (ringdown.toml is empty)"),
    ] {
        match text {
            None if !name.contains("empty") => std::fs::remove_file(file(&plan)).unwrap(),
            None => {}
            Some(text) => std::fs::write(file(&plan), text).unwrap(),
        }
        let server = plan.start_as_it_is().await;
        let printed = server.printed().await;
        assert!(printed.contains(&format!("  {name}\n")), "{printed}");
        assert!(!printed.contains("WARNING"), "{printed}");
        let _ = server.end().await;
    }
    std::fs::write(file(&plan), "nonsense").unwrap();
    let done = run(plan.folder.path(), &["--port", "0", "--data", "data"]).await;
    assert_eq!(done.status.code(), Some(2), "{done:?}");
}

#[tokio::test]
async fn blank_file_is_named_by_every_answer_about_it() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["", "\n", " \r\n\t", "# nothing yet\n\n  # [channels.a]"] {
        std::fs::write(folder.path().join("ringdown.toml"), text).unwrap();
        for arguments in [&["check"][..], &["check", "--alarm", "x"], &["oncall"]] {
            let done = run(folder.path(), arguments).await;
            let told = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success(), "{done:?}");
            assert!(
                told.contains("ringdown.toml is empty: this is about the built-in demo"),
                "{told}"
            );
            assert!(!stdout(&done).contains(": fine"), "{done:?}");
        }
    }
    std::fs::remove_file(folder.path().join("ringdown.toml")).unwrap();
    assert!(stdout(&run(folder.path(), &["check"]).await).contains("the built-in demo: fine"));
}

#[tokio::test]
async fn first_start_with_a_broken_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ringdown.toml"), "nonsense").unwrap();
    let done = run(folder.path(), &["--port", "0"]).await;
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{told}");
    assert!(told.contains("ringdown.toml:1: nonsense:") && !told.contains("config/"), "{told}");
    let check = run(folder.path(), &["check"]).await;
    assert!(!String::from_utf8_lossy(&check.stderr).contains("goes on"));
}
