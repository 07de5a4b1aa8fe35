//! All messages, as they are now.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use shared::Error;
use shared::http::Response;

use super::post::Post;
use super::ts::Ts;
use super::{APP, BOT, BOT_USER, SlackError, TEAM, Workspace};

/// The most messages that are shown: the newest.
const MAX_SHOWN: i64 = 10_000;

/// By which way a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An incoming webhook: nobody can change it but through a `response_url`.
    Webhook,
    /// `chat.postMessage`.
    Bot,
    /// A `response_url`.
    Response,
}

/// By its name in the file, and in JSON.
const KINDS: [(Kind, &str); 3] =
    [(Kind::Webhook, "webhook"), (Kind::Bot, "bot"), (Kind::Response, "response_url")];

impl Kind {
    fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    fn read(name: &str) -> Kind {
        KINDS.iter().find(|(_, known)| *known == name).map_or(Kind::Webhook, |(kind, _)| *kind)
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) ts: Ts,
    /// The message that it is a reply to.
    pub(super) thread: Option<Ts>,
    /// The channel's name in the configuration.
    pub(super) channel: String,
    pub(super) channel_id: String,
    pub(super) kind: Kind,
    pub(super) post: Post,
    pub(super) edited: Option<Ts>,
    /// A reply that is shown in the channel too.
    pub(super) broadcast: bool,
    /// The one member who sees it.
    pub(super) only_for: Option<String>,
}

/// A message that is not posted yet.
pub(super) struct NewMessage {
    pub(super) channel: String,
    pub(super) channel_id: String,
    /// As it was received.
    pub(super) thread_ts: Option<String>,
    pub(super) broadcast: bool,
    pub(super) kind: Kind,
    pub(super) only_for: Option<String>,
    pub(super) post: Post,
}

impl Message {
    /// As the page and tests read it.
    fn shown(&self) -> Value {
        json!({
            "channel": self.channel, "channel_id": self.channel_id, "text": self.post.text, "blocks": self.post.blocks,
            "at": format!("{:.3}", self.ts.time()), "ts": self.ts, "thread_ts": self.thread, "edited": self.edited,
            "broadcast": self.broadcast, "kind": self.kind.name(), "ephemeral": self.only_for.is_some(),
            "user": self.only_for,
        })
    }

    /// As Slack shows it in the Web API and in the payload of a click.
    pub(super) fn to_json(&self) -> Value {
        let mut body = json!({
            "type": "message", "user": BOT_USER, "bot_id": BOT, "app_id": APP, "team": TEAM, "ts": self.ts,
            "text": self.post.text, "blocks": self.post.blocks,
        });
        if self.kind == Kind::Webhook {
            body["subtype"] = json!("bot_message");
        }
        if let Some(thread) = self.thread {
            body["thread_ts"] = json!(thread);
        }
        if let Some(edited) = self.edited {
            body["edited"] = json!({"user": BOT_USER, "ts": edited});
        }
        body
    }
}

impl Workspace {
    /// The newest messages, oldest first.
    pub(super) async fn messages(&self) -> Result<Response, Error> {
        let messages = self.storage.run(all).await?;
        let shown: Vec<Value> = messages.iter().map(Message::shown).collect();
        Ok(Response::json(200, &shown).with("cache-control", "no-store"))
    }

    /// Posts a message now.
    ///
    /// # Errors
    /// The inner one is Slack's: `invalid_thread_ts` for what is no `ts`, `thread_not_found`, `cannot_reply_to_message`.
    pub(super) async fn add_message(
        &self,
        new: NewMessage,
    ) -> Result<Result<Message, SlackError>, Error> {
        let now = self.now;
        self.storage
            .run(move |db| {
                let thread = match thread(db, &new)? {
                    Ok(thread) => thread,
                    Err(word) => return Ok(Err(word.into())),
                };
                let message = Message {
                    ts: Ts::of(now).behind(last(db)?),
                    thread,
                    channel: new.channel,
                    channel_id: new.channel_id,
                    kind: new.kind,
                    post: new.post,
                    edited: None,
                    broadcast: new.broadcast && thread.is_some(),
                    only_for: new.only_for,
                };
                add(db, &message).map(|()| Ok(message))
            })
            .await
    }
}

