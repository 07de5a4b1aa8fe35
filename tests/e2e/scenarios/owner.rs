//! Notices to the owner of an incident about its alarms: by text, in Slack, and by a call.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, policy, usual};

scenarios! {
    alarms_that_join_are_texted_together_and_call_nobody
    round_that_asks_the_owner_again_speaks_of_what_joined
    policy_may_call_on_a_new_alarm
    flap_seconds_after_the_end_is_texted
    flap_minutes_after_the_end_calls_its_owner_and_then_the_others
    owner_without_a_phone_reads_in_slack_what_joined
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";
const BACK: &str = "It is back: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn alarms_that_join_are_texted_together_and_call_nobody(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    scenario.alarm("orders-queue-age").goes_off().await;
    alpha.is_sent("Went off too: orders-queue-age\nPAGE").await;
    for name in ["shard-1-down", "shard-2-down", "shard-3-down"] {
        scenario.alarm(name).goes_off().await;
        scenario.passes(Duration::from_secs(40)).await;
    }
    scenario.alarm("shard-1-down").recovers().await;
    scenario.alarm("shard-1-down").goes_off().await;
    scenario.passes(Duration::from_secs(180)).await;
    alpha.is_sent("Went off too: shard-1-down, shard-2-down, shard-3-down\nPAGE").await;
    scenario.slack_says(":rotating_light: *shard-2-down* went off too: 12 is more than 5").await;
    scenario.is("taken").await.by("alpha").after(&["alpha: took it"]);
    scenario.end().await;
}

async fn round_that_asks_the_owner_again_speaks_of_what_joined(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    scenario.alarm("orders-queue-age").goes_off().await;
    alpha.is_sent("Went off too: orders-queue-age\nPAGE").await;
    scenario.passes(Duration::from_secs(30 * 60)).await;
    let words = "Hello alpha, this is Ringdown. 2 alarms went off: checkout 5xx rate. Since it was taken this joined: \
                 orders queue age. It began 30 minutes ago. Press 1 to take it. Press 2 to pass it on. Press 3 if it is \
                 over.";
    alpha.rings().await.answers().await.hears(words).await.presses('1').await;
    let text = "You took it: checkout-5xx-rate, orders-queue-age\n12 is more than 5\nPAGE";
    alpha.is_sent(text).await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

async fn policy_may_call_on_a_new_alarm(call_with: CallWith) {
    let policy = policy("default", "*", &["alpha", "bravo"], 3);
    let policy = policy.replace("channel =", "call_on_new_alarm = true\nchannel =");
    let scenario = Scenario::begin(call_with, &policy).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    scenario.passes(Duration::from_secs(20)).await;
    scenario.alarm("orders-queue-age").goes_off().await;
    let words = "Hello alpha, this is Ringdown. 2 alarms went off: checkout 5xx rate, orders queue age. It began just now. \
                 Press 1 to take it. Press 2 to pass it on.";
    alpha.rings().await.answers().await.hears(words).await.presses('1').await;
    let text = "You took it: checkout-5xx-rate, orders-queue-age\n12 is more than 5\nPAGE";
    alpha.is_sent(text).await;
    scenario.slack_says(":repeat: that is new: asking *alpha* first").await;
    scenario.is("taken").await.by("alpha").after(&["alpha: took it", "alpha: took it"]);
    scenario.end().await;
}

async fn flap_seconds_after_the_end_is_texted(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    for _ in 0..2 {
        alarm.recovers().await;
        alpha.is_sent(OVER).await;
        scenario.passes(Duration::from_secs(6)).await;
        alarm.goes_off().await;
        alpha.is_sent(BACK).await;
        scenario.passes(Duration::from_secs(6)).await;
    }
    scenario.is("taken").await.by("alpha").after(&["alpha: took it"]);
    scenario.end().await;
}

async fn flap_minutes_after_the_end_calls_its_owner_and_then_the_others(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    alarm.recovers().await;
    alpha.is_sent(OVER).await;
    scenario.passes(Duration::from_secs(90)).await;
    alarm.goes_off().await;
    alpha.rings().await.is_sent(BACK).await.lets_it_ring().await;
    scenario.slack_says(":repeat: it was over, and is back: calling *alpha* first").await;
    scenario.phone("bravo").takes_it(TEXT).await;
    let calls = ["alpha: took it", "alpha: no answer", "bravo: took it"];
    scenario.is("taken").await.by("bravo").after(&calls);
    scenario.end().await;
}

async fn owner_without_a_phone_reads_in_slack_what_joined(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.clicks("U0STRANGER", "take").await;
    scenario.is("taken").await.by("@somebody-else");
    scenario.phone("alpha").ends("canceled").await;
    for name in ["orders-queue-age", "shard-1-down"] {
        scenario.alarm(name).goes_off().await;
    }
    let line = |name: &str| {
        format!(":point_right: <@U0STRANGER> has it, and since then went off too: {name}")
    };
    scenario.slack_says(&line("orders-queue-age")).await;
    scenario.passes(Duration::from_secs(301)).await;
    scenario.slack_says(&line("shard-1-down")).await;
    scenario.is("taken").await.by("@somebody-else");
    scenario.end().await;
}
