//! Incoming webhooks: `POST /sandbox/slack/services/{key}/{channel}`.

use bytes::Bytes;
use serde_json::Value;
use shared::Error;
use shared::http::Response;

use super::messages::{Kind, NewMessage};
use super::post::Post;
use super::{Workspace, channel};

impl Workspace {
    /// Takes a post as Slack would: `ok`, or one word of what is wrong with it, in plain text. (docs.slack.dev, "Sending
    /// messages using incoming webhooks".)
    pub(super) async fn take(&self, name: &str, body: &Bytes) -> Result<Response, Error> {
        let plain = |status, text: &'static str| Ok(Response::of(status, "text/plain", text));
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return plain(400, "invalid_payload");
        };
        let post = match Post::read(&body) {
            Ok(post) => post,
            Err(error) => return plain(400, error.word),
        };
        let new = NewMessage {
            channel: name.to_owned(),
            channel_id: channel::id_of(&self.setup, name),
            thread_ts: body["thread_ts"].as_str().map(str::to_owned),
            broadcast: false,
            kind: Kind::Webhook,
            only_for: None,
            post,
        };
        match self.add_message(new).await? {
            Ok(_) => plain(200, "ok"),
            Err(error) => plain(400, error.word),
        }
    }
}
