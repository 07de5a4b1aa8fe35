//! The router with both vendors behind it.

use std::pin::Pin;

use base64::prelude::{BASE64_STANDARD, Engine};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::http::Request;
use shared::secret::Secret;
use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::host::{Host, Work};
use crate::settings::{Person, Secrets, Settings, Setup};

fn sandbox() -> (Arc<Sandbox>, TempDir) {
    sandbox_at(Arc::new(Clock::new()))
}

fn sandbox_at(host: Arc<dyn Host>) -> (Arc<Sandbox>, TempDir) {
    let person = Person {
        name: "alpha".to_owned(),
        phone: "+15005550001".to_owned(),
        slack: Some("U0000001".to_owned()),
    };
    let setup = Arc::new(Setup { people: vec![person], ..Setup::default() });
    let settings = Settings {
        send_command: None,
        base_url: "http://127.0.0.1:1".to_owned(),
        server_url: "http://127.0.0.1:1".to_owned(),
        secrets: Secrets::derived_from(&Secret::new("a secret")),
        host,
        live: None,
        alarms: None,
        setup: Arc::new(move || {
            let setup = setup.clone();
            Box::pin(async move { Ok(setup) })
        }),
    };
    let folder = tempfile::tempdir().expect("a folder");
    (Sandbox::open(settings, folder.path()).expect("a sandbox"), folder)
}

/// A time that stands still.
struct StoppedHost(Timestamp);

impl Host for StoppedHost {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if at <= self.0 { Box::pin(async {}) } else { Box::pin(std::future::pending()) }
    }

    fn begin_work(&self) -> Work {
        Box::new(())
    }
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
        ("DELETE", "/sandbox/twilio/v2/Flows/FW1", 401, "20003"),
        ("GET", "/sandbox/flows", 200, "Upload a Flow"),
        ("GET", "/sandbox/flows.css", 200, ".columns"),
        ("GET", "/sandbox/flow-graph.css", 200, ".flow-graph"),
        ("POST", "/sandbox/flows", 400, "the form cannot be read"),
        ("GET", "/sandbox/flows/none", 404, "no such page"),
        ("POST", "/sandbox/flows/none/walk", 404, "no such page"),
        ("GET", "/sandbox/flows/none/walk", 404, "no such page"),
        ("POST", "/sandbox/flows/none/walk/next", 404, "no such page"),
        ("POST", "/sandbox/flows/none/walk/back", 303, ""),
        ("POST", "/sandbox/flows/none/remove", 303, ""),
        ("GET", "/sandbox/nothing", 404, "no such page"),
        ("GET", "/elsewhere", 404, "no such page"),
    ] {
        let (found, body) = send(&sandbox, method, path, &[], "").await;
        assert_eq!(found, status, "{method} {path}: {body}");
        assert!(body.to_lowercase().contains(&text.to_lowercase()), "{method} {path}: {body}");
    }
}

#[tokio::test]
async fn start_that_comes_too_fast_is_answered_with_a_time_to_wait() {
    let now = "2026-11-20T12:00:00Z".parse().expect("a time");
    let (sandbox, _folder) = sandbox_at(Arc::new(StoppedHost(now)));
    let token = sandbox.settings.secrets.auth_token.expose().to_owned();
    let basic = BASE64_STANDARD.encode(format!("{}:{token}", twilio::SANDBOX_ACCOUNT));
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request {
            method: "POST".to_owned(),
            path: format!("/sandbox/twilio/v2/Flows{path}"),
            headers: vec![("authorization".to_owned(), format!("Basic {basic}").into())],
            body: body.into(),
            ..Request::default()
        };
        sandbox.answer(request).await
    };
    let trigger = json!({"name": "Trigger", "type": "trigger", "properties": {},
        "transitions": [{"event": "incomingRequest", "next": "wait"}]});
    let wait = json!({"name": "wait", "type": "send-and-wait-for-reply",
        "properties": {"from": "+15005550006", "body": "Hello", "timeout": "600"}, "transitions": []});
    let definition = json!({"initial_state": "Trigger", "states": [trigger, wait]}).to_string();
    let fields = [("FriendlyName", "f"), ("Status", "published"), ("Definition", &*definition)];
    let created = post("", &fields).await;
    let flow: Value = serde_json::from_slice(&created.body).expect("JSON");
    let path = format!("/{}/Executions", flow["sid"].as_str().expect("a SID"));
    for n in 0..21 {
        let to = format!("+150055502{n:02}");
        let answer = post(&path, &[("To", &to), ("From", "+15005550006")]).await;
        let waits: Vec<_> =
            answer.headers.iter().filter(|(name, _)| *name == "retry-after").collect();
        match n {
            0..20 => assert_eq!((answer.status, waits.len()), (201, 0), "{n}"),
            _ => assert_eq!((answer.status, waits[0].1.as_str()), (429, "1")),
        }
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

#[tokio::test]
async fn every_page_has_the_one_header_and_marks_itself() {
    let (sandbox, _folder) = sandbox();
    for path in ["/sandbox/phones", "/sandbox/slack", "/sandbox/flows"] {
        let (status, page) = send(&sandbox, "GET", path, &[], "").await;
        let page = page.replace("&#x2f;", "/");
        assert_eq!(status, 200, "{path}");
        for link in ["/", "/studio", "/sandbox/phones", "/sandbox/slack", "/sandbox/flows"] {
            assert!(page.contains(&format!(r#"href="{link}""#)), "{path}: {link}");
        }
        assert!(page.contains(&format!(r#"href="{path}" aria-current="page""#)), "{path}");
        assert!(page.contains("/sandbox/frame.css") && page.contains("<h1>"), "{path}");
    }
}

#[tokio::test]
async fn refusal_is_a_page_for_a_person_and_plain_text_for_a_script() {
    let (sandbox, _folder) = sandbox();
    let browser = [("accept", "text/html,*/*;q=0.8")];
    let path = "/sandbox/phones/alpha/answer";
    let (status, text) = send(&sandbox, "POST", path, &[], "").await;
    let (same, page) = send(&sandbox, "POST", path, &browser, "").await;
    let page = page.replace("&#x2f;", "/");
    assert_eq!((status, same), (409, 409));
    assert!(!text.contains('<'), "{text}");
    assert!(page.contains("That cannot be done now") && page.contains(r#"href="/sandbox/phones""#));
    for path in ["/sandbox/nothing", "/sandbox/flows/none"] {
        let (status, page) = send(&sandbox, "GET", path, &browser, "").await;
        assert_eq!(status, 404, "{path}");
        assert!(
            page.contains("There is nothing here") && page.contains("Back to the sandbox"),
            "{path}"
        );
    }
}
