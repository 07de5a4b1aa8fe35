//! What became of a call that we placed, and which key was pressed.
//!
//! In: `POST /twilio/voice/{incident}/{attempt}` and, behind it, `/status` and `/amd`, signed by Twilio; `POST
//! /slack/actions`, signed by Slack. Out: TwiML, or thanks. Between: one signal to one incident.

use shared::Timestamp;
use shared::app::App;
use shared::http::{Request, Response, answer};

/// Turns what Twilio and Slack tell us into a signal, and the incident's answer into speech.
pub async fn handle(app: &App, request: Request, _now: Timestamp) -> Response {
    let answered = match request.path.as_str() {
        "/slack/actions" => app.answer_slack(&request).await,
        _ => app.answer_twilio(&request).await,
    };
    answer(&request, answered)
}
