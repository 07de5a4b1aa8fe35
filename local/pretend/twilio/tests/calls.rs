//! Calls, from queued to their end.

use serde_json::json;

use super::super::call::Deed;
use super::*;

const MENU: &str = r#"<Gather numDigits="1" action="/p/key?a=b%20c&amp;d=e"><Say>Checkout is down. Press 1.</Say></Gather><Say>Nothing was pressed.</Say>"#;

async fn menu() -> Town {
    let town = Town::new().await;
    town.document("/voice?incident=1", MENU);
    town.document("/key?a=b%20c&d=e", "<Say>It is yours.</Say><Hangup/><Say>Never said.</Say>");
    town
}

async fn does(town: &Town, deed: Deed) -> Result<(), &'static str> {
    town.twilio.at_the_phone(ALPHA, deed).await
}

fn habit(town: &Town, habit: serde_json::Value) {
    town.twilio.set_habit(ALPHA, serde_json::from_value(habit).expect("a habit"));
}

#[tokio::test]
async fn a_key_is_taken_while_it_speaks() {
    let town = menu().await;
    let sid = town.call(&[]).await;
    assert_eq!(does(&town, Deed::Press('1')).await, Err("nobody has answered yet"));
    assert_eq!(does(&town, Deed::Answer).await, Ok(()));
    assert_eq!(town.status(&sid), "in-progress");
    town.until("it speaks", || !town.said().is_empty()).await;
    assert_eq!(does(&town, Deed::Press('1')).await, Ok(()));
    town.until("it speaks", || town.said().len() == 2).await;
    town.push(10);
    town.until_status(&sid, "completed").await;
    assert_eq!(town.said(), ["Checkout is down. Press 1.", "It is yours."]);
    let key = town.heard("/key").pop().expect("a request");
    assert_eq!((key.field("Digits"), key.field("FinishedOnKey")), ("1", ""));
    assert_eq!((key.field("CallSid"), key.field("CallStatus")), (sid.as_str(), "in-progress"));
    assert_eq!(town.until_told(4).await, ["initiated", "ringing", "in-progress", "completed"]);
    let numbers: Vec<String> = town
        .heard("/status")
        .iter()
        .map(|heard| heard.field("SequenceNumber").to_owned())
        .collect();
    assert_eq!(numbers, ["0", "1", "2", "3"]);
    assert_eq!(does(&town, Deed::Press('1')).await, Err("there is no call at this phone now"));
}

#[tokio::test]
async fn without_a_key_it_goes_on_with_the_next_verb() {
    let town = menu().await;
    town.document(
        "/voice?incident=1",
        r#"<Gather timeout="3"/><Redirect>?round=2&amp;x=a%20b'</Redirect><Say>Never said.</Say>"#,
    );
    town.document("/voice?round=2&x=a%20b%27", "<Say>Again.</Say>");
    let sid = town.call(&[]).await;
    does(&town, Deed::Answer).await.expect("it rings");
    town.until("it is asked", || town.heard("/voice").len() == 1).await;
    town.push(2);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(town.heard("/voice").len(), 1, "the Gather still waits");
    town.push(1);
    town.until("the redirect is followed", || town.heard("/voice").len() == 2).await;
    town.push(10);
    town.until_status(&sid, "completed").await;
    assert_eq!(town.said(), ["Again."]);
}

#[tokio::test]
async fn nobody_answers() {
    let town = menu().await;
    let sid = town.call(&[("Timeout", "20")]).await;
    town.push(18);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(town.status(&sid), "ringing");
    town.push(2);
    town.until_status(&sid, "no-answer").await;
    assert_eq!(town.until_told(3).await, ["initiated", "ringing", "no-answer"]);
    let told = town.heard("/status").pop().expect("a callback");
    assert_eq!((told.field("CallDuration"), told.field("SipResponseCode")), ("0", "487"));
    assert_eq!(told.field("Duration"), "(none)");
}

#[tokio::test]
async fn a_phone_has_one_call_at_once_and_can_be_declined() {
    let town = menu().await;
    let first = town.call(&[]).await;
    let second = town.call(&[]).await;
    assert_eq!((town.status(&first), town.status(&second)), ("ringing", "busy"));
    does(&town, Deed::Decline).await.expect("it rings");
    assert_eq!(town.status(&first), "busy");
    assert_eq!(does(&town, Deed::Answer).await, Err("there is no call at this phone now"));
}

