//! A simulated Slack: takes posts as Slack does, stores and shows them, and sends what is clicked.
//!
//! 1. `blocks`: what Block Kit allows; `post`: a text with its blocks, checked. Pure, as is `ts`, a message's name.
//! 2. `messages`: all messages, in the sandbox's file.
//! 3. `webhook`, `api`, `respond`: the ways in: incoming webhooks, the Web API, `response_url`.
//! 4. `click`: the way out: a button that is pressed, signed and sent to the server.
//! 5. `members`: who is there, and can press it; `channel`: the ids of channels.

mod api;
mod blocks;
mod channel;
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

use bytes::Bytes;
use jiff::Timestamp;
use minijinja::context;
use serde_json::{Value, json};
use shared::Error;
use shared::http::{Request, Response};

use crate::Sandbox;
use crate::pages::{Frame, render};
use crate::settings::{Settings, Setup};
use crate::storage::Storage;

pub use channel::made_up_id;

const TEAM: &str = "T0SANDBOX";
const APP: &str = "A0SANDBOX";
const BOT: &str = "B0SANDBOX";
const BOT_USER: &str = "U0RINGDOWN";

/// The simulated Slack at one moment.
struct Workspace {
    storage: Storage,
    settings: Arc<Settings>,
    setup: Arc<Setup>,
    now: Timestamp,
}

/// An error of Slack's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SlackError {
    /// Slack's own word: `no_text`, `invalid_blocks`, …
    word: &'static str,
    /// The reason, and where.
    why: Option<String>,
}

impl From<&'static str> for SlackError {
    fn from(word: &'static str) -> SlackError {
        SlackError { word, why: None }
    }
}

impl SlackError {
    /// The answer of the Web API.
    fn to_json(&self) -> Value {
        let mut body = json!({"ok": false, "error": self.word});
        if let Some(why) = &self.why {
            body["response_metadata"] = json!({"messages": [format!("[ERROR] {why}")]});
        }
        body
    }
}

async fn workspace(sandbox: &Sandbox) -> Result<Workspace, Error> {
    Ok(Workspace {
        storage: sandbox.storage.clone(),
        settings: sandbox.settings.clone(),
        setup: sandbox.settings.setup().await?,
        now: sandbox.settings.host.now(),
    })
}

/// The page.
pub(crate) async fn page(sandbox: &Sandbox) -> Result<Response, Error> {
    let frame = Frame::of("/sandbox/slack", &*sandbox.settings.setup().await?);
    let send_command = sandbox.settings.send_command.as_ref();
    render("slack.html", &frame, context! { send_command })
}

/// The newest messages, as the page and tests read them.
pub(crate) async fn messages(sandbox: &Sandbox) -> Result<Response, Error> {
    workspace(sandbox).await?.messages().await
}

/// The members and channels.
pub(crate) async fn directory(sandbox: &Sandbox) -> Result<Response, Error> {
    let slack = workspace(sandbox).await?;
    Ok(Response::json(200, &members::directory(&slack.setup)))
}

/// Presses a button.
pub(crate) async fn click(sandbox: &Sandbox, body: &Bytes) -> Result<Response, Error> {
    workspace(sandbox).await?.click(&sandbox.http, body).await
}

/// Takes the post of an incoming webhook: the path is its secret part and the channel.
pub(crate) async fn webhook(
    sandbox: &Sandbox,
    key_and_channel: &str,
    body: &Bytes,
) -> Result<Response, Error> {
    let slack = workspace(sandbox).await?;
    let key = &slack.settings.secrets.webhook_key;
    match key_and_channel.split_once('/') {
        Some((shown, channel)) if key.is(shown) && !channel.is_empty() => {
            slack.take(channel, body).await
        }
        // As Slack answers at an address that was never one of its own.
        _ => Ok(Response::of(404, "text/plain", "no_service")),
    }
}

/// Answers a call of the Web API.
pub(crate) async fn call(
    sandbox: &Sandbox,
    method: &str,
    request: &Request,
) -> Result<Response, Error> {
    workspace(sandbox).await?.call(method, request).await
}

/// Takes an answer to a click.
pub(crate) async fn respond(sandbox: &Sandbox, id: &str, body: &Bytes) -> Result<Response, Error> {
    workspace(sandbox).await?.respond(id, body).await
}
