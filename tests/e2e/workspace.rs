//! The sandbox's Slack of a running server: by which way its channels are reached, and who may act there.

use serde_json::{Value, json};

use crate::harness::{Plan, Server, body};

async fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
    let mut request = server.http.post(format!("{}{path}", server.address)).body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// The id of a channel in the sandbox's Slack.
async fn channel(server: &Server, name: &str) -> String {
    let directory = server.get("/sandbox/slack/directory").await.text().await.unwrap();
    let directory: Value = serde_json::from_str(&directory).unwrap();
    let channels = directory["channels"].as_array().unwrap().iter();
    let found = channels.into_iter().find(|channel| channel["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn bot_without_an_account_posts_to_the_simulated_slack() {
    let server = Plan::new().start().await;
    assert_eq!(server.twilio(&body("a", "by the bot")).await, 204);
    let said = server.says("by the bot").await;
    assert_eq!((&said["channel"], &said["kind"]), (&json!("a"), &json!("bot")));
    assert_eq!(said["channel_id"], json!(channel(&server, "a").await));
    assert!(!server.log().contains("xoxb"), "{}", server.log());
}

#[tokio::test]
async fn whoever_connects_a_real_bot_has_webhooks_there() {
    let server = Plan::new().set("SLACK_BOT_TOKEN", "xoxb-not-a-token").start().await;
    assert_eq!(server.twilio(&body("b", "by a webhook")).await, 204);
    let said = server.says("by a webhook").await;
    assert_eq!((&said["channel"], &said["kind"]), (&json!("b"), &json!("webhook")));
}

#[tokio::test]
async fn click_comes_to_the_servers_own_endpoint() {
    let server = Plan::new().start().await;
    let button = json!({
        "type": "button", "action_id": "take", "value": "v", "text": {"type": "plain_text", "text": "I have it"},
    });
    let blocks = json!([{"type": "actions", "block_id": "round", "elements": [button]}]);
    let message =
        json!({"channel": channel(&server, "a").await, "text": "an alarm", "blocks": blocks});
    let bot = format!("Bearer {}", server.simulated().bot_token.expose());
    let headers = [("authorization", bot.as_str()), ("content-type", "application/json")];
    let said = post(&server, "/sandbox/slack/api/chat.postMessage", &headers, &message).await.1;
    let click =
        json!({"ts": said["ts"], "block_id": "round", "action_id": "take", "user": "U0STRANGER"});
    let (status, told) = post(&server, "/sandbox/slack/click", &[], &click).await;
    // What the server makes of a button that is no incident's is its own affair; that it was asked is shown here.
    assert_eq!(status, 200);
    assert_ne!(told["status"], 0, "{told}");
}
