//! A request or message that has come in, with the time and the settings that all of it is done with.

use std::sync::Arc;

use jiff::Timestamp;

use super::Escalate;
use super::record::COUNTER_ROW;
use crate::Error;
use crate::config::Settings;
use crate::domain::escalation::{Incident, IncidentId};
use crate::domain::routes::Line;
use crate::jobs::twilio_api::twilio_api;
use crate::storage::messages::{Lines, WakeUp};
use crate::storage::{Increment, Queue, Store, incidents};
use crate::twilio::rest::Api;

/// A request or message that has come in.
#[derive(Clone)]
pub(super) struct Work<'a> {
    pub(super) escalate: &'a Escalate,
    /// The settings, read once.
    pub(super) settings: Arc<Settings>,
    /// When it came in, or (after requests to Twilio) when their answers did.
    pub(super) now: Timestamp,
}

impl Escalate {
    /// Begins a piece of work at this time: reads the settings for all of it.
    pub(super) async fn begin(&self, now: Timestamp) -> Result<Work<'_>, Error> {
        Ok(self.with(self.settings.get(now).await?, now))
    }

    /// The same with settings that were read already.
    pub(super) fn with(&self, settings: Arc<Settings>, now: Timestamp) -> Work<'_> {
        Work { escalate: self, settings, now }
    }
}

impl<'a> Work<'a> {
    /// The same work after something that took its time: requests to Twilio, or a write of others that came before ours.
    /// The only place that reads the clock.
    pub(super) fn later(&self) -> Work<'a> {
        let now = (self.escalate.clock)();
        Work { now: now.max(self.now), ..self.clone() }
    }

    pub(super) fn store(&self) -> &'a dyn Store {
        self.escalate.store.as_ref()
    }

    pub(super) fn queue(&self) -> &'a dyn Queue {
        self.escalate.queue.as_ref()
    }

    /// Queues a wake-up, for its time.
    pub(super) async fn arm(&self, wake_up: &WakeUp) -> Result<(), Error> {
        super::send(self.queue(), wake_up).await
    }

    /// Has somebody look at once at what is left to be done.
    pub(super) async fn wake_now(&self, incident: &Incident) -> Result<(), Error> {
        self.arm(&WakeUp::Now { incident: incident.id.clone(), at: self.now }).await
    }

    /// Queues lines for a channel of Slack, about this incident if they are about one.
    pub(super) async fn send_lines(
        &self,
        channel: &str,
        incident: Option<&IncidentId>,
        lines: Vec<Line>,
    ) -> Result<(), Error> {
        let lines = Lines::new(channel.to_owned(), self.now, lines);
        Lines { incident: incident.cloned(), ..lines }.send(self.queue()).await
    }

    /// Adds to counters. What goes wrong with that is logged, and nothing else.
    pub(super) async fn count(&self, counters: Vec<(String, u64)>) {
        if counters.is_empty() {
            return;
        }
        let counted = Increment::of(COUNTER_ROW, counters);
        if let Err(error) = self.store().write(&[counted.into()], self.now).await {
            tracing::warn!(%error, "counters were not noted");
        }
    }

    /// The incident of this id, open or over.
    pub(super) async fn incident(&self, id: &IncidentId) -> Result<Option<Incident>, Error> {
        let stored = incidents::one(self.store(), id, self.now).await?;
        Ok(stored.map(|stored| stored.incident))
    }

    /// Twilio's API, as it is set up.
    pub(super) fn api(&self) -> Result<Api, Error> {
        let api = twilio_api(&self.settings, &self.escalate.wire, &self.escalate.store, self.now);
        api.map_err(|missing| Error::NotSetUp(format!("nobody can be called: {missing}")))
    }
}
