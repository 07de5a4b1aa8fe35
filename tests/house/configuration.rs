//! A configuration that fails its check: every part of a server goes on with the last good one, and says so.

use std::path::PathBuf;

use serde_json::json;

use crate::harness::{CONFIG, House, Plan, body, run, stdout};

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
async fn every_part_works(house: &House, text: &str) {
    assert_eq!(house.twilio(&body("a", text)).await, 204, "{}", house.log());
    house.says(text).await;
    let alarm = json!({"AlarmName": text, "NewStateValue": "ALARM"}).to_string();
    let token = [("authorization", "Bearer the-alarms-token")];
    assert_eq!(house.post("/alarms", &token, alarm.as_bytes()).await, 202, "{}", house.log());
    let incidents = house.get("/incidents.json").await.text().await.unwrap();
    assert!(incidents.contains(text) && incidents.contains("\"alpha\""), "{incidents}");
    for path in ["/", "/dead-letters", "/incidents/none"] {
        let page = house.get(path).await.text().await.unwrap();
        let warnings = page.matches("class=\"warning\" role=\"alert\"").count();
        assert_eq!(warnings, 1, "{path}: {page}");
        assert!(page.contains("ringdown.toml:1: nonsense"), "{path}: {page}");
    }
    let login = house.get("/login").await.text().await.unwrap();
    assert!(login.contains("fails its check") && !login.contains("nonsense"), "{login}");
    let live = house.get("/live?incidents").await.text().await.unwrap();
    assert!(live.contains("fails its check"), "{live}");
    assert_eq!(house.get("/pretend/phones/state").await.status(), 200);
}

#[tokio::test]
async fn broken_file_stops_no_part_of_a_running_server() {
    let plan = plan();
    // Nothing was used yet but what the start itself uses.
    let house = plan.start().await;
    std::fs::write(file(&plan), "nonsense").unwrap();
    // The part that takes events has read the file at the start: for five minutes it does not look again.
    let ahead = json!({"ahead_ms": 301_000}).to_string();
    assert_eq!(house.post("/pretend/clock", &[], ahead.as_bytes()).await, 200);
    every_part_works(&house, "under a running server").await;
}

#[tokio::test]
async fn broken_file_stops_no_part_of_a_server_that_starts() {
    let mut plan = plan();
    let _ = plan.start().await.end().await;
    plan.config = "nonsense".to_owned();
    let house = plan.start().await;
    every_part_works(&house, "after a restart").await;
    let reported = house.says("fails its check").await;
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
    assert_eq!(house.post("/pretend/clock", &[], ahead.as_bytes()).await, 200);
    let page = house.get("/").await.text().await.unwrap();
    assert!(!page.contains("class=\"warning\""), "{page}");
    house.says("The configuration passes its check again").await;
    let told = stdout(&run(plan.folder.path(), &["check", "--data", "data"]).await);
    assert!(!told.contains("for the server with"), "{told}");
    let all = house.messages().await;
    let said = all.iter().filter(|one| one["text"].as_str().unwrap().contains("its check"));
    assert_eq!(said.count(), 2, "{all:#?}");
}

#[tokio::test]
async fn file_that_lost_its_text_is_a_broken_one() {
    let mut plan = plan();
    let _ = plan.start().await.end().await;
    plan.config = "\n".to_owned();
    let house = plan.start().await;
    house.says("ringdown.toml:1: channels: there is none").await;
    assert_eq!(house.twilio(&body("a", "as before")).await, 204);
    house.says("as before").await;
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
