//! Calls, from queued to their end.

mod status_callbacks;

use serde_json::json;

use super::super::call::PhoneAction;
use super::*;

const MENU: &str = r#"<Gather numDigits="1" action="/p/key?a=b%20c&amp;d=e"><Say>Checkout is down. Press 1.</Say></Gather><Say>Nothing was pressed.</Say>"#;

async fn menu() -> Fixture {
    let fixture = Fixture::new().await;
    fixture.document("/voice?incident=1", MENU);
    fixture.document("/key?a=b%20c&d=e", "<Say>It is yours.</Say><Hangup/><Say>Never said.</Say>");
    fixture
}

async fn does(fixture: &Fixture, action: PhoneAction) -> Result<(), &'static str> {
    fixture.twilio.at_the_phone(ALPHA, action).await
}

fn behaviour(fixture: &Fixture, behaviour: serde_json::Value) {
    fixture.twilio.set_behaviour(ALPHA, serde_json::from_value(behaviour).expect("a behaviour"));
}

#[tokio::test]
async fn key_is_taken_while_the_call_speaks() {
    let fixture = menu().await;
    let sid = fixture.call(&[]).await;
    assert_eq!(does(&fixture, PhoneAction::Press('1')).await, Err("nobody has answered yet"));
    assert_eq!(does(&fixture, PhoneAction::Answer).await, Ok(()));
    assert_eq!(fixture.status(&sid), "in-progress");
    fixture.until("it speaks", || !fixture.spoken().is_empty()).await;
    assert_eq!(does(&fixture, PhoneAction::Press('1')).await, Ok(()));
    fixture.until("it speaks", || fixture.spoken().len() == 2).await;
    fixture.push(10);
    fixture.until_status(&sid, "completed").await;
    assert_eq!(fixture.spoken(), ["Checkout is down. Press 1.", "It is yours."]);
    let key = fixture.received("/key").pop().expect("a request");
    assert_eq!((key.field("Digits"), key.field("FinishedOnKey")), ("1", ""));
    assert_eq!((key.field("CallSid"), key.field("CallStatus")), (sid.as_str(), "in-progress"));
    assert_eq!(
        fixture.until_callbacks(4).await,
        ["initiated", "ringing", "in-progress", "completed"]
    );
    let numbers: Vec<String> = fixture
        .received("/status")
        .iter()
        .map(|received| received.field("SequenceNumber").to_owned())
        .collect();
    assert_eq!(numbers, ["0", "1", "2", "3"]);
    assert_eq!(
        does(&fixture, PhoneAction::Press('1')).await,
        Err("there is no call at this phone now")
    );
}

