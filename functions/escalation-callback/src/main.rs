//! `handle`, inside Lambda; nothing is decided here.

use escalation_callback::handle;
use shared::aws::{Backend, Failure, Reports, serve_http};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let backend = Backend::open()?;
    let names = &[
        "callback-key",
        "public-base-url",
        "slack/signing-secret",
        "twilio/account-sid",
        "twilio/auth-token",
        "twilio/from-number",
    ];
    let escalate = backend.escalate(backend.live(names, &["config"], Reports::Slack).await?)?;
    serve_http(|request, now| handle(&escalate, request, now, now)).await
}
