//! `handle`, `process` and `tick`, inside Lambda; nothing is decided here.

use shared::aws::{Backend, Failure, Reports, now, serve_http_queue_and_ticks};
use shared::storage::QueueName;
use status_callback::{handle, process, tick};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let names = &["public-base-url", "twilio/account-sid", "twilio/auth-token"];
    let count = backend.count(backend.live(names, &["config"], Reports::Counter).await?)?;
    serve_http_queue_and_ticks(
        &backend,
        QueueName::Callbacks,
        |request, now| handle(&count, request, now),
        |batch, now| process(&count, batch, now),
        |schedule| tick(&count, schedule, now()),
    )
    .await
}
