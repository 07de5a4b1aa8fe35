use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::app::kit::{EXECUTION, FLOW, House, KEY};
use crate::escalation::State;
use crate::secret::Secret;
use crate::twilio::studio::capability::mint;

/// A house whose first call was placed.
async fn house() -> House {
    house_with(&[("callback-key", KEY)]).await
}

async fn house_with(secrets: &[(&str, &str)]) -> House {
    let house = House::of(secrets, Arc::new(|_| (201, json!({"sid": EXECUTION}))));
    house.alarm().await;
    house
}

/// The token that the first call got: it is among what Twilio was told.
fn token(house: &House) -> String {
    let asked = house.asked.lock().expect("a list");
    let (_, parameters) =
        asked[0].form.iter().find(|(name, _)| *name == "Parameters").expect("one");
    let parameters: Value = serde_json::from_str(parameters).expect("JSON");
    let (id, base) = (house.incident().id, "https://ringdown.example.com");
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
async fn told(house: &House, token: &str, report: &str) -> (u16, String, bool) {
    let path = format!("/twilio/studio/{}/1", house.incident().id);
    let body = format!("token={token}&{report}&execution={EXECUTION}&call=");
    match house.app.answer_twilio(&request(&path, &body)).await {
        Ok(answer) => {
            let said: Value = serde_json::from_slice(&answer.body).expect("JSON");
            assert_eq!(answer.headers, [("content-type", "application/json".to_owned())]);
            let text = said["say"].as_str().expect("words").to_owned();
            (answer.status, text, said["again"].as_bool().expect("a truth"))
        }
        Err(error) => (error.status(), error.to_string(), false),
    }
}

#[tokio::test]
async fn the_menu_is_read_twice_and_then_it_is_over() {
    let house = house().await;
    let token = token(&house);
    let (_, menu, again) = told(&house, &token, "outcome=answered").await;
    assert!(again && menu.starts_with("Hello alpha, this is Ringdown."), "{menu}");
    assert!(house.incident().attempts[0].answered_at.is_some());
    let twice = told(&house, &token, "outcome=no-key&reading=1").await;
    assert_eq!(twice, (200, menu.clone(), true));
    let last = told(&house, &token, "outcome=no-key&reading=2").await;
    let words = "No key was pressed. The next person is called. Good bye.";
    assert_eq!(last, (200, words.to_owned(), false));
    assert_eq!(house.calls(), ["alpha None"]);
}

#[tokio::test]
async fn another_key_reads_the_menu_once_more() {
    let house = house().await;
    let token = token(&house);
    let (_, menu, _) = told(&house, &token, "outcome=answered").await;
    let other = told(&house, &token, "outcome=key&digits=7&reading=1").await;
    assert_eq!(other, (200, format!("That key means nothing here. {menu}"), true));
    let (_, last, again) = told(&house, &token, "outcome=key&digits=%23&reading=2").await;
    assert!(!again && last.starts_with("That key means nothing here. The next"), "{last}");
}

#[tokio::test]
async fn a_key_is_written_first_and_the_stored_result_is_spoken() {
    let house = house().await;
    let token = token(&house);
    let (_, words, again) = told(&house, &token, "outcome=key&digits=1&reading=1").await;
    assert!(!again && words.starts_with("Thank you. It is yours."), "{words}");
    assert_eq!(house.incident().state(), State::Taken);
    // Once more, since its answer may have been lost.
    let again = told(&house, &token, "outcome=key&digits=1&reading=1").await;
    assert_eq!(again, (200, words, false));
    // The text message is left to whoever is woken for it.
    assert!(house.was_asked().iter().all(|asked| !asked.contains("Messages")));
    assert!(house.room.sent.lock().expect("a room").iter().any(|(_, body)| body.contains("nudge")));
}

#[tokio::test]
async fn two_passes_it_on() {
    let house = house().await;
    let token = token(&house);
    let (_, words, again) = told(&house, &token, "outcome=key&digits=2&reading=2").await;
    assert!(!again && words.starts_with("All right."), "{words}");
    assert_eq!(house.calls(), ["alpha Some(Declined)", "bravo None"]);
    let late = told(&house, &token, "outcome=key&digits=1&reading=1").await;
    assert!(late.1.starts_with("Thank you. It is yours."), "{}", late.1);
}

#[tokio::test]
async fn without_a_conversation_the_next_person_is_called_at_once() {
    for (outcome, became) in [("busy", "Busy"), ("no-answer", "NoAnswer"), ("failed", "Failed")] {
        let house = house().await;
        let token = token(&house);
        house.was_asked();
        let told = told(&house, &token, &format!("outcome={outcome}")).await;
        assert_eq!(told, (200, String::new(), false));
        assert_eq!(house.calls(), [format!("alpha Some({became})"), "bravo None".to_owned()]);
        assert_eq!(house.was_asked(), ["POST Flows/FW/Executions"]);
    }
}

#[tokio::test]
async fn without_its_token_nothing_is_believed() {
    let house = house().await;
    let good = token(&house);
    let before = house.incident();
    let (key, id, at) = (Secret::new(KEY), before.id.clone(), house.now());
    let later = at.checked_add(jiff::SignedDuration::from_mins(5)).expect("a time");
    let forged = [
        String::new(),
        "1".to_owned(),
        format!("{good}0"),
        mint(&key, &id, 2, later),
        mint(&key, &format!("{id}x"), 1, later),
        mint(&Secret::new("another"), &id, 1, later),
        mint(&key, &id, 1, at),
    ];
    for token in &forged {
        let (status, ..) = told(&house, token, "outcome=key&digits=1").await;
        assert_eq!(status, 403, "{token}");
    }
    // Before it is verified, nothing of it is judged.
    assert_eq!(told(&house, "x", "outcome=nonsense").await.0, 403);
    assert_eq!(told(&house, &good, "outcome=nonsense").await.0, 400);
    assert_eq!(house.incident(), before);
    house.passes(3_601);
    assert_eq!(told(&house, &good, "outcome=key&digits=1").await.0, 403);
}

#[tokio::test]
async fn what_is_not_set_up_is_told_so() {
    let none = house_with(&[]).await;
    let (status, why, _) = told(&none, "x", "outcome=answered").await;
    assert!(status == 503 && why.contains("CALLBACK_KEY"), "{why}");
}

#[tokio::test]
async fn without_a_callback_key_the_call_is_refused_and_says_why() {
    let house = house_with(&[]).await;
    let told: Vec<String> = house
        .incident()
        .timeline
        .entries
        .iter()
        .map(|entry| format!("{:?}", entry.event))
        .collect();
    let why = "not set up: CALLBACK_KEY (the parameter callback-key) is missing";
    assert!(told.iter().any(|told| told.contains("Refused") && told.contains(why)), "{told:?}");
    assert_eq!(house.was_asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_nobody_knows_is_answered_in_words() {
    let house = house().await;
    let later = house.now().checked_add(jiff::SignedDuration::from_mins(5)).expect("a time");
    for id in ["default-20200101-000000-000", "nonsense"] {
        let token = mint(&Secret::new(KEY), id, 1, later);
        let body = format!("token={token}&outcome=answered");
        let answer =
            house.app.answer_twilio(&request(&format!("/twilio/studio/{id}/1"), &body)).await;
        let said = String::from_utf8_lossy(&answer.expect("an answer").body).into_owned();
        assert!(
            said.contains("nothing that I know of") && said.contains("\"again\":false"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_report_may_come_before_the_answer_that_names_its_execution() {
    let house = House::of(
        &[("callback-key", KEY)],
        Arc::new(|ask| match ask.method {
            "POST" => (0, Value::Null),
            _ => (200, json!({"executions": []})),
        }),
    );
    house.alarm().await;
    let token = token(&house);
    told(&house, &token, "outcome=answered").await;
    let attempt = house.incident().attempts.remove(0);
    assert_eq!((attempt.calls[0].sid.as_str(), attempt.with.flow_sid()), (EXECUTION, Some(FLOW)));
}

#[tokio::test(start_paused = true)]
async fn a_slow_room_has_the_flow_try_again() {
    let mut house = house().await;
    let token = token(&house);
    struct Stuck;
    #[async_trait::async_trait]
    impl crate::ports::Store for Stuck {
        async fn load(
            &self,
            _: &[crate::ports::Key],
            _: jiff::Timestamp,
        ) -> Result<Vec<Option<crate::ports::Record>>, Error> {
            std::future::pending().await
        }
        async fn page(
            &self,
            _: &str,
            _: Option<&str>,
            _: usize,
            _: jiff::Timestamp,
        ) -> Result<Vec<crate::ports::Record>, Error> {
            Ok(Vec::new())
        }
        async fn write(&self, _: &[crate::ports::Put], _: jiff::Timestamp) -> Result<(), Error> {
            Ok(())
        }
        async fn add(&self, _: &[(&str, u64)]) -> Result<(), Error> {
            Ok(())
        }
    }
    house.app.store = Arc::new(Stuck);
    let began = Instant::now();
    assert_eq!(told(&house, &token, "outcome=key&digits=1").await.0, 503);
    assert!(began.elapsed() < Duration::from_secs(5));
}
