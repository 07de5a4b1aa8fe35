//! Texts, from queued to their end, and their callbacks.

use serde_json::json;

use super::*;

const FROM: (&str, &str) = ("From", "+15005550006");
const BODY: (&str, &str) = ("Body", "It is yours.");

/// Sends a text to alpha that asks for callbacks at `/status`; tells its SID.
async fn send(fixture: &Fixture) -> String {
    let status = format!("{PUBLIC}/status");
    let fields = [("To", ALPHA), FROM, BODY, ("StatusCallback", &status)];
    let (code, text) = fixture.ask("POST", "Messages.json", &fields).await;
    assert_eq!((code, &text["status"], &text["date_sent"]), (201, &"queued".into(), &Value::Null));
    text["sid"].as_str().expect("a SID").to_owned()
}

async fn fetch(fixture: &Fixture, sid: &str) -> Value {
    let (code, text) = fixture.ask("GET", &format!("Messages/{sid}.json"), &[]).await;
    assert_eq!(code, 200, "{text}");
    text
}

fn status_of(fixture: &Fixture, sid: &str) -> &'static str {
    let texts = fixture.twilio.texts();
    texts.iter().find(|text| text.sid == sid).map_or("(none)", |text| text.facts().status.name())
}

/// The status and the error code of each callback.
fn received(fixture: &Fixture) -> Vec<(String, String)> {
    let both = |received: &ReceivedCallback| {
        (received.field("MessageStatus").to_owned(), received.field("ErrorCode").to_owned())
    };
    fixture.received("/status").iter().map(both).collect()
}

fn pair(status: &str, code: &str) -> (String, String) {
    (status.to_owned(), code.to_owned())
}

