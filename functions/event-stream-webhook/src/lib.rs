//! Twilio's events come in; each job gets those that are its own.
//!
//! In: `POST /twilio/events` from an Event Streams sink, signed by Twilio. Out: 204, once all is in the queues: lines for
//! Slack, a wake-up for each call of ours that a Studio Flow has ended, and the statuses that are to be counted.

use std::sync::Arc;

use futures_util::future::{try_join_all, try_join3};
use shared::config::SettingsCache;
use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::verify::{Kind, verified};
use shared::jobs::{count, escalate, forward};
use shared::storage::Queue;
use shared::storage::messages::send_all;
use shared::twilio::event_stream::parse;
use shared::{Error, Timestamp};

/// What the webhook needs.
pub struct Webhook {
    /// Auth tokens, the public URL, the routes, and the Flows of the policies.
    pub settings: SettingsCache,
    /// Where everything goes.
    pub queue: Arc<dyn Queue>,
}

/// Verifies a request, and queues what it has to say.
pub async fn handle(webhook: &Webhook, request: Request, now: Timestamp) -> Response {
    answer(&request, accept(webhook, &request, now).await.map(|()| Response::empty(204)))
}

/// Takes one request of the sink: when this is `Ok`, all that it says is in the queues.
async fn accept(webhook: &Webhook, request: &Request, now: Timestamp) -> Result<(), Error> {
    if admit(request)?.name != Endpoint::TwilioEvents {
        return Err(Error::NotFound);
    }
    let (body, settings) = verified(&webhook.settings, request, Kind::Json, now).await?;
    let events = parse(body.body());
    let queue = webhook.queue.as_ref();
    let lines = forward::intake::tasks(&settings.config.routes, &events, now);
    let wake_ups = escalate::ended_executions(&settings.config.escalation, &events, now);
    let counted =
        count::events::tasks(&events, lines.forwarded, body.body(), settings.public_base_url());
    let wake_ups = wake_ups.iter().map(|wake_up| escalate::send(queue, wake_up));
    let counted = counted.iter().map(|task| count::send(queue, task));
    let lines = send_all(queue, lines.tasks);
    try_join3(lines, try_join_all(wake_ups), try_join_all(counted)).await.map(|_| ())
}

#[cfg(test)]
mod tests;
