//! Dead letters: what came in as an alarm and calls nobody is kept, said, and can be sent again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stdout;
use crate::scenario::{CallWith, Scenario, config, get, policy, post};

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

/// A scenario whose only policy is for other alarms, up to the alarm that nobody is called for.
async fn nobody_is_called() -> Scenario {
    let scenario =
        Scenario::begin(CallWith::Voice, &policy("stock", "stock-*", &["alpha"], 3)).await;
    let event = scenario.alarm("checkout-5xx-rate").event("ALARM", scenario.now().await);
    let told = post(&scenario.server, "/sandbox/alarm", event.to_string()).await;
    let reason = "no policy is for the alarm checkout-5xx-rate";
    let became = json!([{"outcome": "dead-letter", "reason": reason}]);
    assert_eq!((told.0, serde_json::from_str::<Value>(&told.1).unwrap()), (202, became));
    let line = format!(
        ":warning: something came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
    );
    scenario.slack_says(&line).await;
    scenario
}

/// The file gets a policy for it; the server reads it anew after five minutes.
async fn a_policy_is_made(scenario: &Scenario) {
    let policies =
        policy("stock", "stock-*", &["alpha"], 3) + &policy("shop", "checkout-*", &["bravo"], 3);
    std::fs::write(
        scenario.server.folder.path().join("ringdown.toml"),
        config(CallWith::Voice, &policies),
    )
    .unwrap();
    scenario.passes(Duration::from_secs(301)).await;
}

async fn bravo_takes_it(scenario: Scenario) {
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.has("taken", "shop").await.by("bravo").after(&["bravo: took it"]);
    scenario.end().await;
}

#[tokio::test]
async fn alarm_for_no_policy_is_sent_again_with_the_button() {
    let scenario = nobody_is_called().await;
    a_policy_is_made(&scenario).await;
    let request =
        scenario.server.http.post(format!("{}/dead-letters/replay", scenario.server.address));
    let told = request.header("accept", "application/json").send().await.unwrap();
    let told: Value = serde_json::from_str(&told.text().await.unwrap()).unwrap();
    assert_eq!((&told["replayed"], &told["refused"]), (&json!(1), &json!(0)), "{told}");
    bravo_takes_it(scenario).await;
}

#[tokio::test]
async fn alarm_for_no_policy_is_sent_again_with_the_command() {
    let scenario = nobody_is_called().await;
    a_policy_is_made(&scenario).await;
    let told = scenario.server.run(&["dead-letters", "--replay", "--data", "data"]).await;
    assert!(stdout(&told).contains("1 sent again; they arrive marked as late"), "{told:?}");
    bravo_takes_it(scenario).await;
}

#[tokio::test]
async fn replay_that_is_still_for_no_policy_is_a_dead_letter_again() {
    let scenario = nobody_is_called().await;
    scenario.passes(Duration::from_secs(1)).await;
    assert!(
        scenario.server.run(&["dead-letters", "--replay", "--data", "data"]).await.status.success()
    );
    for _ in 0..100 {
        let listed = stdout(&scenario.server.run(&["dead-letters", "--data", "data"]).await);
        if listed.contains("2 dead letters, 1 of them not sent again yet")
            && listed.contains("Z: came back")
        {
            return scenario.end().await;
        }
    }
    panic!("{:?}", scenario.server.run(&["dead-letters", "--data", "data"]).await);
}

#[tokio::test]
async fn dismissed_alarm_is_listed_and_sent_again_only_by_its_name() {
    let scenario = nobody_is_called().await;
    let run = async |more: &[&str]| {
        let arguments = [&["dead-letters", "--data", "data"], more].concat();
        stdout(&scenario.server.run(&arguments).await)
    };
    assert!(run(&["--dismiss"]).await.contains("1 dismissed"));
    let listed = run(&[]).await;
    assert!(listed.contains("Z at the command line"), "{listed}");
    assert!(listed.ends_with("1 dead letters, 0 of them not sent again yet, 1 dismissed\n"));
    assert!(run(&["--replay"]).await.contains("0 sent again"));
    let id = listed.split(' ').next().unwrap();
    assert!(run(&["--replay", "--id", id]).await.contains("1 sent again"));
    scenario.end().await;
}

/// What the list of dead letters ends with.
async fn last_line(scenario: &Scenario) -> String {
    let listed = stdout(&scenario.server.run(&["dead-letters", "--data", "data"]).await);
    listed.lines().last().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn repeated_alert_without_a_policy_is_one_dead_letter() {
    let scenario =
        Scenario::begin(CallWith::Voice, &policy("stock", "stock-*", &["alpha"], 3)).await;
    let group = |status: &str, starts_at: &str| {
        let alert = json!({"status": status, "labels": {"alertname": "Watchdog"}, "fingerprint": "wd", "startsAt": starts_at});
        json!({"status": status, "receiver": "ringdown", "alerts": [alert]}).to_string()
    };
    let start = scenario.now().await.to_string();
    for _ in 0..3 {
        assert_eq!(post(&scenario.server, "/sandbox/alarm", group("firing", &start)).await.0, 202);
        scenario.passes(Duration::from_secs(240)).await;
    }
    assert_eq!(last_line(&scenario).await, "1 dead letters, 1 of them not sent again yet");
    assert_eq!(post(&scenario.server, "/sandbox/alarm", group("resolved", &start)).await.0, 202);
    assert_eq!(post(&scenario.server, "/sandbox/alarm", group("firing", &start)).await.0, 202);
    assert_eq!(last_line(&scenario).await, "2 dead letters, 2 of them not sent again yet");
    let reason = "no policy is for the alarm Watchdog";
    let line = format!(
        ":warning: something came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
    );
    scenario.slack_says(&line).await;
    scenario.end().await;
}

#[tokio::test]
async fn own_shape_from_a_monitor_is_refused() {
    let scenario = Scenario::begin(CallWith::Voice, &policy("all", "*", &["alpha"], 3)).await;
    let own = json!({"key": "k", "name": "x\n:white_check_mark: all is well", "state": "alarm", "at": "2026-11-28T01:00:00Z",
        "reason": "", "description": "", "quiet": null});
    assert_eq!(post(&scenario.server, "/sandbox/alarm", own.to_string()).await.0, 422);
    assert_eq!(get(&scenario.server, "/incidents.json").await, json!([]));
    scenario.end().await;
}

#[tokio::test]
async fn what_has_no_known_shape_is_kept_and_said() {
    let scenario = Scenario::begin(CallWith::Voice, &policy("all", "*", &["alpha"], 3)).await;
    let told =
        post(&scenario.server, "/sandbox/alarm", r#"{"disk": "97 % full"}"#.to_owned()).await;
    assert_eq!(told.0, 422);
    let told: Value = serde_json::from_str(&told.1).unwrap();
    let reason = told[0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("it is none of CloudWatch's `alarmData`, "), "{reason}");
    let line = format!(
        ":warning: *{{\"disk\": \"97 % full\"}}* came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
    );
    scenario.slack_says(&line).await;
    let listed = stdout(&scenario.server.run(&["dead-letters", "--data", "data"]).await);
    assert!(listed.contains("1 dead letters") && listed.contains("escalate since"), "{listed}");
    assert_eq!(get(&scenario.server, "/incidents.json").await, json!([]));
    scenario.end().await;
}
