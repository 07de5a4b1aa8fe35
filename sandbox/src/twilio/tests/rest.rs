//! The REST API, and what goes wrong with it on purpose.

use super::*;

const TWIML: (&str, &str) = ("Twiml", "<Response/>");
const FROM: (&str, &str) = ("From", "+15005550006");

fn faults(fixture: &Fixture, json: &'static str) {
    fixture.twilio.set_faults(&json.into()).expect("faults");
}

#[tokio::test]
async fn wrong_request_gets_twilios_code() {
    let fixture = Fixture::new().await;
    for (fields, code) in [
        (vec![], 21211),
        (vec![("To", "call me"), FROM, TWIML], 21211),
        (vec![("To", "+0123456789"), FROM, TWIML], 21211),
        (vec![("To", ALPHA), TWIML], 21213),
        (vec![("To", ALPHA), FROM], 21205),
        (vec![("To", ALPHA), FROM, ("Url", "/relative")], 21205),
    ] {
        let (status, body) = fixture.ask("POST", "Calls.json", &fields).await;
        assert_eq!(
            (status, &body["code"], &body["status"]),
            (400, &code.into(), &400.into()),
            "{fields:?}"
        );
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        assert_eq!(body["more_info"], more);
    }
    for path in ["Calls/CA1.json", "Calls/.json", "Messages/SM1.json", "Nothing.json", "Calls"] {
        let (status, body) = fixture.ask("GET", path, &[]).await;
        assert_eq!((status, &body["code"]), (404, &20404.into()), "{path}");
    }
    for who in ["", "AC2:a-token", "AC00000000000000000000000000000001:wrong", "SK1:a-token"] {
        let (status, body) = fixture.ask_as(who, "GET", "Calls.json", &[]).await;
        assert_eq!((status, &body["code"]), (401, &20003.into()), "{who}");
    }
    assert!(fixture.twilio.calls().is_empty());
}

#[tokio::test]
async fn calls_are_listed_newest_first_by_their_filters() {
    let fixture = Fixture::new().await;
    let (first, second) = (fixture.call(&[]).await, fixture.call(&[]).await);
    let today = fixture.twilio.now().to_string();
    let today = today.get(..10).expect("a date");
    let list = async |filters: &[(&str, &str)]| {
        let (_, body) = fixture.ask("GET", "Calls.json", filters).await;
        let calls = body["calls"].as_array().expect("a list").clone();
        calls.iter().map(|call| call["sid"].as_str().expect("a SID").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&[("To", ALPHA), ("StartTime", today)]).await, [second.clone(), first.clone()]);
    assert_eq!(
        list(&[("StartTime>", today), ("PageSize", "1")]).await,
        std::slice::from_ref(&second)
    );
    assert_eq!(list(&[("PageSize", "1"), ("Page", "1")]).await, std::slice::from_ref(&first));
    assert_eq!(list(&[("Status", "ringing")]).await, [first]);
    for none in [("To", "+15005550002"), ("StartTime", "2020-01-01"), ("StartTime<", "2020-01-01")]
    {
        assert!(list(&[none]).await.is_empty(), "{none:?}");
    }
    let (_, call) = fixture.ask("GET", &format!("Calls/{second}.json"), &[]).await;
    assert_eq!((&call["sid"], &call["status"]), (&second.into(), &"busy".into()));
    assert!(call["date_created"].as_str().is_some_and(|date| date.ends_with(" +0000")), "{call}");
}

#[tokio::test]
async fn faults_happen_on_purpose_and_are_journaled() {
    let fixture = Fixture::new().await;
    let fields = [("To", ALPHA), FROM, TWIML];
    faults(&fixture, r#"{"fail_before_placing": {"times": 1}}"#);
    assert_eq!(fixture.ask("POST", "Calls.json", &fields).await.0, 500);
    assert_eq!(fixture.twilio.calls().len(), 0);
    faults(&fixture, r#"{"fail_after_placing": true}"#);
    assert_eq!(fixture.ask("POST", "Calls.json", &fields).await.0, 500);
    assert_eq!(fixture.twilio.calls().len(), 1);
    faults(&fixture, r#"{"refuse_calls": {"status": 429, "code": 20429}}"#);
    let (status, body) = fixture.ask("POST", "Calls.json", &fields).await;
    assert_eq!((status, &body["code"]), (429, &20429.into()));
    let journal: Value = serde_json::from_slice(&fixture.twilio.journal().body).expect("JSON");
    let statuses: Vec<_> =
        journal["requests"].as_array().expect("a list").iter().map(|r| &r["status"]).collect();
    assert_eq!(statuses, [500, 500, 429]);
}

#[tokio::test]
async fn callbacks_are_lost_doubled_late_and_out_of_order_on_purpose() {
    for (json, expected) in [
        (r#"{"lose_all_callbacks": true}"#, vec![]),
        (
            r#"{"double": 100}"#,
            vec!["initiated", "initiated", "ringing", "ringing", "no-answer", "no-answer"],
        ),
        (r#"{"reorder": 100}"#, vec!["ringing", "initiated", "no-answer"]),
        (r#"{"callback_delay_ms": 5000}"#, vec!["initiated", "ringing", "no-answer"]),
    ] {
        let fixture = Fixture::new().await;
        faults(&fixture, json);
        let sid = fixture.call(&[("Timeout", "10")]).await;
        if json.contains("delay") {
            tokio::time::sleep(Duration::from_millis(30)).await;
            assert!(fixture.received("/status").is_empty(), "they are late");
        }
        fixture.push(10);
        fixture.until_status(&sid, "no-answer").await;
        fixture.push(60);
        assert_eq!(fixture.until_callbacks(expected.len()).await, expected, "{json}");
        let lost = String::from_utf8_lossy(&fixture.twilio.journal().body)
            .matches("lost on purpose")
            .count();
        assert_eq!(lost > 0, json.contains("lose"), "{json}");
    }
}
