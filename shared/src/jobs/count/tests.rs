mod accidents;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::domain::callbacks::Resource;
use crate::domain::metrics::catalogue::FAMILIES;
use crate::http::Request;
use crate::secret::Secret;
use crate::storage::counters::totals;
use crate::storage::messages::CALLBACKS_GROUP;
use crate::storage::{Message, Processed, dead_letters};
use crate::testing::sample::at;
use crate::testing::{MemoryQueue, MemoryStore, Parameters};
use crate::twilio::event_stream;
use crate::twilio::rest::ApiResponse;
use crate::twilio::signature::{Payload, signature};

const BASE: &str = "https://ringdown.example.com";
const TOKEN: &str = "12345678901234567890123456789012";

struct Setup {
    count: Count,
    store: MemoryStore,
    queue: MemoryQueue,
}

fn setup() -> Setup {
    let (store, queue) = (MemoryStore::default(), MemoryQueue::default());
    let secrets = [("twilio/auth-token", TOKEN), ("public-base-url", BASE)];
    let count = Count {
        settings: Parameters::of_config("[channels.a]\n", &secrets).settings(),
        store: Arc::new(store.clone()),
        queue: Arc::new(queue.clone()),
        wire: Arc::new(|_| Box::pin(async { ApiResponse::NotSent("no wire".to_owned()) })),
    };
    Setup { count, store, queue }
}

fn request(path: &str, form: &str, token: &str) -> Request {
    let fields = crate::http::form_fields(form.as_bytes());
    let signed = signature(&format!("{BASE}{path}"), Payload::Form(&fields), &Secret::new(token));
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: vec![("x-twilio-signature".to_owned(), signed.into())],
        body: form.as_bytes().to_vec().into(),
        ..Request::default()
    }
}

impl Setup {
    async fn post(&self, resource: Resource, form: &str) -> u16 {
        let path = match resource {
            Resource::Message => "/webhooks/message",
            Resource::Call => "/webhooks/call",
        };
        match self.count.accept(resource, &request(path, form, TOKEN), at(0)).await {
            Ok(_) => 204,
            Err(error) => error.status(),
        }
    }

    /// Counts all that is in the queue, as often as it comes back.
    async fn drain(&self, now: Timestamp) {
        let mut batch = self.queue.take_due(QueueName::Callbacks, now);
        while !batch.is_empty() {
            let processed = self.count.process(&batch, now).await;
            let is_back = |(message, processed)| match processed {
                Processed::Done => None,
                Processed::RetryAfter(_) => {
                    let Message { receive_count, .. } = message;
                    Some(Message { receive_count: receive_count + 1, ..message })
                }
            };
            batch = batch.into_iter().zip(processed).filter_map(is_back).collect();
        }
    }

    /// The counters that are not zero, without those of the reports themselves.
    async fn counters(&self) -> BTreeMap<String, u64> {
        let mut totals = totals(&self.store, at(0)).await.expect("the counters");
        totals.retain(|name, _| !name.starts_with("ringdown_callbacks_total"));
        totals
    }
}

fn sums(expected: &[(&str, u64)]) -> BTreeMap<String, u64> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

const HOW_TO: [(Resource, &str); 4] = [
    (
        Resource::Message,
        "MessageSid=SM1234567890&AccountSid=AC1234567890&From=%2B1234567890&To=%2B9876543210&MessageStatus=delivered&ApiVersion=2010-04-01",
    ),
    (
        Resource::Message,
        "MessageSid=SM0987654321&AccountSid=AC1234567890&From=%2B1234567890&To=%2Binvalid&MessageStatus=failed&ErrorCode=21614&ApiVersion=2010-04-01",
    ),
    (
        Resource::Call,
        "CallSid=CA1234567890&AccountSid=AC1234567890&From=%2B1234567890&To=%2B9876543210&CallStatus=initiated&ApiVersion=2010-04-01",
    ),
    (
        Resource::Call,
        "CallSid=CA1234567890&AccountSid=AC1234567890&From=%2B1234567890&To=%2B9876543210&CallStatus=completed&Duration=120&ApiVersion=2010-04-01",
    ),
];

#[tokio::test]
async fn callbacks_of_a_common_how_to_count_once() {
    let setup = setup();
    let expected = sums(&[
        ("twilio_call_callback_total{status=\"completed\"}", 1),
        ("twilio_call_callback_total{status=\"initiated\"}", 1),
        ("twilio_calls_completed_total{call_status=\"completed\"}", 1),
        ("twilio_message_callback_total{status=\"delivered\"}", 1),
        ("twilio_message_callback_total{status=\"failed\"}", 1),
        ("twilio_messages_delivered_total", 1),
        ("twilio_messages_failed_total{error_code=\"21614\"}", 1),
    ]);
    for _ in 0..2 {
        for (resource, form) in HOW_TO {
            assert_eq!(setup.post(resource, form).await, 204);
        }
        setup.drain(at(1)).await;
        assert_eq!(setup.counters().await, expected);
    }
}

#[tokio::test]
async fn forged_callback_writes_nothing() {
    let setup = setup();
    for (resource, form) in HOW_TO {
        let forged = request("/webhooks/message", form, "another token");
        let refused = setup.count.accept(resource, &forged, at(0)).await;
        assert_eq!(refused.map_err(|error| error.status()), Err(403));
    }
    assert_eq!((setup.queue.sent().len(), setup.store.landed()), (0, 0));
}

