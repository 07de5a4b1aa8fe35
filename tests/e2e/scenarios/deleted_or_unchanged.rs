//! An incident whose recovery never comes ends by itself: its alarms are deleted, or nothing changes.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    deleted_alarm_ends_the_incident
    deleted_alarm_leaves_the_others
    unchanged_for_long_it_ends_by_itself
    unchanged_for_long_it_ends_for_its_owner
}

const NAME: &str = "checkout-5xx-rate";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

async fn deleted_alarm_ends_the_incident(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm(NAME);
    alarm.goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    alarm.is_deleted().await;
    scenario.phone("alpha").is_sent("It is over: checkout-5xx-rate was deleted\nPAGE").await;
    scenario
        .slack_says(":wastebasket: *checkout-5xx-rate* was deleted, which counts as its recovery")
        .await;
    assert!(scenario.is("resolved").await.0["resolved_by"].is_null());
    alarm.is_deleted().await;
    scenario.passes(minutes(40)).await;
    scenario.end().await;
}

async fn deleted_alarm_leaves_the_others(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let (gone, other) = (scenario.alarm(NAME), scenario.alarm("orders-queue-age"));
    gone.goes_off().await;
    scenario.phone("alpha").rings().await;
    other.goes_off().await;
    gone.is_deleted().await;
    let left = ":wastebasket: *checkout-5xx-rate* was deleted, which counts as its recovery; 1 still in ALARM";
    scenario.slack_says(left).await;
    scenario.is("calling").await;
    other.recovers().await;
    scenario.phone("alpha").ends("canceled").await;
    scenario.is("resolved").await;
    scenario.end().await;
}

async fn unchanged_says(scenario: &Scenario) {
    let found = scenario.is("resolved").await;
    let lasted = found.span("raised_at", "resolved_at");
    let line =
        format!(":white_check_mark: *Resolved*: nothing changed for 10 min; it lasted {lasted}");
    scenario.slack_says(&line).await;
}

async fn unchanged_for_long_it_ends_by_itself(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &format!("{}resolve_after = \"10m\"\n", usual())).await;
    let alarm = scenario.alarm(NAME);
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.declines().await;
    scenario.phone("charlie").rings().await.declines().await;
    scenario.is("exhausted").await;
    scenario.slack_says("*charlie*: busy").await;
    scenario.passes(minutes(5)).await;
    // A change of any of its alarms counts.
    alarm.has_no_data().await;
    scenario
        .slack_says(":information_source: *checkout-5xx-rate* has no data: that is no recovery")
        .await;
    scenario.passes(minutes(9)).await;
    scenario.is("exhausted").await;
    scenario.passes(Duration::from_secs(61)).await;
    unchanged_says(&scenario).await;
    scenario.end().await;
}

async fn unchanged_for_long_it_ends_for_its_owner(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &format!("{}resolve_after = \"10m\"\n", usual())).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.passes(minutes(10)).await;
    let text = "It is over: checkout-5xx-rate\nnothing changed for 10 min\nPAGE";
    scenario.phone("alpha").is_sent(text).await;
    unchanged_says(&scenario).await;
    scenario.end().await;
}
