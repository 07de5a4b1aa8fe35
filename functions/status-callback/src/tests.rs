use std::sync::Arc;

use shared::secret::Secret;
use shared::storage::QueueName;
use shared::storage::messages::WakeUp;
use shared::testing::sample::at;
use shared::testing::{Fault, MemoryBackend, Parameters};
use shared::twilio::rest::ApiResponse;
use shared::twilio::signature::{Payload, signature};

use super::*;

const BASE: &str = "https://ringdown.example.com";
const TOKEN: &str = "12345678901234567890123456789012";
const TEXT: &str = "/webhooks/message?incident=p-20300317-174640-000&person=Jos%C3%A9%20B";

fn count() -> (Count, MemoryBackend) {
    let secrets = [("twilio/auth-token", TOKEN), ("public-base-url", BASE)];
    let backend = MemoryBackend::default();
    let nobody = |_| {
        let answer = ApiResponse::NotSent("nobody is there".to_owned());
        Box::pin(std::future::ready(answer)) as _
    };
    let count = Count {
        settings: Parameters::of_config("[channels.a]\n", &secrets).settings(),
        store: Arc::new(backend.store.clone()),
        queue: Arc::new(backend.queue.clone()),
        wire: Arc::new(nobody),
    };
    (count, backend)
}

/// What Twilio is answered when it posts this form, signed for the first address, to the second one.
async fn status(count: &Count, signed_for: &str, target: &str, form: &str) -> u16 {
    let fields = shared::http::form_fields(form.as_bytes());
    let url = format!("{BASE}{signed_for}");
    let signed = signature(&url, Payload::Form(&fields), &Secret::new(TOKEN));
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let request = Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query,
        headers: vec![("x-twilio-signature".to_owned(), signed.into())],
        body: form.to_owned().into(),
        ..Request::default()
    };
    handle(count, request, at(0)).await.status
}

/// How many statuses were queued, and the wake-ups.
fn queued(backend: &MemoryBackend) -> (usize, Vec<WakeUp>) {
    let sent = backend.queue.take();
    let of = |queue| sent.iter().filter(move |sent| sent.queue == queue);
    let wake_ups = of(QueueName::WakeUps).map(|sent| serde_json::from_str(&sent.body).unwrap());
    (of(QueueName::Callbacks).count(), wake_ups.collect())
}

#[tokio::test]
async fn text_that_was_not_delivered_counts_and_wakes_its_incident() {
    let (count, backend) = count();
    let expected = |code| WakeUp::TextNotDelivered {
        incident: "p-20300317-174640-000".into(),
        person: "José B".to_owned(),
        code,
        sid: "SM1".into(),
    };
    for (target, form, wake_up) in [
        (TEXT, "MessageSid=SM1&MessageStatus=delivered", None),
        (TEXT, "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003", Some(Some(30_003))),
        (TEXT, "MessageSid=SM1&MessageStatus=FAILED", Some(None)),
        ("/webhooks/message", "MessageSid=SM1&MessageStatus=failed", None),
        ("/webhooks/message?a=b", "MessageSid=SM1&MessageStatus=failed", None),
        ("/webhooks/call?incident=p-1&person=a", "CallSid=CA1&CallStatus=failed", None),
    ] {
        assert_eq!(status(&count, target, target, form).await, 204, "{target} {form}");
        let wake_ups: Vec<WakeUp> = wake_up.into_iter().map(expected).collect();
        assert_eq!(queued(&backend), (1, wake_ups), "{target} {form}");
    }
}

#[tokio::test]
async fn text_that_was_delivered_counts_and_tells_of_its_person() {
    let (count, backend) = count();
    let target = format!("{TEXT}&sent=1900000000");
    for word in ["delivered", "read"] {
        let form = format!("MessageSid=SM1&MessageStatus={word}");
        assert_eq!(status(&count, &target, &target, &form).await, 204);
        let sent = Timestamp::from_second(1_900_000_000).unwrap();
        let told = WakeUp::TextDelivered { person: "José B".to_owned(), sent };
        assert_eq!(queued(&backend), (1, vec![told]), "{word}");
    }
}

#[tokio::test]
async fn query_that_twilio_has_not_signed_is_refused() {
    let (count, backend) = count();
    let form = "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003";
    // Signed for the same address without its query: somebody on the way may have added that.
    assert_eq!(status(&count, "/webhooks/message", TEXT, form).await, 503);
    assert_eq!(status(&count, TEXT, &TEXT.replace("p-", "q-"), form).await, 403);
    assert_eq!(queued(&backend), (0, Vec::new()));
}

#[tokio::test]
async fn wake_up_that_the_queue_does_not_take_comes_again() {
    let (count, backend) = count();
    let form = "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003";
    // The status is in the queue, and the wake-up is not.
    backend.queue.fail_sends(Fault::Once(1));
    assert_eq!(status(&count, TEXT, TEXT, form).await, 503);
    assert_eq!(queued(&backend).1, []);
    assert_eq!(status(&count, TEXT, TEXT, form).await, 204);
    assert_eq!(queued(&backend).1.len(), 1);
}
