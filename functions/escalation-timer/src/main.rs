//! `handle` and `tick`, inside Lambda; nothing is decided here.

use escalation_timer::{handle, tick};
use shared::aws::{Backend, Failure, Reports, now, serve_queue_and_ticks};
use shared::storage::QueueName;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let names = &[
        "callback-key",
        "heartbeat-url",
        "public-base-url",
        "slack/bot-token",
        "twilio/account-sid",
        "twilio/auth-token",
        "twilio/from-number",
    ];
    let escalate = backend.escalate(backend.live(names, &["config"], Reports::Both).await?)?;
    serve_queue_and_ticks(
        &backend,
        QueueName::WakeUps,
        |batch, _, _| handle(&escalate, batch, now),
        || tick(&escalate, now()),
    )
    .await
}
