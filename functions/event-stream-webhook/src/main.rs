//! `handle`, inside Lambda; nothing is decided here.

use event_stream_webhook::handle;
use shared::aws::{Failure, Reports, Room, serve_http};
use shared::forward::intake::Intake;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let room = Room::open()?;
    let live =
        room.live(&["twilio/auth-token", "public-base-url"], &["config"], Reports::Slack).await?;
    let intake = Intake { live, queue: room.queue()? };
    serve_http(|request, now| handle(&intake, request, now)).await
}
