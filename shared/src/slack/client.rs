//! Posts to Slack, and what Slack's answer means.

use std::time::Duration;

use serde_json::{Value, json};

use super::message::Post;
use crate::secret::Secret;

/// Slack's own wish: one post a second per channel (docs, "Rate limits").
pub const PACE: Duration = Duration::from_secs(1);

/// How long an answer may take at most. Later than that we do not know whether Slack took the post.
pub const PATIENCE: Duration = Duration::from_secs(10);

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

/// Why a post did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Slack did not take it and may take it later: after so long, if it said so.
    Later(Option<Duration>, String),
    /// We do not know whether Slack took it: no answer, or none that we understand.
    Unknown(String),
    /// Slack will never take this post; another one it may.
    Content(String),
    /// Slack will take nothing for this channel until somebody mends its set-up.
    Channel(String),
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

    /// Sends one post, and waits for the answer this long. `Ok` is Slack's own word that it has it.
    pub async fn post(
        &self,
        to: &Destination,
        post: &Post,
        patience: Duration,
    ) -> Result<(), Refusal> {
        let request = match to {
            Destination::Webhook(url) => self.http.post(url.expose()).json_body(&json!(post)),
            Destination::Bot { token, channel } => self
                .http
                .post(format!("{}/chat.postMessage", self.api))
                .bearer_auth(token.expose())
                .json_body(&json!({"channel": channel, "text": post.text, "blocks": post.blocks})),
        };
        let answer = request.timeout(patience).send().await.map_err(|error| no_answer(&error))?;
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let body = answer.text().await.map_err(|error| no_answer(&error))?;
        match to {
            Destination::Webhook(_) => webhook_verdict(status, &body, retry_after),
            Destination::Bot { .. } => api_verdict(status, &body, retry_after),
        }
    }
}

trait JsonBody {
    fn json_body(self, body: &Value) -> Self;
}

impl JsonBody for reqwest::RequestBuilder {
    fn json_body(self, body: &Value) -> Self {
        self.header("content-type", "application/json; charset=utf-8").body(body.to_string())
    }
}

/// No answer: if not even a connection came about, Slack cannot have taken it. The error's own text may hold the URL.
fn no_answer(error: &reqwest::Error) -> Refusal {
    if error.is_connect() {
        Refusal::Later(None, "Slack cannot be reached".into())
    } else if error.is_timeout() {
        Refusal::Unknown("Slack did not answer in time".into())
    } else if error.is_builder() {
        Refusal::Channel("its webhook is not a URL".into())
    } else {
        Refusal::Unknown("the connection to Slack broke".into())
    }
}

/// What an incoming webhook's answer means: only 200 with the body `ok` is success, errors are one word of plain text.
/// What is no answer of Slack's (a proxy's page, a redirect) is tried again. (docs, "Sending messages using incoming
/// webhooks", "Handling errors".)
pub fn webhook_verdict(
    status: u16,
    body: &str,
    retry_after: Option<Duration>,
) -> Result<(), Refusal> {
    let body = body.trim();
    let told = format!("Slack answered {status} {}", word(body));
    match status {
        200 if body == "ok" => Ok(()),
        _ if CONTENT.contains(&body) => Err(Refusal::Content(told)),
        _ if LATER.contains(&body) => Err(Refusal::Later(retry_after, told)),
        200..=299 => Err(Refusal::Unknown(told)),
        408 | 429 => Err(Refusal::Later(retry_after, told)),
        400..=499 if body.is_empty() || word(body) == body => Err(Refusal::Channel(told)),
        _ => Err(Refusal::Later(retry_after, told)),
    }
}

/// What the Web API's answer means: 200 even for errors, `ok` decides. (docs, `chat.postMessage`.)
pub fn api_verdict(status: u16, body: &str, retry_after: Option<Duration>) -> Result<(), Refusal> {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let error = answer["error"].as_str().unwrap_or_default();
    let told = format!("Slack answered {status} {}", word(error));
    match (status, answer["ok"].as_bool()) {
        (200, Some(true)) => Ok(()),
        _ if CONTENT.contains(&error) => Err(Refusal::Content(told)),
        _ if LATER.contains(&error) => Err(Refusal::Later(retry_after, told)),
        (408 | 429 | 500.., _) => Err(Refusal::Later(retry_after, told)),
        (_, Some(false)) => Err(Refusal::Channel(told)),
        (200..=299, _) => Err(Refusal::Unknown(told)),
        _ => Err(Refusal::Later(retry_after, told)),
    }
}

/// Slack's words for "this post is wrong"; another post to the same channel may pass.
const CONTENT: [&str; 8] = [
    "invalid_payload",
    "invalid_blocks",
    "invalid_blocks_format",
    "no_text",
    "too_many_attachments",
    "msg_too_long",
    "msg_blocks_too_long",
    "invalid_arguments",
];

/// Slack's words for "try again".
const LATER: [&str; 8] = [
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "rollup_error",
    "service_unavailable",
];

/// Slack's error word: short, and free of anything else that a stranger's answer may hold.
fn word(body: &str) -> String {
    body.trim().chars().take(40).filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_incoming_webhook_answers() {
        let says = |status, body: &str| webhook_verdict(status, body, None);
        assert_eq!(says(200, "ok"), Ok(()));
        for (status, body) in [
            (429, "rate_limited"),
            (500, "rollup_error"),
            (502, "<html>"),
            (408, ""),
            (302, ""),
            (403, "<html>a proxy's page</html>"),
        ] {
            assert!(matches!(says(status, body), Err(Refusal::Later(..))), "{status} {body}");
        }
        for (status, body) in [(400, "invalid_payload"), (400, "invalid_blocks"), (400, "no_text")]
        {
            assert!(matches!(says(status, body), Err(Refusal::Content(_))), "{status} {body}");
        }
        for (status, body) in [
            (403, "invalid_token"),
            (404, "no_service"),
            (404, "no_active_hooks"),
            (410, "channel_is_archived"),
        ] {
            assert!(matches!(says(status, body), Err(Refusal::Channel(_))), "{status} {body}");
        }
        for almost in
            ["hello", "", "<ok>", "o k", "ok but", "ok--------------------------------------error"]
        {
            assert!(matches!(says(200, almost), Err(Refusal::Unknown(_))), "{almost}");
        }
        assert_eq!(says(200, "ok\n"), Ok(()));
    }

    #[test]
    fn what_the_web_api_answers() {
        let says = |status, body: &str| api_verdict(status, body, Some(Duration::from_secs(3)));
        assert_eq!(says(200, r#"{"ok":true,"ts":"1.2"}"#), Ok(()));
        let limited = says(429, r#"{"ok":false,"error":"ratelimited"}"#);
        assert!(matches!(limited, Err(Refusal::Later(Some(after), _)) if after.as_secs() == 3));
        let no_channel = says(200, r#"{"ok":false,"error":"channel_not_found"}"#);
        assert_eq!(
            no_channel,
            Err(Refusal::Channel("Slack answered 200 channel_not_found".into()))
        );
        let too_long = says(200, r#"{"ok":false,"error":"msg_blocks_too_long"}"#);
        assert!(matches!(too_long, Err(Refusal::Content(_))));
        assert!(matches!(says(200, "<html>"), Err(Refusal::Unknown(_))));
        for (status, body) in
            [(503, ""), (408, ""), (403, "<html>"), (200, r#"{"ok":false,"error":"fatal_error"}"#)]
        {
            assert!(matches!(says(status, body), Err(Refusal::Later(..))), "{status} {body}");
        }
    }
}
