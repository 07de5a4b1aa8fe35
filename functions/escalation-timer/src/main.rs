//! `handle` and `tick`, inside Lambda; nothing is decided here.

use escalation_timer::{handle, tick};
use shared::aws::{Failure, Reports, Room, serve_queue_and_ticks};
use shared::ports::To;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let room = Room::open()?;
    let names = &[
        "callback-key",
        "heartbeat-url",
        "public-base-url",
        "twilio/account-sid",
        "twilio/auth-token",
        "twilio/from-number",
    ];
    let app = room.app(room.live(names, &["config"], Reports::Both).await?)?;
    serve_queue_and_ticks(&room, To::WakeUps, |batch, _, _| handle(&app, batch), || tick(&app))
        .await
}
