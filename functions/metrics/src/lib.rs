//! Metrics that Prometheus scrapes, and whether the server is well.
//!
//! In: `GET /metrics` with a bearer token; `GET /health` and `/healthz` from anyone. Out: all metrics, in the format that
//! was asked for; `ok`, or what is wrong.

mod cache;
mod exposition;
mod health;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

pub use cache::Cache;
use shared::config::SettingsCache;
use shared::http::endpoints::{Endpoint, admit};
use shared::http::refusals::Refusals;
use shared::http::{Request, Response, answer};
use shared::storage::Store;
use shared::{Error, Timestamp};

/// The endpoints of metrics and health, with all that they need.
pub struct Metrics {
    /// The token, and who is on call.
    pub settings: SettingsCache,
    /// Counters, open incidents, dead letters, measured gauges.
    pub store: Arc<dyn Store>,
    /// Where there is one process only: the requests that it refused.
    pub refusals: Option<&'static Refusals>,
    /// The values that were read last.
    pub cache: Cache,
}

/// Answers a scrape, or a question after the server's health.
pub async fn handle(metrics: &Metrics, request: Request, now: Timestamp) -> Response {
    answer(&request, route(metrics, &request, now).await).with("cache-control", "no-store")
}

async fn route(metrics: &Metrics, request: &Request, now: Timestamp) -> Result<Response, Error> {
    match admit(request)?.name {
        Endpoint::Metrics => {
            let settings = metrics.settings.get(now).await?;
            token::check(request, &settings)?;
            let samples = metrics.cache.samples(metrics, &settings, now).await?;
            Ok(exposition::respond(request, samples))
        }
        Endpoint::Health | Endpoint::Healthz => Ok(health::respond(metrics, now).await),
        _ => Err(Error::NotFound),
    }
}
