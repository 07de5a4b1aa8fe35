use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::testing::{MemoryStore, Parameters};
use crate::twilio::rest::{ApiRequest, ApiResponse};

const FLOW: &str = "FW00000000000000000000000000000001";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + seconds).unwrap()
}

/// A Twilio that gives this answer, and the paths that it was asked for. Status 0 is no answer at all.
#[derive(Clone)]
struct Twilio {
    answer: Arc<Mutex<(u16, Value)>>,
    asked: Arc<Mutex<Vec<String>>>,
    store: MemoryStore,
}

impl Twilio {
    fn new(status: u16, body: Value) -> Twilio {
        let answer = Arc::new(Mutex::new((status, body)));
        Twilio { answer, asked: Arc::default(), store: MemoryStore::default() }
    }

    fn answers(&self, status: u16, body: Value) {
        *self.answer.lock().unwrap() = (status, body);
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn wire(&self) -> Wire {
        let twilio = self.clone();
        Arc::new(move |request: ApiRequest| {
            let path = request.url.split_once("/v2/").unwrap().1.to_owned();
            twilio.asked.lock().unwrap().push(path);
            let (status, body) = twilio.answer.lock().unwrap().clone();
            Box::pin(async move {
                if status == 0 {
                    return std::future::pending().await;
                }
                ApiResponse::Answer { status, retry_after: None, body: body.to_string().into() }
            })
        })
    }

    async fn definition(&self, second: i64, settings: &Settings) -> Fetched<RevisionDefinition> {
        let (wire, store): (Wire, Arc<dyn Store>) = (self.wire(), Arc::new(self.store.clone()));
        let definitions = Definitions { settings, wire: &wire, store: &store };
        definitions.definition(&FLOW.into(), 42, at(second)).await.unwrap()
    }

    async fn resource(&self, second: i64, settings: &Settings) -> Fetched<FlowResource> {
        let (wire, store): (Wire, Arc<dyn Store>) = (self.wire(), Arc::new(self.store.clone()));
        let definitions = Definitions { settings, wire: &wire, store: &store };
        definitions.resource(&FLOW.into(), at(second)).await.unwrap()
    }
}

async fn settings(with_account: bool) -> Arc<Settings> {
    let parameters = Parameters::of_config("[channels.a]\n", &[("twilio/auth-token", "t")]);
    if with_account {
        parameters.set("twilio/account-sid", "AC1");
    }
    parameters.settings().get(at(0)).await.unwrap()
}

fn revision() -> Value {
    json!({"sid": FLOW, "definition": {"states": [{"name": "Trigger", "type": "trigger"}], "initial_state": "Trigger"}})
}

#[tokio::test]
async fn definition_is_fetched_once_for_a_revision() {
    let (twilio, settings) = (Twilio::new(200, revision()), settings(true).await);
    for second in [0, 10, 86_400] {
        let known = twilio.definition(second, &settings).await;
        assert_eq!(known.failure, None);
        assert_eq!(known.value.unwrap().flow.initial_state, "Trigger");
    }
    assert_eq!(twilio.asked(), [format!("Flows/{FLOW}/Revisions/42")]);
}

#[tokio::test]
async fn what_failed_is_tried_again_after_a_minute() {
    let (twilio, settings) = (Twilio::new(500, json!({})), settings(true).await);
    for second in [0, 59] {
        let known = twilio.definition(second, &settings).await;
        assert_eq!(known.value, None);
        assert_eq!(known.failure.as_deref(), Some("Twilio answered 500"));
    }
    assert_eq!(twilio.asked().len(), 1);
    twilio.answers(200, revision());
    assert!(twilio.definition(60, &settings).await.value.is_some());
    assert_eq!(twilio.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn twilio_that_does_not_answer_is_waited_for_three_seconds() {
    let (twilio, settings) = (Twilio::new(0, json!({})), settings(true).await);
    let begin = tokio::time::Instant::now();
    let known = twilio.definition(0, &settings).await;
    assert_eq!(begin.elapsed(), FETCH_TIMEOUT);
    assert!(known.failure.unwrap().contains("three seconds"));
}

#[tokio::test]
async fn without_credentials_nothing_is_asked_and_the_reason_is_given() {
    let (twilio, settings) = (Twilio::new(200, revision()), settings(false).await);
    let known = twilio.definition(0, &settings).await;
    assert!(known.failure.unwrap().contains("twilio/account-sid"));
    assert_eq!(twilio.asked(), [""; 0]);
}

#[tokio::test]
async fn definition_that_is_too_large_is_not_kept_and_said_to_be() {
    let states: Vec<Value> = (0..5_000)
        .map(|number| json!({"name": format!("{number:060}"), "type": "say-play", "transitions": []}))
        .collect();
    let body = json!({"definition": {"states": states}});
    let (twilio, settings) = (Twilio::new(200, body), settings(true).await);
    for second in [0, 30] {
        let known = twilio.definition(second, &settings).await;
        assert!(known.value.is_none() && known.failure.unwrap().contains("bytes"));
    }
    assert_eq!(twilio.asked().len(), 1);
}

#[tokio::test]
async fn resource_is_refreshed_after_ten_minutes_and_outlives_a_failure() {
    let body = json!({"sid": FLOW, "friendly_name": "Main line", "status": "published", "revision": 42,
                      "valid": true, "webhook_url": "https://webhooks.twilio.com/v1/x", "definition": {}});
    let (twilio, settings) = (Twilio::new(200, body), settings(true).await);
    for second in [0, 599] {
        let known = twilio.resource(second, &settings).await.value.unwrap();
        assert_eq!((known.friendly_name.as_str(), known.revision), ("Main line", Some(42)));
    }
    twilio.answers(401, json!({}));
    let known = twilio.resource(600, &settings).await;
    assert!(known.failure.is_some());
    assert_eq!(known.value.unwrap().friendly_name, "Main line");
    assert_eq!(twilio.asked().len(), 2);
}

#[tokio::test]
async fn definition_that_is_none_is_said_to_be() {
    let (twilio, settings) = (Twilio::new(200, json!({"definition": 7})), settings(true).await);
    let known = twilio.definition(0, &settings).await;
    assert!(known.value.is_none() && known.failure.is_some());
}
