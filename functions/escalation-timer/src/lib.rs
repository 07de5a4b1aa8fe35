//! Time passes: wake-ups fall due, and once a minute all that is open is looked over.
//!
//! In: a batch of the queue of wake-ups, or a schedule's tick. Out: for each message, that it is done, or how long it
//! shall rest.

use shared::jobs::escalate::Escalate;
use shared::storage::{Message, Processed};
use shared::{Error, Timestamp};

/// Deals with wake-ups, one after the other; `clock` says when each of them comes in.
pub async fn handle(
    escalate: &Escalate,
    batch: Vec<Message>,
    clock: impl Fn() -> Timestamp,
) -> Vec<Processed> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for message in &batch {
        outcomes.push(escalate.process(message, clock()).await);
    }
    outcomes
}

/// The minute's work of the reconciler.
pub async fn tick(escalate: &Escalate, now: Timestamp) -> Result<(), Error> {
    escalate.every_minute(now).await.map(|_| ())
}