#[tokio::test]
async fn voicemail_is_found_out_and_presses_no_key() {
    let town = menu().await;
    let amd = format!("{PUBLIC}/amd");
    let detection =
        [("MachineDetection", "Enable"), ("AsyncAmd", "true"), ("AsyncAmdStatusCallback", &amd)];
    town.call(&detection).await;
    does(&town, Deed::Voicemail).await.expect("it rings");
    assert!(does(&town, Deed::Press('1')).await.is_err_and(|why| why.starts_with("voicemail")));
    town.push(2);
    town.until("it is found out", || !town.heard("/amd").is_empty()).await;
    assert_eq!(town.heard("/amd")[0].field("AnsweredBy"), "machine_start");
}

#[tokio::test]
async fn detection_that_is_waited_for_is_in_the_first_request() {
    let town = menu().await;
    town.call(&[("MachineDetection", "Enable")]).await;
    does(&town, Deed::Answer).await.expect("it rings");
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(town.heard("/voice").is_empty());
    town.push(4);
    town.until("it is asked", || !town.heard("/voice").is_empty()).await;
    assert_eq!(town.heard("/voice")[0].field("AnsweredBy"), "human");
}

#[tokio::test]
async fn a_document_that_cannot_be_played_is_an_application_error() {
    let town = menu().await;
    town.document("/voice?incident=1", "<Say>Half");
    let sid = town.call(&[]).await;
    does(&town, Deed::Answer).await.expect("it rings");
    town.until("it is sorry", || !town.said().is_empty()).await;
    town.push(10);
    town.until_status(&sid, "completed").await;
    assert_eq!(town.said(), ["We're sorry, an application error has occurred. Goodbye."]);

    let fallback = format!("{PUBLIC}/fallback");
    town.document("/fallback", "<Say>Ask the others.</Say>");
    let sid = town.call(&[("FallbackUrl", &fallback)]).await;
    does(&town, Deed::Answer).await.expect("it rings");
    town.until("the fallback speaks", || !town.said().is_empty()).await;
    town.push(10);
    town.until_status(&sid, "completed").await;
    assert_eq!(town.said(), ["Ask the others."]);
    assert_eq!(town.heard("/fallback")[0].field("ErrorCode"), "12100");
}

#[tokio::test]
async fn a_phone_with_a_habit_needs_nobody() {
    let town = menu().await;
    habit(&town, json!({"does": "answer-and-press", "key": "1", "after_ms": 1500}));
    let sid = town.call(&[]).await;
    // One push over all of it: each thing happens at its own time.
    town.push(60);
    town.until_status(&sid, "completed").await;
    assert_eq!(town.heard("/key")[0].field("Digits"), "1");
    assert_eq!(town.said(), ["Checkout is down. Press 1.", "It is yours."]);
    for (does, status) in [
        ("decline", "busy"),
        ("unreachable", "failed"),
        ("hang-up-after-answer", "completed"),
        ("none", "no-answer"),
    ] {
        habit(&town, json!({"does": does, "after_ms": 100}));
        let sid = town.call(&[]).await;
        town.push(60);
        town.until_status(&sid, status).await;
    }
}

#[tokio::test]
async fn a_call_is_ended_and_redirected_by_who_placed_it() {
    let town = menu().await;
    let sid = town.call(&[]).await;
    let path = format!("Calls/{sid}.json");
    let (status, refused) = town.ask("POST", &path, &[("Twiml", "<Response/>")]).await;
    assert_eq!((status, &refused["code"]), (400, &21220.into()));
    let (_, call) = town.ask("POST", &path, &[("Status", "canceled")]).await;
    assert_eq!(call["status"], "canceled");

    let sid = town.call(&[]).await;
    does(&town, Deed::Answer).await.expect("it rings");
    let path = format!("Calls/{sid}.json");
    let (_, call) = town.ask("POST", &path, &[("Status", "canceled")]).await;
    assert_eq!(call["status"], "in-progress");
    town.ask(
        "POST",
        &path,
        &[("Twiml", "<Response><Pause length='9'/><Say>Taken.</Say></Response>")],
    )
    .await;
    town.push(9);
    town.until("it goes on", || town.said().last().is_some_and(|said| said == "Taken.")).await;
    let (_, call) = town.ask("POST", &path, &[("Status", "completed")]).await;
    assert_eq!((&call["status"], call["duration"].is_string()), (&"completed".into(), true));
}

#[tokio::test]
async fn no_call_outlasts_its_limit() {
    let town = menu().await;
    town.document("/voice?incident=1", "<Say loop='0'>For ever.</Say>");
    let sid = town.call(&[("TimeLimit", "30")]).await;
    does(&town, Deed::Answer).await.expect("it rings");
    town.until("it speaks", || !town.said().is_empty()).await;
    town.push(60);
    town.until_status(&sid, "completed").await;
    assert!((29..=31).contains(&town.said().len()), "{}", town.said().len());
}
