use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::callbacks::Resource;
use crate::domain::metrics::catalogue::FAMILIES;
use crate::http::Request;
use crate::secret::Secret;
use crate::storage::counters::totals;
use crate::storage::{Message, Processed, dead_letters};
use crate::testing::sample::at;
use crate::testing::{Fault, MemoryQueue, MemoryStore, Parameters};
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
async fn callback_is_5xx_while_the_queue_does_not_take_it() {
    let setup = setup();
    setup.queue.fail_sends(Fault::Once(0));
    assert_eq!(setup.post(HOW_TO[0].0, HOW_TO[0].1).await, 503);
    assert_eq!(setup.post(HOW_TO[0].0, HOW_TO[0].1).await, 204);
}

#[tokio::test]
async fn failing_store_gives_callbacks_back_and_counts_them_once() {
    let setup = setup();
    for (resource, form) in HOW_TO {
        setup.post(resource, form).await;
    }
    let batch = setup.queue.take_due(QueueName::Callbacks, at(1));
    setup.store.fail_writes(Fault::Once(0));
    let processed = setup.count.process(&batch, at(1)).await;
    assert_eq!(processed, vec![Processed::RetryAfter(Duration::from_secs(1)); 4]);
    let processed = setup.count.process(&batch, at(2)).await;
    assert_eq!(processed, vec![Processed::Done; 4]);
    assert_eq!(setup.counters().await["twilio_messages_delivered_total"], 1);
}

#[tokio::test]
async fn store_that_does_not_answer_is_asked_once_for_a_large_batch() {
    let setup = setup();
    for number in 0..250 {
        let form = format!("MessageSid=SM{number}&MessageStatus=delivered");
        setup.post(Resource::Message, &form).await;
    }
    let batch = setup.queue.take_due(QueueName::Callbacks, at(1));
    // Three transactions: the second and the third would land.
    setup.store.fail_loads(Fault::Once(0));
    let processed = setup.count.process(&batch, at(1)).await;
    assert_eq!(processed, vec![Processed::RetryAfter(Duration::from_secs(1)); 250]);
    assert!(setup.counters().await.is_empty());
    let processed = setup.count.process(&batch, at(2)).await;
    assert_eq!(processed, vec![Processed::Done; 250]);
    assert_eq!(setup.counters().await["twilio_messages_delivered_total"], 250);
}

#[tokio::test]
async fn conflict_is_decided_anew() {
    let setup = setup();
    setup.post(HOW_TO[0].0, HOW_TO[0].1).await;
    setup.store.conflict(3);
    setup.drain(at(1)).await;
    assert_eq!(setup.counters().await["twilio_messages_delivered_total"], 1);
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

/// A random number generator that a seed repeats.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Reports in any order, doubled and mixed, with accidents of the store at any read or write, two consumers of one
    /// store: the counters are those of each report once.
    #[test]
    fn accidents_lose_nothing_and_count_nothing_twice(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut rng = Rng(seed | 1);
            let (setup, reference) = (setup(), setup());
            let statuses = ["sent", "delivered", "read", "undelivered", "failed"];
            let mut forms = Vec::new();
            for _ in 0..40 {
                let (sid, status) = (rng.below(12), statuses[rng.below(statuses.len())]);
                forms.push(format!("MessageSid=SM{sid}&MessageStatus={status}"));
            }
            for form in &forms {
                reference.post(Resource::Message, form).await;
            }
            reference.drain(at(1)).await;
            for form in forms.iter().chain(&forms) {
                setup.post(Resource::Message, form).await;
            }
            let mut waiting = setup.queue.take_due(QueueName::Callbacks, at(1));
            while !waiting.is_empty() {
                let size = 1 + rng.below(waiting.len());
                let at_place = rng.below(waiting.len());
                waiting.rotate_left(at_place);
                let batch: Vec<Message> = waiting.drain(..size).collect();
                match rng.below(4) {
                    0 => setup.store.fail_loads(Fault::Once(rng.below(2))),
                    1 => setup.store.fail_writes(Fault::Once(rng.below(2))),
                    2 => setup.store.conflict(rng.below(7)),
                    _ => {}
                }
                let processed = setup.count.process(&batch, at(2)).await;
                // A consumer that dies after its writes: all of its batch comes again.
                let dies = rng.below(5) == 0;
                for (message, processed) in batch.into_iter().zip(processed) {
                    if dies || processed != Processed::Done {
                        waiting.push(Message { receive_count: message.receive_count + 1, ..message });
                    }
                }
            }
            setup.store.fail_loads(Fault::Never);
            setup.store.fail_writes(Fault::Never);
            assert_eq!(setup.counters().await, reference.counters().await, "seed {seed}");
        });
    }
}
