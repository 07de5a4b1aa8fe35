//! One channel's messages, in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::batch::{Batch, Next};
use super::call::Call;
use super::incident_message::{IncidentMessage, Own};
use super::metrics::DeliveryMetrics;
use super::{BACKOFF, Delivery};
use crate::Error;
use crate::config::Settings;
use crate::domain::escalation::IncidentId;
use crate::slack::client::{Destination, PostError, Posted, Thread};
use crate::slack::post::{Post, fits_a_click};
use crate::storage::Processed;

/// One channel, while its messages of a batch are delivered.
pub(super) struct Channel<'a> {
    pub(super) delivery: &'a Delivery,
    pub(super) name: &'a str,
    pub(super) settings: Arc<Settings>,
    pub(super) call: Call,
    pub(super) metrics: &'a mut DeliveryMetrics,
    incident_messages: HashMap<IncidentId, IncidentMessage>,
    tries: u32,
}

impl<'a> Channel<'a> {
    pub(super) fn new(
        delivery: &'a Delivery,
        name: &'a str,
        settings: Arc<Settings>,
        call: Call,
        metrics: &'a mut DeliveryMetrics,
    ) -> Channel<'a> {
        Channel {
            delivery,
            name,
            settings,
            call,
            metrics,
            incident_messages: HashMap::new(),
            tries: 0,
        }
    }

    /// Delivers a batch. Says of each of its messages what became of it.
    pub(super) async fn deliver(mut self, mut batch: Batch) -> Vec<Processed> {
        let rest = self.post_all(&mut batch).await;
        self.edit_all(&mut batch).await;
        batch.note_replays(self.delivery.store.as_ref(), self.call.now()).await;
        batch.outcomes(rest)
    }

    /// Posts what the batch still holds. `Some` is how long the rest of it should rest.
    async fn post_all(&mut self, batch: &mut Batch) -> Option<Duration> {
        if batch.len() > 0 && self.settings.destination(self.name).is_err() {
            self.renew().await;
        }
        while let Some(next) = batch.next_post(self.bot().is_some()) {
            if let Some(id) = &next.incident {
                self.edit_at_once(id).await;
            }
            if let Err(rest) = self.turn().await {
                return Some(rest);
            }
            match self.say(&next).await {
                Ok(lines) => {
                    self.tries = 0;
                    let (store, now) = (self.delivery.store.as_ref(), self.call.now());
                    batch.delivered(store, lines, now, self.metrics).await;
                }
                Err(refusal) => {
                    let refused = self.refused(batch, next.post.lines, refusal).await;
                    if let Err(rest) = refused {
                        return Some(rest);
                    }
                }
            }
        }
        None
    }

    /// Posts these lines, and gives how many Slack has now: none, if what they stand under had to be posted first.
    async fn say(&mut self, next: &Next) -> Result<usize, PostError> {
        let to = destination(self.name, &self.settings)?;
        let (Some(id), Destination::Bot { channel, .. }) = (&next.incident, &to) else {
            return self.post_plain(&to, next).await;
        };
        let read = self.incident_message(id).await.map(|message| message.own(channel));
        let cannot =
            |error| PostError::Later(None, format!("its incident cannot be read: {error}"));
        match read.map_err(cannot)? {
            Own::Nothing => self.post_plain(&to, next).await,
            Own::Missing(post) => self.open(id, &to, channel, &post).await.map(|()| 0),
            Own::At(Posted { ts, .. }) => {
                let thread = Thread { ts: &ts, broadcast: next.loud };
                match self.post(&to, &next.post, Some(thread)).await {
                    Err(PostError::Gone(reason)) => {
                        self.is_lost(id, &reason);
                        Ok(0)
                    }
                    told => told.map(|_| next.post.lines),
                }
            }
        }
    }

    /// The lines by themselves, with buttons for each incident that somebody may act on.
    async fn post_plain(&mut self, to: &Destination, next: &Next) -> Result<usize, PostError> {
        let mut post = next.post.clone();
        for id in &next.asks_for {
            match self.incident_message(id).await {
                Ok(message) => {
                    let without = post.blocks.len();
                    post.blocks.extend(message.buttons().cloned());
                    if !fits_a_click(&post) {
                        tracing::warn!(
                            incident = id.as_str(),
                            "its lines are too long for buttons"
                        );
                        post.blocks.truncate(without);
                    }
                }
                Err(error) => {
                    tracing::warn!(incident = id.as_str(), %error, "its lines go without their buttons");
                }
            }
        }
        self.post(to, &post, None).await.map(|_| next.post.lines)
    }

    /// Posts an incident's own message.
    pub(super) async fn open(
        &mut self,
        id: &IncidentId,
        to: &Destination,
        channel: &str,
        post: &Post,
    ) -> Result<(), PostError> {
        let refused = match self.post(to, post, None).await {
            Ok(Some(posted)) => {
                let (store, now) = (self.delivery.store.as_ref(), self.call.now());
                if let Some(message) = self.incident_messages.get_mut(id) {
                    message.posted(channel, posted);
                    message.keep(store, now).await;
                }
                return Ok(());
            }
            Ok(None) => "Slack did not say where it is".to_owned(),
            Err(PostError::Content(reason) | PostError::Gone(reason)) => reason,
            Err(refusal) => return Err(refusal),
        };
        tracing::error!(
            incident = id.as_str(),
            reason = refused,
            "an incident has no message of its own"
        );
        if let Some(message) = self.incident_messages.get_mut(id) {
            message.is_permanent_error();
        }
        Ok(())
    }

    /// What becomes of the first `lines` that Slack did not take. `Err` is how long all that is left should rest.
    async fn refused(
        &mut self,
        batch: &mut Batch,
        lines: usize,
        refusal: PostError,
    ) -> Result<(), Duration> {
        self.metrics.refused(&refusal);
        tracing::warn!(channel = self.name, lines, ?refusal, "a post did not go through");
        let (store, now) = (self.delivery.store.as_ref(), self.call.now());
        let limit = self.settings.config.give_up_after;
        let (asked, reason, hopeless) = match refusal {
            PostError::Content(_) | PostError::Gone(_) if lines > 1 => {
                batch.narrow(lines / 2);
                return Ok(());
            }
            PostError::Content(reason) | PostError::Gone(reason) => (None, reason, 1),
            PostError::Channel(_) if self.renew().await => return Ok(()),
            PostError::Channel(reason) => (None, reason, batch.len()),
            PostError::Later(asked, reason) => (asked, reason, batch.too_old(limit, now)),
            PostError::Unknown(reason) => (None, reason, batch.too_old(limit, now)),
        };
        if hopeless > 0 {
            let given_up = batch.give_up(store, &reason, hopeless, now, self.metrics).await;
            return given_up.map_err(|error| {
                let channel = self.name;
                tracing::error!(channel, %error, "dead letters were not kept: their lines stay in the queue");
                BACKOFF
            });
        }
        self.tries += 1;
        let rest = batch.backoff(asked, self.tries, limit, now);
        if !self.call.has_time_for(rest) {
            return Err(rest);
        }
        tokio::time::sleep(rest).await;
        Ok(())
    }

    /// Waits for the channel's turn: a second after its last post. `Err` is how long that is, if the call has not the
    /// time.
    pub(super) async fn turn(&self) -> Result<(), Duration> {
        let rest = self.delivery.rate_limit.until_post(self.name);
        if !self.call.has_time_for(rest) {
            return Err(rest);
        }
        tokio::time::sleep(rest).await;
        Ok(())
    }

    async fn post(
        &mut self,
        to: &Destination,
        post: &Post,
        thread: Option<Thread<'_>>,
    ) -> Result<Option<Posted>, PostError> {
        let answer = self.delivery.slack.post(to, post, thread, self.call.request_timeout()).await;
        // What Slack found wrong is no post of this second.
        if !matches!(answer, Err(PostError::Content(_))) {
            self.delivery.rate_limit.posted(self.name);
        }
        if answer.is_ok() {
            self.metrics.posted();
        }
        answer
    }

    /// The record of an incident's own message: read once in a batch.
    pub(super) async fn incident_message(
        &mut self,
        id: &IncidentId,
    ) -> Result<&mut IncidentMessage, Error> {
        if !self.incident_messages.contains_key(id) {
            let store = self.delivery.store.as_ref();
            let message = IncidentMessage::load(store, id, &self.settings, self.call.now()).await?;
            self.incident_messages.insert(id.clone(), message);
        }
        self.incident_messages.get_mut(id).ok_or(Error::NotFound)
    }

    pub(super) fn is_lost(&mut self, id: &IncidentId, reason: &str) {
        tracing::warn!(
            incident = id.as_str(),
            reason,
            "an incident's message is gone: a new one takes its place"
        );
        if let Some(message) = self.incident_messages.get_mut(id) {
            message.is_lost();
        }
    }

    /// Where the channel is, if a bot speaks in it.
    pub(super) fn bot(&self) -> Option<Destination> {
        let to = self.settings.destination(self.name).ok()?;
        matches!(to, Destination::Bot { .. }).then_some(to)
    }

    /// Takes the settings as they are now, if they give this channel another destination: its secret was changed.
    async fn renew(&mut self) -> bool {
        let Ok(newer) = self.delivery.settings.refresh(self.call.now()).await else { return false };
        let changed = newer.destination(self.name) != self.settings.destination(self.name);
        if changed {
            self.settings = newer;
        }
        changed
    }
}

/// A missing secret is our own fault: the lines wait for it, until they are too old.
fn destination(channel: &str, settings: &Settings) -> Result<Destination, PostError> {
    settings.destination(channel).map_err(|missing| PostError::Later(None, missing))
}
