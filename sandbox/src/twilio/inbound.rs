//! A text from a phone to the number that texted it: posted to the server as Twilio posts it, and what the server answers
//! is sent to the phone. (twilio.com/docs/messaging/guides/webhook-request, twilio.com/docs/messaging/twiml; opt-outs:
//! twilio.com/docs/messaging/tutorials/opt-out.)

use std::sync::Arc;

use super::direction::Direction;
use super::text::{Text, TextOrder};
use super::twiml::{self, Method};
use super::webhook::Webhook;
use super::{SANDBOX_ACCOUNT, Twilio};
use crate::host::spawn;
use crate::settings::Setup;

/// The path of the webhook that our number's incoming messages go to.
const WEBHOOK: &str = "/twilio/inbound/message";
/// Twilio's error for a webhook that does not answer, or with an error.
const NO_ANSWER: u32 = 11200;

/// A word that Twilio answers by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keyword {
    Stop,
    Start,
    Help,
}

impl Keyword {
    fn read(body: &str) -> Option<Keyword> {
        match body.trim().to_ascii_uppercase().as_str() {
            "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "OPTOUT"
            | "REVOKE" => Some(Keyword::Stop),
            "START" | "YES" | "UNSTOP" => Some(Keyword::Start),
            "HELP" | "INFO" => Some(Keyword::Help),
            _ => None,
        }
    }

    /// What Twilio answers, if nobody has changed it.
    fn answer(self) -> &'static str {
        match self {
            Keyword::Stop => {
                "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply \
                 START to resubscribe."
            }
            Keyword::Start => {
                "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to \
                 unsubscribe. Msg&Data Rates May Apply."
            }
            Keyword::Help => "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
        }
    }
}

impl Twilio {
    /// The number that a phone answers to: the last that texted it, but for those of Flows.
    pub(crate) fn answers_to(&self, setup: &Setup, phone: &str) -> Option<String> {
        let flows = self.numbers_of_flows(setup);
        let texts = self.texts();
        let mut newest_first = texts.iter().rev().filter(|text| text.phone() == phone);
        newest_first.find_map(|text| {
            let ours = if text.is_inbound() { text.to() } else { text.from()? };
            (!flows.iter().any(|flow| flow == ours)).then(|| ours.to_owned())
        })
    }

    /// Has a phone answer a text: the number's webhook is told, and what it answers is sent to the phone.
    pub(crate) fn text_back(
        self: &Arc<Self>,
        setup: &Setup,
        phone: &str,
        body: &str,
    ) -> Result<Arc<Text>, &'static str> {
        let number = self.answers_to(setup, phone).ok_or("nobody has texted this phone yet")?;
        let text = self.receive_text(TextOrder::inbound(phone, &number, body));
        if let Some(keyword) = Keyword::read(body) {
            match keyword {
                Keyword::Stop => _ = self.records().opted_out.insert(phone.to_owned()),
                Keyword::Start => _ = self.records().opted_out.remove(phone),
                Keyword::Help => {}
            }
            self.send_back(&number, phone, keyword.answer());
        }
        let base = setup.public_base_url.as_deref().unwrap_or(&self.settings.server_url);
        let url = format!("{base}{WEBHOOK}");
        let webhook =
            Webhook::new(text.sid(), "message", (&url, Method::Post), text.inbound_fields());
        spawn(&self.settings.host, self.clone().hand_over(text.clone(), webhook));
        Ok(text)
    }

    /// Whether a phone wants no texts.
    pub(super) fn has_opted_out(&self, phone: &str) -> bool {
        self.records().opted_out.contains(phone)
    }

    async fn hand_over(self: Arc<Self>, text: Arc<Text>, webhook: Webhook) {
        let sent = self.send(&webhook).await;
        let messages = match sent {
            Ok(answer) if answer.status < 300 => twiml::messages(&answer.body),
            Ok(answer) => Err(format!("the server answered {}", answer.status)),
            Err(error) => Err(error),
        };
        match messages {
            Ok(messages) => {
                for message in messages {
                    self.send_back(text.to(), text.phone(), &message);
                }
            }
            Err(error) => {
                tracing::warn!(error, "a text from a phone was not taken");
                text.went_wrong(NO_ANSWER);
            }
        }
    }

    fn send_back(self: &Arc<Self>, from: &str, to: &str, body: &str) {
        self.take_text(TextOrder {
            account: SANDBOX_ACCOUNT.to_owned(),
            direction: Direction::Reply,
            to: to.to_owned(),
            from: Some(from.to_owned()),
            service: None,
            body: body.to_owned(),
            status_callback: None,
        });
    }
}
