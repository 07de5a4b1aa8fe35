//! Edits of the incidents' own messages. They never keep a line waiting: what cannot be said at once is said when the
//! lines are, and what cannot be said then lets the lines' message come again, until it is.

use std::time::Duration;

use super::batch::Batch;
use super::channel::Channel;
use super::incident_message::Own;
use crate::domain::escalation::IncidentId;
use crate::slack::client::{Destination, PostError};

/// How long an edit may keep the lines behind it waiting for Slack's answer.
const EDIT_REQUEST_TIMEOUT: Duration = Duration::from_secs(3);

/// It could not be edited now; after so long it may be, if Slack said so.
struct NotNow(Option<Duration>);

impl Channel<'_> {
    /// Edits an incident's message before its next lines are posted, if that may be now; once in a batch. If it fails
    /// it is tried again behind the lines.
    pub(super) async fn edit_at_once(&mut self, id: &IncidentId) {
        let rate_limit = self.delivery.rate_limit.until_edit();
        let may = rate_limit.is_zero() && self.call.has_time_for(Duration::ZERO);
        let Some(to) = self.bot().filter(|_| may) else { return };
        match self.incident_message(id).await {
            Ok(message) if !message.tried => message.tried = true,
            _ => return,
        }
        let request_timeout = EDIT_REQUEST_TIMEOUT.min(self.call.request_timeout());
        let _ = self.edit(id, &to, request_timeout).await;
    }

    /// Lets the messages of the batch's incidents say what they should. What cannot be done now is owed. An incident
    /// with lines left comes again anyway.
    pub(super) async fn edit_all(&mut self, batch: &mut Batch) {
        let Some(to) = self.bot() else { return };
        for id in batch.incidents() {
            let Err(NotNow(asked)) = self.bring_up_to_date(&id, &to).await else { continue };
            let limit = self.settings.config.give_up_after;
            if !batch.retry_delivered(&id, asked, limit, self.call.now()) {
                tracing::error!(
                    incident = id.as_str(),
                    "Slack does not let its message be edited: it stays as it is"
                );
            }
        }
    }

    async fn bring_up_to_date(&mut self, id: &IncidentId, to: &Destination) -> Result<(), NotNow> {
        let Destination::Bot { channel, .. } = to else { return Ok(()) };
        let unread = |_| NotNow(None);
        if self.incident_message(id).await.map_err(unread)?.edit(channel).is_some() {
            let rate_limit = self.delivery.rate_limit.until_edit();
            if !self.call.has_time_for(rate_limit) {
                return Err(NotNow(Some(rate_limit)));
            }
            tokio::time::sleep(rate_limit).await;
            self.edit(id, to, self.call.request_timeout()).await?;
        }
        // It was lost, or could not be posted when its lines came.
        let Own::Missing(post) = self.incident_message(id).await.map_err(unread)?.own(channel)
        else {
            return Ok(());
        };
        self.turn().await.map_err(|rest| NotNow(Some(rest)))?;
        let told = self.open(id, to, channel, &post).await;
        told.map_err(|refusal| not_now(id, refusal))
    }

    /// Lets an incident's message say what it should, if it is there and does not.
    async fn edit(
        &mut self,
        id: &IncidentId,
        to: &Destination,
        request_timeout: Duration,
    ) -> Result<(), NotNow> {
        let Destination::Bot { token, channel } = to else { return Ok(()) };
        let due = self.incident_message(id).await.ok().and_then(|message| message.edit(channel));
        let Some((message, post)) = due else { return Ok(()) };
        let told = self.delivery.slack.edit(token, &message, &post, request_timeout).await;
        self.metrics.edited(told.is_ok());
        let asked = match &told {
            Err(PostError::Later(asked, _)) => *asked,
            _ => None,
        };
        self.delivery.rate_limit.edited(asked);
        match told {
            Ok(()) => {}
            Err(PostError::Content(reason)) => {
                tracing::error!(
                    incident = id.as_str(),
                    reason,
                    "its message stays as it is until it changes again"
                );
            }
            Err(PostError::Gone(reason)) => {
                self.is_lost(id, &reason);
                return Ok(());
            }
            Err(refusal) => return Err(not_now(id, refusal)),
        }
        let (store, now) = (self.delivery.store.as_ref(), self.call.now());
        if let Ok(message) = self.incident_message(id).await {
            message.edited();
            message.keep(store, now).await;
        }
        Ok(())
    }
}

fn not_now(id: &IncidentId, refusal: PostError) -> NotNow {
    tracing::warn!(incident = id.as_str(), ?refusal, "the incident message is not up to date yet");
    match refusal {
        PostError::Later(asked, _) => NotNow(asked),
        _ => NotNow(None),
    }
}
