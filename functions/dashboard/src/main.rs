//! `handle`, inside Lambda; nothing is decided here.

use dashboard::{
    Dashboard, LayoutCache, MediansCache, NumbersCache, OnCallCache, ServerCli, WaitingCache,
    handle,
};
use shared::aws::{Backend, Failure, Reports, serve_http};
use shared::twilio::rest::wire;

/// The parameters that are read.
const NAMES: &[&str] = &[
    "dashboard-password",
    "public-base-url",
    "twilio/account-sid",
    "twilio/auth-token",
    "twilio/from-number",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let live = backend.live(NAMES, &["config"], Reports::Slack).await?;
    let dashboard = Dashboard {
        settings: live,
        store: backend.store()?,
        queue: backend.queue()?,
        wire: wire(shared::http::client()?),
        medians: MediansCache::default(),
        layouts: LayoutCache::default(),
        numbers: NumbersCache::default(),
        waiting: WaitingCache::default(),
        on_call: OnCallCache::default(),
        start_token: None,
        server_cli: ServerCli::default(),
    };
    serve_http(|request, now| handle(&dashboard, request, now)).await
}
