//! `handle`, inside Lambda; nothing is decided here.

use event_stream_webhook::{Webhook, handle};
use shared::aws::{Backend, Failure, Reports, serve_http};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let names = &["twilio/auth-token", "public-base-url"];
    let settings = backend.live(names, &["config"], Reports::Slack).await?;
    let webhook = Webhook { settings, queue: backend.queue()? };
    serve_http(|request, now| handle(&webhook, request, now)).await
}
