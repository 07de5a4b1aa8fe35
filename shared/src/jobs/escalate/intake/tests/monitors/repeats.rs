//! Repeats: what comes again and again is kept once, and reported once.

use super::*;
use crate::jobs::escalate::Effects;
use crate::storage::records;
use crate::testing::Calls;

#[tokio::test]
async fn unmatched_alarm_is_one_dead_letter_until_it_changes() {
    let intake = Intake::new();
    let start = "2026-11-28T11:00:00Z";
    let firing = group(&[alert("nobodys", "firing", start)]);
    for _ in 0..5 {
        assert_eq!(intake.posts(&firing).await, (202, vec!["dead-letter".to_owned()]));
        intake.passes(300);
    }
    let reason = "no policy is for the alarm nobodys".to_owned();
    assert_eq!(intake.letters(), std::slice::from_ref(&reason));
    assert_eq!(
        intake.slack(),
        [format!(
            ":warning: something came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
        )]
    );
    // It recovers and fires anew, with the very same start: Alertmanager does that after a resolve by time-out.
    let resolved = group(&[alert("nobodys", "resolved", start)]);
    assert_eq!(intake.posts(&resolved).await, (202, vec!["nothing".to_owned()]));
    intake.posts(&firing).await;
    intake.posts(&firing).await;
    assert_eq!(intake.letters().len(), 2);
    // Another start is another outage.
    intake.posts(&group(&[alert("nobodys", "firing", "2026-11-28T11:45:00Z")])).await;
    assert_eq!(intake.letters().len(), 3);
    // One without a time, and one from the future.
    for start in ["0001-01-01T00:00:00Z", "2027-01-01T00:00:00Z"] {
        for _ in 0..3 {
            intake.posts(&group(&[alert(&format!("at {start}"), "firing", start)])).await;
            intake.passes(300);
        }
    }
    assert_eq!(intake.letters().len(), 5);
}

#[tokio::test]
async fn ignored_alarm_is_no_dead_letter() {
    let intake = Intake::new();
    let alerts =
        ["Watchdog", "InfoInhibitor"].map(|name| alert(name, "firing", "2026-11-28T11:00:00Z"));
    assert_eq!(intake.posts(&group(&alerts)).await, (202, vec!["ignored".to_owned(); 2]));
    assert_eq!((intake.letters().len(), intake.slack().len(), intake.incident()), (0, 0, None));
    let answer = intake
        .escalate
        .take(group(&alerts[..1]).to_string().as_bytes(), intake.now())
        .await
        .expect("kept");
    assert_eq!(
        json!(answer),
        json!([{"outcome": "ignored", "alarm": "Watchdog", "reason": "always on"}])
    );
}

#[tokio::test]
async fn truncated_group_is_one_dead_letter_until_it_changes() {
    let intake = Intake::new();
    let mut group = group(&[alert("shop-down", "firing", "2026-11-28T11:00:00Z")]);
    group["truncatedAlerts"] = json!(7);
    for _ in 0..3 {
        assert_eq!(intake.posts(&group).await.0, 202);
    }
    assert_eq!(intake.letters(), ["7 more alerts were cut off by the sender's `max_alerts`"]);
    assert!(intake.incident().is_some());
    group["truncatedAlerts"] = json!(8);
    intake.posts(&group).await;
    group["groupKey"] = json!("{}:{other}");
    intake.posts(&group).await;
    assert_eq!(intake.letters().len(), 3);
}

#[tokio::test]
async fn body_of_no_known_shape_is_refused_and_kept_once_until_it_changes() {
    let intake = Intake::new();
    let body = |state: &str, time: &str| json!({"monitor": "shop", "state": state, "time": time, "msg": "[shop] down"});
    for time in ["2026-11-28T11:00:00Z", "2026-11-28T11:01:00Z", "2026-11-28T11:02:00Z"] {
        assert_eq!(intake.posts(&body("down", time)).await, (422, vec!["dead-letter".to_owned()]));
        intake.passes(60);
    }
    assert_eq!((intake.letters().len(), intake.slack().len()), (1, 1));
    let came = ":warning: *[shop] down* came in as an alarm, and nobody was called: it is none of ";
    assert!(intake.slack()[0].starts_with(came), "{:?}", intake.slack());
    assert_eq!(intake.posts(&body("up", "2026-11-28T11:03:00Z")).await.0, 422);
    assert_eq!((intake.letters().len(), intake.slack().len()), (2, 2));
    assert_eq!(intake.posts(&json!({"AlarmName": "a", "NewStateValue": "BAD"})).await.0, 422);
    // A known alarm beside it is taken all the same.
    let both = json!([body("down", "x"), {"AlarmName": "shop-a", "NewStateValue": "ALARM"}]);
    assert_eq!(
        intake.posts(&both).await,
        (422, vec!["dead-letter".to_owned(), "incident".to_owned()])
    );
}

