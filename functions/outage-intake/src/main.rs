//! `handle` and `take`, inside Lambda; nothing is decided here.

use outage_intake::{handle, take};
use shared::aws::{Backend, Failure, Reports, serve_http_and_events};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let names = &[
        "alarms-token",
        "callback-key",
        "public-base-url",
        "twilio/account-sid",
        "twilio/auth-token",
        "twilio/from-number",
    ];
    let app = backend.app(backend.live(names, &["config"], Reports::Both).await?)?;
    let app = &app;
    serve_http_and_events(
        |request, now| handle(app, request, now),
        |event| async move { Ok(serde_json::json!(take(app, event.as_bytes()).await?)) },
    )
    .await
}
