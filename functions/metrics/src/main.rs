//! `handle`, inside Lambda; nothing is decided here.

use metrics::{Cache, Metrics, handle};
use shared::aws::{Backend, Failure, Reports, serve_http};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let settings = backend.live(&["metrics-token"], &["config"], Reports::Nothing).await?;
    // Each process that answers would count refusals of its own, and the sum would jump: the log has them.
    let store = backend.store()?;
    let metrics = Metrics { settings, store, refusals: None, cache: Cache::default() };
    serve_http(|request, now| handle(&metrics, request, now)).await
}
