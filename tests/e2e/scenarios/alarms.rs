//! Alarms come, come again, and go: what is one incident and what is not.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scenario::{CallWith, Scenario, policy, usual};

scenarios! {
    it_recovers_while_it_rings
    it_recovers_while_somebody_listens
    it_recovers_when_it_is_taken
    one_of_two_recovers
    twenty_alarms_in_a_minute_make_one_round
    an_alarm_without_data_has_not_recovered
    it_flaps_while_it_is_taken
    it_flaps_before_anybody_took_it
    another_alarm_within_the_window_asks_the_owner_first
    after_the_window_it_is_another_incident
    the_same_change_by_two_ways_counts_once
    muted_and_suppressed_alarms_call_nobody
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn it_recovers_while_it_rings(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    alarm.recovers().await;
    scenario.phone("alpha").ends("canceled").await;
    scenario.is("resolved").await.after(&["alpha: no longer needed"]);
    scenario.end().await;
}

async fn it_recovers_while_somebody_listens(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await.answers().await;
    alarm.recovers().await;
    scenario.phone("alpha").ends("completed").await;
    scenario.is("resolved").await.after(&["alpha: no longer needed"]);
    scenario.end().await;
}

async fn it_recovers_when_it_is_taken(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    scenario.passes(Duration::from_secs(600)).await;
    alarm.recovers().await;
    alpha.is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.is("resolved").await.by("alpha").after(&["alpha: took it"]);
    scenario.end().await;
}

async fn one_of_two_recovers(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let (checkout, orders) =
        (scenario.alarm("checkout-5xx-rate"), scenario.alarm("orders-queue-age"));
    checkout.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await;
    orders.goes_off().await;
    checkout.recovers().await;
    scenario.slack_says(":white_check_mark: *checkout-5xx-rate* recovered; 1 still in ALARM").await;
    let words = "Hello alpha, this is Ringdown. The alarm orders queue age went off. Checkouts fail. It began just now. \
                 Press 1 to take it. Press 2 to pass it on.";
    alpha.answers().await.hears(words).await.presses('1').await;
    alpha.is_sent("You took it: orders-queue-age\n12 is more than 5\nPAGE").await;
    orders.recovers().await;
    alpha.is_sent("It is over: checkout-5xx-rate, orders-queue-age recovered\nPAGE").await;
    scenario.is("resolved").await.after(&["alpha: took it"]);
    scenario.end().await;
}

async fn twenty_alarms_in_a_minute_make_one_round(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let names: Vec<String> = (1..=20).map(|n| format!("shard-{n}-down")).collect();
    let alarms = names.iter().map(|name| scenario.alarm(name));
    futures_util::future::join_all(alarms.map(async |alarm| alarm.goes_off().await)).await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await;
    let found = scenario.is("taken").await.by("alpha").after(&["alpha: took it"]);
    let alarms = found.0["alarms"].as_array().unwrap();
    assert_eq!((alarms.len(), scenario.incidents().await.len()), (20, 1));
    let named: Vec<&str> =
        alarms.iter().take(3).map(|alarm| alarm["name"].as_str().unwrap()).collect();
    alpha
        .is_sent(&format!("You took it: {} and 17 more\n12 is more than 5\nPAGE", named.join(", ")))
        .await;
    let begins = format!(
        "Hello alpha, this is Ringdown. 20 alarms went off: {}, and 17 more.",
        named.join(", ")
    );
    let said = alpha.state().await["call"]["said"][0].as_str().unwrap().to_owned();
    assert!(said.starts_with(&begins.replace('-', " ")), "{said}");
    scenario.end().await;
}

async fn an_alarm_without_data_has_not_recovered(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.has_no_data().await;
    assert_eq!(scenario.incidents().await, Vec::<Value>::new());
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    alarm.has_no_data().await;
    scenario
        .slack_says(":information_source: *checkout-5xx-rate* has no data: that is no recovery")
        .await;
    scenario.phone("alpha").answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

async fn it_flaps_while_it_is_taken(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    for _ in 0..3 {
        scenario.passes(Duration::from_secs(60)).await;
        alarm.recovers().await;
        alpha.is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
        scenario.is("resolved").await;
        scenario.passes(Duration::from_secs(240)).await;
        alarm.goes_off().await;
        alpha.rings().await;
        alpha.is_sent("It is back: checkout-5xx-rate\n12 is more than 5\nPAGE").await;
        alpha.answers().await.presses('1').await.is_sent(TEXT).await;
        scenario.is("taken").await.by("alpha");
    }
    scenario
        .slack_says(
            ":rotating_light: *checkout-5xx-rate* went off: it is open again; <@U0000001> has it",
        )
        .await;
    assert_eq!(scenario.incidents().await.len(), 1);
    scenario.end().await;
}

async fn it_flaps_before_anybody_took_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    alarm.recovers().await;
    scenario.phone("alpha").ends("canceled").await;
    scenario.passes(Duration::from_secs(60)).await;
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha").after(&["alpha: no longer needed", "alpha: took it"]);
    assert_eq!(scenario.incidents().await.len(), 1);
    scenario.end().await;
}

async fn another_alarm_within_the_window_asks_the_owner_first(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &policy("default", "*", &["bravo", "alpha"], 3)).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("bravo").rings().await.declines().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    scenario.alarm("checkout-5xx-rate").recovers().await;
    alpha.is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.passes(Duration::from_secs(60)).await;
    scenario.alarm("orders-queue-age").goes_off().await;
    alpha.takes_it("You took it: orders-queue-age\n12 is more than 5\nPAGE").await;
    scenario.is("taken").await.by("alpha").after(&[
        "bravo: busy",
        "alpha: took it",
        "alpha: took it",
    ]);
    assert_eq!(scenario.incidents().await.len(), 1);
    scenario.end().await;
}

