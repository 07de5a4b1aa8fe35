//! Calls that a Studio Flow places, over a wire that answers as told.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::domain::escalation::{CallEvent, Signal};
use crate::jobs::escalate::Effects;
use crate::jobs::escalate::testing::{Answers, EXECUTION, FLOW, KEY, Server};
use crate::storage::executions;

const CALL: &str = "CA00000000000000000000000000000001";

/// A Twilio whose n-th request for an Execution is answered so, and all others by `rest`.
fn twilio(
    begins: Vec<(u16, Value)>,
    rest: impl Fn(&str, &str) -> (u16, Value) + Send + Sync + 'static,
) -> Answers {
    let begins = Mutex::new(begins.into_iter());
    Arc::new(move |ask| match (ask.method, ask.url.rsplit_once("/Executions")) {
        ("POST", Some((_, ""))) => {
            let next = begins.lock().expect("answers").next();
            next.unwrap_or_else(|| (201, json!({"sid": "FN00000000000000000000000000000009"})))
        }
        (method, _) => rest(method, &ask.url),
    })
}

async fn server(answers: Answers) -> Server {
    let server = Server::of(&[("callback-key", KEY)], answers);
    server.alarm().await;
    server
}

fn begun() -> (u16, Value) {
    (201, json!({"sid": EXECUTION}))
}

fn ours(server_now: &str) -> Value {
    json!({"executions": [{"sid": EXECUTION, "status": "active", "contact_channel_address": "+15005550001",
                           "date_created": server_now}]})
}

const NOW: &str = "2030-03-17T17:46:40Z";

#[tokio::test]
async fn unknown_outcome_is_looked_for_and_never_repeated_blindly() {
    let server = server(twilio(vec![(500, json!({}))], |_, _| (200, ours(NOW)))).await;
    assert_eq!(server.was_asked(), ["POST Flows/FW/Executions", "GET Flows/FW/Executions"]);
    assert_eq!(server.incident().attempts[0].calls[0].sid, EXECUTION.into());
}

/// Wakes the server up so that it does what it may do again.
async fn goes_on(server: &Server, seconds: i64) {
    server.passes(seconds);
    server
        .escalate
        .transact(&server.incident().id, &[], Effects::Inline, server.now())
        .await
        .expect("a signal");
}

#[tokio::test]
async fn execution_that_was_not_found_is_begun_again() {
    let nothing = |_: &str, _: &str| (200, json!({"executions": []}));
    let server = server(twilio(vec![(0, Value::Null), begun()], nothing)).await;
    server.was_asked();
    goes_on(&server, 6).await;
    assert_eq!(server.was_asked(), ["GET Flows/FW/Executions", "POST Flows/FW/Executions"]);
    assert_eq!(server.incident().attempts[0].calls[0].sid, EXECUTION.into());
    assert_eq!(server.calls(), ["alpha None"]);
}

#[tokio::test]
async fn execution_that_is_begun_is_kept_with_its_incident_for_90_days() {
    let server = server(twilio(vec![begun()], |_, _| (200, ours(NOW)))).await;
    let kept =
        server.backend.store.record(&executions::incident(&EXECUTION.into())).expect("a record");
    assert_eq!(executions::read_incident(&kept), Some(server.incident().id));
    for (days, is_kept) in [(89, true), (91, false)] {
        let then = server.now() + SignedDuration::from_hours(days * 24);
        let found =
            server.escalate.store.load(&[executions::incident(&EXECUTION.into())], then).await;
        assert_eq!(found.expect("an answer")[0].is_some(), is_kept, "{days} days");
    }
    // What changes later says it no second time.
    goes_on(&server, 20).await;
    let again =
        server.backend.store.record(&executions::incident(&EXECUTION.into())).expect("a record");
    assert_eq!(again.revision, kept.revision);
}

#[tokio::test]
async fn person_in_an_execution_is_in_a_call() {
    let busy = (409, json!({"code": 20409, "message": "an Execution is active"}));
    let server = server(twilio(vec![busy], |_, _| (500, json!({})))).await;
    assert_eq!(server.calls(), ["alpha Some(InCall)", "bravo None"]);
    let line = "*alpha* is in another call: passed over for now";
    let sent = server.backend.queue.sent();
    assert!(sent.iter().any(|sent| sent.body.contains(line)), "{sent:?}");
}

#[tokio::test]
async fn in_doubt_a_409_may_be_our_own_execution() {
    let busy = (409, json!({}));
    // It is not in Twilio's list at once.
    let looks = Mutex::new(0);
    let list = move |_: &str, _: &str| {
        let mut looks = looks.lock().expect("a number");
        *looks += 1;
        (200, if *looks < 3 { json!({"executions": []}) } else { ours(NOW) })
    };
    let server = server(twilio(vec![(500, json!({})), busy], list)).await;
    goes_on(&server, 6).await;
    assert_eq!(server.calls(), ["alpha None"]);
    goes_on(&server, 6).await;
    assert_eq!(server.incident().attempts[0].calls[0].sid, EXECUTION.into());
    assert_eq!(server.calls(), ["alpha None"]);
}

#[tokio::test]
async fn in_doubt_or_not_a_409_is_believed_in_the_end() {
    let nothing = |_: &str, _: &str| (200, json!({"executions": []}));
    let busy = || (409, json!({}));
    let server = server(twilio(vec![(500, json!({})), busy(), busy()], nothing)).await;
    goes_on(&server, 6).await;
    assert_eq!(server.calls(), ["alpha None"]);
    goes_on(&server, 6).await;
    assert_eq!(server.calls(), ["alpha Some(InCall)", "bravo None"]);
}

