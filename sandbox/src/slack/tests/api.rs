//! Posting and changing: by the Web API, and by incoming webhooks.

use serde_json::{Value, json};
use shared::http::Request;

use super::super::channel::made_up_id;
use super::{BOT_TOKEN, CHANNEL, Fixture};

fn error(json: &Value) -> &str {
    assert_eq!(json["ok"], false, "{json}");
    json["error"].as_str().expect("an error")
}

#[tokio::test]
async fn only_a_known_token_posts() {
    let fixture = Fixture::new().await;
    let body = json!({"channel": CHANNEL, "text": "hello"});
    for (authorization, word) in [
        ("", "not_authed"),
        ("Bearer", "not_authed"),
        ("Bearer xoxb-wrong", "invalid_auth"),
        (&*format!("Basic {BOT_TOKEN}"), "invalid_auth"),
        // Of a Slack that is not this one.
        ("Bearer xoxb-another", "invalid_auth"),
    ] {
        assert_eq!(error(&fixture.api_as(authorization, "chat.postMessage", &body).await), word);
    }
    assert_eq!(error(&fixture.api("chat.scream", &body).await), "unknown_method");
    assert!(fixture.messages().await.is_empty());
    let stand_in = Fixture::with(Some("xoxb-another")).await;
    let json = stand_in.api_as("bearer xoxb-another", "chat.postMessage", &body).await;
    assert_eq!(json["ok"], true, "{json}");
    let bare = Request {
        headers: vec![("authorization".to_owned(), format!("Bearer {BOT_TOKEN}").into())],
        ..Request::default()
    };
    let answer = fixture.slack.call("chat.postMessage", &bare).await.expect("an answer");
    assert_eq!(error(&super::read(&answer)), "invalid_post_type");
}

#[tokio::test]
async fn post_is_stored_under_its_ts() {
    let fixture = Fixture::new().await;
    let first = fixture.posts(json!({"text": "one"})).await;
    let second = fixture.posts(json!({"text": "two", "blocks": [{"type": "divider"}]})).await;
    assert_eq!((first.as_str(), second.as_str()), ("1900000000.000000", "1900000000.000001"));
    let all = fixture.messages().await;
    assert_eq!(
        all[1],
        json!({
            "channel": "default", "channel_id": CHANNEL, "text": "two", "blocks": [{"type": "divider"}],
            "at": "2030-03-17T17:46:40.000Z", "ts": second, "thread_ts": null, "edited": null, "broadcast": false,
            "kind": "bot", "ephemeral": false, "user": null,
        })
    );
}

#[tokio::test]
async fn channel_is_named_by_its_id() {
    let fixture = Fixture::new().await;
    for channel in [json!("default"), json!("#default"), json!("C0NOWHERE"), json!(7), Value::Null]
    {
        let json = fixture.api("chat.postMessage", &json!({"channel": channel, "text": "a"})).await;
        assert_eq!(error(&json), "channel_not_found", "{channel}");
    }
    // One with a webhook has a made-up id.
    let body = json!({"channel": made_up_id("flex"), "text": "a"});
    assert_eq!(fixture.api("chat.postMessage", &body).await["ok"], true);
    assert_eq!(fixture.messages().await[0]["channel"], "flex");
}

#[tokio::test]
async fn reply_needs_its_message() {
    let fixture = Fixture::new().await;
    let parent = fixture.posts(json!({"text": "parent"})).await;
    let reply = fixture.posts(json!({"text": "reply", "thread_ts": parent})).await;
    fixture.posts(json!({"text": "loud", "thread_ts": parent, "reply_broadcast": true})).await;
    let all = fixture.messages().await;
    let threads: Vec<_> = all.iter().map(|one| (&one["thread_ts"], &one["broadcast"])).collect();
    let (parent_ts, no) = (json!(parent), json!(false));
    assert_eq!(threads, [(&Value::Null, &no), (&parent_ts, &no), (&parent_ts, &json!(true))]);
    for (thread_ts, word) in [
        (json!(1_900_000_000.0), "invalid_thread_ts"),
        (json!("now"), "invalid_thread_ts"),
        (json!("1800000000.000000"), "thread_not_found"),
        (json!(reply), "cannot_reply_to_message"),
    ] {
        let body = json!({"channel": CHANNEL, "text": "a", "thread_ts": thread_ts});
        assert_eq!(error(&fixture.api("chat.postMessage", &body).await), word);
    }
    let elsewhere = json!({"channel": made_up_id("flex"), "text": "a", "thread_ts": parent});
    assert_eq!(error(&fixture.api("chat.postMessage", &elsewhere).await), "thread_not_found");
    assert_eq!(fixture.messages().await.len(), 3);
}

