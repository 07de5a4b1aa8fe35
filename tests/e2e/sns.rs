//! SNS over HTTPS: the function that takes alarms, with the local backend, beside an SNS that hands over a certificate.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use ringdown::clock::now;
use ringdown::database::Database;
use ringdown::queue::Messages;
use ringdown::store::Records;
use serde_json::{Value, json};
use shared::http::{Request, Response};
use shared::jobs::escalate::{Escalate, WriterIds};
use shared::sns::client::Client;
use shared::storage::{Store, incidents, records};
use shared::testing::sns::{CERTIFICATE, TOPIC, message, signed, with_token};
use shared::testing::{Answer, Parameters, vendor};
use shared::twilio::rest::ApiResponse;
use tempfile::TempDir;

/// The function, and what was asked of SNS.
struct Function {
    escalate: Escalate,
    store: Arc<dyn Store>,
    fetched: Arc<Mutex<Vec<String>>>,
    now: Timestamp,
    _folder: TempDir,
}

fn config(topics: &str) -> String {
    format!(
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"p\"\nalarms = [\"*\"]\n\
         roster = [\"alpha\"]\n[alarms]\nsns_topics = [{topics}]\n"
    )
}

impl Function {
    async fn new(topics: &str) -> Function {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).unwrap();
        let store: Arc<dyn Store> = Arc::new(Records(database.clone()));
        let fetched = Arc::<Mutex<Vec<String>>>::default();
        let seen = fetched.clone();
        let address = vendor(move |request| {
            seen.lock().unwrap().push(request.target());
            Answer::of(200, if request.path.ends_with(".pem") { CERTIFICATE } else { "<ok/>" })
        });
        let address = address.await.unwrap();
        let nobody = |_| {
            let answer = ApiResponse::NotSent("nobody is there".to_owned());
            Box::pin(std::future::ready(answer)) as _
        };
        let escalate = Escalate {
            settings: Parameters::of_config(&config(topics), &[]).settings(),
            store: store.clone(),
            queue: Arc::new(Messages::new(database)),
            wire: Arc::new(nobody),
            clock: Arc::new(now),
            sns: Arc::new(Client::with_stand_in(shared::http::client().unwrap(), &address)),
            writer_ids: WriterIds::default(),
        };
        Function { escalate, store, fetched, now: now(), _folder: folder }
    }

    /// What SNS is answered when it posts this: the status, and the body.
    async fn posts(&self, message: &Value) -> (u16, String) {
        let answer = self.answer(message).await;
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    async fn answer(&self, message: &Value) -> Response {
        let request = Request {
            method: "POST".to_owned(),
            path: "/alarms".to_owned(),
            headers: vec![("content-type".to_owned(), "text/plain; charset=UTF-8".into())],
            body: message.to_string().into(),
            ..Request::default()
        };
        outage_intake::handle(&self.escalate, request, self.now).await
    }

    /// What was fetched since this was last asked.
    fn fetched(&self) -> Vec<String> {
        std::mem::take(&mut *self.fetched.lock().unwrap())
    }

    /// How many incidents there are, and how many of them go on.
    async fn incidents(&self) -> (usize, usize) {
        let all = incidents::all(self.store.as_ref(), 10, self.now).await.unwrap();
        let open = all.iter().filter(|incident| incident.ended_at.is_none()).count();
        (all.len(), open)
    }

    /// The message of an alarm of CloudWatch's, so many seconds from now.
    fn alarm(&self, id: &str, state: &str, second: i64) -> Value {
        let at = self.now + SignedDuration::from_secs(second);
        let text = json!({"AlarmName": "cpu", "AWSAccountId": "123456789012", "Region": "EU (Ireland)", "NewStateValue": state,
            "StateChangeTime": at.to_string()});
        signed(message("Notification", id, self.now, &text.to_string()))
    }
}

const PEM: &str = "/SimpleNotificationService-0a.pem";

fn outcome(told: &(u16, String)) -> (u16, String) {
    let results: Value = serde_json::from_str(&told.1).unwrap_or_default();
    (told.0, results[0]["outcome"].as_str().unwrap_or(&told.1).to_owned())
}

#[tokio::test]
async fn topic_is_confirmed_and_its_alarms_are_taken_once() {
    let function = Function::new(&format!("{TOPIC:?}")).await;
    let subscribed =
        message("SubscriptionConfirmation", "0", function.now, "You have chosen to subscribe");
    let subscribed = signed(with_token(subscribed));
    assert_eq!(function.posts(&subscribed).await, (200, "confirmed\n".to_owned()));
    let fetched = function.fetched();
    assert_eq!(fetched[0], PEM);
    assert!(fetched[1].starts_with("/?Action=ConfirmSubscription&Token=2336412f37"), "{fetched:?}");
    assert_eq!(function.posts(&subscribed).await.0, 200);

    let (alarm, over) = (function.alarm("1", "ALARM", -60), function.alarm("2", "OK", -30));
    assert_eq!(outcome(&function.posts(&alarm).await), (202, "incident".to_owned()));
    assert_eq!(function.incidents().await, (1, 1));
    assert_eq!(outcome(&function.posts(&over).await).0, 202);
    assert_eq!(function.incidents().await, (1, 0));
    // Once more it changes nothing, even where its text says nothing of a time.
    assert_eq!(function.posts(&alarm).await, (200, "taken before\n".to_owned()));
    let words = signed(message("Notification", "3", function.now, "words"));
    assert_eq!(outcome(&function.posts(&words).await), (202, "dead-letter".to_owned()));
    assert_eq!(function.posts(&words).await, (200, "taken before\n".to_owned()));
    assert_eq!(function.incidents().await, (1, 0));
    assert_eq!(function.fetched(), [""; 0], "the certificate is kept");
}

