use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::CallResponse;
use super::*;
use crate::domain::escalation::State;
use crate::jobs::escalate::testing::{EXECUTION, FLOW, KEY, Server};
use crate::secret::Secret;
use crate::testing::Fault;
use crate::twilio::studio::callback_token::mint;

/// A server whose first call was placed.
async fn server() -> Server {
    server_with(&[("callback-key", KEY)]).await
}

async fn server_with(secrets: &[(&str, &str)]) -> Server {
    let server = Server::of(secrets, Arc::new(|_| (201, json!({"sid": EXECUTION}))));
    server.alarm().await;
    server
}

/// The token that the first call got: it is among what Twilio was told.
fn token(server: &Server) -> String {
    let asked = server.asked.lock().expect("a list");
    let (_, parameters) =
        asked[0].form.iter().find(|(name, _)| *name == "Parameters").expect("one");
    let parameters: Value = serde_json::from_str(parameters).expect("JSON");
    let (id, base) = (server.incident().id, "https://ringdown.example.com");
    assert_eq!(parameters["report_url"], format!("{base}/twilio/studio/{id}/1"));
    assert!(parameters["say"].as_str().is_some_and(|say| say.contains("Press 1")));
    parameters["token"].as_str().expect("a token").to_owned()
}

fn request(path: &str, body: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        ..Request::default()
    }
}

/// What this report is answered: status, words, whether a key is asked for.
async fn send_report(server: &Server, token: &str, report: &str) -> (u16, String, bool) {
    let path = format!("/twilio/studio/{}/1", server.incident().id);
    let body = format!("token={token}&{report}&execution={EXECUTION}&call=");
    match server.escalate.handle_call(&request(&path, &body), server.now()).await {
        Ok(CallResponse { response: answer, .. }) => {
            let said: Value = serde_json::from_slice(&answer.body).expect("JSON");
            assert_eq!(answer.headers, [("content-type", "application/json".to_owned())]);
            let text = said["say"].as_str().expect("words").to_owned();
            (answer.status, text, said["again"].as_bool().expect("a truth"))
        }
        Err(error) => (error.status(), error.to_string(), false),
    }
}

#[tokio::test]
async fn menu_is_read_twice_and_then_it_is_over() {
    let server = server().await;
    let token = token(&server);
    let (_, menu, again) = send_report(&server, &token, "outcome=answered").await;
    assert!(again && menu.starts_with("Hello alpha, this is Ringdown."), "{menu}");
    assert!(server.incident().attempts[0].answered_at.is_some());
    let twice = send_report(&server, &token, "outcome=no-key&reading=1").await;
    assert_eq!(twice, (200, menu.clone(), true));
    let last = send_report(&server, &token, "outcome=no-key&reading=2").await;
    let words = "No key was pressed. The next person is called. Good bye.";
    assert_eq!(last, (200, words.to_owned(), false));
    assert_eq!(server.calls(), ["alpha None"]);
}

#[tokio::test]
async fn another_key_reads_the_menu_once_more() {
    let server = server().await;
    let token = token(&server);
    let (_, menu, _) = send_report(&server, &token, "outcome=answered").await;
    let other = send_report(&server, &token, "outcome=key&digits=7&reading=1").await;
    assert_eq!(other, (200, format!("That key means nothing here. {menu}"), true));
    let (_, last, again) = send_report(&server, &token, "outcome=key&digits=%23&reading=2").await;
    assert!(!again && last.starts_with("That key means nothing here. The next"), "{last}");
}

#[tokio::test]
async fn key_is_written_first_and_the_stored_result_is_spoken() {
    let server = server().await;
    let token = token(&server);
    let (_, words, again) = send_report(&server, &token, "outcome=key&digits=1&reading=1").await;
    assert!(!again && words.starts_with("Thank you. It is yours."), "{words}");
    assert_eq!(server.incident().state(), State::Taken);
    // Once more, since its answer may have been lost.
    let again = send_report(&server, &token, "outcome=key&digits=1&reading=1").await;
    assert_eq!(again, (200, words, false));
    // The text message is left to whoever is woken for it.
    assert!(server.was_asked().iter().all(|asked| !asked.contains("Messages")));
    assert!(server.backend.queue.sent().iter().any(|sent| sent.body.contains("nudge")));
}

#[tokio::test]
async fn key_two_passes_the_incident_on() {
    let server = server().await;
    let token = token(&server);
    let (_, words, again) = send_report(&server, &token, "outcome=key&digits=2&reading=2").await;
    assert!(!again && words.starts_with("All right."), "{words}");
    assert_eq!(server.calls(), ["alpha Some(Declined)", "bravo None"]);
    let late = send_report(&server, &token, "outcome=key&digits=1&reading=1").await;
    assert!(late.1.starts_with("Thank you. It is yours."), "{}", late.1);
}