#[tokio::test]
async fn gather_without_a_key_goes_on_with_the_next_verb() {
    let fixture = menu().await;
    fixture.document(
        "/voice?incident=1",
        r#"<Gather timeout="3"/><Redirect>?round=2&amp;x=a%20b'</Redirect><Say>Never said.</Say>"#,
    );
    fixture.document("/voice?round=2&x=a%20b%27", "<Say>Again.</Say>");
    let sid = fixture.call(&[]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    fixture.until("it is asked", || fixture.received("/voice").len() == 1).await;
    fixture.push(2);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(fixture.received("/voice").len(), 1, "the Gather still waits");
    fixture.push(1);
    fixture.until("the redirect is followed", || fixture.received("/voice").len() == 2).await;
    fixture.push(10);
    fixture.until_status(&sid, "completed").await;
    assert_eq!(fixture.spoken(), ["Again."]);
}

#[tokio::test]
async fn unanswered_call_ends_as_no_answer() {
    let fixture = menu().await;
    let sid = fixture.call(&[("Timeout", "20")]).await;
    fixture.push(18);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(fixture.status(&sid), "ringing");
    fixture.push(2);
    fixture.until_status(&sid, "no-answer").await;
    assert_eq!(fixture.until_callbacks(3).await, ["initiated", "ringing", "no-answer"]);
    let sent = fixture.received("/status").pop().expect("a callback");
    assert_eq!((sent.field("CallDuration"), sent.field("SipResponseCode")), ("0", "487"));
    assert_eq!(sent.field("Duration"), "0");
}

#[tokio::test]
async fn phone_takes_one_call_and_can_decline_it() {
    let fixture = menu().await;
    let first = fixture.call(&[]).await;
    let second = fixture.call(&[]).await;
    assert_eq!((fixture.status(&first), fixture.status(&second)), ("ringing", "busy"));
    does(&fixture, PhoneAction::Decline).await.expect("it rings");
    assert_eq!(fixture.status(&first), "busy");
    assert_eq!(
        does(&fixture, PhoneAction::Answer).await,
        Err("there is no call at this phone now")
    );
}

#[tokio::test]
async fn voicemail_is_detected_and_presses_no_key() {
    let fixture = menu().await;
    let amd = format!("{PUBLIC}/amd");
    let detection =
        [("MachineDetection", "Enable"), ("AsyncAmd", "true"), ("AsyncAmdStatusCallback", &amd)];
    fixture.call(&detection).await;
    does(&fixture, PhoneAction::Voicemail).await.expect("it rings");
    assert!(
        does(&fixture, PhoneAction::Press('1'))
            .await
            .is_err_and(|why| why.starts_with("voicemail"))
    );
    fixture.push(2);
    fixture.until("it is found out", || !fixture.received("/amd").is_empty()).await;
    assert_eq!(fixture.received("/amd")[0].field("AnsweredBy"), "machine_start");
}

#[tokio::test]
async fn synchronous_detection_is_in_the_first_request() {
    let fixture = menu().await;
    fixture.call(&[("MachineDetection", "Enable")]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(fixture.received("/voice").is_empty());
    fixture.push(4);
    fixture.until("it is asked", || !fixture.received("/voice").is_empty()).await;
    assert_eq!(fixture.received("/voice")[0].field("AnsweredBy"), "human");
}

#[tokio::test]
async fn unplayable_document_is_an_application_error() {
    let fixture = menu().await;
    fixture.document("/voice?incident=1", "<Say>Half");
    let sid = fixture.call(&[]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    fixture.until("it is sorry", || !fixture.spoken().is_empty()).await;
    fixture.push(10);
    fixture.until_status(&sid, "completed").await;
    assert_eq!(fixture.spoken(), ["We're sorry, an application error has occurred. Goodbye."]);

    let fallback = format!("{PUBLIC}/fallback");
    fixture.document("/fallback", "<Say>ApiRequest the others.</Say>");
    let sid = fixture.call(&[("FallbackUrl", &fallback)]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    fixture.until("the fallback speaks", || !fixture.spoken().is_empty()).await;
    fixture.push(10);
    fixture.until_status(&sid, "completed").await;
    assert_eq!(fixture.spoken(), ["ApiRequest the others."]);
    assert_eq!(fixture.received("/fallback")[0].field("ErrorCode"), "12100");
}

#[tokio::test]
async fn phone_with_a_behaviour_acts_by_itself() {
    let fixture = menu().await;
    behaviour(&fixture, json!({"does": "answer-and-press", "key": "1", "after_ms": 1500}));
    let sid = fixture.call(&[]).await;
    // One push over all of it: each thing happens at its own time.
    fixture.push(60);
    fixture.until_status(&sid, "completed").await;
    assert_eq!(fixture.received("/key")[0].field("Digits"), "1");
    assert_eq!(fixture.spoken(), ["Checkout is down. Press 1.", "It is yours."]);
    for (does, status) in [
        ("decline", "busy"),
        ("unreachable", "failed"),
        ("hang-up-after-answer", "completed"),
        ("none", "no-answer"),
    ] {
        behaviour(&fixture, json!({"does": does, "after_ms": 100}));
        let sid = fixture.call(&[]).await;
        fixture.push(60);
        fixture.until_status(&sid, status).await;
    }
}

#[tokio::test]
async fn call_is_ended_and_redirected_by_the_rest_api() {
    let fixture = menu().await;
    let sid = fixture.call(&[]).await;
    let path = format!("Calls/{sid}.json");
    let (status, refused) = fixture.ask("POST", &path, &[("Twiml", "<Response/>")]).await;
    assert_eq!((status, &refused["code"]), (400, &21220.into()));
    let (_, call) = fixture.ask("POST", &path, &[("Status", "canceled")]).await;
    assert_eq!(call["status"], "canceled");

    let sid = fixture.call(&[]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    let path = format!("Calls/{sid}.json");
    let (_, call) = fixture.ask("POST", &path, &[("Status", "canceled")]).await;
    assert_eq!(call["status"], "in-progress");
    fixture
        .ask(
            "POST",
            &path,
            &[("Twiml", "<Response><Pause length='9'/><Say>Taken.</Say></Response>")],
        )
        .await;
    fixture.push(9);
    fixture
        .until("it goes on", || fixture.spoken().last().is_some_and(|said| said == "Taken."))
        .await;
    let (_, call) = fixture.ask("POST", &path, &[("Status", "completed")]).await;
    assert_eq!((&call["status"], call["duration"].is_string()), (&"completed".into(), true));
}

#[tokio::test]
async fn call_ends_at_its_time_limit() {
    let fixture = menu().await;
    fixture.document("/voice?incident=1", "<Say loop='0'>For ever.</Say>");
    let sid = fixture.call(&[("TimeLimit", "30")]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    fixture.until("it speaks", || !fixture.spoken().is_empty()).await;
    fixture.push(60);
    fixture.until_status(&sid, "completed").await;
    assert!((29..=31).contains(&fixture.spoken().len()), "{}", fixture.spoken().len());
}

#[tokio::test]
async fn words_are_taken_where_a_gather_wants_speech() {
    let fixture = Fixture::new().await;
    let gather = |input: &str| {
        format!(r#"<Gather input="{input}" action="/p/key"><Say>Well?</Say></Gather>"#)
    };
    fixture.document("/voice?incident=1", &gather("speech"));
    fixture.document("/key", "<Say>Thank you.</Say>");
    let sid = fixture.call(&[]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    fixture.until("it speaks", || !fixture.spoken().is_empty()).await;
    // Keys do not count there.
    assert_eq!(does(&fixture, PhoneAction::Press('1')).await, Ok(()));
    assert_eq!(does(&fixture, PhoneAction::Say("yes".to_owned())).await, Ok(()));
    fixture.until("it speaks", || fixture.spoken().len() == 3).await;
    let words = fixture.received("/key").pop().expect("a request");
    assert_eq!((words.field("SpeechResult"), words.field("Confidence")), ("Yes.", "0.9"));
    assert_eq!(words.field("Digits"), "(none)");
    assert_eq!(
        does(&fixture, PhoneAction::Say("no".to_owned())).await,
        Err("nobody listens to words now")
    );
    fixture.push(10);
    fixture.until_status(&sid, "completed").await;
    assert_eq!(fixture.spoken(), ["Well?", "“yes”", "Thank you."]);
}
