//! Lines come in, posts in Slack go out; an incident's message there says how it stands.
//!
//! In: a batch of the Slack queue. Out: for each message, that it is done, or how long it shall rest.

use std::time::Duration;

use shared::Timestamp;
use shared::jobs::forward::delivery::Delivery;
use shared::storage::{Message, Processed};

/// How much of the time that it has a call leaves unused, so that it can still say what became of its messages.
const MARGIN: Duration = Duration::from_secs(3);

/// Delivers a batch within `budget`.
pub async fn handle(
    delivery: &Delivery,
    batch: Vec<Message>,
    now: Timestamp,
    budget: Duration,
) -> Vec<Processed> {
    delivery.deliver(&batch, now, budget.saturating_sub(MARGIN)).await
}
