//! Nobody is called too often within an hour: carriers would block our number.

use std::time::Duration;

use serde_json::json;

use crate::scenario::{CallWith, Scenario, policy};

scenarios! {
    who_was_called_too_often_is_left_out
    a_number_called_for_two_policies_is_one_number
    a_call_that_was_never_placed_does_not_count
}

fn at_most(calls: u32, policies: &[String]) -> String {
    format!("[escalation]\nmax_calls_per_hour = {calls}\n{}", policies.concat())
}

const LEFT_OUT: &str = ":warning: *alpha* was called 2 times within the hour: left out, or their carrier may block our number";

async fn who_was_called_too_often_is_left_out(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &at_most(2, &[policy("default", "*", &["alpha"], 1)])).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.declines().await;
    scenario.is("exhausted").await;
    scenario.passes(Duration::from_secs(15 * 60 + 1)).await;
    alpha.rings().await.declines().await;
    scenario.is("exhausted").await;
    for times in 1..=2 {
        scenario.passes(Duration::from_secs(15 * 60 + 1)).await;
        scenario.slack_says_again(LEFT_OUT, times).await;
        scenario.is("exhausted").await.after(&["alpha: busy", "alpha: busy"]);
    }
    scenario
        .slack_says(
            "<!channel> :rotating_light: *nobody took it* after 0 calls; the next try is in 15 min",
        )
        .await;
    // The first of the two calls was an hour ago.
    scenario.passes(Duration::from_secs(15 * 60 + 1)).await;
    alpha.rings().await.answers().await.presses('1').await;
    alpha.is_sent("You took it: checkout-5xx-rate\n12 is more than 5\nPAGE").await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

async fn a_number_called_for_two_policies_is_one_number(call_with: CallWith) {
    let policies = [
        policy("first", "first-*", &["alpha"], 2),
        policy("second", "second-*", &["alpha", "bravo"], 2),
    ];
    let scenario = Scenario::begin(call_with, &at_most(2, &policies)).await;
    scenario.alarm("first-down").goes_off().await;
    let (alpha, bravo) = (scenario.phone("alpha"), scenario.phone("bravo"));
    alpha.rings().await.declines().await.rings().await.declines().await;
    scenario.has("exhausted", "first").await;
    scenario.alarm("second-down").goes_off().await;
    bravo.rings().await.answers().await.presses('1').await;
    bravo.is_sent("You took it: second-down\n12 is more than 5\nPAGE").await;
    scenario.has("taken", "second").await.after(&["bravo: took it"]);
    scenario.slack_says(LEFT_OUT).await;
    scenario.end().await;
}

async fn a_call_that_was_never_placed_does_not_count(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &at_most(1, &[policy("default", "*", &["alpha"], 3)])).await;
    let refusal = json!({"status": 400, "code": 21211, "times": 3});
    scenario.twilio_does(json!({ "refuse_calls": refusal })).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.is("exhausted").await.after(&["alpha: the call was refused"; 3]);
    scenario.passes(Duration::from_secs(61)).await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.is("exhausted").await;
    let left_out = LEFT_OUT.replace("2 times", "once");
    scenario.slack_says(&left_out).await;
    scenario.end().await;
}

const OWN: (&str, &str) = ("OWN_ALARMS_PREFIX", "my-stack-");

#[tokio::test]
async fn alarm_about_ringdown_itself_leaves_calls_for_all_others() {
    let policies =
        [policy("own", "my-stack-*", &["alpha"], 1), policy("default", "*", &["alpha"], 1)];
    let scenario = Scenario::begin_with(CallWith::Voice, &policies.concat(), &[OWN]).await;
    let alpha = scenario.phone("alpha");
    scenario.alarm("my-stack-DeadLettersAlarm-1ABCDEF2GHIJK").goes_off().await;
    for _ in 0..2 {
        alpha.rings().await.declines().await;
        scenario.has("exhausted", "own").await;
        scenario.passes(Duration::from_secs(15 * 60 + 1)).await;
    }
    let left_out = ":warning: *alpha* was called 2 times within the hour for alarms about Ringdown itself: left out, so \
                    that calls are left for all others";
    scenario.slack_says(left_out).await;
    scenario.has("exhausted", "own").await.after(&["alpha: busy", "alpha: busy"]);
    // Of another stack, or named by somebody else: these are like any other.
    for name in ["other-stack-DeadLettersAlarm-1ABCDEF2GHIJK", "my-stock"] {
        scenario.alarm(name).goes_off().await;
    }
    alpha.rings().await.answers().await.presses('1').await;
    let text = "You took it: other-stack-DeadLettersAlarm-1ABCDEF2GHIJK, my-stock\n12 is more than 5\nPAGE";
    alpha.is_sent_of("default", text).await;
    scenario.has("taken", "default").await.by("alpha");
    scenario.end().await;
}

#[tokio::test]
async fn alarm_about_ringdown_that_strangers_can_cause_calls_nobody() {
    let scenario =
        Scenario::begin_with(CallWith::Voice, &policy("default", "*", &["alpha"], 3), &[OWN]).await;
    for resource in ["RefusedAlarm", "ApiAlarm", "DashboardAlarm", "EventStreamWebhookAlarm"] {
        let name = format!("my-stack-{resource}-1ABCDEF2GHIJK");
        let alarm = scenario.alarm(&name);
        let now = scenario.now().await;
        for said in [alarm.event("ALARM", now), alarm.message("ALARM", now)] {
            assert_eq!(alarm.is_told(&said).await[0]["outcome"], "ignored", "{name}");
        }
    }
    assert_eq!(scenario.incidents().await, Vec::<serde_json::Value>::new());
    scenario.end().await;
}
