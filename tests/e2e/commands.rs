//! What can be typed, and what a person with a broken set-up is told.

mod check;
mod schedules;

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
