//! A `.env` that cannot be read, or goes away.

use serde_json::json;

use super::plan;
use crate::harness::run;

#[tokio::test]
async fn dotenv_that_cannot_be_read_refuses_every_start() {
    let folder = tempfile::tempdir().unwrap();
    let dotenv = folder.path().join(".env");
    std::fs::write(&dotenv, b"ALARMS_TOKEN=x\n# f\xfcr uns\n").unwrap();
    let not_utf8 = ".env:2: is not UTF-8 at byte 4 of the line. Save the file as UTF-8\n";
    for arguments in [
        &["--port", "0"][..],
        &["check"],
        &["alarm", "x.json"],
        &["send", "x.json"],
        &["verify", "x.json"],
        &["oncall"],
    ] {
        let done = run(folder.path(), arguments).await;
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!((done.status.code(), told.as_str()), (Some(2), not_utf8), "{arguments:?}");
    }
    assert!(!folder.path().join(".ringdown").exists(), "nothing was begun");
    assert!(run(folder.path(), &["--help"]).await.status.success());
    std::fs::remove_file(&dotenv).unwrap();
    std::fs::create_dir(&dotenv).unwrap();
    let done = run(folder.path(), &["check"]).await;
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && told.starts_with(".env cannot be read: "), "{told}");
    std::fs::remove_dir(&dotenv).unwrap();
    assert!(run(folder.path(), &["check"]).await.status.success());
}

#[tokio::test]
async fn dotenv_that_goes_away_keeps_its_values_in_a_running_server() {
    let plan = plan().unset("ALARMS_TOKEN");
    let dotenv = plan.folder.path().join(".env");
    std::fs::write(&dotenv, "ALARMS_TOKEN=the-alarms-token\n").unwrap();
    let server = plan.start().await;
    let alarm = json!({"AlarmName": "x", "NewStateValue": "ALARM"}).to_string();
    let token = [("authorization", "Bearer the-alarms-token")];
    for (bytes, told) in [
        (None, ".env is gone"),
        (Some(&b"ALARMS_TOKEN=\xe4"[..]), ".env:1: is not UTF-8 at byte 14 of the line"),
        (Some(b"ALARMS_TOKEN=the-alarms-token"), "passes its check again"),
    ] {
        match bytes {
            None => std::fs::remove_file(&dotenv).unwrap(),
            Some(bytes) => std::fs::write(&dotenv, bytes).unwrap(),
        }
        let ahead = json!({"ahead_ms": 301_000}).to_string();
        assert_eq!(server.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
        assert_eq!(server.post("/alarms", &token, alarm.as_bytes()).await, 202, "{told}");
        let page = server.get("/").await.text().await.unwrap();
        assert_eq!(page.contains(told), told.starts_with(".env"), "{page}");
        server.says(told).await;
    }
    let log = server.log();
    let logged = log.lines().filter(|line| line.trim_start().contains("ERROR .env"));
    assert_eq!(logged.count(), 2, "once per change: {log}");
}
