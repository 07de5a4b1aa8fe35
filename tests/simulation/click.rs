//! A click: which button, and how it comes to the server: Slack's request, the page, the command line.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use shared::domain::escalation::{Act, Asker, IncidentId};
use shared::domain::silence::Stored;
use shared::http::Request;
use shared::jobs::escalate::Escalate;
use shared::jobs::escalate::acts::request;
use shared::jobs::escalate::silences::{request_end, request_silence, stored};
use shared::secret::Secret;
use shared::slack::action::Action;
use shared::slack::signature::sign;
use shared::{Error, Timestamp};

use crate::setup::SIGNING_SECRET;
use crate::world::Shared;

/// The button that somebody clicks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Button {
    /// "I have it", and the key 1.
    Have,
    /// "I can't after all".
    GiveBack,
    /// "Resolved".
    Over,
    /// No calls for an hour, asked for in Slack, …
    Silence,
    /// … or for so many seconds, asked for on the page.
    SilenceFromPage(i64),
    /// "Resolve" on the page, or at the command line, by somebody who has seen so many entries.
    OverFromPage(u32),
    /// "End the silence" on the page.
    EndSilence,
    /// A silence of all alarms of the policy of this number, for so many seconds, on the page of silences.
    SilenceGlob(u8, i64),
    /// "End now" there, of the first one.
    EndGlob,
    /// "Call now" on the page, for the person of this number.
    CallNow(u8),
}

/// A click.
#[derive(Clone, Debug)]
pub(crate) struct Click {
    pub(crate) number: usize,
    pub(crate) incident: IncidentId,
    /// A name of the configuration, or one with an `@` that only Slack knows.
    pub(crate) person: String,
    pub(crate) button: Button,
    /// It does not come from Slack, and only says so.
    pub(crate) forged: bool,
    /// It stands below lines, which nobody edits.
    pub(crate) below_lines: bool,
}

impl Click {
    /// Brings it to the server.
    pub(crate) async fn deliver(self, escalate: Arc<Escalate>, world: Shared) -> Result<(), Error> {
        let now = world.lock().timestamp();
        let action = match self.button {
            Button::Have => Action::Take,
            Button::GiveBack => Action::GiveBack,
            Button::Over => Action::Resolve,
            Button::Silence => Action::Silence,
            Button::SilenceFromPage(seconds) => {
                let until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
                return self.asks(&world, Act::Silence { until, reason: None }, None, now).await;
            }
            Button::OverFromPage(seen) => {
                return self.asks(&world, Act::Resolve, Some(seen), now).await;
            }
            Button::EndSilence => return self.asks(&world, Act::EndSilence, None, now).await,
            Button::SilenceGlob(policy, seconds) => {
                let until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
                let globs = [format!("w{policy}-*")];
                let globs = globs.each_ref().map(String::as_str);
                let by = (self.person.as_str(), None);
                let Ok(silence) = Stored::of_globs(&globs, (None, until), by, now) else {
                    return Ok(());
                };
                return request_silence(&world, silence).await;
            }
            Button::EndGlob => {
                let kept = stored(&world, now).await?;
                return match kept.iter().find(|silence| !silence.globs.is_empty()) {
                    Some(silence) => request_end(&world, silence, &self.person).await,
                    None => Ok(()),
                };
            }
            Button::CallNow(person) => {
                let call = Act::Call { person: format!("p{person}") };
                return self.asks(&world, call, None, now).await;
            }
        };
        escalate.handle_slack(&self.request(action, now), now, now).await.map(|_| ())
    }

    /// Asks for it on the page.
    async fn asks(
        self,
        world: &Shared,
        act: Act,
        seen: Option<u32>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let asker = Asker::Nameless(self.person);
        request(world, world, &self.incident, (&asker, &act), seen, now).await.map(|_| ())
    }

    /// Slack's request, as it is signed now.
    fn request(&self, action: Action, now: Timestamp) -> Request {
        let place = if self.below_lines { "lines" } else { "incident" };
        let payload = json!({
            "type": "block_actions",
            "user": {
                "id": member(&self.person),
                "name": self.person.trim_start_matches('@'),
                "team_id": "T0000001",
            },
            "response_url": format!("{REPLIES}{}", self.number),
            "actions": [{
                "action_id": action.id(),
                "block_id": format!("{place} {}", self.incident),
                "value": self.incident,
            }],
        });
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("payload", &payload.to_string()).finish();
        let secret = if self.forged { "another" } else { SIGNING_SECRET };
        let at = now.as_second().to_string();
        let signature = sign(&Secret::new(secret), &at, body.as_bytes());
        let header = |name: &str, value: String| (name.to_owned(), value.into());
        Request {
            method: "POST".to_owned(),
            mount: String::new(),
            path: "/slack/actions".to_owned(),
            query: None,
            headers: vec![
                header("x-slack-request-timestamp", at),
                header("x-slack-signature", signature),
            ],
            body: body.into(),
            peer: None,
        }
    }
}

pub(crate) const REPLIES: &str = "https://hooks.slack.com/actions/";

/// Somebody's id in Slack.
pub(crate) fn member(person: &str) -> String {
    format!("U{}", person.trim_start_matches('@').to_uppercase())
}

impl Button {
    /// Whether it is no button of Slack's.
    pub(crate) fn is_on_page(self) -> bool {
        matches!(
            self,
            Button::SilenceFromPage(_)
                | Button::OverFromPage(_)
                | Button::EndSilence
                | Button::SilenceGlob(..)
                | Button::EndGlob
                | Button::CallNow(_)
        )
    }

    /// The same for silences of any length.
    pub(crate) fn kind(self) -> Button {
        match self {
            Button::SilenceFromPage(_) => Button::Silence,
            Button::OverFromPage(_) => Button::OverFromPage(0),
            other => other,
        }
    }
}
