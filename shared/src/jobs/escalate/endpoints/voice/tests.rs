use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::*;
use crate::config::{Environment, Fetch, SettingsCache};
use crate::jobs::escalate::Escalate;
use crate::jobs::escalate::testing::Fixture;
use crate::secret::Secret;
use crate::testing::{Fault, Parameters, sample};
use crate::twilio::signature::{Payload, signature};

const BASE: &str = "https://ringdown.example.com/prefix";
const TOKEN: &str = "12345678901234567890123456789012";
const CONFIG: &str = "[channels.default]\n";

fn escalate(loads: Fault) -> Escalate {
    let secrets = [("twilio/auth-token", TOKEN), ("public-base-url", BASE)];
    let fixture = Fixture::new(Parameters::of_config(CONFIG, &secrets), sample::at(0));
    fixture.backend.store.fail_loads(loads);
    fixture.escalate
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

async fn response_to(escalate: &Escalate, request: &Request) -> (u16, String) {
    match escalate.handle_call(request, sample::at(0)).await {
        Ok(CallResponse { response, .. }) => {
            (response.status, String::from_utf8_lossy(&response.body).into_owned())
        }
        Err(error) => (error.status(), String::new()),
    }
}

#[tokio::test(start_paused = true)]
async fn slow_store_gets_a_moment_and_the_key_is_kept() {
    let stuck: Fetch = Arc::new(|| Box::pin(std::future::pending()));
    let mut without_settings = escalate(Fault::Never);
    without_settings.settings = SettingsCache::new(Environment::default(), stuck);
    let absolute = format!("{BASE}/twilio/voice/default-20300317-174640-000/1");
    for (escalate, here) in [
        (escalate(Fault::Hang), absolute.as_str()),
        (escalate(Fault::After(0)), &absolute),
        (without_settings, "1"),
    ] {
        let began = Instant::now();
        let (status, twiml) =
            response_to(&escalate, &request(TARGET, "CallSid=CA1&Digits=1")).await;
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(status, 200);
        let again = format!("<Redirect method=\"POST\">{here}?reading=1&amp;key=1&amp;moments=1<");
        assert!(twiml.contains("One moment.") && twiml.contains(&again), "{twiml}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_many_moments_it_is_said_that_it_cannot_be_noted() {
    let escalate = escalate(Fault::After(0));
    let (_, twiml) =
        response_to(&escalate, &request(&format!("{TARGET}&key=1&moments=12"), "CallSid=CA1"))
            .await;
    assert!(twiml.contains("Please look at Slack") && twiml.contains("<Hangup/>"), "{twiml}");
}

#[tokio::test]
async fn unknown_call_is_answered_in_words_and_a_forgery_is_refused() {
    let escalate = escalate(Fault::Never);
    let (status, twiml) = response_to(&escalate, &request(TARGET, "CallSid=CA1")).await;
    assert!(status == 200 && twiml.contains("no longer on record"), "{twiml}");
    let mut forged = request(TARGET, "CallSid=CA1&Digits=2");
    forged.body = Bytes::from_static(b"CallSid=CA1&Digits=1");
    assert_eq!(response_to(&escalate, &forged).await.0, 403);
    let mut other = request(TARGET, "CallSid=CA1");
    other.query = Some("reading=1&key=1".to_owned());
    assert_eq!(response_to(&escalate, &other).await.0, 403);
    let status = request(
        "/twilio/voice/default-20300317-174640-000/1/status",
        "CallSid=CA1&CallStatus=busy",
    );
    assert_eq!(response_to(&escalate, &status).await.0, 204);
    let nowhere = Request { path: "/twilio/voice/x/y".to_owned(), ..Request::default() };
    assert_eq!(response_to(&escalate, &nowhere).await.0, 404);
}
