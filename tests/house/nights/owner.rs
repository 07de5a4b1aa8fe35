//! What the owner of an incident is told of its alarms: by text, in Slack, and by a call.

use std::time::Duration;

use crate::night::{Night, Way, policy, usual};

stories! {
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

async fn alarms_that_join_are_texted_together_and_call_nobody(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = night.phone("alpha");
    alpha.takes_it(TEXT).await;
    night.alarm("orders-queue-age").goes_off().await;
    alpha.is_sent("Went off too: orders-queue-age\nPAGE").await;
    for name in ["shard-1-down", "shard-2-down", "shard-3-down"] {
        night.alarm(name).goes_off().await;
        night.passes(Duration::from_secs(40)).await;
    }
    night.alarm("shard-1-down").recovers().await;
    night.alarm("shard-1-down").goes_off().await;
    night.passes(Duration::from_secs(180)).await;
    alpha.is_sent("Went off too: shard-1-down, shard-2-down, shard-3-down\nPAGE").await;
    night.slack_says(":rotating_light: *shard-2-down* went off too: 12 is more than 5").await;
    night.is("taken").await.by("alpha").after(&["alpha: took it"]);
    night.end().await;
}

async fn round_that_asks_the_owner_again_speaks_of_what_joined(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = night.phone("alpha");
    alpha.takes_it(TEXT).await;
    night.alarm("orders-queue-age").goes_off().await;
    alpha.is_sent("Went off too: orders-queue-age\nPAGE").await;
    night.passes(Duration::from_secs(30 * 60)).await;
    let words = "Hello alpha, this is Ringdown. 2 alarms went off: checkout 5xx rate. Since it was taken this joined: \
                 orders queue age. It began 30 minutes ago. Press 1 to take it. Press 2 to pass it on. Press 3 if it is \
                 over.";
    alpha.rings().await.answers().await.hears(words).await.presses('1').await;
    let text = "You took it: checkout-5xx-rate, orders-queue-age\n12 is more than 5\nPAGE";
    alpha.is_sent(text).await;
    night.is("taken").await.by("alpha");
    night.end().await;
}

async fn policy_may_call_on_a_new_alarm(way: Way) {
    let policy = policy("default", "*", &["alpha", "bravo"], 3);
    let policy = policy.replace("channel =", "call_on_new_alarm = true\nchannel =");
    let night = Night::begin(way, &policy).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = night.phone("alpha");
    alpha.takes_it(TEXT).await;
    night.passes(Duration::from_secs(20)).await;
    night.alarm("orders-queue-age").goes_off().await;
    let words = "Hello alpha, this is Ringdown. 2 alarms went off: checkout 5xx rate, orders queue age. It began just now. \
                 Press 1 to take it. Press 2 to pass it on.";
    alpha.rings().await.answers().await.hears(words).await.presses('1').await;
    let text = "You took it: checkout-5xx-rate, orders-queue-age\n12 is more than 5\nPAGE";
    alpha.is_sent(text).await;
    night.slack_says(":repeat: that is new: asking *alpha* first").await;
    night.is("taken").await.by("alpha").after(&["alpha: took it", "alpha: took it"]);
    night.end().await;
}

async fn flap_seconds_after_the_end_is_texted(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = night.phone("alpha");
    alpha.takes_it(TEXT).await;
    for _ in 0..2 {
        alarm.recovers().await;
        alpha.is_sent(OVER).await;
        night.passes(Duration::from_secs(6)).await;
        alarm.goes_off().await;
        alpha.is_sent(BACK).await;
        night.passes(Duration::from_secs(6)).await;
    }
    night.is("taken").await.by("alpha").after(&["alpha: took it"]);
    night.end().await;
}

async fn flap_minutes_after_the_end_calls_its_owner_and_then_the_others(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = night.phone("alpha");
    alpha.takes_it(TEXT).await;
    alarm.recovers().await;
    alpha.is_sent(OVER).await;
    night.passes(Duration::from_secs(90)).await;
    alarm.goes_off().await;
    alpha.rings().await.is_sent(BACK).await.lets_it_ring().await;
    night.slack_says(":repeat: it was over, and is back: calling *alpha* first").await;
    night.phone("bravo").takes_it(TEXT).await;
    let calls = ["alpha: took it", "alpha: no answer", "bravo: took it"];
    night.is("taken").await.by("bravo").after(&calls);
    night.end().await;
}

async fn owner_without_a_phone_reads_in_slack_what_joined(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await;
    night.clicks("U0STRANGER", "take").await;
    night.is("taken").await.by("@somebody-else");
    night.phone("alpha").ends("canceled").await;
    for name in ["orders-queue-age", "shard-1-down"] {
        night.alarm(name).goes_off().await;
    }
    let line = |name: &str| {
        format!(":point_right: <@U0STRANGER> has it, and since then went off too: {name}")
    };
    night.slack_says(&line("orders-queue-age")).await;
    night.passes(Duration::from_secs(301)).await;
    night.slack_says(&line("shard-1-down")).await;
    night.is("taken").await.by("@somebody-else");
    night.end().await;
}
