use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::jobs::escalate::testing::{Answers, Fixture, Server};
use crate::storage::{Processed, sign_in::try_code};
use crate::testing::{MemoryBackend, Parameters, sample::at};

const BROWSER: &str = "a browser's own key";

fn fine() -> Answers {
    Arc::new(|_| (201, json!({"sid": "SM1", "ok": true})))
}

/// A Twilio that takes no texts, and a Slack that says this.
fn no_texts(slack: Value) -> Answers {
    Arc::new(move |request| match request.url.contains("twilio.com") {
        true => (400, json!({"code": 21610, "message": "+15005550001 has blocked us"})),
        false => (200, slack.clone()),
    })
}

async fn asks(server: &Server, person: &str, second: i64) {
    ask_and_take(&server.escalate, &server.backend, person, second).await;
}

async fn ask_and_take(
    escalate: &super::super::Escalate,
    backend: &MemoryBackend,
    person: &str,
    second: i64,
) {
    let (store, queue) = (&backend.store, &backend.queue);
    let asked = ask_for_code(store, queue, person.to_owned(), BROWSER.to_owned(), at(second));
    assert!(asked.await.expect("asked"));
    for sent in backend.queue.take() {
        let message = sent.message();
        assert!(!message.body.contains("500555"), "{}", message.body);
        assert_eq!(escalate.process(&message, at(second)).await, Processed::Done);
        // It may come twice.
        assert_eq!(escalate.process(&message, at(second)).await, Processed::Done);
    }
}

/// The texts and posts that were sent: to whom, and what.
fn sent(server: &Server) -> Vec<(String, String)> {
    let asked = std::mem::take(&mut *server.asked.lock().expect("a list"));
    let value = |form: &[(&'static str, String)], names: [&str; 2]| {
        let found = form.iter().find(|(name, _)| names.contains(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let all = asked
        .iter()
        .map(|one| (value(&one.form, ["To", "channel"]), value(&one.form, ["Body", "text"])));
    all.collect()
}

async fn opens(server: &Server, person: &str, text: &str, second: i64) -> bool {
    let digits = Digits::read(&text[..6]).expect("six digits");
    let store = &server.backend.store;
    try_code(store, person, BROWSER, &digits, at(second)).await.expect("tried")
}

#[tokio::test]
async fn code_is_texted_once_and_opens_once() {
    let server = Server::of(&[], fine());
    asks(&server, "alpha", 0).await;
    let texts = sent(&server);
    let [(to, text)] = &texts[..] else { panic!("{texts:?}") };
    assert_eq!(to, "+15005550001");
    assert!(text.ends_with(" is your code for Ringdown. It is good for 5 minutes."), "{text}");
    assert!(!opens(&server, "bravo", text, 1).await);
    assert!(opens(&server, "alpha", text, 1).await);
    assert!(!opens(&server, "alpha", text, 2).await);
}

#[tokio::test]
async fn code_is_in_no_queue_and_not_in_the_store() {
    let server = Server::of(&[], fine());
    asks(&server, "alpha", 0).await;
    let (_, text) = sent(&server).remove(0);
    for partition in ["sign-in#codes", "sign-in#limits"] {
        let records = server.backend.store.records(partition);
        assert!(!records.is_empty(), "{partition}");
        for record in records {
            let body = record.body;
            assert!(
                !body.contains(&format!("\"{}", &text[..6])) && !body.contains(BROWSER),
                "{body}"
            );
        }
    }
    assert!(server.backend.queue.take().is_empty());
}

#[tokio::test]
async fn unknown_name_is_asked_for_like_any_other_and_sends_nothing() {
    let server = Server::of(&[], fine());
    asks(&server, "nobody", 0).await;
    assert_eq!(sent(&server), []);
    let long = ask_for_code(
        &server.backend.store,
        &server.backend.queue,
        "x".repeat(MAX_NAME_BYTES + 1),
        BROWSER.to_owned(),
        at(0),
    );
    assert_eq!(long.await.expect_err("refused").status(), 400);
}

#[tokio::test]
async fn fourth_code_of_an_hour_is_not_sent() {
    let server = Server::of(&[], fine());
    for second in 0..5 {
        asks(&server, "alpha", second).await;
    }
    assert_eq!(sent(&server).len(), 3);
    asks(&server, "bravo", 6).await;
    assert_eq!(sent(&server).len(), 1, "it is the person's limit");
    asks(&server, "alpha", 3_600).await;
    assert_eq!(sent(&server).len(), 1);
}

#[tokio::test]
async fn sixty_requests_an_hour_are_queued() {
    let server = Server::of(&[], fine());
    let (store, queue) = (&server.backend.store, &server.backend.queue);
    let mut taken = 0;
    for second in 0..100 {
        let ask = ask_for_code(store, queue, "x".to_owned(), BROWSER.to_owned(), at(second));
        taken += usize::from(ask.await.expect("asked"));
    }
    assert_eq!((taken, queue.take().len()), (60, 60));
}

const BOT: [(&str, &str); 1] = [("slack/bot-token", "xoxb-1")];

/// A server whose alpha has a member id.
fn with_member(answers: Answers) -> Server {
    let config = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\nslack = \"U0000001\"\n\
                  [[policies]]\nname = \"default\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\n";
    let secrets = [("config/main", config), BOT[0]];
    Server::of(&secrets, answers)
}

#[tokio::test]
async fn code_goes_to_slack_where_no_text_can_be_sent() {
    let server = with_member(no_texts(json!({"ok": true, "channel": "D1", "ts": "1.2"})));
    asks(&server, "alpha", 0).await;
    let sent = sent(&server);
    assert_eq!((sent.len(), sent[1].0.as_str()), (2, "U0000001"), "{sent:?}");
    assert_eq!(sent[0].1, sent[1].1, "the same code");
    assert!(opens(&server, "alpha", &sent[1].1, 1).await);
}

#[tokio::test]
async fn person_who_cannot_be_reached_costs_one_try_each() {
    for (server, requests) in [
        (Server::of(&BOT, no_texts(json!({"ok": true}))), 1),
        (with_member(no_texts(json!({"ok": false, "error": "user_not_found"}))), 2),
    ] {
        asks(&server, "alpha", 0).await;
        assert_eq!(sent(&server).len(), requests);
    }
    let bare = [("config/main", "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n")];
    let Fixture { escalate, backend, .. } = Fixture::new(Parameters::of(&bare), at(0));
    ask_and_take(&escalate, &backend, "alpha", 0).await;
}