#[tokio::test]
async fn form_that_is_no_callback_is_told_what_is_missing() {
    let setup = setup();
    let call = request("/webhooks/message", HOW_TO[2].1, TOKEN);
    let refused = setup.count.accept(Resource::Message, &call, at(0)).await;
    let error = refused.expect_err("a refusal");
    assert_eq!(error.status(), 400);
    assert!(error.to_string().contains("MessageSid"), "{error}");
    assert_eq!(setup.post(Resource::Call, "CallSid=CA1").await, 400);
    assert_eq!(setup.post(Resource::Message, "SmsSid=SM1&SmsStatus=SENT").await, 204);
}

#[tokio::test]
async fn unreadable_message_becomes_a_dead_letter() {
    let setup = setup();
    let message = Message {
        id: "1".to_owned(),
        group: CALLBACKS_GROUP.to_owned(),
        body: "{\"kind\":\"something newer\"}".to_owned(),
        receive_count: 1,
    };
    assert_eq!(setup.count.process(&[message], at(1)).await, [Processed::Done]);
    let (letters, _) = dead_letters::page(&setup.store, None, 10, at(2)).await.expect("letters");
    assert_eq!(letters[0].letter.job, "count");
}

#[tokio::test]
async fn events_and_forms_of_one_status_count_once() {
    let setup = setup();
    setup.post(Resource::Message, "MessageSid=SM1&MessageStatus=delivered").await;
    setup.post(Resource::Call, "CallSid=CA1&CallStatus=busy&SipResponseCode=486").await;
    let body = json!([
        {"type": "com.twilio.messaging.message.delivered", "id": "EZ1",
         "data": {"messageSid": "SM1", "messageStatus": "DELIVERED"}},
        {"type": "com.twilio.messaging.message.undelivered", "id": "EZ2",
         "data": {"messageSid": "SM2", "messageStatus": "UNDELIVERED", "errorCode": 30003}},
        {"type": "com.twilio.voice.webhook.status-callback.call.completed", "id": "VW1", "data": {
            "request": {"url": format!("{BASE}/webhooks/call"),
                        "parameters": {"CallSid": "CA1", "CallStatus": "busy", "SipResponseCode": "486"}},
            "response": {"responseCode": 502}}},
        {"type": "com.twilio.error-logs.error.logged", "id": "NO1", "data": {
            "error_code": "11200", "payload": format!("{{\"url\":\"{}\"}}", format!("{BASE}/webhooks/call").replace('/', "\\/"))}},
        {"type": "com.twilio.error-logs.error.logged", "id": "NO2", "data": {
            "error_code": "11200", "payload": "{\"url\":\"https://other.example.com/webhooks/call\"}"}},
    ])
    .to_string();
    let events = event_stream::parse(body.as_bytes());
    // Twilio's second try of the request.
    for _ in 0..2 {
        for task in events::tasks(&events, 0, 0, body.as_bytes(), Some(BASE)) {
            send(&setup.queue, &task).await.expect("sent");
        }
    }
    setup.drain(at(1)).await;
    let expected = sums(&[
        ("ringdown_callbacks_lost_total{source=\"error_log\"}", 1),
        ("ringdown_callbacks_lost_total{source=\"event\"}", 1),
        ("ringdown_events_dropped_total{reason=\"no_route\"}", 5),
        ("ringdown_events_received_total", 5),
        ("twilio_call_callback_total{status=\"busy\"}", 1),
        ("twilio_calls_failed_total{disconnect_reason=\"busy\"}", 1),
        ("twilio_message_callback_total{status=\"delivered\"}", 1),
        ("twilio_message_callback_total{status=\"undelivered\"}", 1),
        ("twilio_messages_delivered_total", 1),
        ("twilio_messages_failed_total{error_code=\"30003\"}", 1),
    ]);
    assert_eq!(setup.counters().await, expected);
}

#[tokio::test]
async fn delivered_message_is_remembered_for_thirty_days_and_others_for_three() {
    let setup = setup();
    let day = |day: i64| at(day * 24 * 3600);
    setup.post(Resource::Message, "MessageSid=SM1&MessageStatus=delivered").await;
    setup.post(Resource::Message, "MessageSid=SM2&MessageStatus=sent").await;
    setup.drain(day(0)).await;
    setup.post(Resource::Message, "MessageSid=SM1&MessageStatus=read").await;
    setup.post(Resource::Message, "MessageSid=SM2&MessageStatus=sent").await;
    setup.drain(day(29)).await;
    let counters = setup.counters().await;
    assert_eq!(counters["twilio_messages_delivered_total"], 1);
    assert_eq!(counters["twilio_message_callback_total{status=\"read\"}"], 1);
    assert_eq!(counters["twilio_message_callback_total{status=\"sent\"}"], 2);
}

#[tokio::test]
async fn every_counter_is_in_the_catalogue() {
    let setup = setup();
    for (resource, form) in HOW_TO {
        setup.post(resource, form).await;
    }
    setup.drain(at(1)).await;
    for name in totals(&setup.store, at(0)).await.expect("the counters").keys() {
        let family = name.split('{').next().unwrap_or_default().trim_end_matches("_total");
        assert!(FAMILIES.iter().any(|known| known.name == family), "{name}");
    }
}
