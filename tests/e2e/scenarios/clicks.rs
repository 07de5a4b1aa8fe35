//! Slack as a place to act.

use std::time::Duration;

use serde_json::json;
use shared::secret::Secret;
use shared::slack::signature::sign;

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    claimed_in_slack_while_it_rings
    given_back_the_round_goes_on
    its_owner_says_that_it_is_over
    silenced_for_an_hour_in_slack
}

const ALPHA: &str = "U0000001";
const BRAVO: &str = "U0000002";
const STRANGER: &str = "U0STRANGER";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";

async fn claimed_in_slack_while_it_rings(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.clicks(BRAVO, "take").await;
    let found = scenario.is("taken").await.by("bravo");
    scenario.phone("alpha").ends("canceled").await;
    scenario.clicks_late(BRAVO, "take", found.id()).await;
    scenario.clicks_late(ALPHA, "take", found.id()).await;
    scenario.tells_alone(ALPHA, "That is for <@U0000002>, who has it.").await;
    scenario.clicks(ALPHA, "resolve").await;
    scenario.is("taken").await.by("bravo").after(&["alpha: no longer needed"]);
    alarm.recovers().await;
    scenario.phone("bravo").is_sent(OVER).await;
    scenario.is("resolved").await;
    scenario.clicks_late(BRAVO, "take", found.id()).await;
    scenario.tells_alone(BRAVO, "It is over already: nothing is left to do.").await;
    scenario.end().await;
}

async fn given_back_the_round_goes_on(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.is("taken").await.by("alpha");
    scenario.clicks(BRAVO, "give-back").await;
    scenario.tells_alone(BRAVO, "That is for <@U0000001>, who has it.").await;
    scenario.clicks(ALPHA, "give-back").await;
    scenario.phone("bravo").takes_it(TEXT).await;
    scenario
        .slack_says(
            ":leftwards_arrow_with_hook: *alpha* cannot do it after all: calling the next one",
        )
        .await;
    scenario.is("taken").await.by("bravo").after(&["alpha: took it", "bravo: took it"]);
    scenario.end().await;
}

async fn its_owner_says_that_it_is_over(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.clicks(ALPHA, "resolve").await;
    let found = scenario.is("resolved").await;
    let line = format!(
        ":white_check_mark: *over* after {}: *alpha* resolved it",
        found.span("raised_at", "resolved_at")
    );
    scenario.slack_says(&line).await;
    alarm.recovers().await;
    scenario.end().await;
}

async fn silenced_for_an_hour_in_slack(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.clicks(ALPHA, "silence").await;
    scenario.is("silenced").await;
    scenario.phone("alpha").ends("canceled").await;
    // It flaps within the hour: that calls nobody either.
    alarm.recovers().await;
    scenario.is("resolved").await;
    scenario.passes(Duration::from_secs(600)).await;
    alarm.goes_off().await;
    scenario.is("resolved").await;
    scenario.passes(Duration::from_secs(3_000)).await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

#[tokio::test]
async fn silence_of_slack_is_ended_in_slack_and_people_are_called_again() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.clicks(ALPHA, "silence").await;
    scenario.is("silenced").await;
    scenario.phone("alpha").ends("canceled").await;
    scenario.clicks(ALPHA, "end-silence").await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

#[tokio::test]
async fn stranger_takes_it_and_is_never_called() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.clicks(STRANGER, "take").await;
    scenario.is("taken").await.by("@somebody-else");
    scenario.phone("alpha").ends("canceled").await;
    scenario.passes(Duration::from_secs(30 * 60)).await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

#[tokio::test]
async fn with_an_incoming_webhook_the_message_is_replaced() {
    let scenario =
        Scenario::begin_with(CallWith::Voice, &usual(), &[("SLACK_BOT_TOKEN", "xoxb-of-another")])
            .await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.clicks(BRAVO, "take").await;
    scenario.is("taken").await.by("bravo");
    scenario.phone("alpha").ends("canceled").await;
    scenario.clicks(ALPHA, "give-back").await;
    scenario.tells_alone(ALPHA, "That is for <@U0000002>, who has it.").await;
    scenario.clicks(BRAVO, "give-back").await;
    scenario.phone("charlie").takes_it(TEXT).await;
    scenario.is("taken").await.by("charlie");
    scenario.end().await;
}

#[tokio::test]
async fn only_slack_may_click() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    let secret = scenario.server.simulated().signing_secret;
    let secret = secret.expose();
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    let payload = json!({
        "type": "block_actions", "user": {"id": ALPHA, "name": "alpha"},
        "actions": [{"action_id": "take", "block_id": format!("incident {id}"), "type": "button", "value": id}],
    });
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let now = scenario.now().await.as_second();
    let signed =
        |secret: &str, at: i64| sign(&Secret::new(secret), &at.to_string(), body.as_bytes());
    for (at, signature, status) in [
        (now.to_string(), signed("another secret", now), 403),
        (now.to_string(), signed(secret, now - 1), 403),
        ((now - 301).to_string(), signed(secret, now - 301), 403),
        ((now + 310).to_string(), signed(secret, now + 310), 403),
        ("soon".to_owned(), signed(secret, now), 403),
        (now.to_string(), String::new(), 403),
        (now.to_string(), signed(secret, now), 200),
        (now.to_string(), signed(secret, now), 200),
    ] {
        let request =
            scenario.server.http.post(format!("{}/slack/actions", scenario.server.address));
        let request = request
            .header("x-slack-request-timestamp", &at)
            .header("x-slack-signature", &signature)
            .body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), status, "{at} {signature}");
        if status == 403 {
            scenario.is("calling").await;
        }
    }
    scenario.is("taken").await.by("alpha");
    scenario.phone("alpha").ends("canceled").await;
    scenario.end().await;
}
