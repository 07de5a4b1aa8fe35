//! Clicks: what is pressed, what the server is sent, and what it can answer.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use shared::secret::Secret;

use crate::settings::Settings;

use super::{CHANNEL, Fixture, NOON, SECRET, read};

impl Fixture {
    /// A message with a button, and its `ts`.
    async fn with_button(&self) -> String {
        let button = json!({
            "type": "button", "action_id": "take", "value": "incident.1", "style": "primary",
            "text": {"type": "plain_text", "text": "I have it"},
        });
        let actions = json!({"type": "actions", "block_id": "round", "elements": [button]});
        self.posts(json!({"text": "an alarm", "blocks": [actions]})).await
    }

    /// Presses: status and text (or JSON) of the answer.
    async fn press(&self, click: &Value) -> (u16, String) {
        let body = Bytes::from(click.to_string());
        match self.slack.click(&self.http, &body).await {
            Ok(answer) => (answer.status, String::from_utf8_lossy(&answer.body).into_owned()),
            Err(error) => (error.status(), error.to_string()),
        }
    }

    /// Presses the button of this message, as bravo; gives the payload that the server was sent.
    async fn pressed(&self, ts: &str) -> Value {
        let (status, json) = self.press(&click(ts)).await;
        assert_eq!((status, json.as_str()), (200, r#"{"note":"","status":200}"#));
        let received = self.receiver.received.lock().expect("no panic");
        let form = received.last().expect("a request").form();
        assert_eq!((form.len(), form[0].0.as_str()), (1, "payload"));
        serde_json::from_str(&form[0].1).expect("JSON")
    }

    /// Answers by a `response_url`: the status, and Slack's word if it is a no.
    async fn respond(&self, payload: &Value, body: &Value) -> (u16, String) {
        let url = payload["response_url"].as_str().expect("a URL");
        let id =
            url.strip_prefix(&format!("{}/sandbox/slack/respond/", self.slack.settings.base_url));
        let body = Bytes::from(body.to_string());
        let answer = self.slack.respond(id.expect("its id"), &body).await.expect("an answer");
        match answer.status {
            200 => (200, String::from_utf8_lossy(&answer.body).into_owned()),
            status => (status, read(&answer)["error"].as_str().expect("a word").to_owned()),
        }
    }
}

fn click(ts: &str) -> Value {
    json!({"ts": ts, "block_id": "round", "action_id": "take", "user": "U0000002"})
}

fn ok() -> (u16, String) {
    (200, "ok".to_owned())
}

#[tokio::test]
async fn click_is_sent_as_slack_sends_it() {
    let fixture = Fixture::new().await;
    let ts = fixture.with_button().await;
    let mut payload = fixture.pressed(&ts).await;
    for unknown in ["trigger_id", "response_url"] {
        assert!(payload[unknown].is_string(), "{payload:#}");
        payload.as_object_mut().expect("an object").remove(unknown);
    }
    let text = json!({"type": "plain_text", "text": "I have it"});
    let blocks = fixture.messages().await[0]["blocks"].clone();
    assert_eq!(
        payload,
        json!({
            "type": "block_actions", "api_app_id": "A0SANDBOX", "enterprise": null, "is_enterprise_install": false,
            "user": {"id": "U0000002", "username": "bravo", "name": "bravo", "team_id": "T0SANDBOX"},
            "team": {"id": "T0SANDBOX", "domain": "sandbox"},
            "channel": {"id": CHANNEL, "name": "default"},
            "container": {"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": false},
            "message": {
                "type": "message", "user": "U0RINGDOWN", "bot_id": "B0SANDBOX", "app_id": "A0SANDBOX", "team": "T0SANDBOX",
                "ts": ts, "text": "an alarm", "blocks": blocks,
            },
            "state": {"values": {}},
            "actions": [{
                "type": "button", "block_id": "round", "action_id": "take", "value": "incident.1", "text": text,
                "style": "primary", "action_ts": "1900000000.000000",
            }],
        })
    );
    let received = fixture.receiver.received.lock().expect("no panic");
    let request = received.last().expect("a request");
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/slack/actions"));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(request.header("x-slack-request-timestamp"), Some("1900000000"));
    let signed =
        shared::slack::signature::sign(&Secret::new(SECRET), &NOON.to_string(), &request.body);
    assert_eq!(request.header("x-slack-signature"), Some(&*signed));
}

#[tokio::test]
async fn click_names_its_thread_and_an_unknown_member() {
    let fixture = Fixture::new().await;
    let parent = fixture.posts(json!({"text": "parent"})).await;
    let button =
        json!({"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "b"}});
    let section = json!({
        "type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "x"}, "accessory": button,
    });
    let ts = fixture.posts(json!({"text": "r", "thread_ts": parent, "blocks": [section]})).await;
    let click = json!({"ts": ts, "block_id": "s", "action_id": "a", "user": "U0STRANGER"});
    assert_eq!(fixture.press(&click).await.0, 200);
    let received = fixture.receiver.received.lock().expect("no panic");
    let payload: Value = serde_json::from_str(&received[0].form()[0].1).expect("JSON");
    assert_eq!(payload["user"]["name"], "somebody-else");
    assert_eq!(payload["container"]["thread_ts"], json!(parent));
    assert_eq!(payload["message"]["thread_ts"], json!(parent));
    assert!(payload["actions"][0].get("value").is_none(), "{payload:#}");
}

#[tokio::test]
async fn late_click_sends_the_value_that_the_page_showed() {
    let fixture = Fixture::new().await;
    let ts = fixture.with_button().await;
    let body = json!({"channel": CHANNEL, "ts": ts, "text": "it is over"});
    assert_eq!(fixture.api("chat.update", &body).await["ok"], true);
    let gone = (409, "that button is not there any more\n".to_owned());
    assert_eq!(fixture.press(&click(&ts)).await, gone);
    let mut late = click(&ts);
    late["value"] = json!("incident.1");
    assert_eq!(fixture.press(&late).await.0, 200);
    late["ts"] = json!("1800000000.000000");
    assert_eq!(fixture.press(&late).await, gone);
    assert_eq!(fixture.press(&json!({"ts": ts})).await.0, 400);
    let received = fixture.receiver.received.lock().expect("no panic");
    assert_eq!(received.len(), 1);
    let payload: Value = serde_json::from_str(&received[0].form()[0].1).expect("JSON");
    assert_eq!(payload["actions"][0]["value"], "incident.1");
    assert_eq!(payload["message"]["text"], "it is over");
}

#[tokio::test]
async fn click_shows_the_servers_refusal() {
    let mut fixture = Fixture::new().await;
    let ts = fixture.with_button().await;
    let answers = |fixture: &Fixture, status, text| {
        *fixture.receiver.answers.lock().expect("no panic") = (status, text);
    };
    answers(&fixture, 404, "no such page\n");
    let json = fixture.press(&click(&ts)).await;
    assert_eq!(json.1, r#"{"note":"it answered 404 no such page","status":404}"#);
    answers(&fixture, 204, "");
    let json = fixture.press(&click(&ts)).await;
    assert_eq!(json.1, r#"{"note":"it answered 204","status":204}"#);
    answers(&fixture, 0, "");
    let json = fixture.press(&click(&ts)).await;
    assert_eq!(json.1, r#"{"note":"it did not answer within 3 s","status":0}"#);
    let server_url = "http://127.0.0.1:1".to_owned();
    let nowhere = Settings { server_url, ..(*fixture.slack.settings).clone() };
    fixture.slack.settings = Arc::new(nowhere);
    let json = fixture.press(&click(&ts)).await;
    assert_eq!(json.1, r#"{"note":"it could not be reached","status":0}"#);
}

#[tokio::test]
async fn response_url_takes_five_answers_in_thirty_minutes() {
    let mut fixture = Fixture::new().await;
    let ts = fixture.with_button().await;
    let (used, unused) = (fixture.pressed(&ts).await, fixture.pressed(&ts).await);
    let note = json!({"response_type": "ephemeral", "text": "a note"});
    // A faulty answer does not use it up.
    assert_eq!(fixture.respond(&used, &json!({})).await, (400, "no_text".to_owned()));
    let invalid = json!({"text": "a", "blocks": [{"type": "section"}]});
    assert_eq!(fixture.respond(&used, &invalid).await, (400, "invalid_blocks".to_owned()));
    for _ in 0..5 {
        assert_eq!(fixture.respond(&used, &note).await, ok());
    }
    assert_eq!(fixture.respond(&used, &note).await, (404, "used_url".to_owned()));
    fixture.passes(30 * 60 - 1);
    assert_eq!(fixture.respond(&unused, &note).await, ok());
    fixture.passes(1);
    assert_eq!(fixture.respond(&unused, &note).await, (404, "expired_url".to_owned()));
    let unknown = json!({"response_url": format!("{}/sandbox/slack/respond/0", fixture.slack.settings.base_url)});
    assert_eq!(fixture.respond(&unknown, &note).await, (404, "expired_url".to_owned()));
    assert_eq!(fixture.messages().await.len(), 7);
}

#[tokio::test]
async fn answer_replaces_adds_or_deletes() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.webhook("flex", r#"{"text": "webhook", "blocks": [
        {"type": "actions", "block_id": "round", "elements": [
            {"type": "button", "action_id": "take", "value": "v", "text": {"type": "plain_text", "text": "b"}}]}]}"#)
        .await.0, 200);
    let ts = fixture.messages().await[0]["ts"].as_str().expect("a ts").to_owned();
    let payload = fixture.pressed(&ts).await;
    assert_eq!(payload["channel"]["name"], "flex");
    assert_eq!(payload["message"]["subtype"], "bot_message");

    let divider = json!([{"type": "divider"}]);
    let replaced = json!({"replace_original": true, "text": "bravo has it", "blocks": divider});
    assert_eq!(fixture.respond(&payload, &replaced).await, ok());
    let note = json!({"text": "you have it already"});
    assert_eq!(fixture.respond(&payload, &note).await, ok());
    let loud = json!({"response_type": "in_channel", "text": "to all", "thread_ts": ts});
    assert_eq!(fixture.respond(&payload, &loud).await, ok());
    let all = fixture.messages().await;
    assert_eq!(fixture.texts().await, ["bravo has it", "you have it already", "to all"]);
    assert_eq!((&all[0]["blocks"], &all[0]["kind"]), (&divider, &json!("webhook")));
    assert!(all[0]["edited"].is_string(), "{:#}", all[0]);
    let kinds: Vec<_> = all.iter().map(|one| (&one["ephemeral"], &one["user"])).collect();
    let (yes, no, bravo) = (json!(true), json!(false), json!("U0000002"));
    assert_eq!(kinds, [(&no, &Value::Null), (&yes, &bravo), (&no, &Value::Null)]);
    assert_eq!((&all[2]["thread_ts"], &all[2]["channel"]), (&json!(ts), &json!("flex")));

    assert_eq!(fixture.respond(&payload, &json!({"delete_original": true})).await, ok());
    assert_eq!(fixture.texts().await, ["you have it already", "to all"]);
    assert_eq!(fixture.respond(&payload, &replaced).await, (404, "message_not_found".to_owned()));
}
