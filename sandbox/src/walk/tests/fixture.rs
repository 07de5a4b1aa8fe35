//! A sandbox in a folder of its own, the forms of its pages, and widgets for Flows.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use shared::http::{Request, Response};
use shared::secret::Secret;
use tempfile::TempDir;

use crate::clock::Clock;
use crate::live::Live;
use crate::settings::{Secrets, Settings, Setup};
use crate::{Sandbox, walk};

/// A sandbox in a folder of its own.
pub(super) struct WalkFixture {
    pub(super) folder: TempDir,
    pub(super) sandbox: Arc<Sandbox>,
}

pub(super) fn open(folder: &TempDir, live: Option<Live>) -> Arc<Sandbox> {
    let settings = Settings {
        send_command: None,
        base_url: "http://127.0.0.1:9".to_owned(),
        server_url: "http://127.0.0.1:9".to_owned(),
        secrets: Secrets::derived_from(&Secret::new("a secret")),
        host: Arc::new(Clock::new()),
        live,
        alarms: None,
        setup: Arc::new(|| Box::pin(async { Ok(Arc::new(Setup::default())) })),
    };
    Sandbox::open(settings, folder.path()).expect("a sandbox")
}

pub(super) fn location(response: &Response) -> String {
    assert_eq!(response.status, 303, "{}", text(response));
    let header = response.headers.iter().find(|(name, _)| *name == "location");
    header.expect("a location").1.clone()
}

pub(super) fn text(response: &Response) -> String {
    // The pages escape more than they need.
    String::from_utf8_lossy(&response.body).replace("&#x2f;", "/")
}

pub(super) fn form(fields: &[(&str, &str)]) -> Request {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request { method: "POST".to_owned(), body: body.into(), ..Request::default() }
}

/// The form with a pasted text, and with a file, as a browser sends it.
pub(super) fn upload(pasted: &[u8], file: &[u8]) -> Request {
    let mut body = Vec::new();
    for (name, more, value) in [
        ("text", "", pasted),
        ("file", "; filename=\"line.json\"\r\nContent-Type: application/json", file),
        ("name", "", b""),
    ] {
        body.extend_from_slice(b"--x\r\nContent-Disposition: form-data; name=\"");
        body.extend_from_slice(format!("{name}\"{more}\r\n\r\n").as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let kind = Bytes::from_static(b"multipart/form-data; boundary=x");
    Request {
        method: "POST".to_owned(),
        headers: vec![("content-type".to_owned(), kind)],
        body: body.into(),
        ..Request::default()
    }
}

impl WalkFixture {
    pub(super) fn new() -> WalkFixture {
        WalkFixture::allowed(None)
    }

    pub(super) fn allowed(live: Option<Live>) -> WalkFixture {
        let folder = tempfile::tempdir().expect("a folder");
        let sandbox = open(&folder, live);
        WalkFixture { folder, sandbox }
    }

    /// Uploads a Flow with a trigger in front of its first widget: its id.
    pub(super) async fn flow(&self, event: &str, widgets: &[Value]) -> String {
        let first = widgets[0]["name"].as_str().expect("a name");
        let trigger = json!({"name": "Trigger", "type": "trigger", "properties": {},
            "transitions": [{"event": event, "next": first}]});
        let states: Vec<Value> = std::iter::once(trigger).chain(widgets.iter().cloned()).collect();
        let flow = json!({"description": "A line", "initial_state": "Trigger", "states": states});
        let taken = walk::take(&self.sandbox, &upload(flow.to_string().as_bytes(), b"")).await;
        let there = location(&taken.expect("an answer"));
        there.rsplit('/').next().expect("an id").to_owned()
    }

    pub(super) async fn starts(&self, id: &str, fields: &[(&str, &str)]) -> Response {
        walk::begin(&self.sandbox, id, &form(fields)).await.expect("an answer")
    }

    pub(super) async fn page(&self, id: &str) -> String {
        text(&walk::walk(&self.sandbox, id).await.expect("a page"))
    }

    /// Makes the move that is number `at`; the page that follows, or the one that refuses it.
    pub(super) async fn does(&self, id: &str, at: usize, fields: &[(&str, &str)]) -> String {
        let at = at.to_string();
        let fields = [&[("at", &*at)], fields].concat();
        let answer = walk::make_move(&self.sandbox, id, &form(&fields)).await.expect("an answer");
        match answer.status {
            303 => self.page(id).await,
            _ => text(&answer),
        }
    }
}

pub(super) fn widget(name: &str, kind: &str, properties: Value, events: &[(&str, &str)]) -> Value {
    let transitions: Vec<Value> = events
        .iter()
        .map(|(event, next)| match *next {
            "" => json!({"event": event}),
            next => json!({"event": event, "next": next}),
        })
        .collect();
    json!({"name": name, "type": kind, "properties": properties, "transitions": transitions})
}

pub(super) fn menu() -> Value {
    widget(
        "menu",
        "gather-input-on-call",
        json!({"say": "Press 1 for us.", "number_of_digits": 1, "timeout": 5}),
        &[("keypress", "look"), ("speech", "look"), ("timeout", "bye")],
    )
}

pub(super) fn lookup_widget() -> Value {
    widget(
        "look",
        "make-http-request",
        json!({"method": "GET", "url": "https://desk.example/{{widgets.menu.Digits}}", "content_type": "application/json"}),
        &[("success", "bye"), ("failed", "bye")],
    )
}

pub(super) fn bye() -> Value {
    widget(
        "bye",
        "say-play",
        json!({"say": "Goodbye {{widgets.look.parsed.name}}."}),
        &[("audioComplete", "")],
    )
}
