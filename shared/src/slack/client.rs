//! Posts to Slack, and what Slack's answer means ([`webhook_verdict`], [`api_verdict`], [`response_verdict`]).

mod verdict;

use std::time::Duration;

use serde_json::{Value, json};
pub use verdict::{api_verdict, response_verdict, webhook_verdict};

use super::post::Post;
use crate::domain::response_url::ResponseUrl;
use crate::http::read_text;
use crate::secret::Secret;

/// Slack's own wish: one post a second per channel (docs, "Rate limits").
pub const POST_INTERVAL: Duration = Duration::from_secs(1);

/// The time between two edits, whatever their channel: an app has some fifty a minute in a workspace (docs, "Rate
/// limits", tier 3).
pub const EDIT_INTERVAL: Duration = Duration::from_millis(1_200);

/// How long an answer may take at most. Later than that we do not know whether Slack took the post.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a channel's posts go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// An incoming webhook: its URL is a secret.
    Webhook(Secret),
    /// `chat.postMessage` with a bot token.
    Bot {
        /// `xoxb-…`
        token: Secret,
        /// The channel's id.
        channel: String,
    },
}

/// Where a bot's message is: what it takes to edit it, and to say something in its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The channel's id.
    pub channel: String,
    /// The message's `ts`: a name, and never a number.
    pub ts: String,
}

/// The thread that a bot's post goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thread<'a> {
    /// The `ts` of the message above it.
    pub ts: &'a str,
    /// It is shown in the channel too.
    pub broadcast: bool,
}

/// Why a post did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostError {
    /// Slack did not take it and may take it later: after so long, if it said so.
    Later(Option<Duration>, String),
    /// We do not know whether Slack took it: no answer, or none that we understand.
    Unknown(String),
    /// Slack will never take this post; another one it may.
    Content(String),
    /// Slack will take nothing for this channel until somebody repairs its set-up.
    Channel(String),
    /// The message that it is about is not there any more, or is closed: a new one may take its place.
    Gone(String),
}

/// A client for both of Slack's ways in.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// `https://slack.com/api`, or what stands in for it.
    api: String,
}

impl Client {
    /// A client; `api` replaces `https://slack.com/api`.
    pub fn new(http: reqwest::Client, api: Option<&str>) -> Client {
        Client {
            http,
            api: api.unwrap_or("https://slack.com/api").trim_end_matches('/').to_owned(),
        }
    }

    /// Sends one post, and waits for the answer this long. `Ok` is Slack's own word that it has it. A webhook knows no
    /// threads, and does not say where the message is.
    pub async fn post(
        &self,
        to: &Destination,
        post: &Post,
        thread: Option<Thread<'_>>,
        timeout: Duration,
    ) -> Result<Option<Posted>, PostError> {
        let (token, channel) = match to {
            Destination::Webhook(url) => {
                let answer = answer_to(self.http.post(url.expose()), &json!(post), timeout).await?;
                return webhook_verdict(answer.status, &answer.body, answer.retry_after)
                    .map(|()| None);
            }
            Destination::Bot { token, channel } => (token, channel),
        };
        let mut body = json!({"channel": channel, "text": post.text, "blocks": post.blocks});
        if let Some(Thread { ts, broadcast }) = thread {
            body["thread_ts"] = ts.into();
            body["reply_broadcast"] = broadcast.into();
        }
        let answer = self.api("chat.postMessage", token, &body, timeout).await?;
        let said = answer.json();
        let channel = said["channel"].as_str().unwrap_or(channel).to_owned();
        Ok(said["ts"].as_str().map(|ts| Posted { channel, ts: ts.to_owned() }))
    }

    /// Lets a message of the bot's say this from now on.
    pub async fn edit(
        &self,
        token: &Secret,
        message: &Posted,
        post: &Post,
        timeout: Duration,
    ) -> Result<(), PostError> {
        let Posted { channel, ts } = message;
        let body = json!({"channel": channel, "ts": ts, "text": post.text, "blocks": post.blocks});
        self.api("chat.update", token, &body, timeout).await.map(|_| ())
    }

    /// Answers a click: `body` is what docs.slack.dev, "Handling user interaction", lets stand there.
    pub async fn respond(
        &self,
        url: &ResponseUrl,
        body: &Value,
        timeout: Duration,
    ) -> Result<(), PostError> {
        let answer = answer_to(self.http.post(url.expose()), body, timeout).await?;
        response_verdict(answer.status, &answer.body, answer.retry_after)
    }

    async fn api(
        &self,
        method: &str,
        token: &Secret,
        body: &Value,
        timeout: Duration,
    ) -> Result<Answer, PostError> {
        let request = self.http.post(format!("{}/{method}", self.api)).bearer_auth(token.expose());
        let answer = answer_to(request, body, timeout).await?;
        api_verdict(answer.status, &answer.body, answer.retry_after).map(|()| answer)
    }
}

/// What came back.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

async fn answer_to(
    request: reqwest::RequestBuilder,
    body: &Value,
    timeout: Duration,
) -> Result<Answer, PostError> {
    let request = request.header("content-type", "application/json; charset=utf-8");
    let request = request.body(body.to_string()).timeout(timeout);
    let answer = request.send().await.map_err(|error| no_answer(&error))?;
    let status = answer.status().as_u16();
    let retry_after = answer
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    let body = read_text(answer).await.map_err(|error| no_answer(&error))?;
    Ok(Answer { status, retry_after, body })
}

/// No answer: if not even a connection came about, Slack cannot have taken it. The error's own text may hold the URL.
fn no_answer(error: &reqwest::Error) -> PostError {
    if error.is_connect() {
        PostError::Later(None, "Slack cannot be reached".into())
    } else if error.is_timeout() {
        PostError::Unknown("Slack did not answer in time".into())
    } else if error.is_builder() {
        PostError::Channel("its webhook is not a URL".into())
    } else {
        PostError::Unknown("the connection to Slack broke".into())
    }
}

#[cfg(test)]
mod tests;
