//! Status callbacks come in, counters grow.
//!
//! In: `POST /webhooks/message` and `POST /webhooks/call`, signed by Twilio; and batches of the queue of callbacks. Out: 204,
//! once a callback is in the queue; for each message of a batch, that it is counted, or how long it shall rest. And by two
//! schedules: calls in progress, and the ends that no callback reported, as Twilio lists them.

use shared::domain::callbacks::Resource;
use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::count::{Count, Schedule};
use shared::jobs::escalate::{self, text_ended};
use shared::storage::{Message, Processed};
use shared::{Error, Timestamp};

/// Verifies a status callback, and queues what it says.
pub async fn handle(count: &Count, request: Request, now: Timestamp) -> Response {
    answer(&request, accept(count, &request, now).await)
}

async fn accept(count: &Count, request: &Request, now: Timestamp) -> Result<Response, Error> {
    let resource = match admit(request)?.name {
        Endpoint::MessageCallback => Resource::Message,
        Endpoint::CallCallback => Resource::Call,
        _ => return Err(Error::NotFound),
    };
    let callback = count.accept(resource, request, now).await?;
    // Of the end of a text about an incident its person and incident are told too.
    if let Some(wake_up) = text_ended(&callback, request.query.as_deref()) {
        escalate::send(count.queue.as_ref(), &wake_up).await?;
    }
    Ok(Response::empty(204))
}

/// Counts a batch.
pub async fn process(count: &Count, batch: Vec<Message>, now: Timestamp) -> Vec<Processed> {
    count.process(&batch, now).await
}

/// Does what a schedule asks for.
pub async fn tick(count: &Count, schedule: Schedule, now: Timestamp) -> Result<(), Error> {
    count.tick(schedule, now).await
}

#[cfg(test)]
mod tests;
