//! `response_url`: `POST /sandbox/slack/respond/{id}` answers a click, five times in thirty minutes. (docs.slack.dev,
//! "Handling user interaction in your Slack apps", "Message responses".)

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use shared::Error;
use shared::http::Response;

use super::messages::{self, Kind, Message, NewMessage};
use super::post::Post;
use super::ts::Ts;
use super::{SlackError, Workspace};
use crate::ids::secret;

/// The most uses of one, …
const MAX_USES: i64 = 5;
/// … and its lifetime, in microseconds.
const LIFETIME_MICROS: i64 = 30 * 60 * 1_000_000;

/// The change that an answer wants.
#[derive(Clone, Debug, PartialEq)]
enum ResponseRequest {
    Replace(Post),
    Delete,
    /// Something new, for all or for the one who clicked.
    NewMessage {
        post: Post,
        to_all: bool,
        thread_ts: Option<String>,
    },
}

impl ResponseRequest {
    fn read(body: &Value) -> Result<ResponseRequest, SlackError> {
        if body["delete_original"] == true {
            return Ok(ResponseRequest::Delete);
        }
        let post = Post::read(body)?;
        if body["replace_original"] == true {
            return Ok(ResponseRequest::Replace(post));
        }
        let to_all = body["response_type"] == "in_channel";
        let thread_ts = body["thread_ts"].as_str().map(str::to_owned);
        Ok(ResponseRequest::NewMessage { post, to_all, thread_ts })
    }
}

/// The click that is answered.
struct Clicked {
    message: Ts,
    user: String,
}

/// Makes a `response_url` for a click on a message; gives its id.
pub(super) fn open(db: &Connection, message: Ts, user: &str, now: Ts) -> rusqlite::Result<String> {
    // Who knows it may write to the channel.
    let failed = |error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
    let id = secret().map_err(failed)?;
    db.prepare_cached(
        "INSERT INTO slack_responses (id, message, user, uses, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![id, message.micros(), user, MAX_USES, now.micros() + LIFETIME_MICROS])?;
    Ok(id)
}

/// Uses it once more. The words for "no more" are not documented.
fn use_once(db: &Connection, id: &str, now: Ts) -> rusqlite::Result<Result<Clicked, &'static str>> {
    let found: Option<(i64, String, i64, i64)> = db
        .prepare_cached(
            "SELECT message, user, uses, expires_at FROM slack_responses WHERE id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let (message, user) = match found {
        Some((message, user, uses, expires_at)) if now.micros() < expires_at => match uses {
            ..=0 => return Ok(Err("used_url")),
            _ => (Ts::from_micros(message), user),
        },
        _ => return Ok(Err("expired_url")),
    };
    db.execute("UPDATE slack_responses SET uses = uses - 1 WHERE id = ?1", [id])?;
    Ok(Ok(Clicked { message, user }))
}

impl Workspace {
    /// Applies an answer to the click of this id.
    pub(super) async fn respond(&self, id: &str, body: &Bytes) -> Result<Response, Error> {
        let request = serde_json::from_slice::<Value>(body)
            .map_err(|_| SlackError::from("invalid_payload"))
            .and_then(|body| ResponseRequest::read(&body));
        let done = match request {
            Ok(request) => self.apply(id, request).await?,
            Err(error) => Err((400, error)),
        };
        Ok(match done {
            Ok(()) => Response::of(200, "text/plain", "ok"),
            Err((status, error)) => Response::json(status, &error.to_json()),
        })
    }

    async fn apply(
        &self,
        id: &str,
        request: ResponseRequest,
    ) -> Result<Result<(), (u16, SlackError)>, Error> {
        let (now, id) = (self.now, id.to_owned());
        let changed = self.storage.run(move |db| {
            let clicked = match use_once(db, &id, Ts::of(now))? {
                Ok(clicked) => clicked,
                Err(word) => return Ok(Err((404, word.into()))),
            };
            let Some(original) = messages::find(db, clicked.message)? else {
                return Ok(Err((404, "message_not_found".into())));
            };
            match request {
                ResponseRequest::Replace(post) => messages::replace(db, original.ts, &post, now)?,
                ResponseRequest::Delete => messages::remove(db, original.ts)?,
                ResponseRequest::NewMessage { post, to_all, thread_ts } => {
                    let only_for = (!to_all).then_some(clicked.user);
                    return Ok(Ok(Some(answer(original, post, thread_ts, only_for))));
                }
            }
            Ok(Ok(None))
        });
        Ok(match changed.await? {
            Ok(Some(new)) => self.add_message(new).await?.map(|_| ()).map_err(|error| (400, error)),
            Ok(None) => Ok(()),
            Err(refused) => Err(refused),
        })
    }
}

/// A new message as an answer: where the original is, or in a thread.
fn answer(
    original: Message,
    post: Post,
    thread_ts: Option<String>,
    only_for: Option<String>,
) -> NewMessage {
    NewMessage {
        channel: original.channel,
        channel_id: original.channel_id,
        thread_ts: thread_ts.or_else(|| original.thread.map(|thread| thread.to_string())),
        broadcast: false,
        kind: Kind::Response,
        only_for,
        post,
    }
}
