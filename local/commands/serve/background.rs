//! The server's work unasked: it takes from its queues, and at its times looks over what is open and what is counted.

use std::sync::Arc;
use std::time::Duration;

use event_stream_webhook::Webhook;
use shared::jobs::count::{Count, Schedule};
use shared::jobs::escalate::Escalate;
use shared::jobs::forward::delivery::Delivery;
use shared::slack::client::POST_INTERVAL;
use shared::storage::QueueName;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::reporter::Reporter;
use crate::activity;
use crate::clock::{self, now};
use crate::queue::{Handler, Messages};
use crate::store::Records;

/// How long a batch may take: a post with its answer, and what it takes to note it.
const BATCH: Duration = Duration::from_secs(16);
/// How long the last batches may take; with the last answers, less than ten seconds. A batch that rests between two posts
/// is cut off then: what it did is noted, and the rest is in the queue.
const LAST_BATCHES: Duration = Duration::from_secs(7);
const LAST_WAKE_UPS: Duration = Duration::from_millis(500);
const LAST_COUNTS: Duration = Duration::from_millis(500);
/// How often Twilio's list is looked at, in minutes.
const MINUTES_A_DAY: u64 = 24 * 60;

/// The tasks that are under way.
pub(super) struct Background {
    stop: watch::Sender<bool>,
    forwarder: JoinHandle<()>,
    timer: JoinHandle<()>,
    counter: JoinHandle<()>,
    schedules: JoinSet<()>,
}

impl Background {
    /// Begins all of it.
    pub(super) fn start(
        delivery: Arc<Delivery>,
        escalate: Arc<Escalate>,
        count: Arc<Count>,
        webhook: Arc<Webhook>,
        queue: Messages,
        store: Arc<Records>,
        reporter: Reporter,
    ) -> Background {
        let (stop, stopped) = watch::channel(false);
        let serve = |name: QueueName, handle: Handler, pace: Duration| {
            let (queue, stopped) = (queue.clone(), stopped.clone());
            tokio::spawn(async move { queue.serve(name, handle, pace, stopped).await })
        };
        let forward: Handler = Arc::new(move |batch| {
            let delivery = delivery.clone();
            Box::pin(async move { slack_forwarder::handle(&delivery, batch, now(), BATCH).await })
        });
        let (waking, counting) = (escalate.clone(), count.clone());
        let wake: Handler = Arc::new(move |batch| {
            let escalate = waking.clone();
            Box::pin(async move { escalation_timer::handle(&escalate, batch, now).await })
        });
        let add: Handler = Arc::new(move |batch| {
            let count = counting.clone();
            Box::pin(async move { status_callback::process(&count, batch, now()).await })
        });
        let mut schedules = JoinSet::new();
        schedules.spawn(reporter.report(store.clone(), webhook.clone(), stopped.clone()));
        schedules.spawn(reconcile(escalate, store.clone(), stopped.clone()));
        schedules.spawn(measure(count, stopped.clone()));
        schedules.spawn(find_stuck(webhook, stopped.clone()));
        schedules.spawn(sweep(store, stopped.clone()));
        Background {
            forwarder: serve(QueueName::Slack, forward, POST_INTERVAL),
            timer: serve(QueueName::WakeUps, wake, Duration::ZERO),
            counter: serve(QueueName::Callbacks, add, Duration::ZERO),
            stop,
            schedules,
        }
    }

    /// Takes nothing more from the queues, and finishes what was taken. Gives the schedules, which end by themselves.
    pub(super) async fn end_queues(self) -> JoinSet<()> {
        let _ = self.stop.send(true);
        if timeout(LAST_BATCHES, self.forwarder).await.is_err() {
            tracing::warn!(
                "a post was still under way: its lines are sent again at the next start"
            );
        }
        if timeout(LAST_WAKE_UPS, self.timer).await.is_err() {
            tracing::warn!("a call was still being placed: it is looked up at the next start");
        }
        if timeout(LAST_COUNTS, self.counter).await.is_err() {
            tracing::warn!(
                "callbacks were still being counted: they are counted at the next start"
            );
        }
        self.schedules
    }
}

/// Keeps what time it is, for the next start.
pub(super) async fn record_time(store: &Records) {
    if let Err(error) = store.record_time(clock::real()).await {
        tracing::warn!(%error, "the time was not noted");
    }
}

/// Once a minute looks over all that is open.
async fn reconcile(escalate: Arc<Escalate>, store: Arc<Records>, mut stop: watch::Receiver<bool>) {
    loop {
        let work = activity::begin();
        record_time(&store).await;
        if let Err(error) = escalation_timer::tick(&escalate, now()).await {
            tracing::error!(%error, "the reconciler failed");
        }
        drop(work);
        tokio::select! {
            () = clock::sleep(Duration::from_secs(60)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Once a minute measures what is counted by looking; once a day, and a minute after the start, looks at Twilio's list.
async fn measure(count: Arc<Count>, mut stop: watch::Receiver<bool>) {
    for minute in 0_u64.. {
        let is_daily = minute % MINUTES_A_DAY == 1;
        let daily = is_daily.then_some(Schedule::Reconciliation);
        for schedule in std::iter::once(Schedule::CallsInProgress).chain(daily) {
            let work = activity::begin();
            if let Err(error) = status_callback::tick(&count, schedule, now()).await {
                tracing::error!(%error, ?schedule, "a schedule of the counters failed");
            }
            drop(work);
        }
        tokio::select! {
            () = clock::sleep(Duration::from_secs(60)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Once a minute looks for Executions that are stuck.
async fn find_stuck(webhook: Arc<Webhook>, mut stop: watch::Receiver<bool>) {
    loop {
        let work = activity::begin();
        let schedule = event_stream_webhook::Schedule::StuckExecutions;
        if let Err(error) = event_stream_webhook::tick(&webhook, schedule, now()).await {
            tracing::error!(%error, "Executions that are stuck were not looked for");
        }
        drop(work);
        tokio::select! {
            () = clock::sleep(Duration::from_secs(60)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Once an hour takes away what has expired.
async fn sweep(store: Arc<Records>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = store.sweep(now()).await {
            tracing::warn!(%error, "expired records were not taken away");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(3600)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
