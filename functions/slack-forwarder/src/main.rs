//! `handle`, inside Lambda; nothing is decided here.

use shared::aws::{Backend, Failure, Reports, serve_queue};
use shared::jobs::forward::delivery::Delivery;
use shared::storage::QueueName;
use slack_forwarder::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let names = &["public-base-url", "slack/bot-token"];
    let live = backend.live(names, &["config", "slack/channels"], Reports::Counter).await?;
    let delivery = Delivery::new(live, backend.store()?, backend.slack());
    serve_queue(&backend, QueueName::Slack, |batch, now, budget| {
        handle(&delivery, batch, now, budget)
    })
    .await
}
