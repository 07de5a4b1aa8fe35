//! `POST /alarms` from SNS: a signed message of a topic that the configuration names.

use jiff::SignedDuration;

use super::super::work::Work;
use crate::Error;
use crate::domain::routes::Line;
use crate::domain::sns::{Kind, Message, SnsUrl, Topic};
use crate::domain::text::{bold, cut_section};
use crate::http::Response;
use crate::storage::{Condition, Key, Put, records};

/// How long a message's id is remembered: one that is older, or so much newer, is refused for its time.
const ID_RETENTION: SignedDuration = SignedDuration::from_hours(3);

impl Work<'_> {
    /// Answers SNS. A message is taken once: when this is `Ok` for the first time, all of it is stored; after that it
    /// changes nothing.
    ///
    /// # Errors
    /// [`Error::ForeignTopic`] for a topic that the configuration does not name, before anything is fetched or stored;
    /// [`Error::NotFromSns`] for what SNS has not signed within an hour; 5xx if it has to come again.
    pub(super) async fn take_from_sns(&self, message: &Message) -> Result<Response, Error> {
        let mut topics = self.settings.config.sns_topics.iter();
        let foreign = || Error::ForeignTopic(Topic::shown(&message.topic_arn));
        let topic = topics.find(|topic| topic.arn() == message.topic_arn).ok_or_else(foreign)?;
        let confirmation = self.verify(message, topic).await?;
        let id = records::note(&format!("sns {}", message.id));
        if self.store().load(std::slice::from_ref(&id), self.now).await?.iter().any(Option::is_some)
        {
            return Ok(Response::of(200, "text/plain", "taken before\n"));
        }
        let response = match (message.kind, confirmation) {
            (Kind::SubscriptionConfirmation, Some(url)) => {
                self.escalate.sns.confirm(&url).await?;
                tracing::info!(topic = topic.arn(), "the subscription of a topic is confirmed");
                Response::of(200, "text/plain", "confirmed\n")
            }
            (Kind::UnsubscribeConfirmation, _) => {
                self.report_unsubscribed(topic, &id).await?;
                Response::of(200, "text/plain", "reported\n")
            }
            // A message that is not understood is kept as well: it need not come again.
            _ => Response::json(202, &self.take(&message.to_body()).await?),
        };
        self.remember(id).await?;
        Ok(response)
    }

    /// Checks that SNS has signed this message for this topic a short while ago. Returns where a confirmation is fetched.
    async fn verify(&self, message: &Message, topic: &Topic) -> Result<Option<SnsUrl>, Error> {
        if !message.is_fresh(self.now) {
            return Err(Error::NotFromSns("its Timestamp is not within an hour of now"));
        }
        let elsewhere = Error::NotFromSns("its SigningCertURL is none of SNS' certificates");
        let certificate =
            SnsUrl::of_certificate(&message.certificate_url, topic).ok_or(elsewhere)?;
        // In a notification it is not signed.
        let url = message.subscribe_url.as_deref().filter(|_| message.kind != Kind::Notification);
        let elsewhere = || Error::NotFromSns("its SubscribeURL is not SNS' own");
        let url = url.map(|url| SnsUrl::of(url, topic).ok_or_else(elsewhere)).transpose()?;
        match self.escalate.sns.certificate(&certificate, self.now).await?.has_signed(message) {
            true => Ok(url),
            false => Err(Error::NotFromSns("its signature is wrong")),
        }
    }

    /// Reports that a topic's messages come no more. The link in the message would subscribe it again: nobody follows it.
    async fn report_unsubscribed(&self, topic: &Topic, id: &Key) -> Result<(), Error> {
        tracing::warn!(topic = topic.arn(), "the subscription of a topic was ended");
        let name = bold(topic.arn());
        let text = format!(
            ":warning: The subscription of {name} was ended: its alarms call nobody any more. If that was not meant, subscribe it again."
        );
        let line = Line {
            event_type: "unsubscribed".to_owned(),
            event_id: id.sk.clone(),
            route: "alarms".to_owned(),
            text: cut_section(&text),
            failed: false,
            asks: false,
        };
        match self.settings.config.routes.usual_channel() {
            Some(channel) => self.send_lines(channel, None, vec![line]).await,
            None => Ok(()),
        }
    }

    /// Writes down that a message was taken.
    async fn remember(&self, id: Key) -> Result<(), Error> {
        let put = Put {
            key: id,
            body: "{}".to_owned(),
            condition: Condition::Absent,
            expires_at: self.now.checked_add(ID_RETENTION).ok(),
        };
        match self.store().write(&[put.into()], self.now).await {
            // It came twice at once: each took it, which is once.
            Err(Error::Conflict { .. }) => Ok(()),
            written => written,
        }
    }
}
