//! Reports a configuration that fails its check, once in Slack and once in the counters, and that it is over.

use std::sync::Arc;

use jiff::Timestamp;

use crate::Error;
use crate::config::last_good::{self, State};
use crate::config::{Rejected, Settings};
use crate::domain::metrics::catalogue::CONFIG_REJECTED;
use crate::domain::routes::Line;
use crate::domain::text::cut_section;
use crate::storage::messages::Lines;
use crate::storage::{Increment, Queue, Store};

/// The row of our counters.
const COUNTER_ROW: &str = "config";

/// How often a record is read again that somebody else wrote at the same time.
const MAX_CONFLICTS: usize = 5;

/// Where the last good configuration is kept, and by which ways its use is reported. Each function has the ways that its
/// permissions allow; together they have all.
pub struct Fallback {
    /// Where it is kept.
    pub store: Arc<dyn Store>,
    /// Where lines for Slack go, if this process may send some.
    pub queue: Option<Arc<dyn Queue>>,
    /// Whether this process may count.
    pub counts: bool,
}

impl Fallback {
    /// Reports how the configuration stands, by the ways that this process has, if nobody has reported it yet.
    pub(super) async fn report(
        &self,
        settings: &Settings,
        state: &State,
        now: Timestamp,
    ) -> Result<(), Error> {
        if settings.rejected.is_none() && state.rejected.is_none() {
            return Ok(());
        }
        for _ in 0..MAX_CONFLICTS {
            let state = last_good::state(self.store.as_ref(), now).await?;
            let landed = match settings.rejected.as_deref() {
                Some(rejected) => self.report_rejected(rejected, settings, &state, now).await?,
                None => self.report_over(settings, &state, now).await?,
            };
            if landed {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Gives whether nothing more is to be done by this process.
    async fn report_rejected(
        &self,
        rejected: &Rejected,
        settings: &Settings,
        state: &State,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let store = self.store.as_ref();
        let stored = state.rejected.as_ref().map(|stored| &stored.value);
        let Some(stored) = stored.filter(|stored| stored.hash == rejected.hash) else {
            // It is written before it is told, so that all who tell name it by the same moment.
            state.set_rejected(store, rejected, now).await?;
            return Ok(false);
        };
        let (tells, counts) = (!stored.reported, self.counts && !stored.counted);
        let told = match &self.queue {
            Some(queue) if tells => {
                self.queue_line(queue.as_ref(), stored.line(), &stored.id(), settings, now).await?;
                true
            }
            _ => false,
        };
        if !told && !counts {
            return Ok(true);
        }
        let after = Rejected {
            reported: stored.reported || told,
            counted: stored.counted || counts,
            ..stored.clone()
        };
        if !state.set_rejected(store, &after, now).await? {
            return Ok(false);
        }
        if counts {
            // For itself: no one statement of a role allows both partitions.
            let counted = Increment::of(COUNTER_ROW, [(CONFIG_REJECTED.series(&[]), 1)]);
            store.write(&[counted.into()], now).await?;
        }
        Ok(true)
    }

    async fn report_over(
        &self,
        settings: &Settings,
        state: &State,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (Some(stored), Some(queue)) = (&state.rejected, &self.queue) else { return Ok(true) };
        let rejected = &stored.value;
        if rejected.reported {
            let id = format!("{}-over", rejected.id());
            self.queue_line(queue.as_ref(), rejected.over(), &id, settings, now).await?;
        }
        state.clear_rejected(self.store.as_ref(), now).await
    }

    /// Queues a line for the main channel. Its id lets the forwarder leave out one that it has delivered.
    async fn queue_line(
        &self,
        queue: &dyn Queue,
        text: String,
        id: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(channel) = settings.config.routes.usual_channel() else { return Ok(()) };
        let line = Line {
            event_type: "configuration".to_owned(),
            event_id: id.to_owned(),
            route: "configuration".to_owned(),
            text: cut_section(&text),
            failed: false,
            asks: false,
        };
        Lines::new(channel.to_owned(), now, vec![line]).send(queue).await
    }
}