#[tokio::test]
async fn ended_subscription_is_reported_and_its_link_not_followed() {
    let function = Function::new(&format!("{TOPIC:?}")).await;
    let ended =
        message("UnsubscribeConfirmation", "0", function.now, "You have chosen to deactivate");
    assert_eq!(function.posts(&signed(with_token(ended))).await, (200, "reported\n".to_owned()));
    assert_eq!(function.fetched(), [PEM]);
}

#[tokio::test]
async fn foreign_topic_is_refused_and_nothing_is_fetched_or_stored() {
    for topics in ["", "\"arn:aws:sns:eu-west-1:123456789012:others\""] {
        let function = Function::new(topics).await;
        let alarm = function.alarm("1", "ALARM", -60);
        let subscribed = signed(with_token(message(
            "SubscriptionConfirmation",
            "0",
            function.now,
            "You have chosen",
        )));
        for message in [&alarm, &subscribed] {
            let answer = function.answer(message).await;
            assert_eq!(answer.status, 401);
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let expected =
                format!("its topic {TOPIC} is not one of `sns_topics` in the configuration\n");
            assert_eq!(text, expected);
            assert!(answer.headers.contains(&("www-authenticate", "Bearer".to_owned())));
        }
        assert_eq!(function.fetched(), [""; 0]);
        assert_eq!(function.incidents().await, (0, 0));
        let id = records::note("sns 1");
        assert_eq!(function.store.load(&[id], function.now).await.unwrap(), [None]);
    }
}

#[tokio::test]
async fn what_sns_has_not_signed_for_this_topic_within_an_hour_is_refused() {
    let function = Function::new(&format!("{TOPIC:?}")).await;
    let alarm = function.alarm("1", "ALARM", -60);
    let changed = |field: &str, value: &str| {
        let mut changed = alarm.clone();
        changed[field] = json!(value);
        changed
    };
    let without = |field: &str| {
        let mut changed = alarm.clone();
        changed[field] = Value::Null;
        changed
    };
    let old = function.now - SignedDuration::from_secs(3_601);
    let old = signed(message("Notification", "1", old, "{}"));
    let mut elsewhere =
        with_token(message("SubscriptionConfirmation", "0", function.now, "You have chosen"));
    elsewhere["SubscribeURL"] = json!("https://evil.example.com/?Action=ConfirmSubscription");
    for (message, why, fetches) in [
        (
            changed("SigningCertURL", "https://evil.example.com/a.pem"),
            "its SigningCertURL is none of SNS' certificates",
            0,
        ),
        (
            changed("SigningCertURL", "https://sns.us-east-1.amazonaws.com/a.pem"),
            "its SigningCertURL is none of SNS' certificates",
            0,
        ),
        (
            changed("SigningCertURL", "https://sns.eu-west-1.amazonaws.com/anything?x=1#f"),
            "its SigningCertURL is none of SNS' certificates",
            0,
        ),
        (
            changed("SigningCertURL", "http://sns.eu-west-1.amazonaws.com/a.pem"),
            "its SigningCertURL is none of SNS' certificates",
            0,
        ),
        (old, "its Timestamp is not within an hour of now", 0),
        (signed(elsewhere), "its SubscribeURL is not SNS' own", 0),
        (changed("Message", "{}"), "its signature is wrong", 1),
        (changed("Signature", "AAAA"), "its signature is wrong", 0),
        (changed("SignatureVersion", "1"), "its signature is wrong", 0),
        (changed("SignatureVersion", "3"), "its SignatureVersion is neither \"1\" nor \"2\"", 0),
        (without("Signature"), "it has no Signature", 0),
        (without("Timestamp"), "it has no Timestamp", 0),
        (without("SigningCertURL"), "it has no SigningCertURL", 0),
    ] {
        let told = function.posts(&message).await;
        assert_eq!(told, (401, format!("this is not taken for a message of SNS: {why}\n")));
        assert_eq!(function.fetched().len(), fetches, "{why}");
    }
    assert_eq!(function.incidents().await, (0, 0));
    // Unsigned parts play no role: neither what is added, …
    let mut with_more = alarm.clone();
    with_more["NewStateValue"] = json!("OK");
    with_more["AlarmName"] = json!("other");
    assert_eq!(outcome(&function.posts(&with_more).await), (202, "incident".to_owned()));
    // … nor a message that is none of SNS'.
    assert_eq!(function.posts(&json!({"Type": "Notification"})).await.0, 503, "no token is set");
}
