//! `handle`, inside Lambda; nothing is decided here.

use dashboard::{Dashboard, handle};
use shared::aws::{Backend, Failure, Reports, serve_http};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let live = backend
        .live(&["dashboard-password", "public-base-url"], &["config"], Reports::Slack)
        .await?;
    let dashboard = Dashboard {
        settings: live,
        store: backend.store()?,
        queue: backend.queue()?,
        start_token: None,
    };
    serve_http(|request, now| handle(&dashboard, request, now)).await
}
