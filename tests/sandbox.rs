//! `ringdown-sandbox` alone: both vendors on a port, from its start to its end.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const ACCOUNT: &str = sandbox::twilio::SANDBOX_ACCOUNT;

/// Starts it on a free port; gives it with its address.
async fn start(folder: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ringdown-sandbox"))
        .args(["--port", "0", "--server", "http://127.0.0.1:9", "--data"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
    let line = line.unwrap().unwrap().unwrap();
    (child, line.strip_prefix("listening on ").unwrap().to_owned())
}

async fn end(mut child: Child) {
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").arg(pid).status().await.unwrap().success());
    assert!(child.wait().await.unwrap().success());
}

fn settings() -> Value {
    json!({
        "secret": "0123456789abcdef0123456789abcdef",
        "auth_token": "an-auth-token",
        "bot_token": "xoxb-a-bot",
        "people": [{"name": "alpha", "phone": "+15005550001"}],
        "channels": [{"name": "default", "id": "C0DEFAULT00"}],
    })
}

#[tokio::test]
async fn program_takes_calls_and_posts_and_keeps_its_messages() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("settings.json"), settings().to_string()).unwrap();
    let http = shared::http::client().unwrap();
    let (child, address) = start(folder.path()).await;

    let calls = format!("{address}/sandbox/twilio/2010-04-01/Accounts/{ACCOUNT}/Calls.json");
    let form = "To=%2B15005550001&From=%2B15005550006&Twiml=%3CResponse%2F%3E";
    let request = http.post(&calls).basic_auth(ACCOUNT, Some("an-auth-token"));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    assert_eq!(request.send().await.unwrap().status(), 201);
    let mut status = String::new();
    for _ in 0..200 {
        let state = http.get(format!("{address}/sandbox/phones/state")).send().await.unwrap();
        let state: Value = serde_json::from_slice(&state.bytes().await.unwrap()).unwrap();
        status = state["phones"][0]["call"]["status"].as_str().unwrap_or_default().to_owned();
        if status == "ringing" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status, "ringing");

    let post = http.post(format!("{address}/sandbox/slack/api/chat.postMessage"));
    let post = post.bearer_auth("xoxb-a-bot").header("content-type", "application/json");
    let body = json!({"channel": "C0DEFAULT00", "text": "hello"}).to_string();
    let answer = post.body(body).send().await.unwrap().text().await.unwrap();
    assert!(answer.contains(r#""ok":true"#), "{answer}");
    end(child).await;

    let (child, address) = start(folder.path()).await;
    let messages = http.get(format!("{address}/sandbox/slack/messages")).send().await.unwrap();
    assert!(messages.text().await.unwrap().contains("hello"));
    end(child).await;
    assert!(!folder.path().join("sandbox.sqlite-wal").exists());
}

#[tokio::test]
async fn program_serves_although_nobody_reads_what_it_prints() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("settings.json"), settings().to_string()).unwrap();
    // It cannot say which port it has, so it is told one that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = Command::new(env!("CARGO_BIN_EXE_ringdown-sandbox"))
        .args(["--port", &port.to_string(), "--data"])
        .arg(folder.path())
        .stdout(writer)
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let http = shared::http::client().unwrap();
    let state = format!("http://127.0.0.1:{port}/sandbox/phones/state");
    let serves = async {
        while http.get(&state).send().await.is_err() {
            assert_eq!(child.try_wait().unwrap(), None);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), serves).await.unwrap();
    end(child).await;
}

#[tokio::test]
async fn program_says_what_is_wrong_with_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let run = async || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringdown-sandbox"));
        let output = command.args(["--port", "0", "--data"]).arg(folder.path()).output().await;
        let output = output.unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(run().await.contains("settings.json"));
    std::fs::write(folder.path().join("settings.json"), r#"{"secret": "short"}"#).unwrap();
    assert!(run().await.contains("secret has fewer than 32 characters"));
    std::fs::write(folder.path().join("settings.json"), r#"{"secrets": "short"}"#).unwrap();
    assert!(run().await.contains("unknown field `secrets`"));
}
