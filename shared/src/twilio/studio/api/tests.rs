//! A wire that remembers what it carried, and answers what it was told to.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::secret::Secret;
use crate::testing::sample::phone;
use crate::twilio::rest::{Account, ApiRequest, TWILIO};

const FLOW: &str = "FW00000000000000000000000000000001";
const PHONE: &str = "+15005550001";

type Asked = Arc<Mutex<Vec<ApiRequest>>>;

/// An API that gives these answers, one after the other, and what it was asked.
fn api(base_url: &str, answers: Vec<(u16, Value)>) -> (Api, Asked) {
    let asked = Asked::default();
    let (seen, answers) = (asked.clone(), Mutex::new(answers.into_iter()));
    let account = Account {
        sid: "AC1".to_owned(),
        tokens: vec![Secret::new("token")],
        base_url: base_url.to_owned(),
    };
    let wire = Arc::new(move |ask: ApiRequest| {
        seen.lock().expect("a list").push(ask);
        let next = answers.lock().expect("answers").next();
        Box::pin(async move {
            match next {
                Some((0, _)) => ApiResponse::NoAnswer("nobody is there".to_owned()),
                Some((status, body)) => {
                    let body = Bytes::from(body.to_string());
                    ApiResponse::Answer { status, retry_after: None, body }
                }
                None => ApiResponse::NotSent("there is no answer left".to_owned()),
            }
        }) as _
    });
    (Api::new(account, wire), asked)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).expect("a time")
}

fn execution(sid: &str, second: i64, status: &str) -> Value {
    json!({"sid": sid, "status": status, "contact_channel_address": PHONE,
           "date_created": at(second).to_string(), "date_updated": at(second + 20).to_string()})
}

async fn begin(answers: Vec<(u16, Value)>) -> Result<Sid, NotBegun> {
    let (api, _) = api(TWILIO, answers);
    let flow = FLOW.into();
    Executions::of(&api, &flow)
        .begin(&phone(PHONE), &FromNumber::new("+15005550006"), &json!({}))
        .await
        .map(|begun| begun.sid)
}

#[tokio::test]
async fn execution_is_begun_where_studio_is() {
    for (base, url) in [
        (TWILIO, "https://studio.twilio.com"),
        ("https://api.twilio.com/", "https://studio.twilio.com"),
        ("http://127.0.0.1:1/sandbox/twilio", "http://127.0.0.1:1/sandbox/twilio"),
    ] {
        let (api, asked) = api(base, vec![(201, execution("FN1", 0, "active"))]);
        let parameters = json!({"say": "Hello \"you\""});
        let begun = Executions::of(&api, &FLOW.into())
            .begin(&phone(PHONE), &FromNumber::new("+15005550006"), &parameters)
            .await;
        assert_eq!(begun.map(|begun| begun.sid), Ok("FN1".into()));
        let ask = asked.lock().expect("a list").remove(0);
        assert_eq!((ask.method, ask.url), ("POST", format!("{url}/v2/Flows/{FLOW}/Executions")));
        let form = [
            ("To", PHONE.to_owned()),
            ("From", "+15005550006".to_owned()),
            ("Parameters", "{\"say\":\"Hello \\\"you\\\"\"}".to_owned()),
        ];
        assert_eq!(ask.form, form);
        let login = ask.authorization.expect("a log-in");
        assert_eq!(login.expose(), "Basic QUMxOnRva2Vu");
    }
}

#[tokio::test]
async fn why_one_is_not_begun() {
    let refused = |code: u64| json!({"code": code, "message": "No +15005550001"});
    let trouble = |told| match told {
        Err(NotBegun::ApiError(ApiError::Refused(why))) => why.text,
        told => panic!("{told:?}"),
    };
    assert_eq!(begin(vec![(409, refused(20409))]).await, Err(NotBegun::InCall));
    assert_eq!(begin(vec![(409, json!("not even an object"))]).await, Err(NotBegun::InCall));
    let unknown = trouble(begin(vec![(404, refused(20404))]).await);
    assert!(unknown.starts_with("Twilio 20404 No +…0001: there is no Flow FW"), "{unknown}");
    for code in [20001, 81000] {
        let unpublished = trouble(begin(vec![(400, refused(code))]).await);
        assert!(unpublished.contains("published, and does it begin with"), "{unpublished}");
    }
    assert_eq!(trouble(begin(vec![(401, refused(20003))]).await), "Twilio 20003 No +…0001");
    assert_eq!(trouble(begin(vec![(400, refused(21211))]).await), "Twilio 21211 No +…0001");
    for (status, expected) in [(0, true), (500, true), (429, false)] {
        let told = begin(vec![(status, json!({}))]).await;
        let unknown = matches!(told, Err(NotBegun::ApiError(ApiError::Unknown(_))));
        assert_eq!(unknown, expected, "{told:?}");
    }
}

