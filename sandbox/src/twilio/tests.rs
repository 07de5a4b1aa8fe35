//! The sandbox's Twilio as a whole: asked by its REST API, answered by a receiver, its clock pushed.

mod calls;
mod lists;
mod rest;
mod retries;
mod studio;
mod texts;

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use shared::http::{Request, form_fields};
use shared::secret::Secret;
use shared::twilio::signature::{Payload, Tokens, check};
use tokio::net::TcpListener;

use super::{SANDBOX_ACCOUNT, Twilio};
use crate::clock::Clock;
use crate::settings::{Secrets, Settings, Setup};

const TOKEN: &str = "a-token";
/// What the receiver is called from outside. Nothing goes there.
const PUBLIC: &str = "https://ringdown.example/p";
const ALPHA: &str = "+15005550001";

/// A request that the receiver got.
#[derive(Clone, Debug)]
struct ReceivedCallback {
    target: String,
    fields: Vec<(String, String)>,
    body: bytes::Bytes,
    /// The header `I-Twilio-Idempotency-Token`.
    token: String,
}

type Answers = HashMap<String, VecDeque<(u16, String)>>;

/// What the receiver has received, and what it answers.
#[derive(Clone, Default)]
struct Receiver {
    received: Arc<Mutex<Vec<ReceivedCallback>>>,
    /// Documents, by path with query.
    documents: Arc<Mutex<HashMap<String, String>>>,
    /// JSON with a status, by path: each once, in this order.
    answers: Arc<Mutex<Answers>>,
}

impl ReceivedCallback {
    fn field(&self, name: &str) -> &str {
        super::webhook::field(&self.fields, name).unwrap_or("(none)")
    }
}

/// A simulated Twilio with a clock of its own, and a receiver of what it sends.
struct Fixture {
    twilio: Arc<Twilio>,
    clock: Clock,
    receiver: Receiver,
}

impl Fixture {
    async fn new() -> Fixture {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let receiver = Receiver::default();
        tokio::spawn(receive(listener, receiver.clone()));
        let clock = Clock::new();
        let setup = Setup { public_base_url: Some(PUBLIC.to_owned()), ..Setup::default() };
        let setup = Arc::new(setup);
        let derived = Secrets::derived_from(&Secret::new("a secret"));
        let settings = Settings {
            send_command: None,
            base_url: address.clone(),
            server_url: address,
            secrets: Secrets { auth_token: Secret::new(TOKEN), ..derived },
            host: Arc::new(clock.clone()),
            setup: Arc::new(move || {
                let setup = setup.clone();
                Box::pin(async move { Ok(setup) })
            }),
            live: None,
            alarms: None,
        };
        let http = shared::http::client().expect("a client");
        let twilio = Twilio::new(Arc::new(settings), http);
        Fixture { twilio, clock, receiver }
    }

    /// Has the receiver answer with this document; `verbs` are inside its Response.
    fn document(&self, target: &str, verbs: &str) {
        let text = format!("<Response>{verbs}</Response>");
        self.receiver.documents.lock().expect("no panic").insert(target.to_owned(), text);
    }

    /// Has the receiver answer the next requests at a path with these statuses.
    fn answers(&self, path: &str, statuses: &[u16]) {
        let answers = statuses.iter().map(|status| (*status, String::new())).collect();
        self.receiver.answers.lock().expect("no panic").insert(path.to_owned(), answers);
    }

