//! The Web API: `POST /sandbox/slack/api/chat.postMessage`, `…/chat.update`. 200 even for errors, `ok` decides.
//! (docs.slack.dev, `chat.postMessage`, `chat.update`.)

use serde_json::{Value, json};
use shared::Error;
use shared::http::{Request, Response};

use super::messages::{self, Kind, Message, NewMessage};
use super::post::Post;
use super::ts::Ts;
use super::{SlackError, Workspace, channel};

/// The longest text that `chat.update` takes.
const MAX_UPDATE_CHARACTERS: usize = 4_000;

impl Workspace {
    /// Answers one call of a method.
    pub(super) async fn call(&self, method: &str, request: &Request) -> Result<Response, Error> {
        let json = match self.do_call(method, request).await? {
            Ok(json) => json,
            Err(error) => error.to_json(),
        };
        Ok(Response::json(200, &json))
    }

    async fn do_call(
        &self,
        method: &str,
        request: &Request,
    ) -> Result<Result<Value, SlackError>, Error> {
        if let Err(word) = self.authorized(request) {
            return Ok(Err(word.into()));
        }
        let is_json = request
            .header("content-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"));
        let body = match serde_json::from_slice::<Value>(&request.body) {
            _ if !is_json => return Ok(Err("invalid_post_type".into())),
            Ok(Value::Object(body)) => Value::Object(body),
            Ok(_) => return Ok(Err("json_not_object".into())),
            Err(_) => return Ok(Err("invalid_json".into())),
        };
        match method {
            "chat.postMessage" => self.post_message(&body).await,
            "chat.update" => self.update(&body).await,
            _ => Ok(Err("unknown_method".into())),
        }
    }

    /// Checks the token: the sandbox's own, or the one that its setup names. A server that began without a token, and was
    /// given a real one since, must not post here as if this were Slack.
    fn authorized(&self, request: &Request) -> Result<(), &'static str> {
        let shown = request.header("authorization").and_then(|header| header.split_once(' '));
        let Some((scheme, token)) = shown else { return Err("not_authed") };
        let is_configured = || self.setup.bot_token.as_ref().is_some_and(|own| own.is(token));
        let is_known = self.settings.secrets.bot_token.is(token) || is_configured();
        if scheme.eq_ignore_ascii_case("bearer") && is_known {
            return Ok(());
        }
        tracing::warn!(
            "the sandbox's Slack got a token that is not its own: after SLACK_BOT_TOKEN is set, start anew"
        );
        Err("invalid_auth")
    }

    async fn post_message(&self, body: &Value) -> Result<Result<Value, SlackError>, Error> {
        let channel_id = body["channel"].as_str().unwrap_or_default().to_owned();
        let Some(channel) = channel::name_of(&self.setup, &channel_id) else {
            return Ok(Err("channel_not_found".into()));
        };
        let thread_ts = match &body["thread_ts"] {
            Value::Null => None,
            Value::String(ts) => Some(ts.clone()),
            _ => return Ok(Err("invalid_thread_ts".into())),
        };
        let post = match Post::read(body) {
            Ok(post) => post,
            Err(error) => return Ok(Err(error)),
        };
        let broadcast = body["reply_broadcast"].as_bool().unwrap_or_default();
        let kind = Kind::Bot;
        let new =
            NewMessage { channel, channel_id, thread_ts, broadcast, kind, only_for: None, post };
        let said = self.add_message(new).await?;
        Ok(said.map(|message| {
            let (channel, ts) = (&message.channel_id, message.ts);
            json!({"ok": true, "channel": channel, "ts": ts, "message": message.to_json()})
        }))
    }

    async fn update(&self, body: &Value) -> Result<Result<Value, SlackError>, Error> {
        let channel_id = body["channel"].as_str().unwrap_or_default().to_owned();
        if channel::name_of(&self.setup, &channel_id).is_none() {
            return Ok(Err("channel_not_found".into()));
        }
        let Some(ts) = body["ts"].as_str().and_then(Ts::read) else {
            return Ok(Err("message_not_found".into()));
        };
        if body["text"].as_str().is_some_and(|text| text.chars().count() > MAX_UPDATE_CHARACTERS) {
            return Ok(Err("msg_too_long".into()));
        }
        let post = match Post::read(body) {
            Ok(post) => post,
            Err(error) => return Ok(Err(error)),
        };
        let now = self.now;
        let updated = self.storage.run(move |db| {
            let own = match own(messages::find(db, ts)?, &channel_id) {
                Ok(own) => own,
                Err(word) => return Ok(Err(word.into())),
            };
            messages::replace(db, ts, &post, now)?;
            Ok(Ok(Message { post, edited: Some(Ts::of(now)), ..own }))
        });
        Ok(updated.await?.map(|message| {
            let (channel, ts, text) = (&message.channel_id, message.ts, &message.post.text);
            json!({"ok": true, "channel": channel, "ts": ts, "text": text, "message": message.to_json()})
        }))
    }
}

/// A bot may change what it said itself, and nothing else.
fn own(found: Option<Message>, channel_id: &str) -> Result<Message, &'static str> {
    let here = found.filter(|message| message.channel_id == channel_id);
    let message = here.filter(|message| message.only_for.is_none()).ok_or("message_not_found")?;
    match message.kind {
        Kind::Bot => Ok(message),
        Kind::Webhook | Kind::Response => Err("cant_update_message"),
    }
}