#[tokio::test]
async fn long_body_of_no_known_shape_is_compared_as_a_whole() {
    let intake = Intake::new();
    let text = "x ".repeat(crate::domain::alarm::MAX_UNREADABLE_BYTES);
    let body = |time: &str, state: &str| json!({"monitor": text, "state": state, "zeit": time});
    for (time, state, letters) in [
        ("2026-11-28T11:00:00Z", "down", 1),
        ("2026-11-28T11:01:00Z", "down", 1),
        ("2026-11-28T11:02:00Z", "good", 2),
        ("2026-11-28T11:03:00Z", "good", 2),
    ] {
        intake.posts(&body(time, state)).await;
        assert_eq!(intake.letters().len(), letters, "{time}");
        intake.passes(60);
    }
}

#[tokio::test]
async fn report_survives_a_crash_at_any_step() {
    let firing = group(&[alert("nobodys", "firing", "2026-11-28T11:00:00Z")]).to_string();
    for lives_for in 0..4 {
        let intake = Intake::new();
        intake.backend.dies_after(lives_for);
        let _ = intake.escalate.take(firing.as_bytes(), intake.now()).await;
        intake.backend.revive();
        intake.escalate.take(firing.as_bytes(), intake.now()).await.expect("all is kept");
        assert_eq!((intake.letters().len(), intake.slack().len()), (1, 1), "{lives_for}");
    }
}

#[tokio::test]
async fn thousands_of_unmatched_alarms_take_few_steps() {
    let intake = Intake::new();
    let alerts: Vec<Value> = (0..5_000)
        .map(|n| alert(&format!("nobodys-{n}"), "firing", "2026-11-28T11:00:00Z"))
        .collect();
    let group = group(&alerts);
    assert_eq!(intake.posts(&group).await.1.len(), 5_000);
    let Calls { loads, writes, .. } = intake.backend.store.take_calls();
    assert!(loads <= 60 && writes <= 210, "{loads} loads, {writes} writes");
    let slack = intake.slack();
    assert_eq!((intake.letters().len(), slack.len()), (5_000, 11));
    assert!(slack[10].starts_with(":warning: 4990 more came in with them"), "{slack:?}");
    intake.posts(&group).await;
    let Calls { loads, writes, .. } = intake.backend.store.take_calls();
    assert!(loads <= 60 && writes <= 1, "{loads} loads, {writes} writes");
    assert_eq!(intake.letters().len(), 5_000);
}

#[tokio::test]
async fn alarm_hundreds_of_times_in_one_body_is_kept_each_time_that_it_changed() {
    let intake = Intake::new();
    let start = |n: i64| Timestamp::from_second(1_795_000_000 + n).expect("a time").to_string();
    let alerts: Vec<Value> = (0..300).map(|n| alert("nobodys", "firing", &start(n / 2))).collect();
    intake.posts(&group(&alerts)).await;
    assert_eq!(intake.letters().len(), 150);
}

#[tokio::test]
async fn alarm_twice_in_one_body_is_judged_in_its_order() {
    let intake = Intake::new();
    let start = "2026-11-28T11:00:00Z";
    let said =
        ["firing", "firing", "resolved", "firing"].map(|status| alert("nobodys", status, start));
    let became = intake.posts(&group(&said)).await.1;
    assert_eq!(became, ["dead-letter", "dead-letter", "nothing", "dead-letter"]);
    // Both outages are the same to the letter: one letter holds them.
    assert_eq!(intake.letters().len(), 1);
}

#[tokio::test]
async fn alarm_that_only_repeats_itself_is_known_beyond_its_retention() {
    let intake = Intake::new();
    let firing = group(&[alert("shop-a", "firing", "2026-11-28T11:00:00Z")]);
    intake.posts(&firing).await;
    let id = incident(&intake.backend, "p").expect("an incident").id;
    let resolves = [Signal::ResolvedManually { by: "somebody".to_owned() }];
    let resolved = intake.escalate.transact(&id, &resolves, Effects::Deferred, intake.now());
    resolved.await.expect("it is over");
    let revision = || {
        let record = intake.backend.store.record(&records::alarm("shop-a"));
        record.map(|record| record.revision)
    };
    let before = revision();
    for day in 1..=200 {
        intake.passes(24 * 3_600);
        intake.posts(&firing).await;
        let renewals = day / 45;
        assert_eq!(revision(), before.map(|before| before + renewals), "on day {day}");
    }
    assert_eq!(intake.incident(), Some((false, vec!["shop-a".to_owned()])));
    // One that begins later is another one.
    let anew = intake.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    intake.posts(&group(&[alert("shop-a", "firing", &anew)])).await;
    assert_eq!(intake.incident(), Some((true, vec!["shop-a".to_owned()])));
}
