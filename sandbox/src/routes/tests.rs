//! The router with both vendors behind it.

use serde_json::{Value, json};
use shared::http::Request;
use shared::secret::Secret;
use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::settings::{Person, Secrets, Settings, Setup};

fn sandbox() -> (Arc<Sandbox>, TempDir) {
    let person = Person {
        name: "alpha".to_owned(),
        phone: "+15005550001".to_owned(),
        slack: Some("U0000001".to_owned()),
    };
    let setup = Arc::new(Setup { people: vec![person], ..Setup::default() });
    let settings = Settings {
        base_url: "http://127.0.0.1:1".to_owned(),
        server_url: "http://127.0.0.1:1".to_owned(),
        secrets: Secrets::derived_from(&Secret::new("a secret")),
        host: Arc::new(Clock::new()),
        live: None,
        setup: Arc::new(move || {
            let setup = setup.clone();
            Box::pin(async move { Ok(setup) })
        }),
    };
    let folder = tempfile::tempdir().expect("a folder");
    (Sandbox::open(settings, folder.path()).expect("a sandbox"), folder)
}

/// Sends a request: status and text of the answer.
async fn send(
    sandbox: &Arc<Sandbox>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let headers =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned().into()));
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: headers.collect(),
        body: body.to_owned().into(),
        ..Request::default()
    };
    let answer = sandbox.answer(request).await;
    (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
}

#[tokio::test]
async fn every_endpoint_is_reached_by_its_path() {
    let (sandbox, _folder) = sandbox();
    for (method, path, status, text) in [
        ("GET", "/sandbox/phones", 200, "<!doctype html>"),
        ("GET", "/sandbox/phones.js", 200, "fetch"),
        ("GET", "/sandbox/slack", 200, "<!doctype html>"),
        ("GET", "/sandbox/slack/dom.js", 200, "export"),
        ("GET", "/sandbox/slack/messages", 200, "[]"),
        ("GET", "/sandbox/slack/directory", 200, "\"U0000001\""),
        ("POST", "/sandbox/slack/click", 400, "bad request"),
        ("POST", "/sandbox/slack/services/wrong/default", 404, "no_service"),
        ("POST", "/sandbox/slack/api/chat.postMessage", 200, "not_authed"),
        ("POST", "/sandbox/slack/respond/wrong", 400, "invalid_payload"),
        ("GET", "/sandbox/twilio/faults", 200, "\"lose\":0"),
        ("POST", "/sandbox/twilio/faults", 400, "bad request"),
        ("GET", "/sandbox/twilio/log", 200, "\"requests\""),
        ("GET", "/sandbox/twilio/v2/Flows", 401, "20003"),
        ("POST", "/sandbox/twilio/2010-04-01/Accounts/AC1/Calls.json", 401, "20003"),
        ("GET", "/sandbox/phones/state", 200, "\"alpha\""),
        ("POST", "/sandbox/phones/alpha/answer", 409, "there is no call"),
        ("POST", "/sandbox/phones/%2B15005550001/press/%23", 409, "there is no call"),
        ("POST", "/sandbox/phones/alpha/press/x", 404, "no such page"),
        ("POST", "/sandbox/phones/nobody/answer", 404, "no such page"),
        ("POST", "/sandbox/phones/alpha/habit", 400, "bad request"),
        ("POST", "/sandbox/phones/state", 405, "method not allowed"),
        ("GET", "/sandbox/nothing", 404, "no such page"),
        ("GET", "/elsewhere", 404, "no such page"),
    ] {
        let (found, body) = send(&sandbox, method, path, &[], "").await;
        assert_eq!(found, status, "{method} {path}: {body}");
        assert!(body.to_lowercase().contains(&text.to_lowercase()), "{method} {path}: {body}");
    }
}

#[tokio::test]
async fn phone_keeps_its_behaviour_under_its_former_name() {
    let (sandbox, _folder) = sandbox();
    let body = json!({"does": "answer-and-press", "key": "1", "after_ms": 5}).to_string();
    let (status, phone) = send(&sandbox, "POST", "/sandbox/phones/alpha/habit", &[], &body).await;
    let phone: Value = serde_json::from_str(&phone).expect("JSON");
    assert_eq!((status, &phone["habit"]["does"]), (200, &json!("answer-and-press")));
}

#[tokio::test]
async fn other_sites_pages_and_large_bodies_are_refused() {
    let (sandbox, _folder) = sandbox();
    let (path, evil) = ("/sandbox/phones/alpha/answer", ("origin", "https://evil.example.com"));
    let host = ("host", "127.0.0.1:1");
    assert_eq!(send(&sandbox, "POST", path, &[host, evil], "").await.0, 403);
    let own = ("origin", "http://127.0.0.1:1");
    assert_eq!(send(&sandbox, "POST", path, &[host, own], "").await.0, 409);
    let large = "x".repeat(BODY_LIMIT + 1);
    assert_eq!(send(&sandbox, "POST", path, &[], &large).await.0, 413);
}