#[tokio::test]
async fn what_may_have_been_begun_is_found() {
    let mut other = execution("FN5", 3, "active");
    other["contact_channel_address"] = json!("+15005550002");
    let mut undated = execution("FN6", 3, "active");
    undated["date_created"] = Value::Null;
    let list = json!({"meta": {}, "executions": [
        execution("FN1", -60, "active"), execution("FN2", 1, "active"), execution("FN3", 2, "active"),
        execution("FN4", -15, "ended"), other, undated, execution("FN7", 0, "ended"),
    ]});
    let (api, asked) = api(TWILIO, vec![(200, list)]);
    let found = Executions::of(&api, &FLOW.into())
        .find(&phone(PHONE), at(-20), at(10), &[&"FN2".into()])
        .await;
    let found: Vec<Sid> = found.expect("a list").into_iter().map(|found| found.sid).collect();
    assert_eq!(found, ["FN3", "FN6", "FN7"].map(Sid::from));
    let url = asked.lock().expect("a list").remove(0).url;
    assert!(
        url.ends_with("/Executions?DateCreatedFrom=2030-03-17T17%3A46%3A20Z&PageSize=100"),
        "{url}"
    );
}

#[tokio::test]
async fn one_is_ended_once_and_for_all() {
    let refused = json!({"code": 20003, "message": "no"});
    let (active, ended) = (execution("FN1", 0, "active"), execution("FN1", 0, "ended"));
    for (answers, expected) in [
        (vec![(200, ended.clone())], Some(true)),
        (vec![(404, json!({})), (404, json!({}))], Some(true)),
        (vec![(400, refused.clone()), (200, ended)], Some(true)),
        (vec![(400, refused.clone()), (200, active)], Some(false)),
        (vec![(401, refused.clone()), (401, refused)], Some(false)),
        (vec![(0, json!({}))], None),
    ] {
        let (api, _) = api(TWILIO, answers.clone());
        let told = Executions::of(&api, &FLOW.into()).end(&"FN1".into()).await;
        let expected = match expected {
            Some(true) => told.is_ok(),
            Some(false) => matches!(told, Err(ApiError::Later(..))),
            None => matches!(told, Err(ApiError::Unknown(_))),
        };
        assert!(expected, "{answers:?}: {told:?}");
    }
}

#[tokio::test]
async fn what_is_unknown_is_no_trouble_and_a_refusal_is() {
    let (api, _) = api(TWILIO, vec![(404, json!({})), (404, json!({})), (403, json!({}))]);
    let of = FLOW.into();
    let flow = Executions::of(&api, &of);
    assert!(flow.look_up(&"FN1".into()).await.is_ok_and(|found| found.is_none()));
    assert_eq!(flow.context(&"FN1".into()).await, Ok(Context::default()));
    assert!(matches!(flow.context(&"FN1".into()).await, Err(ApiError::Later(..))));
}

#[tokio::test]
async fn execution_that_a_person_ends_was_active_or_was_not() {
    let (active, ended) = (execution("FN1", 0, "active"), execution("FN1", 0, "ended"));
    let refused = |code: u64| json!({"code": code, "message": "no"});
    let rejection = |code, text: &str| {
        Err(ApiError::Refused(Rejection { code: Some(code), text: text.to_owned() }))
    };
    for (answers, expected, requests) in [
        (vec![(200, active.clone()), (200, ended.clone())], Ok(EndOutcome::Ended), 2),
        (vec![(200, ended.clone())], Ok(EndOutcome::EndedBefore), 1),
        (vec![(404, refused(20404))], Ok(EndOutcome::Unknown), 1),
        (vec![(200, active.clone()), (200, active.clone())], Ok(EndOutcome::Active), 2),
        // It ended meanwhile.
        (
            vec![(200, active.clone()), (409, refused(20409)), (200, ended)],
            Ok(EndOutcome::EndedBefore),
            3,
        ),
        (
            vec![(200, active.clone()), (400, refused(20001)), (200, active.clone())],
            rejection(20001, "Twilio 20001 no"),
            3,
        ),
        (vec![(401, refused(20003))], rejection(20003, "Twilio 20003 no"), 1),
        (
            vec![(200, active), (500, json!({}))],
            Err(ApiError::Unknown("Twilio answered 500".to_owned())),
            2,
        ),
    ] {
        let (api, asked) = api(TWILIO, answers);
        assert_eq!(Executions::of(&api, &FLOW.into()).end_active(&"FN1".into()).await, expected);
        assert_eq!(asked.lock().expect("a list").len(), requests, "{expected:?}");
    }
}
