//! `handle` and `take`, inside Lambda; nothing is decided here.

use outage_intake::{handle, take};
use shared::aws::{Backend, Failure, Reports, now, serve_http_and_events};

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
    let escalate = backend.escalate(backend.live(names, &["config"], Reports::Both).await?)?;
    let escalate = &escalate;
    serve_http_and_events(
        |request, now| handle(escalate, request, now),
        |event| async move { Ok(serde_json::json!(take(escalate, event.as_bytes(), now()).await?)) },
    )
    .await
}
