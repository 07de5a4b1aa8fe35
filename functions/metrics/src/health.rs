//! Whether the server is well: its store answers, and it has a configuration. Nothing else is asked for it.

use shared::Timestamp;
use shared::config::ConfigStatus;
use shared::http::Response;

use crate::Metrics;

/// How the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// It is well.
    Well,
    /// No settings were read since its start.
    NoSettings,
    /// Its store does not answer a read.
    NoStore,
    /// The configuration that was read last is not in use.
    Rejected,
}

impl Health {
    /// Asks the store, which also has what the functions found of the configuration. Settings are not read for it.
    pub(crate) async fn read(metrics: &Metrics, now: Timestamp) -> Health {
        match ConfigStatus::of(metrics.store.as_ref(), now).await {
            Err(_) => Health::NoStore,
            Ok(_) if metrics.settings.cached().is_none() => Health::NoSettings,
            Ok(status) if status.rejected.is_some() => Health::Rejected,
            Ok(_) => Health::Well,
        }
    }

    fn answer(self) -> (u16, &'static str) {
        match self {
            Health::Well => (200, "ok\n"),
            Health::NoSettings => (503, "the settings could not be read\n"),
            Health::NoStore => (503, "the store does not answer\n"),
            // Whoever takes us out for it would end all paging: the last good one still serves.
            Health::Rejected => {
                (200, "ok, by the last good configuration: the newest one fails its check\n")
            }
        }
    }
}

/// The answer to a question after the server's health.
pub(crate) async fn respond(metrics: &Metrics, now: Timestamp) -> Response {
    let (status, text) = metrics.cache.health(metrics, now).await.answer();
    Response::of(status, "text/plain; charset=utf-8", text)
}