#[tokio::test]
async fn text_is_sent_and_delivered_in_its_time() {
    let fixture = Fixture::new().await;
    // The receipt is an hour late: however slow the machine is, it is not there before the clock is pushed.
    let late = json!({"texts": "delivered", "after_ms": 3_600_000});
    fixture.twilio.set_behaviour(ALPHA, serde_json::from_value(late).expect("a behaviour"));
    let sid = send(&fixture).await;
    let created = fetch(&fixture, &sid).await["date_created"].clone();
    fixture.push(1);
    fixture.until("it is sent", || fixture.received("/status").len() == 1).await;
    let text = fetch(&fixture, &sid).await;
    assert_eq!((&text["status"], &text["error_code"]), (&"sent".into(), &Value::Null));
    fixture.push(3_600);
    fixture.until("it is delivered", || fixture.received("/status").len() == 2).await;
    let text = fetch(&fixture, &sid).await;
    assert_eq!((&text["status"], &text["date_created"]), (&"delivered".into(), &created));
    let time = |name: &str| {
        let text = text[name].as_str().expect("a time");
        jiff::fmt::rfc2822::parse(text).expect("RFC 2822").timestamp()
    };
    let (created, sent, updated) = (time("date_created"), time("date_sent"), time("date_updated"));
    assert!(created <= sent && sent < updated, "{text}");

    let callbacks = fixture.received("/status");
    for (callback, status) in callbacks.iter().zip(["sent", "delivered"]) {
        for (name, value) in [
            ("MessageSid", sid.as_str()),
            ("SmsSid", &sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("AccountSid", SANDBOX_ACCOUNT),
            FROM,
            ("To", ALPHA),
            ("ApiVersion", "2010-04-01"),
            ("MessagingServiceSid", "(none)"),
            ("ErrorCode", "(none)"),
        ] {
            assert_eq!(callback.field(name), value, "{name}");
        }
    }
    assert_eq!(callbacks[0].field("RawDlrDoneDate"), "(none)");
    let receipt = jiff::fmt::strtime::format("%y%m%d%H%M", updated).expect("a time");
    assert_eq!(callbacks[1].field("RawDlrDoneDate"), receipt);
}

#[tokio::test]
async fn phone_decides_the_outcome_of_a_text() {
    for (behaviour, status, code, callbacks) in [
        (
            json!({"texts": "undelivered"}),
            "undelivered",
            json!(30003),
            vec![("sent", "(none)"), ("undelivered", "30003")],
        ),
        (
            json!({"texts": "undelivered", "error_code": 30007}),
            "undelivered",
            json!(30007),
            vec![("sent", "(none)"), ("undelivered", "30007")],
        ),
        (
            json!({"does": "unreachable"}),
            "undelivered",
            json!(30005),
            vec![("sent", "(none)"), ("undelivered", "30005")],
        ),
        (json!({"texts": "failed"}), "failed", json!(30001), vec![("failed", "30001")]),
        (json!({"texts": "sent"}), "sent", Value::Null, vec![("sent", "(none)")]),
        (json!({"texts": "receipt-lost"}), "delivered", Value::Null, vec![("sent", "(none)")]),
    ] {
        let fixture = Fixture::new().await;
        let what = behaviour.to_string();
        fixture
            .twilio
            .set_behaviour(ALPHA, serde_json::from_value(behaviour).expect("a behaviour"));
        let sid = send(&fixture).await;
        fixture.push(60);
        fixture.until(&what, || status_of(&fixture, &sid) == status).await;
        fixture.until(&what, || received(&fixture).len() >= callbacks.len()).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let expected: Vec<_> = callbacks.iter().map(|(status, code)| pair(status, code)).collect();
        assert_eq!(received(&fixture), expected, "{what}");
        let text = fetch(&fixture, &sid).await;
        assert_eq!((&text["status"], &text["error_code"]), (&status.into(), &code), "{what}");
        assert!(text["date_sent"].is_string(), "{what}");
        let lost =
            String::from_utf8_lossy(&fixture.twilio.journal().body).contains("lost on purpose");
        assert_eq!(lost, what.contains("lost"), "{what}");
        let receipt = fixture.received("/status").pop().expect("a callback");
        assert_eq!(receipt.field("RawDlrDoneDate") != "(none)", status == "undelivered", "{what}");
    }
}

#[tokio::test]
async fn text_of_a_messaging_service_is_accepted_first_and_has_the_common_callback() {
    let fixture = Fixture::new().await;
    let faults = json!({"status_callback": format!("{PUBLIC}/status#rc=5&rp=5xx")}).to_string();
    fixture.twilio.set_faults(&faults.into()).expect("faults");
    let service = "MG00000000000000000000000000000001";
    let fields = [("To", ALPHA), ("MessagingServiceSid", service), BODY];
    let (_, text) = fixture.ask("POST", "Messages.json", &fields).await;
    assert_eq!((&text["status"], &text["from"]), (&"accepted".into(), &Value::Null));
    fixture.push(10);
    fixture.until("it is delivered", || received(&fixture).len() == 3).await;
    let statuses: Vec<String> = received(&fixture).into_iter().map(|(status, _)| status).collect();
    assert_eq!(statuses, ["queued", "sent", "delivered"]);
    for callback in fixture.received("/status") {
        assert_eq!(
            (callback.field("MessagingServiceSid"), callback.field("From")),
            (service, FROM.1)
        );
    }
    let text = fetch(&fixture, text["sid"].as_str().expect("a SID")).await;
    assert_eq!((&text["from"], &text["messaging_service_sid"]), (&FROM.1.into(), &service.into()));
}

#[tokio::test]
async fn wrong_text_gets_twilios_code() {
    let fixture = Fixture::new().await;
    let long = "a".repeat(1_601);
    for (fields, code) in [
        (vec![FROM, BODY], 21604),
        (vec![("To", "alpha"), FROM, BODY], 21211),
        (vec![("To", ALPHA), BODY], 21603),
        (vec![("To", ALPHA), FROM], 21602),
        (vec![("To", ALPHA), FROM, ("Body", &long)], 21617),
    ] {
        let (status, refused) = fixture.ask("POST", "Messages.json", &fields).await;
        assert_eq!((status, &refused["code"]), (400, &code.into()), "{fields:?}");
    }
    assert!(fixture.twilio.texts().is_empty());
}
