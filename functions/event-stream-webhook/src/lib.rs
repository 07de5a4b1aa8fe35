//! Twilio's events come in; each job gets those that are its own.
//!
//! In: `POST /twilio/events` from an Event Streams sink, signed by Twilio. Out: 204, once all is in the queues: lines for
//! Slack, a wake-up for each call of ours that a Studio Flow has ended, and the statuses that are to be counted; and once
//! what happened in Flows is in the store. Once a minute by a schedule: which Executions are stuck, and which Flows have gone
//! quiet.

use std::sync::Arc;

use futures_util::future::{join, try_join_all, try_join3};
use shared::config::SettingsCache;
use shared::domain::event::Event;
use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::verify::{Kind, verified};
use shared::jobs::watch::quiet::{changed_flows, note_changes};
use shared::jobs::watch::stuck::{newly_stuck, note_stuck};
use shared::jobs::watch::take::{ExecutionEvents, take};
use shared::jobs::{count, escalate, forward};
use shared::storage::messages::send_all;
use shared::storage::{Queue, Store};
use shared::twilio::event_stream::parse;
use shared::{Error, Timestamp};

/// The webhook, with all that it needs.
pub struct Webhook {
    /// Auth tokens, the public URL, the routes, and the Flows of the policies.
    pub settings: SettingsCache,
    /// Where everything else goes.
    pub queue: Arc<dyn Queue>,
    /// Where Executions are.
    pub store: Arc<dyn Store>,
}

/// Verifies a request, and queues what it has to say.
pub async fn handle(webhook: &Webhook, request: Request, now: Timestamp) -> Response {
    answer(&request, accept(webhook, &request, now).await.map(|()| Response::empty(204)))
}

/// Takes one request of the sink: when this is `Ok`, all that it says is in the queues and the store.
async fn accept(webhook: &Webhook, request: &Request, now: Timestamp) -> Result<(), Error> {
    if admit(request)?.name != Endpoint::TwilioEvents {
        return Err(Error::NotFound);
    }
    let (body, settings) = verified(&webhook.settings, request, Kind::Json, now).await?;
    let events = parse(body.body());
    let queue = webhook.queue.as_ref();
    let lines = forward::intake::tasks(&settings.config.routes, &events, now);
    let wake_ups = escalate::ended_executions(&settings.config.escalation, &events, now);
    let executions = ExecutionEvents::of(&events, now);
    let (forwarded, unreadable, base_url) =
        (lines.forwarded, executions.unreadable, settings.public_base_url());
    let counted = count::events::tasks(&events, forwarded, unreadable, body.body(), base_url);
    let wake_ups = wake_ups.iter().map(|wake_up| escalate::send(queue, wake_up));
    let counted = counted.iter().map(|task| count::send(queue, task));
    let lines = send_all(queue, lines.tasks);
    let queued = try_join3(lines, try_join_all(wake_ups), try_join_all(counted));
    // Neither waits for the other, and neither stops the other: what is sent again is known again.
    let (queued, taken) = join(queued, take(webhook.store.as_ref(), &executions, now)).await;
    queued.and(taken)
}

/// The request of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(tag = "schedule", rename_all = "kebab-case")]
pub enum Schedule {
    /// Once a minute: which Executions are stuck, and which Flows have gone quiet.
    StuckExecutions,
}

/// Does what the schedule asks for: the routes are told of each Execution that is stuck, once, and of each Flow that has gone
/// quiet, once.
///
/// # Errors
/// Those of the store, the queue and the settings. Neither stops the other.
pub async fn tick(webhook: &Webhook, schedule: Schedule, now: Timestamp) -> Result<(), Error> {
    let Schedule::StuckExecutions = schedule;
    let (stuck, quiet) = join(tell_stuck(webhook, now), tell_quiet(webhook, now)).await;
    stuck.and(quiet)
}

async fn tell_stuck(webhook: &Webhook, now: Timestamp) -> Result<(), Error> {
    let found = newly_stuck(webhook.store.as_ref(), now).await?;
    if found.is_empty() {
        return Ok(());
    }
    forward_own(webhook, found.iter().filter_map(|stuck| stuck.event.clone()), now).await?;
    note_stuck(webhook.store.as_ref(), found, now).await
}

async fn tell_quiet(webhook: &Webhook, now: Timestamp) -> Result<(), Error> {
    let settings = webhook.settings.get(now).await?;
    let zone = &settings.config.studio.time_zone;
    let changed = changed_flows(webhook.store.as_ref(), zone, now).await?;
    forward_own(webhook, changed.iter().filter_map(|changed| changed.event.clone()), now).await?;
    note_changes(webhook.store.as_ref(), changed, now).await
}

/// Hands events of our own to the routes.
async fn forward_own(
    webhook: &Webhook,
    events: impl Iterator<Item = Event>,
    now: Timestamp,
) -> Result<(), Error> {
    let events: Vec<_> = events.map(Ok).collect();
    if events.is_empty() {
        return Ok(());
    }
    let settings = webhook.settings.get(now).await?;
    let lines = forward::intake::tasks(&settings.config.routes, &events, now);
    send_all(webhook.queue.as_ref(), lines.tasks).await
}

#[cfg(test)]
mod tests;
