//! `handle`, inside Lambda; nothing is decided here.

use shared::aws::{Failure, Reports, Room, serve_queue};
use shared::forward::delivery::Delivery;
use shared::ports::To;
use slack_forwarder::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let room = Room::open()?;
    let names = &["public-base-url", "slack/bot-token"];
    let live = room.live(names, &["config", "slack/channels"], Reports::Counter).await?;
    let delivery = Delivery::new(live, room.store()?, room.slack());
    serve_queue(&room, To::Slack, |batch, now, budget| handle(&delivery, batch, now, budget)).await
}
