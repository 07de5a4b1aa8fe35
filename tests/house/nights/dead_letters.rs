//! What came in as an alarm and calls nobody is kept, said, and can be sent again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stdout;
use crate::night::{Night, Way, config, get, policy, post};

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

/// A night whose only policy is for other alarms, up to the alarm that nobody is called for.
async fn nobody_is_called() -> Night {
    let night = Night::begin(Way::Voice, &policy("stock", "stock-*", &["alpha"], 3)).await;
    let event = night.alarm("checkout-5xx-rate").event("ALARM", night.now().await);
    let told = post(&night.house, "/pretend/alarm", event.to_string()).await;
    let reason = "no policy is for the alarm checkout-5xx-rate";
    let became = json!([{"became": "dead-letter", "reason": reason}]);
    assert_eq!((told.0, serde_json::from_str::<Value>(&told.1).unwrap()), (202, became));
    let line = format!(
        ":warning: something came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
    );
    night.slack_says(&line).await;
    night
}

/// The file gets a policy for it; the house reads it anew after five minutes.
async fn a_policy_is_made(night: &Night) {
    let policies =
        policy("stock", "stock-*", &["alpha"], 3) + &policy("shop", "checkout-*", &["bravo"], 3);
    std::fs::write(night.house.folder.path().join("ringdown.toml"), config(Way::Voice, &policies))
        .unwrap();
    night.passes(Duration::from_secs(301)).await;
}

async fn bravo_takes_it(night: Night) {
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.has("taken", "shop").await.by("bravo").after(&["bravo: took it"]);
    night.end().await;
}

#[tokio::test]
async fn an_alarm_for_no_policy_is_sent_again_with_the_button() {
    let night = nobody_is_called().await;
    a_policy_is_made(&night).await;
    let request = night.house.http.post(format!("{}/dead-letters/replay", night.house.address));
    let told = request.header("accept", "application/json").send().await.unwrap();
    let told: Value = serde_json::from_str(&told.text().await.unwrap()).unwrap();
    assert_eq!((&told["replayed"], &told["refused"]), (&json!(1), &json!(0)), "{told}");
    bravo_takes_it(night).await;
}

#[tokio::test]
async fn an_alarm_for_no_policy_is_sent_again_with_the_command() {
    let night = nobody_is_called().await;
    a_policy_is_made(&night).await;
    let told = night.house.run(&["dead-letters", "--replay", "--data", "data"]).await;
    assert!(stdout(&told).contains("1 sent again; they arrive marked as late"), "{told:?}");
    bravo_takes_it(night).await;
}

#[tokio::test]
async fn a_replay_that_is_still_for_no_policy_is_a_dead_letter_again() {
    let night = nobody_is_called().await;
    night.passes(Duration::from_secs(1)).await;
    assert!(
        night.house.run(&["dead-letters", "--replay", "--data", "data"]).await.status.success()
    );
    for _ in 0..100 {
        let listed = stdout(&night.house.run(&["dead-letters", "--data", "data"]).await);
        if listed.contains("2 dead letters, 1 of them not sent again yet") {
            return night.end().await;
        }
    }
    panic!("{:?}", night.house.run(&["dead-letters", "--data", "data"]).await);
}

/// What the list of dead letters ends with.
async fn last_line(night: &Night) -> String {
    let listed = stdout(&night.house.run(&["dead-letters", "--data", "data"]).await);
    listed.lines().last().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn repeated_alert_without_a_policy_is_one_dead_letter() {
    let night = Night::begin(Way::Voice, &policy("stock", "stock-*", &["alpha"], 3)).await;
    let group = |status: &str, starts_at: &str| {
        let alert = json!({"status": status, "labels": {"alertname": "Watchdog"}, "fingerprint": "wd", "startsAt": starts_at});
        json!({"status": status, "receiver": "ringdown", "alerts": [alert]}).to_string()
    };
    let start = night.now().await.to_string();
    for _ in 0..3 {
        assert_eq!(post(&night.house, "/pretend/alarm", group("firing", &start)).await.0, 202);
        night.passes(Duration::from_secs(240)).await;
    }
    assert_eq!(last_line(&night).await, "1 dead letters, 1 of them not sent again yet");
    assert_eq!(post(&night.house, "/pretend/alarm", group("resolved", &start)).await.0, 202);
    assert_eq!(post(&night.house, "/pretend/alarm", group("firing", &start)).await.0, 202);
    assert_eq!(last_line(&night).await, "2 dead letters, 2 of them not sent again yet");
    let reason = "no policy is for the alarm Watchdog";
    let line = format!(
        ":warning: something came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
    );
    night.slack_says(&line).await;
    night.end().await;
}

#[tokio::test]
async fn own_shape_from_a_monitor_is_refused() {
    let night = Night::begin(Way::Voice, &policy("all", "*", &["alpha"], 3)).await;
    let own = json!({"key": "k", "name": "x\n:white_check_mark: all is well", "state": "alarm", "at": "2026-11-28T01:00:00Z",
        "reason": "", "description": "", "quiet": null});
    assert_eq!(post(&night.house, "/pretend/alarm", own.to_string()).await.0, 422);
    assert_eq!(get(&night.house, "/incidents.json").await, json!([]));
    night.end().await;
}

#[tokio::test]
async fn what_has_no_known_shape_is_kept_and_said() {
    let night = Night::begin(Way::Voice, &policy("all", "*", &["alpha"], 3)).await;
    let told = post(&night.house, "/pretend/alarm", r#"{"disk": "97 % full"}"#.to_owned()).await;
    assert_eq!(told.0, 422);
    let told: Value = serde_json::from_str(&told.1).unwrap();
    let reason = told[0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("it is none of CloudWatch's `alarmData`, "), "{reason}");
    let line = format!(
        ":warning: something came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
    );
    night.slack_says(&line).await;
    let listed = stdout(&night.house.run(&["dead-letters", "--data", "data"]).await);
    assert!(listed.contains("1 dead letters") && listed.contains("escalate since"), "{listed}");
    assert_eq!(get(&night.house, "/incidents.json").await, json!([]));
    night.end().await;
}
