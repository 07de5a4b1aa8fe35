//! A text about an incident that its owner does not get.

use std::time::Duration;

use serde_json::json;

use crate::metrics::{series, token};
use crate::scenario::{CallWith, Scenario, usual};

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";
const LINE: &str = ":warning: the text to *bravo* was not delivered (30005)";

scenarios! {
    text_that_is_not_delivered_is_told_on_its_incident
}

async fn text_that_is_not_delivered_is_told_on_its_incident(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let undelivered = json!({"texts": "undelivered", "error_code": 30005});
    scenario.phone("bravo").has_the_habit(undelivered).await;
    // Each callback comes twice, and tells it once.
    scenario.twilio_does(json!({"double": 100})).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let taken = scenario.is("taken").await.by("bravo");
    scenario.slack_says(LINE).await;
    scenario.alarm("checkout-5xx-rate").recovers().await;
    scenario.phone("bravo").is_sent(OVER).await;
    scenario.is("resolved").await;
    scenario.slack_says_again(LINE, 2).await;
    scenario.passes(Duration::from_secs(10)).await;
    scenario.settles().await;
    let page = scenario.server.get(&format!("/incidents/{}", taken.id())).await;
    let page = page.text().await.unwrap();
    assert_eq!(page.matches("was not delivered (30005)").count(), 2, "{page}");
    let shown = series(&scenario.server, &token(&scenario.server)).await;
    assert_eq!(shown["twilio_messages_failed_total{error_code=\"30005\"}"], "2");
    assert_eq!(shown["twilio_message_callback_total{status=\"undelivered\"}"], "2");
    scenario.end().await;
}
