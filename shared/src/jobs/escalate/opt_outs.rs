//! Somebody opts out of our texts, or has them again: kept, and told once in Slack.

use super::work::Work;
use crate::Error;
use crate::domain::routes::Line;
use crate::domain::text::{bold, mask_numbers};
use crate::storage::opt_outs::{How, clear, keep, one};

/// Twilio's error code for a text to somebody who has opted out.
pub(super) const OPTED_OUT: u64 = 21_610;
/// The kind of these lines in Slack.
const EVENT: &str = "opt-out";

impl Work<'_> {
    /// Notes that this person has opted out: of what is new Slack is told first, and then it is kept, so that a crash
    /// loses nothing; told twice, it is one line.
    pub(super) async fn opted_out(&self, person: &str, how: How) -> Result<(), Error> {
        let Some(phone) = self.phone(person) else { return Ok(()) };
        if one(self.store(), person, &phone, self.now).await?.is_some() {
            return Ok(());
        }
        let because = match how {
            How::Stop => "they texted STOP",
            How::Refused => "Twilio refused a text to them: error 21610",
        };
        let text = format!(
            ":no_bell: {} has opted out of texts ({because}). They are still called, and get no text until they send START \
             to our number",
            bold(&mask_numbers(person))
        );
        for channel in self.channels_of(person) {
            let line = Line {
                event_type: EVENT.to_owned(),
                event_id: format!("{person} {}", self.now),
                route: EVENT.to_owned(),
                text: text.clone(),
                failed: false,
                asks: false,
            };
            self.send_lines(&channel, None, vec![line]).await?;
        }
        tracing::warn!(person, because, "a person has opted out of texts");
        keep(self.store(), person, &phone, how, self.now).await
    }

    /// Notes that this person gets texts, if they had opted out.
    pub(super) async fn opted_in(&self, person: &str) -> Result<(), Error> {
        let Some(phone) = self.phone(person) else { return Ok(()) };
        if one(self.store(), person, &phone, self.now).await?.is_none() {
            return Ok(());
        }
        tracing::info!(person, "a person gets texts again");
        clear(self.store(), person, self.now).await
    }

    fn phone(&self, person: &str) -> Option<String> {
        self.settings.config.escalation.people.get(person).map(|person| person.phone.clone())
    }

    /// The channels of the policies that may call this person, each once; else where all else goes.
    fn channels_of(&self, person: &str) -> Vec<String> {
        let config = &self.settings.config;
        let calls =
            |policy: &str| config.escalation.may_call(policy).iter().any(|name| name == person);
        let its = config.escalation.policies_at(self.now).filter(|policy| calls(&policy.name));
        let mut channels: Vec<String> = its.map(|policy| policy.channel).collect();
        if channels.is_empty() {
            channels.extend(config.routes.usual_channel().map(str::to_owned));
        }
        channels.sort();
        channels.dedup();
        channels
    }
}