#[tokio::test]
async fn without_a_conversation_the_next_person_is_called_at_once() {
    for (outcome, became) in [("busy", "Busy"), ("no-answer", "NoAnswer"), ("failed", "Failed")] {
        let server = server().await;
        let token = token(&server);
        server.was_asked();
        let told = send_report(&server, &token, &format!("outcome={outcome}")).await;
        assert_eq!(told, (200, String::new(), false));
        assert_eq!(server.calls(), [format!("alpha Some({became})"), "bravo None".to_owned()]);
        assert_eq!(server.was_asked(), ["POST Flows/FW/Executions"]);
    }
}

#[tokio::test]
async fn without_its_token_nothing_is_believed() {
    let server = server().await;
    let good = token(&server);
    let before = server.incident();
    let (key, id, at) = (Secret::new(KEY), before.id.clone(), server.now());
    let later = at.checked_add(jiff::SignedDuration::from_mins(5)).expect("a time");
    let forged = [
        String::new(),
        "1".to_owned(),
        format!("{good}0"),
        mint(&key, &id, 2, later),
        mint(&key, &format!("{id}x").as_str().into(), 1, later),
        mint(&Secret::new("another"), &id, 1, later),
        mint(&key, &id, 1, at),
    ];
    for token in &forged {
        let (status, ..) = send_report(&server, token, "outcome=key&digits=1").await;
        assert_eq!(status, 403, "{token}");
    }
    // Before it is verified, nothing of it is judged.
    assert_eq!(send_report(&server, "x", "outcome=nonsense").await.0, 403);
    assert_eq!(send_report(&server, &good, "outcome=nonsense").await.0, 400);
    assert_eq!(server.incident(), before);
    server.passes(3_601);
    assert_eq!(send_report(&server, &good, "outcome=key&digits=1").await.0, 403);
}

#[tokio::test]
async fn missing_set_up_is_reported() {
    let none = server_with(&[]).await;
    let (status, why, _) = send_report(&none, "x", "outcome=answered").await;
    assert!(status == 503 && why.contains("CALLBACK_KEY"), "{why}");
}

#[tokio::test]
async fn without_a_callback_key_the_call_is_refused_and_says_why() {
    let server = server_with(&[]).await;
    let told: Vec<String> = server
        .incident()
        .timeline
        .entries
        .iter()
        .map(|entry| format!("{:?}", entry.event))
        .collect();
    let why = "not set up: CALLBACK_KEY (the parameter callback-key) is missing";
    assert!(told.iter().any(|told| told.contains("Refused") && told.contains(why)), "{told:?}");
    assert_eq!(server.was_asked(), Vec::<String>::new());
}

#[tokio::test]
async fn unknown_call_is_answered_in_words() {
    let server = server().await;
    let later = server.now().checked_add(jiff::SignedDuration::from_mins(5)).expect("a time");
    for id in ["default-20200101-000000-000", "nonsense"] {
        let token = mint(&Secret::new(KEY), &id.into(), 1, later);
        let body = format!("token={token}&outcome=answered");
        let answer = server
            .escalate
            .handle_call(&request(&format!("/twilio/studio/{id}/1"), &body), server.now())
            .await;
        let said = String::from_utf8_lossy(&answer.expect("an answer").response.body).into_owned();
        assert!(said.contains("no longer on record") && said.contains("\"again\":false"), "{said}");
    }
}

#[tokio::test]
async fn report_may_come_before_the_answer_that_names_its_execution() {
    let server = Server::of(
        &[("callback-key", KEY)],
        Arc::new(|ask| match ask.method {
            "POST" => (0, Value::Null),
            _ => (200, json!({"executions": []})),
        }),
    );
    server.alarm().await;
    let token = token(&server);
    send_report(&server, &token, "outcome=answered").await;
    let attempt = server.incident().attempts.remove(0);
    assert_eq!(
        (attempt.calls[0].sid.as_str(), attempt.with.flow_sid()),
        (EXECUTION, Some(&FLOW.into()))
    );
}

#[tokio::test(start_paused = true)]
async fn slow_backend_has_the_flow_try_again() {
    let server = server().await;
    let token = token(&server);
    server.backend.store.fail_loads(Fault::Hang);
    let began = Instant::now();
    assert_eq!(send_report(&server, &token, "outcome=key&digits=1").await.0, 503);
    assert!(began.elapsed() < Duration::from_secs(5));
}
