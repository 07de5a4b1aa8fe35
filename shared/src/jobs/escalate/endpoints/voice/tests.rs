use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::Instant;

use super::*;
use crate::config::{Environment, Fetch, SettingsCache, Values};
use crate::jobs::escalate::{Escalate, WriterIds};
use crate::secret::Secret;
use crate::storage::{Key as RecordKey, Queue, QueueName, Record, Store, Write, check_size};
use crate::twilio::rest::ApiResponse;
use crate::twilio::signature::{Payload, signature};

const BASE: &str = "https://ringdown.example.com/prefix";
const TOKEN: &str = "12345678901234567890123456789012";
const CONFIG: &str = "[channels.default]\n";

/// A backend where nothing ever comes to an end, or everything fails.
#[derive(Clone, Copy)]
enum Backend {
    Stuck,
    Broken,
    Empty,
}

#[async_trait]
impl Store for Backend {
    async fn load(&self, keys: &[RecordKey], _: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        match self {
            Backend::Stuck => std::future::pending().await,
            Backend::Broken => Err(Error::Store("it is broken".to_owned())),
            Backend::Empty => Ok(vec![None; keys.len()]),
        }
    }
    async fn page(
        &self,
        _: &str,
        _: Option<&str>,
        _: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        Ok(Vec::new())
    }
    async fn write(&self, writes: &[Write], _: Timestamp) -> Result<(), Error> {
        check_size(writes)
    }
}

#[async_trait]
impl Queue for Backend {
    async fn send(
        &self,
        _: QueueName,
        _: String,
        _: &str,
        _: Option<Timestamp>,
    ) -> Result<(), Error> {
        Ok(())
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_900_000_000).expect("a time")
}

fn escalate(backend: Backend, fetch: Fetch) -> Escalate {
    Escalate {
        settings: SettingsCache::new(Environment::default(), fetch),
        store: Arc::new(backend),
        queue: Arc::new(backend),
        wire: Arc::new(|_| Box::pin(async { ApiResponse::NotSent("nobody is there".to_owned()) })),
        clock: Arc::new(now),
        writer_ids: WriterIds::of(1),
    }
}

fn settings() -> Fetch {
    Arc::new(|| {
        let values =
            [("config/main", CONFIG), ("twilio/auth-token", TOKEN), ("public-base-url", BASE)];
        let values: Values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Box::pin(async move { Ok(values) })
    })
}

/// A request as Twilio sends it.
fn request(target: &str, body: &str) -> Request {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target.to_owned(), None),
    };
    let fields = form_fields(body.as_bytes());
    let signed = signature(&format!("{BASE}{target}"), Payload::Form(&fields), &Secret::new(TOKEN));
    Request {
        method: "POST".to_owned(),
        path,
        query,
        headers: vec![("x-twilio-signature".to_owned(), Bytes::from(signed))],
        body: Bytes::copy_from_slice(body.as_bytes()),
        ..Request::default()
    }
}

const TARGET: &str = "/twilio/voice/default-20300317-174640-000/1?reading=1";

async fn said(escalate: &Escalate, request: &Request) -> (u16, String) {
    match escalate.handle_call(request, now()).await {
        Ok(answer) => (answer.status, String::from_utf8_lossy(&answer.body).into_owned()),
        Err(error) => (error.status(), String::new()),
    }
}

#[tokio::test(start_paused = true)]
async fn slow_store_gets_a_moment_and_the_key_is_kept() {
    let stuck: Fetch = Arc::new(|| Box::pin(std::future::pending()));
    let absolute = format!("{BASE}/twilio/voice/default-20300317-174640-000/1");
    for (escalate, here) in [
        (escalate(Backend::Stuck, settings()), absolute.as_str()),
        (escalate(Backend::Broken, settings()), &absolute),
        (escalate(Backend::Empty, stuck), "1"),
    ] {
        let began = Instant::now();
        let (status, twiml) = said(&escalate, &request(TARGET, "CallSid=CA1&Digits=1")).await;
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(status, 200);
        let again = format!("<Redirect method=\"POST\">{here}?reading=1&amp;key=1&amp;moments=1<");
        assert!(twiml.contains("One moment.") && twiml.contains(&again), "{twiml}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_many_moments_it_is_said_that_it_cannot_be_noted() {
    let escalate = escalate(Backend::Broken, settings());
    let (_, twiml) =
        said(&escalate, &request(&format!("{TARGET}&key=1&moments=12"), "CallSid=CA1")).await;
    assert!(twiml.contains("Please look at Slack") && twiml.contains("<Hangup/>"), "{twiml}");
}

#[tokio::test]
async fn unknown_call_is_answered_in_words_and_a_forgery_is_refused() {
    let escalate = escalate(Backend::Empty, settings());
    let (status, twiml) = said(&escalate, &request(TARGET, "CallSid=CA1")).await;
    assert!(status == 200 && twiml.contains("nothing that I know of"), "{twiml}");
    let mut forged = request(TARGET, "CallSid=CA1&Digits=2");
    forged.body = Bytes::from_static(b"CallSid=CA1&Digits=1");
    assert_eq!(said(&escalate, &forged).await.0, 403);
    let mut other = request(TARGET, "CallSid=CA1");
    other.query = Some("reading=1&key=1".to_owned());
    assert_eq!(said(&escalate, &other).await.0, 403);
    let status = request(
        "/twilio/voice/default-20300317-174640-000/1/status",
        "CallSid=CA1&CallStatus=busy",
    );
    assert_eq!(said(&escalate, &status).await.0, 204);
    let nowhere = Request { path: "/twilio/voice/x/y".to_owned(), ..Request::default() };
    assert_eq!(said(&escalate, &nowhere).await.0, 404);
}
