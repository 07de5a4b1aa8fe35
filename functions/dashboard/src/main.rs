//! `handle`, inside Lambda; nothing is decided here.

use dashboard::{Dashboard, handle};
use shared::aws::{Failure, Reports, Room, serve_http};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let room = Room::open()?;
    let live =
        room.live(&["dashboard-password", "public-base-url"], &["config"], Reports::Slack).await?;
    let dashboard =
        Dashboard { live, store: room.store()?, queue: room.queue()?, start_token: None };
    serve_http(|request, now| handle(&dashboard, request, now)).await
}
