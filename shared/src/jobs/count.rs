//! The job Count: every status of a message or call counts once, in the Store.
//!
//! 1. [`Count`]: what the job needs of the world. `forms`: status callbacks come in. [`events`]: the events that say the
//!    same. Both end in the queue.
//! 2. `process`: batches of the queue are counted. One transaction holds what has counted and the counters.
//! 3. [`reconciliation`]: once a day Twilio's own list is looked at for ends that no callback reported. `in_progress`: once
//!    a minute, how many calls are in progress. `hours`: every quarter of an hour the counters are kept.
//! 4. [`scrape`]: all that there is to show.
//!
//! A crash anywhere loses nothing: a report is in the queue before Twilio has its answer, and stays there until its
//! transaction has landed; one that comes again finds itself counted.

pub mod events;
mod forms;
mod hours;
mod in_progress;
mod process;
pub mod reconciliation;
pub mod scrape;
#[cfg(test)]
mod tests;

pub use forms::report;

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use crate::Error;
use crate::config::SettingsCache;
use crate::jobs::twilio_api::twilio_api;
use crate::storage::messages::CallbackTask;
use crate::storage::{Queue, QueueName, Store};
use crate::twilio::rest::{Api, Wire};

/// All that the job needs of the world.
pub struct Count {
    /// Auth tokens and the public URL.
    pub settings: SettingsCache,
    /// Where counters are, and what has counted.
    pub store: Arc<dyn Store>,
    /// Where reports wait.
    pub queue: Arc<dyn Queue>,
    /// Carries requests to Twilio.
    pub wire: Wire,
}

/// The requests of the job's schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "schedule", rename_all = "kebab-case")]
pub enum Schedule {
    /// Once a minute: how many calls are in progress, and every quarter of an hour what was counted.
    CallsInProgress,
    /// Once a day: the ends that no callback reported.
    Reconciliation,
}

impl Count {
    /// Does what a schedule asks for.
    ///
    /// # Errors
    /// Those of the store, the queue and the settings, and what Twilio answers.
    pub async fn tick(&self, schedule: Schedule, now: Timestamp) -> Result<(), Error> {
        match schedule {
            Schedule::CallsInProgress => {
                self.keep_quarter(now).await?;
                self.measure_calls_in_progress(now).await
            }
            Schedule::Reconciliation => self.begin_reconciliation(now).await,
        }
    }

    /// Twilio's API; `None` without credentials.
    async fn api(&self, now: Timestamp) -> Result<Option<Api>, Error> {
        let settings = self.settings.get(now).await?;
        Ok(twilio_api(&settings, &self.wire, &self.store, now).ok())
    }
}

/// Puts what is to be counted into the queue.
///
/// # Errors
/// The queue does not take it.
pub async fn send(queue: &dyn Queue, task: &CallbackTask) -> Result<(), Error> {
    queue.send(QueueName::Callbacks, task.to_body(), task.group(), None).await
}
