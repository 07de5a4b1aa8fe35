//! A pretend Slack: takes posts as an incoming webhook does, and remembers them.

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::params;
use serde::Serialize;
use serde_json::Value;
use shared::Error;
use shared::http::Response;

use crate::database::Database;

/// How many of the newest messages are shown.
const SHOWN: i64 = 10_000;

#[derive(Serialize)]
struct Message {
    channel: String,
    text: String,
    blocks: Value,
    at: String,
}

/// Takes a post as Slack would: `ok`, or what is wrong with it. (docs.slack.dev, "Sending messages using incoming
/// webhooks"; Block Kit's limits.)
pub(super) async fn take(
    database: &Database,
    channel: &str,
    body: &Bytes,
    now: Timestamp,
) -> Result<Response, Error> {
    let plain = |status, text: &'static str| Ok(Response::of(status, "text/plain", text));
    let Ok(post) = serde_json::from_slice::<Value>(body) else {
        return plain(400, "invalid_payload");
    };
    let text = post["text"].as_str().unwrap_or_default().to_owned();
    let blocks = post["blocks"].as_array().cloned().unwrap_or_default();
    if text.is_empty() && blocks.is_empty() {
        return plain(400, "no_text");
    }
    if blocks.len() > 50 || !blocks.iter().all(fits) {
        return plain(400, "invalid_blocks");
    }
    let (channel, blocks, at) =
        (channel.to_owned(), Value::from(blocks).to_string(), format!("{now:.3}"));
    database
        .run(move |db| {
            db.execute(
                "INSERT INTO pretend_slack (channel, text, blocks, at) VALUES (?1, ?2, ?3, ?4)",
                params![channel, text, blocks, at],
            )
        })
        .await?;
    plain(200, "ok")
}

fn fits(block: &Value) -> bool {
    let text = block["text"]["text"].as_str().unwrap_or_default();
    match block["type"].as_str() {
        Some("section") => text.encode_utf16().count() <= 3_000,
        Some("header") => text.encode_utf16().count() <= 150,
        known => known.is_some(),
    }
}

/// All messages, oldest first.
pub(super) async fn messages(database: &Database) -> Result<Response, Error> {
    let messages = database
        .run(|db| {
            let mut query = db.prepare_cached(
                "SELECT channel, text, blocks, at FROM
                   (SELECT * FROM pretend_slack ORDER BY id DESC LIMIT ?1) ORDER BY id",
            )?;
            let rows = query.query_map([SHOWN], |row| {
                let blocks: String = row.get(2)?;
                let blocks = serde_json::from_str(&blocks).unwrap_or_default();
                Ok(Message { channel: row.get(0)?, text: row.get(1)?, blocks, at: row.get(3)? })
            })?;
            rows.collect::<rusqlite::Result<Vec<Message>>>()
        })
        .await?;
    Ok(Response::json(200, &messages).with("cache-control", "no-store"))
}
