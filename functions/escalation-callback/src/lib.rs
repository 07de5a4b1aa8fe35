//! What became of a call that we placed, and which key was pressed.
//!
//! In: `POST /twilio/voice/{incident}/{attempt}` and, behind it, `/status` and `/amd`, signed by Twilio. Out: TwiML, or
//! thanks. Between: one signal to one incident.

use shared::Timestamp;
use shared::app::App;
use shared::http::{Request, Response, answer};

/// Turns what Twilio tells us into a signal, and the incident's answer into speech.
pub async fn handle(app: &App, request: Request, _now: Timestamp) -> Response {
    answer(&request, app.answer_twilio(&request).await)
}
