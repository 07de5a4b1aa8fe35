//! What can be typed, and what a person with a broken set-up is told.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
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
    let house = plan.start().await;
    let mut files: Vec<_> =
        std::fs::read_dir(EVENTS).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let send = ringdown(house.folder.path())
        .arg("send")
        .args(&files)
        .args(["--to", &house.address])
        .output();
    let send = send.await.unwrap();
    assert!(send.status.success(), "{send:?}");
    assert_eq!(stdout(&send).matches("204 delivered").count(), files.len(), "{}", stdout(&send));
    for (channel, text) in [
        ("flex", "Available Activity"),
        ("flex", "joined"),
        ("flex", "minutes*"),
        ("account-managers", "<@U0123ABCD> "),
        ("default", "the sink works"),
    ] {
        let message = house.says(text).await;
        assert_eq!(message["channel"], channel, "{message}");
        assert_eq!(message["blocks"][0]["type"], "section");
    }
}

#[tokio::test]
async fn the_buttons_do_the_same_again_and_again() {
    let plan = Plan { config: ringdown::settings::DEMO.to_owned(), ..Plan::new() };
    let house = plan.start().await;
    let press = async |name: &str| {
        let url = format!("{}/pretend/samples/{name}", house.address);
        let told = house.http.post(url).send().await.unwrap().text().await.unwrap();
        assert_eq!(told, r#"{"note":"delivered","status":204}"#);
    };
    for _ in 0..3 {
        press("worker-activity").await;
    }
    for _ in 0..200 {
        let messages = house.messages().await;
        let lines: usize =
            messages.iter().map(|m| m["text"].as_str().unwrap().matches("Available").count()).sum();
        if lines == 3 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("three presses, and not three lines: {:?}", house.messages().await);
}

#[tokio::test]
async fn check_prints_what_would_go_where() {
    let folder = tempdir().unwrap();
    let told = run(folder.path(), &["check"]).await;
    assert!(told.status.success());
    let told = stdout(&told);
    for expected in [
        "the built-in demo: fine",
        "flex                 the pretend Slack (SLACK_WEBHOOK_FLEX is not set)",
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
    let house = plan.start().await;
    let folder = house.folder.path();
    let failing = async |folder: &Path, arguments: &[&str], expected: &str| {
        let output = run(folder, arguments).await;
        let told = stderr(&output);
        assert!(!output.status.success() && told.contains(expected), "{arguments:?}: {told}");
    };
    failing(
        folder,
        &["--port", "0", "--data", "data"],
        "another house runs on data: end it, or choose another",
    )
    .await;
    let port = house.address.rsplit(':').next().unwrap();
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
        "nowhere holds no house yet: start one",
    )
    .await;
    failing(folder, &["send", "ringdown.toml"], "ringdown.toml is no API Gateway envelope").await;
    failing(
        folder,
        &["verify", "ringdown.toml"],
        "ringdown.toml is not what is expected: JSON with url",
    )
    .await;
    failing(folder, &["sned"], "there is no command \"sned\" (see ringdown --help)").await;
    let file = format!("{EVENTS}/worker-activity.json");
    failing(
        folder,
        &["send", &file, "--to", "http://127.0.0.1:9"],
        "start the house with `cargo run` first",
    )
    .await;
}
