//! Commands that can be typed, and what a person with a broken set-up is told.

mod check;
mod flow_outage;
mod schedules;

use std::path::Path;

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{Plan, run, stdout};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events/event-stream-webhook");

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn printed_configuration_is_one_to_start_from() {
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
async fn broken_set_up_is_told_what_to_do() {
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
