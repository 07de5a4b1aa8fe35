//! Somebody opts out of our texts, or has them again: kept, and each told once in Slack. That Twilio takes a text says nothing:
//! it may refuse it later.

use jiff::Timestamp;

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
        let Some(phone) = self.settings.config.escalation.phone(person) else { return Ok(()) };
        if one(self.store(), person, phone, self.now).await?.is_some() {
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
        self.tell_of_texts(person, &format!("{person} {}", self.now), &text).await?;
        tracing::warn!(person, because, "a person has opted out of texts");
        keep(self.store(), person, phone, how, self.now).await
    }

    /// Notes that this person gets texts, if they had opted out: they texted START.
    pub(super) async fn opted_in(&self, person: &str) -> Result<(), Error> {
        self.back(person, None, "they texted START").await
    }

    /// A text that was sent at this time was delivered: if they had opted out before, they get texts again.
    pub(super) async fn text_delivered(&self, person: &str, sent: Timestamp) -> Result<(), Error> {
        self.back(person, Some(sent), "one was delivered").await
    }

    async fn back(
        &self,
        person: &str,
        sent: Option<Timestamp>,
        because: &str,
    ) -> Result<(), Error> {
        let Some(phone) = self.settings.config.escalation.phone(person) else { return Ok(()) };
        let Some(out) = one(self.store(), person, phone, self.now).await? else { return Ok(()) };
        if sent.is_some_and(|sent| sent <= out.since) {
            return Ok(());
        }
        let name = bold(&mask_numbers(person));
        let text = format!(":bell: {name} gets texts again ({because})");
        self.tell_of_texts(person, &format!("{person} back {}", out.since), &text).await?;
        tracing::info!(person, because, "a person gets texts again");
        clear(self.store(), person, self.now).await
    }

    /// One line, in each channel where this person's calls are told.
    async fn tell_of_texts(&self, person: &str, id: &str, text: &str) -> Result<(), Error> {
        for channel in self.channels_of(person) {
            let line = Line {
                event_type: EVENT.to_owned(),
                event_id: id.to_owned(),
                route: EVENT.to_owned(),
                text: text.to_owned(),
                failed: false,
                asks: false,
            };
            self.send_lines(&channel, None, vec![line]).await?;
        }
        Ok(())
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
