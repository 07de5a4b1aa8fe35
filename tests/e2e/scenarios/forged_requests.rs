//! Requests to the endpoints of a call that Twilio has not signed, and signed ones about calls that nobody knows.

use crate::harness::TOKEN;
use crate::scenario::{CallWith, Scenario, usual};

const PRESSED: &[(&str, &str)] =
    &[("CallSid", "CA1"), ("CallStatus", "in-progress"), ("Digits", "1")];
const OVER: &[(&str, &str)] = &[("CallSid", "CA1"), ("CallStatus", "completed")];
const MACHINE: &[(&str, &str)] = &[("CallSid", "CA1"), ("AnsweredBy", "machine_start")];

#[tokio::test]
async fn forged_callbacks_change_nothing() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.settles().await;
    let before = scenario.incidents().await;
    let path = format!("/twilio/voice/{}/1", before[0]["id"].as_str().unwrap());
    let reversed: String = TOKEN.chars().rev().collect();
    for (behind, fields) in [("", PRESSED), ("/status", OVER), ("/amd", MACHINE)] {
        let told = scenario.twilio_posts(&format!("{path}{behind}"), fields, &reversed).await;
        assert_eq!((told.0, told.1.contains("Response")), (403, false), "{behind}: {}", told.1);
    }
    // The signature of another path, and none at all.
    let target = format!("{path}/status");
    assert_eq!(
        scenario
            .server
            .post(&target, &[("x-twilio-signature", "bm8=")], b"CallStatus=completed")
            .await,
        403
    );
    assert_eq!(scenario.server.post(&target, &[], b"CallStatus=completed").await, 403);
    assert_eq!(scenario.incidents().await, before);
    scenario.phone("alpha").answers().await.hangs_up().await;
    scenario.phone("bravo").rings().await;
    scenario.end().await;
}

#[tokio::test]
async fn what_is_unknown_is_answered_in_words() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.settles().await;
    let before = scenario.incidents().await;
    let id = before[0]["id"].as_str().unwrap();
    let words =
        "<Say>This call is about an incident that is no longer on record. Good bye.</Say><Hangup/>";
    for path in [
        format!("/twilio/voice/{id}/99"),
        "/twilio/voice/default-20200101-000000-000/1".to_owned(),
        "/twilio/voice/nobody-20200101-000000-000/1".to_owned(),
        "/twilio/voice/nonsense/1".to_owned(),
    ] {
        let told = scenario.twilio_asks(&path, PRESSED).await;
        assert_eq!((told.0, told.1.contains(words)), (200, true), "{path}: {}", told.1);
        assert_eq!(scenario.twilio_asks(&format!("{path}/status"), OVER).await.0, 204, "{path}");
        assert_eq!(scenario.twilio_asks(&format!("{path}/amd"), MACHINE).await.0, 204, "{path}");
    }
    for path in
        ["/twilio/voice/", "/twilio/voice/x", "/twilio/voice/x/1/other", "/twilio/voice/x/y"]
    {
        assert_eq!(scenario.twilio_asks(path, OVER).await.0, 404, "{path}");
    }
    assert_eq!(scenario.incidents().await, before);
    scenario.end().await;
}
