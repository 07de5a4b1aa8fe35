//! Our own shape is for dead letters, and has the limits of all others.

use proptest::prelude::*;

use super::*;

fn own_shape(name: &str) -> Value {
    json!({"key": "k", "name": name, "state": "alarm", "at": "2026-11-28T11:00:00Z", "reason": "r", "description": "",
        "quiet": null})
}

#[tokio::test]
async fn own_shape_is_taken_from_a_replay_alone() {
    let intake = Intake::new();
    assert_eq!(intake.posts(&own_shape("shop-a")).await, (422, vec!["dead-letter".to_owned()]));
    assert_eq!(intake.incident(), None);
    let again = intake
        .escalate
        .take_again(own_shape("shop-a").to_string().as_bytes(), intake.now())
        .await
        .expect("kept");
    assert!(matches!(&again[..], [AlarmResult::Incident { .. }]), "{again:?}");
}

#[tokio::test]
async fn replayed_alarm_is_cut_like_any_other() {
    let intake = Intake::new();
    let forged =
        format!("shop-a\n:white_check_mark: all is well\r\u{2028}{}", "x".repeat(1_000_000));
    intake
        .escalate
        .take_again(own_shape(&forged).to_string().as_bytes(), intake.now())
        .await
        .expect("kept");
    let kept: StoredIncident =
        serde_json::from_value(intake.records("open").remove(0)).expect("an incident");
    let name = &kept.incident.alarms[0].name;
    assert_eq!(name.chars().count(), 256);
    assert!(name.starts_with("shop-a :white_check_mark: all is well  xxx"), "{name}");
    for body in [
        own_shape(""),
        own_shape("\n\t"),
        json!({"key": "", "name": "a", "state": "ok", "at": "2026-11-28T11:00:00Z", "reason": "", "description": "", "quiet": null}),
    ] {
        let again = intake
            .escalate
            .take_again(body.to_string().as_bytes(), intake.now())
            .await
            .expect("kept");
        assert!(matches!(&again[..], [AlarmResult::DeadLetter { .. }]), "{again:?}");
    }
}

#[tokio::test]
async fn replayed_alarm_that_is_still_for_no_policy_is_kept_again() {
    let intake = Intake::new();
    intake.posts(&group(&[alert("nobodys", "firing", "2026-11-28T11:00:00Z")])).await;
    let letter =
        intake.records("dead-letter-bodies")[0]["body"].as_str().expect("a body").to_owned();
    intake.passes(60);
    intake.escalate.take_again(letter.as_bytes(), intake.now()).await.expect("kept");
    assert_eq!(intake.letters().len(), 2);
}

#[tokio::test]
async fn letter_of_an_alarm_by_its_name_is_read_as_such_again() {
    let intake = Intake::new();
    let wrong = r#"{"alarm":"shop-backup","body":"{\"state\":\"down\"}"}"#;
    intake.escalate.take_again(wrong.as_bytes(), intake.now()).await.expect("kept");
    assert_eq!(intake.letters(), [r#"its `state` "down" is none of "alarm", "ok""#]);
    assert_eq!(intake.records("dead-letter-bodies")[0]["body"], wrong, "the same letter once more");
    let right = r#"{"alarm":"shop-backup","body":"{\"state\":\"alarm\"}"}"#;
    let again = intake.escalate.take_again(right.as_bytes(), intake.now()).await.expect("kept");
    assert!(matches!(&again[..], [AlarmResult::Incident { .. }]), "{again:?}");
}

#[tokio::test]
async fn letter_of_the_former_version_is_replayed() {
    let intake = Intake::new();
    let letter = r#"{"key":"1a30ba71cca2921f","name":"shop-probe","state":"alarm","at":"2026-11-20T12:08:45.828Z",
        "reason":"it does not answer","description":"","quiet":null,"unordered":true}"#;
    let again = intake.escalate.take_again(letter.as_bytes(), intake.now()).await.expect("kept");
    assert!(matches!(&again[..], [AlarmResult::Incident { .. }]), "{again:?}");
}

proptest! {
    #[test]
    fn replayed_text_of_any_kind_causes_no_panic(text in ".{0,80}", name in ".{0,20}") {
        alarm::parse_replayed(text.as_bytes(), Timestamp::UNIX_EPOCH);
        let read = alarm::parse_replayed(own_shape(&name).to_string().as_bytes(), Timestamp::UNIX_EPOCH);
        for change in read.into_iter().flatten() {
            prop_assert!(!change.name.chars().any(char::is_control));
        }
    }
}
