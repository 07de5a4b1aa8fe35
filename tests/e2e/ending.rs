//! `ringdown flow end`: the command that the page of a Flow names for an Execution that is stuck.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{Plan, Server, TOKEN, ringdown, stdout};
use crate::published::publish;

/// A Flow that connects its caller, for a minute at most: the simulated Twilio lets them talk for longer.
fn connecting() -> Value {
    json!({"description": "Connecting", "initial_state": "Trigger", "states": [
        {"name": "Trigger", "type": "trigger", "properties": {},
         "transitions": [{"event": "incomingCall", "next": "shop"}]},
        {"name": "shop", "type": "connect-call-to", "transitions": [],
         "properties": {"noun": "number", "to": "+15005550009", "caller_id": "{{contact.channel.address}}",
                        "timeout": 30, "time_limit": "60"}},
    ]})
}

async fn page(server: &Server, path: &str) -> String {
    server.get(path).await.text().await.unwrap()
}

/// Waits until a page holds this.
async fn page_with(server: &Server, path: &str, text: &str) -> String {
    for _ in 0..500 {
        let page = page(server, path).await;
        if page.contains(text) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} has no {text:?}: {}", page(server, path).await);
}

/// Types a line in the shell of whoever started the server.
async fn typed(server: &Server, line: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.env_clear().env("TWILIO_AUTH_TOKEN", TOKEN).current_dir(server.folder.path());
    shell.args(["-c", line]).output().await.unwrap()
}

#[tokio::test]
async fn stuck_execution_is_ended_by_the_command_of_its_page() {
    let server = Plan::new().config("[people.alpha]\nphone = \"+15005550001\"\n").start().await;
    let flow = publish(&server, "Connecting", &connecting().to_string()).await;
    let call = format!("/sandbox/phones/alpha/call-flow/{flow}");
    assert_eq!(server.post(&call, &[], b"").await, 200);
    let path = format!("/studio/{flow}");
    page_with(&server, &path, "shop, Connect Call To. 1 in it now").await;
    assert_eq!(server.post("/sandbox/phones/alpha/party-answer", &[], b"").await, 200);
    let ahead = json!({"ahead_ms": 5 * 60_000}).to_string();
    assert_eq!(server.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);

    let stuck = page_with(&server, &path, "id=\"stuck\"").await;
    let (_, command) = stuck.split_once("<pre tabindex=\"0\">").unwrap();
    let (command, _) = command.split_once("</pre>").unwrap();
    // As a browser shows it.
    let command = &command.replace("&#x2f;", "/").replace("&#x27;", "'");
    let ended = typed(&server, command).await;
    assert!(ended.status.success(), "{ended:?}");
    let said = stdout(&ended);
    let execution = said.strip_suffix(" has ended\n").unwrap_or_else(|| panic!("{said}"));
    let row = format!("id=\"run-{execution}\"");
    let after = page_with(&server, &format!("{path}?show=ended"), &row).await;
    assert!(!after.contains("id=\"stuck\""), "{after}");

    let again = typed(&server, command).await;
    assert!(again.status.success(), "{again:?}");
    assert_eq!(stdout(&again), format!("{execution} had already ended\n"));

    let told: Value =
        serde_json::from_str(&stdout(&typed(&server, &format!("{command} --json")).await)).unwrap();
    let message = format!("{execution} had already ended");
    assert_eq!((&told["outcome"], &told["message"]), (&json!("ended_before"), &json!(message)));
    assert_eq!(told["execution"], json!(execution));
}

#[tokio::test]
async fn execution_that_cannot_be_ended_is_refused_with_what_to_do() {
    let server = Plan::new().start().await;
    let flow = publish(&server, "Connecting", &connecting().to_string()).await;
    let (other, unknown) = (format!("FN{:032x}", 1), format!("FW{:032x}", 1));
    let end = async |words: &[&str]| {
        let output = server.run(&[&["flow", "end"], words].concat()).await;
        let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), text)
    };
    let to = ["--to", &server.address, "--data", "data", "--sandbox"];
    for flow in [&flow, &unknown] {
        let (code, text) = end(&[&[flow.as_str(), &other], &to[..]].concat()).await;
        assert_eq!(code, 1, "{text}");
        assert!(text.starts_with(&format!("{other} is no execution of {flow} in")), "{text}");
        let (code, text) = end(&[&[flow.as_str(), &other, "--json"], &to[..]].concat()).await;
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &told["outcome"], &told["flow"]), (1, &json!("unknown"), &json!(flow)));
    }
    let (code, text) = end(&["FW../../x", &other]).await;
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("expected FW and 32 hexadecimal digits"), "{text}");
    let (code, text) = end(&[&flow, &other, "--to", &server.address, "--data", "data"]).await;
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("add --sandbox"), "{text}");
    // The token of another data folder.
    let elsewhere = tempfile::tempdir().unwrap();
    ringdown::access::open(elsewhere.path()).unwrap();
    let folder = elsewhere.path().to_str().unwrap();
    let (code, text) =
        end(&[&flow, &other, "--to", &server.address, "--data", folder, "--sandbox"]).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("not ended: Twilio 20003") && text.contains("--data DIR"), "{text}");
    // Nobody listens there.
    let nobody = "http://127.0.0.1:9";
    let (code, text) = end(&[&flow, &other, "--to", nobody, "--data", "data", "--sandbox"]).await;
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("is the server running there?"), "{text}");
    // A real account, at what stands in for Twilio's API.
    let mut real = ringdown(server.folder.path());
    real.env("TWILIO_ACCOUNT_SID", "AC1").env("TWILIO_AUTH_TOKEN", "wrong");
    real.env("TWILIO_API_BASE_URL", format!("{}/sandbox/twilio", server.address));
    let output = real.args(["flow", "end", &flow, &other]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stdout(&output).contains("check TWILIO_ACCOUNT_SID"), "{output:?}");
}
