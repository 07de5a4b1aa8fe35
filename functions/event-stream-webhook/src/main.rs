//! `handle`, inside Lambda; nothing is decided here.

use event_stream_webhook::handle;
use shared::aws::{Backend, Failure, Reports, serve_http};
use shared::jobs::forward::intake::Intake;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let live = backend
        .live(&["twilio/auth-token", "public-base-url"], &["config"], Reports::Slack)
        .await?;
    let intake = Intake { settings: live, queue: backend.queue()? };
    serve_http(|request, now| handle(&intake, request, now)).await
}
