//! The samples of `events/`: sent by `send`, and by the buttons of the sandbox.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Plan, ringdown, stdout};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events/event-stream-webhook");

#[tokio::test]
async fn newcomer_sends_every_sample_and_reads_the_lines() {
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
async fn buttons_do_the_same_again_and_again() {
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