    /// One request to the REST API: its status and JSON.
    async fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        self.ask_as(&format!("{SANDBOX_ACCOUNT}:{TOKEN}"), method, path, fields).await
    }

    async fn ask_as(
        &self,
        who: &str,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (u16, Value) {
        let path = format!("/2010-04-01/Accounts/{SANDBOX_ACCOUNT}/{path}");
        self.ask_at(who, method, &path, fields).await
    }

    /// The same of any path behind the base URL.
    async fn ask_at(
        &self,
        who: &str,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (u16, Value) {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let authorization = format!("Basic {}", BASE64_STANDARD.encode(who));
        let mut request = Request {
            method: method.to_owned(),
            headers: vec![("authorization".to_owned(), authorization.into())],
            ..Request::default()
        };
        match method {
            "GET" => request.query = Some(text),
            _ => request.body = text.into(),
        }
        let answer = super::handle(&self.twilio, &request, path).await.expect("an answer");
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// Places a call to alpha that asks for `/voice?incident=1`, and waits until it rings; tells its SID.
    async fn call(&self, more: &[(&str, &str)]) -> String {
        let (url, status) = (format!("{PUBLIC}/voice?incident=1"), format!("{PUBLIC}/status"));
        let mut fields = vec![
            ("To", ALPHA),
            ("From", "+15005550006"),
            ("Url", &url),
            ("StatusCallback", &status),
        ];
        fields.extend(
            ["initiated", "ringing", "answered", "completed"].map(|e| ("StatusCallbackEvent", e)),
        );
        fields.extend_from_slice(more);
        let (code, call) = self.ask("POST", "Calls.json", &fields).await;
        assert_eq!((code, &call["status"]), (201, &"queued".into()));
        let sid = call["sid"].as_str().expect("a SID").to_owned();
        self.push(1);
        self.until("it leaves the queue", || self.status(&sid) != "queued").await;
        self.until("it rings", || self.status(&sid) != "initiated").await;
        sid
    }

    fn push(&self, seconds: u64) {
        self.clock.push(Duration::from_secs(seconds));
    }

    fn status(&self, sid: &str) -> &'static str {
        let calls = self.twilio.calls();
        calls.iter().find(|call| call.sid == sid).map_or("(none)", |call| call.status().name())
    }

    /// What was said in the newest call.
    fn spoken(&self) -> Vec<String> {
        self.twilio.calls().last().map(|call| call.facts().said.clone()).unwrap_or_default()
    }

    /// The requests that came to a path, in order.
    fn received(&self, path: &str) -> Vec<ReceivedCallback> {
        let received = self.receiver.received.lock().expect("no panic");
        received
            .iter()
            .filter(|received| received.target.split('?').next() == Some(path))
            .cloned()
            .collect()
    }

    /// Waits in real time: for what other tasks do, not for what is due.
    async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..1_000 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("not within five seconds: {what}");
    }

    async fn until_status(&self, sid: &str, status: &str) {
        self.until(status, || self.status(sid) == status).await;
    }

    async fn until_callbacks(&self, count: usize) -> Vec<String> {
        self.until("callbacks", || self.received("/status").len() >= count).await;
        self.received("/status")
            .iter()
            .map(|received| received.field("CallStatus").to_owned())
            .collect()
    }
}

async fn receive(listener: TcpListener, receiver: Receiver) {
    while let Ok((stream, _)) = listener.accept().await {
        let receiver = receiver.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let receiver = receiver.clone();
            async move {
                let (head, body) = request.into_parts();
                let target = head.uri.to_string();
                let body = body.collect().await.expect("a body").to_bytes();
                let (kind, status, answer) = receiver.answer(&head, target, body);
                let answer_head =
                    hyper::Response::builder().status(status).header("content-type", kind);
                answer_head
                    .body(Full::new(bytes::Bytes::from(answer)))
                    .map_or_else(|error| panic!("{error}"), Ok::<_, Infallible>)
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

impl Receiver {
    /// The answer: content type, status, body. Whatever is Twilio's own must be signed; what a Flow asks is not.
    fn answer(
        &self,
        head: &hyper::http::request::Parts,
        target: String,
        body: bytes::Bytes,
    ) -> (&'static str, u16, String) {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let fields = form_fields(&body);
        let is_json = header("content-type") == Some("application/json");
        let payload = match (head.method.as_str(), is_json) {
            ("GET", _) => Payload::Nothing,
            (_, true) => Payload::Body(&body),
            _ => Payload::Form(&fields),
        };
        let (tokens, url) = ([Secret::new(TOKEN)], [format!("{PUBLIC}{target}")]);
        let tokens = Tokens { current: &tokens, retired: &[] };
        let path = head.uri.path().to_owned();
        let signature = header("x-twilio-signature");
        assert_eq!(header("user-agent"), Some("TwilioProxy/1.1"));
        if path.starts_with("/report") {
            assert_eq!(signature, None, "{target}");
        } else {
            assert_eq!(check(&url, payload, signature, tokens), Ok(()), "{target}");
        }
        if !path.starts_with("/report") && !is_json {
            assert_eq!(header("i-twilio-idempotency-token").map(str::len), Some(36));
        }
        let token = header("i-twilio-idempotency-token").unwrap_or_default().to_owned();
        let document = self.documents.lock().expect("no panic").get(&target).cloned();
        let received = ReceivedCallback { target, fields, body, token };
        self.received.lock().expect("no panic").push(received);
        let mut answers = self.answers.lock().expect("no panic");
        match (answers.get_mut(&path).and_then(VecDeque::pop_front), document) {
            (Some((status, json)), _) => ("application/json", status, json),
            (None, Some(document)) => ("text/xml", 200, document),
            (None, None) => ("text/plain", 404, String::new()),
        }
    }
}
