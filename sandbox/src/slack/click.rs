//! A button is pressed: Slack sends it to the server, which has three seconds to acknowledge. (docs.slack.dev,
//! "block_actions payload", "Acknowledgment response".)

use std::time::Duration;

use bytes::Bytes;
use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::Error;
use shared::http::Response;
use shared::slack::signature::sign;

use super::members::{self, Named};
use super::messages::{self, Message};
use super::ts::Ts;
use super::{APP, TEAM, Workspace, blocks, respond};
use crate::ids::random;

/// How long the server may take to answer. These are real seconds, whatever its clock says.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// How much of an answer that is not 200 is shown.
const SHOWN: usize = 200;

/// The button that is pressed, and by whom.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Click {
    /// The message.
    ts: String,
    block_id: String,
    action_id: String,
    /// What the page showed as the button's value: somebody may press what has just been changed.
    value: Option<String>,
    /// What was chosen from a menu.
    selected: Option<String>,
    /// The member's id.
    user: String,
}

impl Workspace {
    /// Sends the payload of a click to the server; the answer says what came back.
    pub(super) async fn click(&self, http: &Client, body: &Bytes) -> Result<Response, Error> {
        let click: Click =
            serde_json::from_slice(body).map_err(|error| Error::BadRequest(error.to_string()))?;
        let Some(payload) = self.payload(&click).await? else {
            let gone = "that button is not there any more\n";
            return Ok(Response::of(409, "text/plain; charset=utf-8", gone));
        };
        let (status, note) = match self.send(http, &payload).await? {
            Ok((200, _)) => (200, String::new()),
            Ok((status, text)) => (status, format!("it answered {status} {}", text.trim())),
            Err(error) if error.is_timeout() => (0, "it did not answer within 3 s".to_owned()),
            Err(_) => (0, "it could not be reached".to_owned()),
        };
        Ok(Response::json(200, &json!({"status": status, "note": note.trim()})))
    }

    /// The payload of a click; `None` if there is no such button, and the page did not send its value either.
    async fn payload(&self, click: &Click) -> Result<Option<Value>, Error> {
        let (pressed, now) = (click.clone(), Ts::of(self.now));
        let found = self.storage.run(move |db| {
            let found = Ts::read(&pressed.ts).map(|ts| messages::find(db, ts)).transpose()?;
            let Some(message) = found.flatten() else { return Ok(None) };
            let Some(action) = action(&message, &pressed, now) else { return Ok(None) };
            let id = respond::open(db, message.ts, &pressed.user, now)?;
            Ok(Some((message, action, id)))
        });
        let Some((message, action, id)) = found.await? else { return Ok(None) };
        let response_url = format!("{}/sandbox/slack/respond/{id}", self.settings.base_url);
        let member = members::find(&self.setup, &click.user);
        Ok(Some(block_actions(&message, &member, action, response_url)))
    }

    async fn send(
        &self,
        http: &Client,
        payload: &Value,
    ) -> Result<Result<(u16, String), reqwest::Error>, Error> {
        let secret = &self.settings.secrets.signing_secret;
        let body = form(payload);
        let seconds = self.now.as_second().to_string();
        let request = http
            .post(format!("{}/slack/actions", self.settings.server_url))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
            .header("x-slack-request-timestamp", &seconds)
            .header("x-slack-signature", sign(secret, &seconds, body.as_bytes()))
            .timeout(REQUEST_TIMEOUT)
            .body(body);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        let status = answer.status().as_u16();
        let text =
            shared::http::read_text(answer).await.map(|text| text.chars().take(SHOWN).collect());
        Ok(text.map(|text| (status, text)))
    }
}

/// The body that Slack sends: a form with one field.
fn form(payload: &Value) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string()).finish()
}

/// The action that a click stands for.
fn action(message: &Message, click: &Click, at: Ts) -> Option<Value> {
    let button = blocks::button(&message.post.blocks, &click.block_id, &click.action_id);
    if let Some(selected) = &click.selected {
        let options = button.and_then(|menu| menu["options"].as_array()).into_iter().flatten();
        let option = options.clone().find(|option| option["value"] == selected.as_str());
        // What the page showed may be chosen although the message has changed since.
        let option = option.cloned().unwrap_or_else(|| json!({"value": selected}));
        return Some(json!({
            "type": "static_select", "action_id": click.action_id, "block_id": click.block_id, "action_ts": at,
            "selected_option": option,
        }));
    }
    let value = match (&click.value, button) {
        (Some(value), _) => Value::from(value.as_str()),
        (None, Some(button)) => button["value"].clone(),
        (None, None) => return None,
    };
    let mut action = json!({
        "type": "button", "action_id": click.action_id, "block_id": click.block_id, "action_ts": at,
    });
    if !value.is_null() {
        action["value"] = value;
    }
    for key in ["text", "style", "url", "confirm"] {
        if let Some(of_button) = button.and_then(|button| button.get(key)) {
            action[key] = of_button.clone();
        }
    }
    Some(action)
}

fn block_actions(message: &Message, member: &Named, action: Value, response_url: String) -> Value {
    let is_ephemeral = message.only_for.is_some();
    let username = member.name.replace(' ', "-");
    let mut container = json!({
        "type": "message", "message_ts": message.ts, "channel_id": message.channel_id, "is_ephemeral": is_ephemeral,
    });
    if let Some(thread) = message.thread {
        container["thread_ts"] = json!(thread);
    }
    let mut payload = json!({
        "type": "block_actions",
        "user": {"id": member.id, "username": username, "name": username, "team_id": TEAM},
        "api_app_id": APP,
        "container": container,
        "trigger_id": random(),
        "team": {"id": TEAM, "domain": "sandbox"},
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": {"id": message.channel_id, "name": message.channel},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    });
    // Of a message that only one member sees Slack sends nothing but where it is.
    if !is_ephemeral {
        payload["message"] = message.to_json();
    }
    payload
}
