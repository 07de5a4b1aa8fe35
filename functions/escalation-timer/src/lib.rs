//! Time passes: wake-ups fall due, and once a minute all that is open is looked over.
//!
//! In: a batch of the queue of wake-ups, or a schedule's tick. Out: for each message, that it is done, or how long it
//! shall rest.

use shared::Error;
use shared::jobs::escalate::App;
use shared::storage::{Message, Processed};

/// Deals with wake-ups, one after the other.
pub async fn handle(app: &App, batch: Vec<Message>) -> Vec<Processed> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for message in &batch {
        outcomes.push(app.wake(message).await);
    }
    outcomes
}

/// The minute's audit.
pub async fn tick(app: &App) -> Result<(), Error> {
    app.every_minute().await.map(|_| ())
}
