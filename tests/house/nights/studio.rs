//! What only a Studio Flow does, and what knocks at its door.

use std::time::Duration;

use serde_json::json;

use crate::harness::TOKEN;
use crate::night::{Night, Way, policy, usual};

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

#[tokio::test]
async fn without_events_a_hang_up_is_learnt_by_looking() {
    let night = Night::begin(Way::Studio, &usual()).await;
    night.twilio_does(Way::Studio.says_nothing()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await.answers().await.hangs_up().await;
    night.passes(Duration::from_secs(16)).await;
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("bravo").after(&["alpha: hung up without a key", "bravo: took it"]);
    night.end().await;
}

#[tokio::test]
async fn somebody_in_another_flow_is_in_a_call_and_comes_back() {
    let night = Night::begin(Way::Studio, &policy("default", "*", &["alpha", "bravo"], 2)).await;
    let alpha = night.phone("alpha");
    // Somebody tries the Flow by hand.
    night.twilio_runs(1, alpha.number()).await;
    alpha.rings().await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.slack_says("*alpha* is in another call: passed over for now").await;
    night.phone("bravo").rings().await;
    alpha.declines().await;
    night.passes(Duration::from_secs(5)).await;
    night.phone("bravo").declines().await;
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let calls = ["alpha: in another call", "bravo: busy", "alpha: took it"];
    night.is("taken").await.by("alpha").after(&calls);
    night.slack_says(":telephone_receiver: calling <@U0000001> (call 2 of 2)").await;
    night.end().await;
}

#[tokio::test]
async fn a_flow_that_is_not_there_is_refused_with_what_to_do() {
    let night = Night::begin(Way::Studio, &policy("default", "*", &["alpha"], 1)).await;
    night.twilio_does(json!({"refuse_calls": {"status": 404, "code": 20404}})).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.is("exhausted").await.after(&["alpha: the call was refused"]);
    night
        .slack_says(
            "*alpha*: the call was refused: Twilio 20404 Refused on purpose: there is no Flow \
             FW00000000000000000000000000000001; give the policy the flow_sid that Studio shows",
        )
        .await;
    night.end().await;
}

#[tokio::test]
async fn forged_reports_change_nothing() {
    let night = Night::begin(Way::Studio, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await.declines().await;
    night.phone("bravo").rings().await;
    night.settles().await;
    let before = night.incidents().await;
    let id = before[0]["id"].as_str().unwrap();
    let of_alpha = night.token(id, 1).await;
    let taken = |token| [("token", token), ("outcome", "key"), ("digits", "1"), ("reading", "1")];
    let reversed: String = of_alpha.chars().rev().collect();
    for token in ["", "1", TOKEN, &reversed, &of_alpha] {
        assert_eq!(night.flow_reports(id, 2, &taken(token)).await.0, 403, "{token}");
    }
    assert_eq!(night.flow_reports("nonsense", 1, &taken(&of_alpha)).await.0, 403);
    // Twilio's own signature proves nothing here.
    let path = format!("/twilio/studio/{id}/2");
    assert_eq!(night.twilio_asks(&path, &taken("")).await.0, 403);
    assert_eq!(night.flow_reports(id, 1, &[("token", &of_alpha), ("outcome", "?")]).await.0, 400);
    assert_eq!(night.incidents().await, before);
    night.phone("bravo").answers().await.presses('1').await.is_sent(TEXT).await;
    night.end().await;
}
