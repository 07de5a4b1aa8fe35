//! A simulated Slack: takes posts as Slack does, remembers and shows them, and sends what is clicked.
//!
//! 1. `blocks`: what Block Kit allows; `post`: a text with its blocks, checked. Pure, as is `ts`, a message's name.
//! 2. `messages`: all that was said, in SQLite.
//! 3. `webhook`, `api`, `respond`: the ways in: incoming webhooks, the Web API, `response_url`.
//! 4. `click`: the way out: a button that is pressed, signed and told to the server.
//! 5. `members`: who is there, and can press it; `channel`: what a channel is called.

mod api;
mod blocks;
pub(crate) mod channel;
mod click;
mod members;
mod messages;
mod post;
mod respond;
#[cfg(test)]
mod tests;
mod ts;
mod webhook;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::Error;
use shared::config::Settings;
use shared::http::{Request, Response};

use super::Sandbox;
use super::endpoints::SandboxEndpoint;
use crate::access::SimulatedSecrets;
use crate::clock::now;
use crate::database::Database;

const TEAM: &str = "T0SANDBOX";
const APP: &str = "A0SANDBOX";
const BOT: &str = "B0SANDBOX";
const BOT_USER: &str = "U0RINGDOWN";

/// The sandbox's Slack at one moment.
struct Workspace {
    database: Database,
    settings: Arc<Settings>,
    secrets: SimulatedSecrets,
    /// Where the server listens, and this Slack with it.
    address: String,
    now: Timestamp,
}

/// A no of Slack's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    /// Slack's own word: `no_text`, `invalid_blocks`, …
    word: &'static str,
    /// What is wrong where.
    why: Option<String>,
}

impl From<&'static str> for Refusal {
    fn from(word: &'static str) -> Refusal {
        Refusal { word, why: None }
    }
}

impl Refusal {
    /// As the Web API tells it.
    fn told(&self) -> Value {
        let mut told = json!({"ok": false, "error": self.word});
        if let Some(why) = &self.why {
            told["response_metadata"] = json!({"messages": [format!("[ERROR] {why}")]});
        }
        told
    }
}

/// Answers at one of its endpoints; `what` is the part of the path that names a channel, a method or a response.
pub(super) async fn handle(
    sandbox: &Sandbox,
    request: &Request,
    endpoint: SandboxEndpoint,
    what: &str,
) -> Result<Response, Error> {
    let slack = Workspace {
        database: sandbox.database.clone(),
        settings: sandbox.live.get(now()).await?,
        secrets: sandbox.secrets.clone(),
        address: sandbox.address.clone(),
        now: now(),
    };
    match endpoint {
        SandboxEndpoint::SlackMessages => slack.messages().await,
        SandboxEndpoint::SlackDirectory => {
            Ok(Response::json(200, &members::directory(&slack.settings)))
        }
        SandboxEndpoint::SlackWebhook => match what.split_once('/') {
            Some((key, channel)) if slack.secrets.webhook_key.is(key) && !channel.is_empty() => {
                slack.take(channel, &request.body).await
            }
            // As Slack says of an address that was never one of its own.
            _ => Ok(Response::of(404, "text/plain", "no_service")),
        },
        SandboxEndpoint::SlackApi => slack.call(what, request).await,
        SandboxEndpoint::SlackRespond => slack.respond(what, &request.body).await,
        SandboxEndpoint::SlackClick => slack.click(&sandbox.http, &request.body).await,
        _ => Err(Error::NotFound),
    }
}
