//! The sandbox's Slack as a whole: asked as the server asks it, its clicks taken by a receiver.

mod api;
mod click;
mod limits;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::http::{Request, Response};
use shared::secret::Secret;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{Workspace, made_up_id};
use crate::clock::Clock;
use crate::settings::{Channel, Person, Secrets, Settings, Setup};
use crate::storage::Storage;

/// The id that the bot posts to for the channel `default`.
const CHANNEL: &str = "C0DEFAULT00";
const SECRET: &str = "a-signing-secret";
const BOT_TOKEN: &str = "xoxb-of-this-folder";
const NOON: i64 = 1_900_000_000;

/// A simulated Slack whose time stands still until it is moved, and a receiver of what it sends.
struct Fixture {
    slack: Workspace,
    http: reqwest::Client,
    receiver: Receiver,
    _folder: TempDir,
}

/// What the receiver was sent (method, target, headers, body), and what it answers.
#[derive(Clone)]
struct Receiver {
    received: Arc<Mutex<Vec<Request>>>,
    answers: Arc<Mutex<(u16, &'static str)>>,
}

impl Fixture {
    async fn new() -> Fixture {
        Fixture::with(None).await
    }

    /// The same with a bot's token that is good beside the sandbox's own.
    async fn with(bot_token: Option<&str>) -> Fixture {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let receiver =
            Receiver { received: Arc::default(), answers: Arc::new(Mutex::new((200, ""))) };
        tokio::spawn(receive(listener, receiver.clone()));
        let person = |name: &str, slack: Option<&str>| Person {
            name: name.to_owned(),
            phone: "+15005550001".to_owned(),
            slack: slack.map(str::to_owned),
        };
        let channel = |name: &str, id: String| Channel { name: name.to_owned(), id };
        let setup = Arc::new(Setup {
            people: vec![
                person("alpha", Some("U0000001")),
                person("bravo", Some("U0000002")),
                person("charlie", None),
            ],
            channels: vec![
                channel("account-managers", made_up_id("account-managers")),
                channel("default", CHANNEL.to_owned()),
                channel("flex", made_up_id("flex")),
            ],
            bot_token: bot_token.map(Secret::new),
            ..Setup::default()
        });
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::open(folder.path()).expect("a file");
        let given = setup.clone();
        let settings = Arc::new(Settings {
            send_command: None,
            base_url: address.clone(),
            server_url: address,
            secrets: Secrets {
                auth_token: Secret::new("an-auth-token"),
                signing_secret: Secret::new(SECRET),
                bot_token: Secret::new(BOT_TOKEN),
                webhook_key: Secret::new("a-webhook-key"),
            },
            host: Arc::new(Clock::new()),
            live: None,
            alarms: None,
            setup: Arc::new(move || {
                let setup = given.clone();
                Box::pin(async move { Ok(setup) })
            }),
        });
        let slack = Workspace { storage, settings, setup, now: time(NOON) };
        let http = shared::http::client().expect("a client");
        Fixture { slack, http, receiver, _folder: folder }
    }

    fn passes(&mut self, seconds: i64) {
        self.slack.now = time(self.slack.now.as_second() + seconds);
    }

    /// Asks the Web API.
    async fn api(&self, method: &str, body: &Value) -> Value {
        self.api_as(&format!("Bearer {BOT_TOKEN}"), method, body).await
    }

    async fn api_as(&self, authorization: &str, method: &str, body: &Value) -> Value {
        let headers =
            [("authorization", authorization), ("content-type", "application/json; charset=utf-8")];
        let headers = headers
            .map(|(name, value)| (name.to_owned(), Bytes::copy_from_slice(value.as_bytes())));
        let body = body.to_string().into();
        let request = Request { headers: headers.to_vec(), body, ..Request::default() };
        let answer = self.slack.call(method, &request).await.expect("an answer");
        assert_eq!(answer.status, 200);
        read(&answer)
    }

    /// Posts to the channel `default`, and gives the message's `ts`.
    async fn posts(&self, mut body: Value) -> String {
        body["channel"] = json!(CHANNEL);
        let json = self.api("chat.postMessage", &body).await;
        assert_eq!((&json["ok"], &json["channel"]), (&json!(true), &json!(CHANNEL)), "{json}");
        json["ts"].as_str().expect("a ts").to_owned()
    }

    /// Posts by an incoming webhook: status and text of the answer.
    async fn webhook(&self, channel: &str, body: &str) -> (u16, String) {
        let answer = self.slack.take(channel, &Bytes::copy_from_slice(body.as_bytes())).await;
        let answer = answer.expect("an answer");
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// All messages, as the page reads them.
    async fn messages(&self) -> Vec<Value> {
        let answer = self.slack.messages().await.expect("an answer");
        serde_json::from_slice(&answer.body).expect("messages")
    }

    async fn texts(&self) -> Vec<String> {
        let messages = self.messages().await;
        messages.iter().map(|one| one["text"].as_str().expect("a text").to_owned()).collect()
    }
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

fn read(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

async fn receive(listener: TcpListener, receiver: Receiver) {
    while let Ok((stream, _)) = listener.accept().await {
        let receiver = receiver.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let receiver = receiver.clone();
            async move {
                let (head, body) = request.into_parts();
                let headers = head.headers.iter().map(|(name, value)| {
                    (name.as_str().to_owned(), Bytes::copy_from_slice(value.as_bytes()))
                });
                let request = Request {
                    method: head.method.as_str().to_owned(),
                    path: head.uri.path().to_owned(),
                    headers: headers.collect(),
                    body: body.collect().await.expect("a body").to_bytes(),
                    ..Request::default()
                };
                receiver.received.lock().expect("no panic").push(request);
                let (status, text) = *receiver.answers.lock().expect("no panic");
                if status == 0 {
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                }
                let answer = hyper::Response::builder().status(status).body(Full::new(text.into()));
                Ok::<hyper::Response<Full<Bytes>>, Infallible>(answer.expect("an answer"))
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}
