//! `handle` and `tick`, inside Lambda; nothing is decided here.

use event_stream_webhook::{Webhook, handle, tick};
use shared::aws::{Backend, Failure, Reports, now, serve_http_and_ticks};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let names = &["twilio/auth-token", "public-base-url"];
    let settings = backend.live(names, &["config"], Reports::Slack).await?;
    let webhook = Webhook { settings, queue: backend.queue()?, store: backend.store()? };
    serve_http_and_ticks(
        |request, now| handle(&webhook, request, now),
        |schedule| tick(&webhook, schedule, now()),
    )
    .await
}
