//! `handle`, inside Lambda; nothing is decided here.

use escalation_callback::handle;
use shared::aws::{Failure, Reports, Room, serve_http};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let room = Room::open()?;
    let names = &[
        "callback-key",
        "public-base-url",
        "slack/signing-secret",
        "twilio/account-sid",
        "twilio/auth-token",
        "twilio/from-number",
    ];
    let app = room.app(room.live(names, &["config"], Reports::Slack).await?)?;
    serve_http(|request, now| handle(&app, request, now)).await
}
