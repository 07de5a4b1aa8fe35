//! The pretend Slack of a running house: by which way its channels are reached, and who may act there.

use serde_json::{Value, json};

use crate::harness::{House, Plan, body};

async fn post(house: &House, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
    let mut request = house.http.post(format!("{}{path}", house.address)).body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// The id of a channel in the pretend Slack.
async fn channel(house: &House, name: &str) -> String {
    let directory = house.get("/pretend/slack/directory").await.text().await.unwrap();
    let directory: Value = serde_json::from_str(&directory).unwrap();
    let channels = directory["channels"].as_array().unwrap().iter();
    let found = channels.into_iter().find(|channel| channel["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn without_an_account_a_bot_speaks_in_the_pretend_slack() {
    let house = Plan::new().start().await;
    assert_eq!(house.twilio(&body("a", "by the bot")).await, 204);
    let said = house.says("by the bot").await;
    assert_eq!((&said["channel"], &said["kind"]), (&json!("a"), &json!("bot")));
    assert_eq!(said["channel_id"], json!(channel(&house, "a").await));
    assert!(!house.log().contains("xoxb"), "{}", house.log());
}

#[tokio::test]
async fn whoever_connects_a_real_bot_has_webhooks_there() {
    let house = Plan::new().set("SLACK_BOT_TOKEN", "xoxb-not-a-token").start().await;
    assert_eq!(house.twilio(&body("b", "by a webhook")).await, 204);
    let said = house.says("by a webhook").await;
    assert_eq!((&said["channel"], &said["kind"]), (&json!("b"), &json!("webhook")));
}

#[tokio::test]
async fn a_click_comes_to_the_front_door() {
    let house = Plan::new().start().await;
    let button = json!({
        "type": "button", "action_id": "take", "value": "v", "text": {"type": "plain_text", "text": "I have it"},
    });
    let blocks = json!([{"type": "actions", "block_id": "hunt", "elements": [button]}]);
    let message =
        json!({"channel": channel(&house, "a").await, "text": "an alarm", "blocks": blocks});
    let bot = format!("Bearer {}", house.simulated().bot_token.expose());
    let headers = [("authorization", bot.as_str()), ("content-type", "application/json")];
    let said = post(&house, "/pretend/slack/api/chat.postMessage", &headers, &message).await.1;
    let click =
        json!({"ts": said["ts"], "block_id": "hunt", "action_id": "take", "user": "U0STRANGER"});
    let (status, told) = post(&house, "/pretend/slack/click", &[], &click).await;
    // What the house makes of a button that is no incident's is its own affair; that it was asked is shown here.
    assert_eq!(status, 200);
    assert_ne!(told["status"], 0, "{told}");
}
