//! `response_url`: `POST /sandbox/slack/respond/{id}` answers a click, five times in thirty minutes. (docs.slack.dev,
//! "Handling user interaction in your Slack apps", "Message responses".)

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use shared::Error;
use shared::http::Response;

use super::messages::{self, Draft, Kind, Message};
use super::post::Post;
use super::ts::Ts;
use super::{Refusal, Workspace};
use crate::access::random;

/// How often it can be used …
const USES: i64 = 5;
/// … and how long, in microseconds.
const LASTS: i64 = 30 * 60 * 1_000_000;

/// What is asked of it.
#[derive(Clone, Debug, PartialEq)]
enum Wish {
    Replace(Post),
    Delete,
    /// Something new, for all or for the one who clicked.
    Say {
        post: Post,
        to_all: bool,
        thread_ts: Option<String>,
    },
}

impl Wish {
    fn read(body: &Value) -> Result<Wish, Refusal> {
        if body["delete_original"] == true {
            return Ok(Wish::Delete);
        }
        let post = Post::read(body)?;
        if body["replace_original"] == true {
            return Ok(Wish::Replace(post));
        }
        let to_all = body["response_type"] == "in_channel";
        let thread_ts = body["thread_ts"].as_str().map(str::to_owned);
        Ok(Wish::Say { post, to_all, thread_ts })
    }
}

/// The click that is answered.
struct Clicked {
    message: Ts,
    user: String,
}

/// Makes a `response_url` for a click on a message; gives its id.
pub(super) fn open(db: &Connection, message: Ts, user: &str, now: Ts) -> rusqlite::Result<String> {
    // Whoever knows it may write to the channel.
    let failed = |error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
    let id = random().map_err(failed)?;
    db.prepare_cached(
        "INSERT INTO pretend_slack_responses (id, message, user, uses, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![id, message.micros(), user, USES, now.micros() + LASTS])?;
    Ok(id)
}

/// Uses it once more. The words for "no more" are not documented.
fn spend(db: &Connection, id: &str, now: Ts) -> rusqlite::Result<Result<Clicked, &'static str>> {
    let found: Option<(i64, String, i64, i64)> = db
        .prepare_cached(
            "SELECT message, user, uses, expires_at FROM pretend_slack_responses WHERE id = ?1",
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
    db.execute("UPDATE pretend_slack_responses SET uses = uses - 1 WHERE id = ?1", [id])?;
    Ok(Ok(Clicked { message, user }))
}

impl Workspace {
    /// Does what is asked for, as an answer to the click of this id.
    pub(super) async fn respond(&self, id: &str, body: &Bytes) -> Result<Response, Error> {
        let wish = serde_json::from_slice::<Value>(body)
            .map_err(|_| Refusal::from("invalid_payload"))
            .and_then(|body| Wish::read(&body));
        let done = match wish {
            Ok(wish) => self.grant(id, wish).await?,
            Err(refusal) => Err((400, refusal)),
        };
        Ok(match done {
            Ok(()) => Response::of(200, "text/plain", "ok"),
            Err((status, refusal)) => Response::json(status, &refusal.told()),
        })
    }

    async fn grant(&self, id: &str, wish: Wish) -> Result<Result<(), (u16, Refusal)>, Error> {
        let (now, id) = (self.now, id.to_owned());
        let changed = self.database.run(move |db| {
            let clicked = match spend(db, &id, Ts::of(now))? {
                Ok(clicked) => clicked,
                Err(word) => return Ok(Err((404, word.into()))),
            };
            let Some(original) = messages::find(db, clicked.message)? else {
                return Ok(Err((404, "message_not_found".into())));
            };
            match wish {
                Wish::Replace(post) => messages::replace(db, original.ts, &post, now)?,
                Wish::Delete => messages::remove(db, original.ts)?,
                Wish::Say { post, to_all, thread_ts } => {
                    let only_for = (!to_all).then_some(clicked.user);
                    return Ok(Ok(Some(answer(original, post, thread_ts, only_for))));
                }
            }
            Ok(Ok(None))
        });
        Ok(match changed.await? {
            Ok(Some(draft)) => self.say(draft).await?.map(|_| ()).map_err(|refusal| (400, refusal)),
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
) -> Draft {
    Draft {
        channel: original.channel,
        channel_id: original.channel_id,
        thread_ts: thread_ts.or_else(|| original.thread.map(|thread| thread.to_string())),
        broadcast: false,
        kind: Kind::Response,
        only_for,
        post,
    }
}