/// The message that is replied to. Slack itself takes a `thread_ts` that it does not know, and shows the reply nowhere
/// (slackapi/python-slack-sdk issue 840): here that is an error, so that a test finds it.
fn thread(db: &Connection, new: &NewMessage) -> rusqlite::Result<Result<Option<Ts>, &'static str>> {
    let Some(text) = &new.thread_ts else { return Ok(Ok(None)) };
    let Some(ts) = Ts::read(text) else { return Ok(Err("invalid_thread_ts")) };
    Ok(match find(db, ts)?.filter(|parent| parent.channel_id == new.channel_id) {
        None => Err("thread_not_found"),
        Some(parent) if parent.thread.is_some() || parent.only_for.is_some() => {
            Err("cannot_reply_to_message")
        }
        Some(_) => Ok(Some(ts)),
    })
}

fn add(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO slack_messages (ts, thread, channel, channel_id, kind, text, blocks, broadcast, only_for)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        message.ts.micros(),
        message.thread.map(Ts::micros),
        message.channel,
        message.channel_id,
        message.kind.name(),
        message.post.text,
        json!(message.post.blocks).to_string(),
        message.broadcast,
        message.only_for,
    ])
    .map(|_| ())
}

/// Puts this into the place of what a message said.
pub(super) fn replace(db: &Connection, ts: Ts, post: &Post, at: Timestamp) -> rusqlite::Result<()> {
    let blocks = json!(post.blocks).to_string();
    db.prepare_cached(
        "UPDATE slack_messages SET text = ?2, blocks = ?3, edited = ?4 WHERE ts = ?1",
    )?
    .execute(params![ts.micros(), post.text, blocks, Ts::of(at).micros()])
    .map(|_| ())
}

/// Takes a message away.
pub(super) fn remove(db: &Connection, ts: Ts) -> rusqlite::Result<()> {
    db.execute("DELETE FROM slack_messages WHERE ts = ?1", [ts.micros()]).map(|_| ())
}

/// The message of this name.
pub(super) fn find(db: &Connection, ts: Ts) -> rusqlite::Result<Option<Message>> {
    db.prepare_cached("SELECT * FROM slack_messages WHERE ts = ?1")?
        .query_row([ts.micros()], read)
        .optional()
}

fn all(db: &Connection) -> rusqlite::Result<Vec<Message>> {
    db.prepare_cached(
        "SELECT * FROM (SELECT * FROM slack_messages ORDER BY ts DESC LIMIT ?1) ORDER BY ts",
    )?
    .query_map([MAX_SHOWN], read)?
    .collect()
}

fn last(db: &Connection) -> rusqlite::Result<Option<Ts>> {
    let last: Option<i64> =
        db.query_row("SELECT max(ts) FROM slack_messages", [], |row| row.get(0))?;
    Ok(last.map(Ts::from_micros))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Message> {
    let (blocks, kind): (String, String) = (row.get("blocks")?, row.get("kind")?);
    let ts = |micros: Option<i64>| micros.map(Ts::from_micros);
    Ok(Message {
        ts: Ts::from_micros(row.get("ts")?),
        thread: ts(row.get("thread")?),
        channel: row.get("channel")?,
        channel_id: row.get("channel_id")?,
        kind: Kind::read(&kind),
        post: Post {
            text: row.get("text")?,
            blocks: serde_json::from_str(&blocks).unwrap_or_default(),
        },
        edited: ts(row.get("edited")?),
        broadcast: row.get("broadcast")?,
        only_for: row.get("only_for")?,
    })
}
