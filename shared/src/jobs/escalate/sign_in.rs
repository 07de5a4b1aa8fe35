//! A person is sent a code, which says who they are in the browser that asked for it.
//!
//! The pages ask through the queue of wake-ups: so they need no Twilio, never know the code, and answer the same, and as
//! soon, whether the name exists. A code goes out by itself: it is no part of an incident, has no lease and no second try,
//! and counts nowhere.

use std::time::Duration;

use jiff::Timestamp;

use super::work::Work;
use crate::Error;
use crate::domain::escalation::Person;
use crate::domain::sign_in::{AskForCode, Digits, MAX_NAME_BYTES, NotSent};
use crate::domain::text::mask_numbers;
use crate::random;
use crate::secret::Secret;
use crate::slack::client::{PostError, api_verdict};
use crate::storage::messages::WakeUp;
use crate::storage::sign_in::{count_ask, keep_code};
use crate::storage::{Queue, Store};
use crate::twilio::rest::{ApiRequest, ApiResponse};

/// Where Slack's Web API is, if nothing else is said.
const SLACK: &str = "https://slack.com/api";

/// Asks that a person be sent a code, for this browser alone; `false` if too many were asked for within the hour. Nothing
/// says whether there is a person of this name.
///
/// # Errors
/// The store or the queue does not answer.
pub async fn ask_for_code(
    store: &dyn Store,
    queue: &dyn Queue,
    person: String,
    browser: String,
    now: Timestamp,
) -> Result<bool, Error> {
    if person.len() > MAX_NAME_BYTES {
        return Err(Error::BadRequest("the name is too long".to_owned()));
    }
    if !count_ask(store, now).await? {
        return Ok(false);
    }
    let ask = AskForCode { person, browser, at: now };
    super::send(queue, &WakeUp::SendCode(ask)).await.map(|()| true)
}

impl Work<'_> {
    /// Sends the code, as a text or else in Slack, if one may be sent. It is kept first: after a crash between the two,
    /// nothing is sent, and whoever waits asks again.
    pub(super) async fn send_code(&self, ask: &AskForCode) -> Result<(), Error> {
        let Some(person) = self.settings.config.escalation.people.get(&ask.person) else {
            tracing::info!("a code was asked for by a name that the configuration does not have");
            return Ok(());
        };
        let name = ask.person.as_str();
        let digits = Digits::of(random::number()?);
        if let Err(why) = keep_code(self.store(), ask, &digits, self.now).await? {
            let why = match why {
                NotSent::Late => "it was asked for more than five minutes ago",
                NotSent::Repeated => "it was dealt with before",
                NotSent::PersonLimit => "the person was sent three within the hour",
                NotSent::Limit => "twenty were sent within the hour",
            };
            tracing::warn!(person = name, why, "no code was sent");
            return Ok(());
        }
        let Err(no_text) = self.text_code(person, &digits).await else {
            tracing::info!(person = name, "a code was sent as a text");
            return Ok(());
        };
        let no_text = mask_numbers(&no_text);
        match self.post_code(person, &digits).await {
            Ok(()) => tracing::warn!(
                person = name,
                no_text,
                "a code could not be sent as a text, and was posted to the person in Slack"
            ),
            Err(no_post) => tracing::error!(
                person = name,
                no_text,
                no_post,
                "a code could not be sent: `ringdown sessions new PERSON` prints a link instead"
            ),
        }
        Ok(())
    }

    async fn text_code(&self, person: &Person, digits: &Digits) -> Result<(), String> {
        let api = self.api().map_err(|error| error.to_string())?;
        let from = self.settings.from_number().ok_or("there is no number to text from")?;
        let sent = api.text(&person.phone, &from, &digits.text(), None).await;
        sent.map_err(|error| error.into_text())
    }

    /// Posts to the person alone: a bot may write to a member as to a channel. (docs.slack.dev, `chat.postMessage`.)
    async fn post_code(&self, person: &Person, digits: &Digits) -> Result<(), String> {
        let member = person.slack.as_ref().filter(|id| id.is_person());
        let member = member.ok_or("the person has no Slack member id in the configuration")?;
        let token = self.settings.secret("slack/bot-token").ok_or("there is no slack/bot-token")?;
        let base = self.settings.value("slack/api-base-url").unwrap_or(SLACK);
        let request = ApiRequest {
            method: "POST",
            url: format!("{}/chat.postMessage", base.trim_end_matches('/')),
            authorization: Some(Secret::new(&format!("Bearer {}", token.expose()))),
            form: vec![("channel", member.to_string()), ("text", digits.text())],
        };
        let (status, retry_after, body) = match (self.escalate.wire)(request).await {
            ApiResponse::Answer { status, retry_after, body } => (status, retry_after, body),
            ApiResponse::NotSent(why) | ApiResponse::NoAnswer(why) => return Err(why),
        };
        let body = String::from_utf8_lossy(&body);
        let verdict = api_verdict(status, &body, retry_after.map(Duration::from_secs));
        verdict.map_err(|error| match error {
            PostError::Later(_, why)
            | PostError::Unknown(why)
            | PostError::Content(why)
            | PostError::Channel(why)
            | PostError::Gone(why) => why,
        })
    }
}

#[cfg(test)]
mod tests;