#[tokio::test]
async fn flow_that_cannot_be_begun_is_refused_with_what_to_do() {
    let refused = (404, json!({"code": 20404, "message": "not found"}));
    let server = server(twilio(vec![refused], |_, _| (500, json!({})))).await;
    assert_eq!(server.calls(), ["alpha Some(Refused)", "bravo None"]);
    let told = format!("{:?}", server.incident().timeline);
    assert!(told.contains(&format!("there is no Flow {FLOW}; give the policy")), "{told}");
}

#[tokio::test]
async fn execution_that_has_reported_its_end_may_linger() {
    let busy = || (409, json!({}));
    let next = |n: u8| (201, json!({"sid": format!("FN{n:032}")}));
    let answers = vec![begun(), next(2), busy(), next(3)];
    let server = server(twilio(answers, |_, _| (500, json!({})))).await;
    for attempt in 1..=2 {
        let event = CallEvent::Ended(crate::domain::escalation::End::Busy);
        let signal = Signal::Call { attempt, call: None, event };
        server
            .escalate
            .transact(&server.incident().id, &[signal], Effects::Inline, server.now())
            .await
            .expect("a signal");
    }
    // alpha was called a moment ago: that they are in a call is our own doing.
    assert_eq!(server.calls(), ["alpha Some(Busy)", "bravo Some(Busy)", "alpha None"]);
    goes_on(&server, 3).await;
    assert_eq!(server.incident().attempts[2].calls.len(), 1);
}

/// The alarm recovers while the call rings.
async fn recovers(context: Value, calls: Value) -> Server {
    let server = server(twilio(vec![begun()], move |method, url| match method {
        "GET" if url.ends_with("/Context") => (200, json!({"context": context})),
        "GET" => (200, json!({"calls": calls})),
        _ => (200, json!({})),
    }))
    .await;
    server.was_asked();
    let key = server.incident().alarms[0].key.clone();
    let recovered = Signal::Recovered { key };
    server
        .escalate
        .transact(&server.incident().id, &[recovered], Effects::Inline, server.now())
        .await
        .expect("a signal");
    assert!(server.incident().attempts[0].ended_at.is_some());
    server
}

#[tokio::test]
async fn call_is_hung_up_with_its_execution() {
    let server = recovers(json!({"widgets": {"call": {"CallSid": CALL}}}), json!([])).await;
    let execution = format!("Flows/FW/Executions/{EXECUTION}");
    let expected = [
        format!("GET {execution}/Context"),
        format!("POST {execution}"),
        format!("POST Calls/{CALL}.json"),
    ];
    assert_eq!(server.was_asked(), expected);
}

#[tokio::test]
async fn call_that_its_execution_does_not_know_is_looked_for() {
    let call = |sid: &str, from: &str, status: &str| {
        json!({"sid": sid, "to": "+15005550001", "from": from, "status": status,
               "date_created": "Sun, 17 Mar 2030 17:46:41 +0000"})
    };
    let calls = json!([
        call(CALL, "+15005550006", "ringing"),
        call("CA2", "+15005550006", "completed"),
        call("CA3", "+15005550099", "ringing"),
    ]);
    let server = recovers(json!({"widgets": {}}), calls).await;
    let execution = format!("Flows/FW/Executions/{EXECUTION}");
    let expected = [
        format!("GET {execution}/Context"),
        format!("POST {execution}"),
        "GET Calls.json".to_owned(),
        format!("POST Calls/{CALL}.json"),
    ];
    assert_eq!(server.was_asked(), expected);
}

#[tokio::test]
async fn execution_is_polled_and_found_over() {
    let server = server(twilio(vec![begun()], |_, url| {
        (
            200,
            match url.ends_with("/Context") {
                true => json!({"context": {"widgets": {"call": {"CallStatus": "no-answer"}}}}),
                false => json!({"sid": EXECUTION, "status": "ended"}),
            },
        )
    }))
    .await;
    server.was_asked();
    server.passes(15);
    server
        .escalate
        .transact(&server.incident().id, &[Signal::Wake], Effects::Inline, server.now())
        .await
        .expect("a signal");
    let execution = format!("GET Flows/FW/Executions/{EXECUTION}");
    let asked = server.was_asked();
    assert_eq!(asked[..2], [execution.clone(), format!("{execution}/Context")]);
    assert_eq!(server.calls(), ["alpha Some(NoAnswer)", "bravo None"]);
}

#[tokio::test]
async fn active_execution_reports_nothing_new() {
    let server =
        server(twilio(vec![begun()], |_, _| (200, json!({"sid": EXECUTION, "status": "active"}))))
            .await;
    let id = server.incident().id;
    let call = Some(EXECUTION.into());
    let answered = Signal::Call { attempt: 1, call, event: CallEvent::Answered };
    server
        .escalate
        .transact(&id, &[answered], Effects::Deferred, server.now())
        .await
        .expect("a signal");
    server.passes(15);
    server
        .escalate
        .transact(&id, &[Signal::Wake], Effects::Inline, server.now())
        .await
        .expect("a signal");
    assert_eq!(server.calls(), ["alpha None"]);
    assert_eq!(server.incident().attempts[0].polled_at, Some(server.now()));
}