#[tokio::test]
async fn bot_changes_its_own_messages_alone() {
    let mut fixture = Fixture::new().await;
    let ts = fixture.posts(json!({"text": "before", "blocks": [{"type": "divider"}]})).await;
    fixture.posts(json!({"text": "later"})).await;
    fixture.passes(60);
    let update = |ts: &Value, text: &str| json!({"channel": CHANNEL, "ts": ts, "text": text});
    let json = fixture.api("chat.update", &update(&json!(ts), "after")).await;
    assert_eq!(
        (&json["ok"], &json["ts"], &json["text"]),
        (&json!(true), &json!(ts), &json!("after"))
    );
    assert_eq!(json["message"]["edited"]["ts"], "1900000060.000000");
    let all = fixture.messages().await;
    assert_eq!((&all[0]["text"], &all[0]["blocks"]), (&json!("after"), &json!([])));
    assert_eq!(all[0]["edited"], "1900000060.000000");
    assert_eq!((&all[1]["text"], &all[1]["edited"]), (&json!("later"), &Value::Null));

    assert_eq!(
        fixture.webhook("default", r#"{"text": "by a webhook"}"#).await,
        (200, "ok".to_owned())
    );
    let webhooks = fixture.messages().await[2]["ts"].clone();
    for (ts, text, word) in [
        (json!("1800000000.000000"), "x", "message_not_found"),
        (json!(1_900_000_000), "x", "message_not_found"),
        (webhooks, "x", "cant_update_message"),
        (json!(ts), "", "no_text"),
        (json!(ts), &*"x".repeat(4_001), "msg_too_long"),
    ] {
        assert_eq!(error(&fixture.api("chat.update", &update(&ts, text)).await), word);
    }
    let elsewhere = json!({"channel": made_up_id("flex"), "ts": ts, "text": "x"});
    assert_eq!(error(&fixture.api("chat.update", &elsewhere).await), "message_not_found");
    assert_eq!(fixture.texts().await, ["after", "later", "by a webhook"]);
}

#[tokio::test]
async fn error_says_what_is_wrong_where() {
    let fixture = Fixture::new().await;
    let blocks = json!([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]);
    let body = json!({"channel": CHANNEL, "text": "x", "blocks": blocks});
    let json = fixture.api("chat.postMessage", &body).await;
    assert_eq!(error(&json), "invalid_blocks");
    assert_eq!(
        json["response_metadata"]["messages"][0],
        "[ERROR] must be one of plain_text [json-pointer:/blocks/0/text/type]"
    );
}

#[tokio::test]
async fn webhook_answers_in_plain_text() {
    let fixture = Fixture::new().await;
    for (body, status, text) in [
        ("nonsense", 400, "invalid_payload"),
        ("{}", 400, "no_text"),
        (r#"{"text": "a", "blocks": [{"type": "section"}]}"#, 400, "invalid_blocks"),
        (r#"{"text": "a", "thread_ts": "1800000000.000000"}"#, 400, "thread_not_found"),
        (r#"{"text": "a"}"#, 200, "ok"),
    ] {
        assert_eq!(fixture.webhook("anywhere", body).await, (status, text.to_owned()), "{body}");
    }
    let all = fixture.messages().await;
    assert_eq!(
        (all.len(), &all[0]["channel"], &all[0]["kind"]),
        (1, &json!("anywhere"), &json!("webhook"))
    );
}
