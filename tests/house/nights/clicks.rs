//! Slack as a place to act.

use std::time::Duration;

use serde_json::json;
use shared::secret::Secret;
use shared::slack::signature::sign;

use crate::night::{Night, Way, usual};

stories! {
    claimed_in_slack_while_it_rings
    given_back_the_hunt_goes_on
    its_holder_says_that_it_is_over
    silenced_for_an_hour_in_slack
}

const ALPHA: &str = "U0000001";
const BRAVO: &str = "U0000002";
const STRANGER: &str = "U0STRANGER";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";

async fn claimed_in_slack_while_it_rings(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    night.phone("alpha").rings().await;
    night.clicks(BRAVO, "take").await;
    let found = night.is("taken").await.by("bravo");
    night.phone("alpha").ends("canceled").await;
    night.clicks_late(BRAVO, "take", found.id()).await;
    night.clicks_late(ALPHA, "take", found.id()).await;
    night.tells_alone(ALPHA, "That is for <@U0000002>, who has it.").await;
    night.clicks(ALPHA, "resolve").await;
    night.is("taken").await.by("bravo").after(&["alpha: no longer needed"]);
    alarm.recovers().await;
    night.phone("bravo").is_sent(OVER).await;
    night.is("resolved").await;
    night.clicks_late(BRAVO, "take", found.id()).await;
    night.tells_alone(BRAVO, "It is over already: nothing is left to do.").await;
    night.end().await;
}

async fn given_back_the_hunt_goes_on(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    night.is("taken").await.by("alpha");
    night.clicks(BRAVO, "give-back").await;
    night.tells_alone(BRAVO, "That is for <@U0000001>, who has it.").await;
    night.clicks(ALPHA, "give-back").await;
    night.phone("bravo").takes_it(TEXT).await;
    night.slack_says(":leftwards_arrow_with_hook: *alpha* cannot do it after all").await;
    night.is("taken").await.by("bravo").after(&["alpha: took it", "bravo: took it"]);
    night.end().await;
}

async fn its_holder_says_that_it_is_over(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    night.clicks(ALPHA, "resolve").await;
    let found = night.is("resolved").await;
    let line = format!(
        ":white_check_mark: *over* after {}: *alpha* says so",
        found.span("raised_at", "resolved_at")
    );
    night.slack_says(&line).await;
    alarm.recovers().await;
    night.end().await;
}

async fn silenced_for_an_hour_in_slack(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    night.phone("alpha").rings().await;
    night.clicks(ALPHA, "silence").await;
    night.is("silenced").await;
    night.phone("alpha").ends("canceled").await;
    // It flaps within the hour: that calls nobody either.
    alarm.recovers().await;
    night.is("resolved").await;
    night.passes(Duration::from_secs(600)).await;
    alarm.goes_off().await;
    night.is("resolved").await;
    night.passes(Duration::from_secs(3_000)).await;
    let alpha = night.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("alpha");
    night.end().await;
}

#[tokio::test]
async fn a_stranger_takes_it_and_is_never_called() {
    let night = Night::begin(Way::Voice, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await;
    night.clicks(STRANGER, "take").await;
    night.is("taken").await.by("@somebody-else");
    night.phone("alpha").ends("canceled").await;
    night.passes(Duration::from_secs(30 * 60)).await;
    night.phone("alpha").takes_it(TEXT).await;
    night.is("taken").await.by("alpha");
    night.end().await;
}

#[tokio::test]
async fn with_an_incoming_webhook_the_message_is_replaced() {
    let night =
        Night::begin_with(Way::Voice, &usual(), &[("SLACK_BOT_TOKEN", "xoxb-of-another")]).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await;
    night.clicks(BRAVO, "take").await;
    night.is("taken").await.by("bravo");
    night.phone("alpha").ends("canceled").await;
    night.clicks(ALPHA, "give-back").await;
    night.tells_alone(ALPHA, "That is for <@U0000002>, who has it.").await;
    night.clicks(BRAVO, "give-back").await;
    night.phone("charlie").takes_it(TEXT).await;
    night.is("taken").await.by("charlie");
    night.end().await;
}

#[tokio::test]
async fn only_slack_may_click() {
    let night = Night::begin(Way::Voice, &usual()).await;
    let secret = night.house.simulated().signing_secret;
    let secret = secret.expose();
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await;
    let id = night.is("calling").await.id().to_owned();
    let payload = json!({
        "type": "block_actions", "user": {"id": ALPHA, "name": "alpha"},
        "actions": [{"action_id": "take", "block_id": format!("incident {id}"), "type": "button", "value": id}],
    });
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let now = night.now().await.as_second();
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
        let request = night.house.http.post(format!("{}/slack/actions", night.house.address));
        let request = request
            .header("x-slack-request-timestamp", &at)
            .header("x-slack-signature", &signature)
            .body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), status, "{at} {signature}");
        if status == 403 {
            night.is("calling").await;
        }
    }
    night.is("taken").await.by("alpha");
    night.phone("alpha").ends("canceled").await;
    night.end().await;
}
