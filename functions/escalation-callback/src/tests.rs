use std::sync::Arc;

use shared::jobs::escalate::WriterIds;
use shared::secret::Secret;
use shared::storage::QueueName;
use shared::storage::messages::CallbackTask;
use shared::testing::sample::at;
use shared::testing::{Fault, MemoryBackend, Parameters};
use shared::twilio::rest::ApiResponse;
use shared::twilio::signature::{Payload, signature};

use super::*;

const BASE: &str = "https://ringdown.example.com";
const TOKEN: &str = "12345678901234567890123456789012";
const CALL: &str = "/twilio/voice/p-20300317-174640-000/1";

fn escalate() -> (Escalate, MemoryBackend) {
    let secrets = [("twilio/auth-token", TOKEN), ("public-base-url", BASE)];
    let backend = MemoryBackend::default();
    let nobody = |_| {
        let answer = ApiResponse::NotSent("nobody is there".to_owned());
        Box::pin(std::future::ready(answer)) as _
    };
    let escalate = Escalate {
        settings: Parameters::of_config("[channels.a]\n", &secrets).settings(),
        store: Arc::new(backend.store.clone()),
        queue: Arc::new(backend.queue.clone()),
        wire: Arc::new(nobody),
        sns: shared::testing::sns::unreachable(),
        clock: Arc::new(|| at(0)),
        writer_ids: WriterIds::of(1),
    };
    (escalate, backend)
}

/// What Twilio is answered when it posts this form to this path.
async fn status(escalate: &Escalate, path: &str, form: &str, token: &str) -> u16 {
    let fields = shared::http::form_fields(form.as_bytes());
    let signed = signature(&format!("{BASE}{path}"), Payload::Form(&fields), &Secret::new(token));
    let request = Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: vec![("x-twilio-signature".to_owned(), signed.into())],
        body: form.to_owned().into(),
        ..Request::default()
    };
    handle(escalate, request, at(0), at(0)).await.status
}

/// The statuses that were queued, as calls' SIDs and what became of them.
fn queued(backend: &MemoryBackend) -> Vec<(String, String)> {
    let sent = backend.queue.take();
    let reports = sent.iter().filter(|sent| sent.queue == QueueName::Callbacks).map(|sent| {
        match serde_json::from_str(&sent.body) {
            Ok(CallbackTask::Report(report)) => report.callbacks,
            other => panic!("{other:?}"),
        }
    });
    reports.flatten().map(|callback| (callback.sid.to_string(), callback.status)).collect()
}

#[tokio::test]
async fn status_of_a_call_is_queued_and_nothing_else_is() {
    let (escalate, backend) = escalate();
    for (path, form, expected) in [
        ("/status", "CallSid=CA1&CallStatus=ringing", Some("ringing")),
        ("/status", "CallSid=CA1&CallStatus=busy&SipResponseCode=486", Some("busy")),
        ("/status", "CallSid=CA1&CallStatus=something-new", Some("something-new")),
        ("/status", "CallStatus=busy", None),
        ("/amd", "CallSid=CA1&CallStatus=in-progress&AnsweredBy=human", None),
        ("", "CallSid=CA1&CallStatus=in-progress", None),
        ("", "CallSid=CA1&CallStatus=in-progress&Digits=1", None),
    ] {
        let answer = status(&escalate, &format!("{CALL}{path}"), form, TOKEN).await;
        assert_eq!(answer, if path.is_empty() { 200 } else { 204 }, "{path} {form}");
        let expected = expected.map(|status| ("CA1".to_owned(), status.to_owned()));
        assert_eq!(queued(&backend), expected.into_iter().collect::<Vec<_>>(), "{path} {form}");
    }
}

#[tokio::test]
async fn forged_status_is_refused_and_not_queued() {
    let (escalate, backend) = escalate();
    let form = "CallSid=CA1&CallStatus=completed";
    assert_eq!(status(&escalate, &format!("{CALL}/status"), form, "another token").await, 403);
    assert_eq!(queued(&backend), []);
}

#[tokio::test]
async fn status_that_the_queue_does_not_take_comes_again_and_a_caller_hears_words() {
    let (escalate, backend) = escalate();
    backend.queue.fail_sends(Fault::After(0));
    let form = "CallSid=CA1&CallStatus=completed";
    assert_eq!(status(&escalate, &format!("{CALL}/status"), form, TOKEN).await, 503);
    assert_eq!(status(&escalate, CALL, "CallSid=CA1&CallStatus=in-progress", TOKEN).await, 200);
    backend.queue.fail_sends(Fault::Never);
    assert_eq!(status(&escalate, &format!("{CALL}/status"), form, TOKEN).await, 204);
    assert_eq!(queued(&backend), [("CA1".to_owned(), "completed".to_owned())]);
}