async fn after_the_window_it_is_another_incident(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    alarm.recovers().await;
    alpha.is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.passes(Duration::from_secs(301)).await;
    alarm.goes_off().await;
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha").after(&["alpha: took it"]);
    assert_eq!(scenario.incidents().await.len(), 2);
    scenario.end().await;
}

async fn the_same_change_by_two_ways_counts_once(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let (alarm, at) = (scenario.alarm("checkout-5xx-rate"), scenario.now().await);
    let first = alarm.is_told(&alarm.event("ALARM", at)).await;
    scenario.phone("alpha").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let found = scenario.is("taken").await.by("alpha");
    let its =
        json!([{"outcome": "incident", "alarm": "checkout-5xx-rate", "incident": found.id()}]);
    assert_eq!(first, its);
    for again in [alarm.event("ALARM", at), alarm.message("ALARM", at)] {
        assert_eq!(alarm.is_told(&again).await, its);
    }
    let over = scenario.now().await;
    alarm.is_told(&alarm.message("OK", over)).await;
    alarm.is_told(&alarm.event("OK", over)).await;
    // A late alarm does not bring it back.
    alarm.is_told(&alarm.message("ALARM", at)).await;
    scenario.phone("alpha").is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    let over = scenario.is("resolved").await.after(&["alpha: took it"]);
    let over = over.span("raised_at", "resolved_at");
    scenario
        .slack_says(&format!(":white_check_mark: *over* after {over}: all alarms are OK"))
        .await;
    let told = scenario.slack().await;
    assert_eq!(told.iter().filter(|line| line.contains("went off")).count(), 1, "{told:?}");
    scenario.end().await;
}

async fn muted_and_suppressed_alarms_call_nobody(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    let at = scenario.now().await;
    let mut muted = alarm.event("ALARM", at);
    muted["detail"]["muteDetail"] = json!({"mutedByArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm-mute-rule:scenarios"});
    let mut suppressed = alarm.event("ALARM", at);
    suppressed["detail"]["state"]["actionsSuppressedBy"] = json!("Alarm");
    suppressed["detail"]["state"]["actionsSuppressedReason"] = json!("Actions suppressed by Alarm");
    for quiet in [muted, suppressed] {
        assert_eq!(alarm.is_told(&quiet).await[0]["outcome"], "quiet");
    }
    assert_eq!(scenario.incidents().await, Vec::<Value>::new());
    // When the mute ends, SNS brings the same change once more: now it counts.
    alarm.is_told(&alarm.message("ALARM", at)).await;
    scenario.phone("alpha").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.end().await;
}
