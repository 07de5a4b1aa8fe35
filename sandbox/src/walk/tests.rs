//! Walks through Flows, as the forms of the page make them.

mod kept;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use shared::Error;
use shared::http::{Request, Response};
use shared::secret::Secret;
use tempfile::TempDir;

use crate::clock::Clock;
use crate::live::Live;
use crate::settings::{Secrets, Settings, Setup};
use crate::{Sandbox, walk};

/// A sandbox in a folder of its own.
struct WalkFixture {
    folder: TempDir,
    sandbox: Arc<Sandbox>,
}

fn open(folder: &TempDir, live: Option<Live>) -> Arc<Sandbox> {
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

fn location(response: &Response) -> String {
    assert_eq!(response.status, 303, "{}", text(response));
    let header = response.headers.iter().find(|(name, _)| *name == "location");
    header.expect("a location").1.clone()
}

fn text(response: &Response) -> String {
    // The pages escape more than they need.
    String::from_utf8_lossy(&response.body).replace("&#x2f;", "/")
}

fn form(fields: &[(&str, &str)]) -> Request {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request { method: "POST".to_owned(), body: body.into(), ..Request::default() }
}

/// The form with a pasted text, and with a file, as a browser sends it.
fn upload(pasted: &[u8], file: &[u8]) -> Request {
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
    fn new() -> WalkFixture {
        WalkFixture::allowed(None)
    }

    fn allowed(live: Option<Live>) -> WalkFixture {
        let folder = tempfile::tempdir().expect("a folder");
        let sandbox = open(&folder, live);
        WalkFixture { folder, sandbox }
    }

    /// Uploads a Flow with a trigger in front of its first widget: its id.
    async fn flow(&self, event: &str, widgets: &[Value]) -> String {
        let first = widgets[0]["name"].as_str().expect("a name");
        let trigger = json!({"name": "Trigger", "type": "trigger", "properties": {},
            "transitions": [{"event": event, "next": first}]});
        let states: Vec<Value> = std::iter::once(trigger).chain(widgets.iter().cloned()).collect();
        let flow = json!({"description": "A line", "initial_state": "Trigger", "states": states});
        let taken = walk::take(&self.sandbox, &upload(flow.to_string().as_bytes(), b"")).await;
        let there = location(&taken.expect("an answer"));
        there.rsplit('/').next().expect("an id").to_owned()
    }

    async fn starts(&self, id: &str, fields: &[(&str, &str)]) -> Response {
        walk::begin(&self.sandbox, id, &form(fields)).await.expect("an answer")
    }

    async fn page(&self, id: &str) -> String {
        text(&walk::walk(&self.sandbox, id).await.expect("a page"))
    }

    /// Makes the move that is number `at`; the page that follows, or the one that refuses it.
    async fn does(&self, id: &str, at: usize, fields: &[(&str, &str)]) -> String {
        let at = at.to_string();
        let fields = [&[("at", &*at)], fields].concat();
        let answer = walk::make_move(&self.sandbox, id, &form(&fields)).await.expect("an answer");
        match answer.status {
            303 => self.page(id).await,
            _ => text(&answer),
        }
    }
}

fn widget(name: &str, kind: &str, properties: Value, events: &[(&str, &str)]) -> Value {
    let transitions: Vec<Value> = events
        .iter()
        .map(|(event, next)| match *next {
            "" => json!({"event": event}),
            next => json!({"event": event, "next": next}),
        })
        .collect();
    json!({"name": name, "type": kind, "properties": properties, "transitions": transitions})
}

fn menu() -> Value {
    widget(
        "menu",
        "gather-input-on-call",
        json!({"say": "Press 1 for us.", "number_of_digits": 1, "timeout": 5}),
        &[("keypress", "look"), ("speech", "look"), ("timeout", "bye")],
    )
}

fn look() -> Value {
    widget(
        "look",
        "make-http-request",
        json!({"method": "GET", "url": "https://desk.example/{{widgets.menu.Digits}}", "content_type": "application/json"}),
        &[("success", "bye"), ("failed", "bye")],
    )
}

fn bye() -> Value {
    widget(
        "bye",
        "say-play",
        json!({"say": "Goodbye {{widgets.look.parsed.name}}."}),
        &[("audioComplete", "")],
    )
}

#[tokio::test]
async fn call_is_walked_through_key_by_key_and_taken_back() {
    let fixture = WalkFixture::new();
    let id = fixture.flow("incomingCall", &[menu(), look(), bye()]).await;
    assert_eq!(
        location(&fixture.starts(&id, &[("start", "call")]).await),
        format!("/sandbox/flows/{id}/walk")
    );
    let page = fixture.page(&id).await;
    for part in [
        "a call from …0001",
        "Press 1 for us.",
        "Let the time-out pass",
        "Say it",
        "Hang up",
        "<svg",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("Goodbye"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "press"), ("value", "1")]).await;
    assert!(
        page.contains("the caller presses 1") && page.contains("https://desk.example/1"),
        "{page}"
    );
    assert!(page.contains("--http live") && !page.contains("Send it"), "{page}");
    let body = r#"{"name": "Kim"}"#;
    let page = fixture.does(&id, 1, &[("does", "answer"), ("status", "200"), ("body", body)]).await;
    assert!(page.contains("Goodbye Kim.") && page.contains("Go on"), "{page}");
    let page = fixture.does(&id, 2, &[("does", "go-on")]).await;
    assert!(
        page.contains("The walk is over") && page.contains("the Flow came to its end"),
        "{page}"
    );
    assert!(page.contains("It would have logged nothing."), "{page}");
    // Back before the answer: nobody answers now.
    for at in ["3", "2"] {
        walk::take_back(&fixture.sandbox, &id, &form(&[("at", at)])).await.expect("an answer");
    }
    let page = fixture.does(&id, 1, &[("does", "fail")]).await;
    assert!(page.contains("Goodbye .") && page.contains("81016, look"), "{page}");
}

#[tokio::test]
async fn move_that_does_not_fit_changes_nothing() {
    let fixture = WalkFixture::new();
    let id = fixture.flow("incomingCall", &[menu(), look(), bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    for fields in [
        [("does", "go-on"), ("value", "")],
        [("does", "press"), ("value", "x")],
        [("does", "press"), ("value", "")],
        [("does", "say"), ("value", " ")],
        [("does", "outcome"), ("value", "answered")],
        [("does", "send"), ("value", "")],
        [("does", ""), ("value", "")],
    ] {
        let page = fixture.does(&id, 0, &fields).await;
        assert!(
            page.contains("role=\"alert\"") && page.contains("Let the time-out pass"),
            "{fields:?}"
        );
    }
    // Pressed twice: the second time is for a walk that is not there any more.
    fixture.does(&id, 0, &[("does", "press"), ("value", "1")]).await;
    let page = fixture.does(&id, 0, &[("does", "press"), ("value", "1")]).await;
    assert!(page.contains("https://desk.example/1"), "{page}");
    for (status, body) in [("99", "{}"), ("600", "{}"), ("x", "{}"), ("200", "{")] {
        let page =
            fixture.does(&id, 1, &[("does", "answer"), ("status", status), ("body", body)]).await;
        assert!(page.contains("role=\"alert\""), "{status} {body}");
    }
}

#[tokio::test]
async fn speech_silence_and_hang_up_lead_where_the_flow_says() {
    let fixture = WalkFixture::new();
    let speech = widget(
        "words",
        "say-play",
        json!({"say": "You said {{widgets.menu.SpeechResult}}"}),
        &[("audioComplete", "")],
    );
    let menu = widget(
        "menu",
        "gather-input-on-call",
        json!({"say": "Well?"}),
        &[("keypress", ""), ("speech", "words"), ("timeout", "bye")],
    );
    let id = fixture.flow("incomingCall", &[menu, speech, bye()]).await;
    for (fields, expected) in [
        (vec![("does", "say"), ("value", "yes")], "You said Yes."),
        (vec![("does", "silence")], "Goodbye ."),
        (vec![("does", "hang-up")], "the caller hung up"),
    ] {
        fixture.starts(&id, &[("start", "call")]).await;
        let page = fixture.does(&id, 0, &fields).await;
        assert!(page.contains(expected), "{fields:?}: {page}");
    }
    fixture.starts(&id, &[("start", "call")]).await;
    fixture.does(&id, 0, &[("does", "silence")]).await;
    let page = fixture.does(&id, 1, &[("does", "hang-up")]).await;
    assert!(page.contains("the caller hangs up") && page.contains("The walk is over"), "{page}");
}

#[tokio::test]
async fn text_request_and_queue_are_walked_through() {
    let fixture = WalkFixture::new();
    let asks = widget(
        "asks",
        "send-and-wait-for-reply",
        json!({"body": "How was it, {{flow.data.who}}?", "timeout": "60"}),
        &[("incomingMessage", "thanks"), ("timeout", ""), ("deliveryFailure", "")],
    );
    let thanks = widget(
        "thanks",
        "send-message",
        json!({"body": "You wrote {{widgets.asks.inbound.Body}}"}),
        &[("sent", ""), ("failed", "")],
    );
    let id = fixture.flow("incomingRequest", &[asks.clone(), thanks.clone()]).await;
    fixture.starts(&id, &[("start", "request"), ("parameters", "who=Kim")]).await;
    let page = fixture.page(&id).await;
    assert!(page.contains("How was it, Kim?") && page.contains(">Sent</button>"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "outcome"), ("value", "sent")]).await;
    assert!(page.contains("Send it") && !page.contains("Hang up"), "{page}");
    let page = fixture.does(&id, 1, &[("does", "say"), ("value", "good <b>")]).await;
    assert!(page.contains("You wrote good &lt;b&gt;"), "{page}");
    let page = fixture.does(&id, 2, &[("does", "outcome"), ("value", "failed")]).await;
    assert!(page.contains("The walk is over") && page.contains("failed"), "{page}");

    let id = fixture.flow("incomingMessage", &[thanks]).await;
    fixture.starts(&id, &[("start", "message"), ("body", "Hi")]).await;
    assert!(fixture.page(&id).await.contains("the text “Hi” from …0001"));

    let queue = widget(
        "queue",
        "enqueue-call",
        json!({"queue_name": "desk"}),
        &[("callComplete", ""), ("failedToEnqueue", "bye"), ("callFailure", "")],
    );
    let id = fixture.flow("incomingCall", &[queue, bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.page(&id).await;
    assert!(page.contains("Queue full") && page.contains("Hang up"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "outcome"), ("value", "queue-full")]).await;
    assert!(page.contains("Goodbye ."), "{page}");
}

#[tokio::test]
async fn caller_can_hang_up_while_a_server_is_asked() {
    let fixture = WalkFixture::new();
    let id = fixture.flow("incomingCall", &[look(), bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.does(&id, 0, &[("does", "hang-up")]).await;
    assert!(page.contains("What comes back?") || page.contains("what comes back?"), "{page}");
    assert!(!page.contains(">Hang up<"), "{page}");
    let page = fixture.does(&id, 1, &[("does", "answer"), ("status", "200"), ("body", "{}")]).await;
    assert!(page.contains("The walk is over") && page.contains("the caller hung up"), "{page}");
}

#[tokio::test]
async fn caller_can_hang_up_while_an_outgoing_call_rings() {
    let fixture = WalkFixture::new();
    let call = widget(
        "ring",
        "make-outgoing-call-v2",
        json!({"to": "{{contact.channel.address}}", "from": "{{flow.channel.address}}"}),
        &[("answered", "bye"), ("busy", ""), ("noAnswer", ""), ("failed", "")],
    );
    let id = fixture.flow("incomingRequest", &[call, bye()]).await;
    fixture.starts(&id, &[("start", "request")]).await;
    let page = fixture.page(&id).await;
    assert!(page.contains("The phone rings") && page.contains(">Hang up<"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "hang-up")]).await;
    assert!(page.contains("The walk is over") && page.contains("the caller hangs up"), "{page}");
    assert!(!page.contains("Goodbye"), "{page}");
}
