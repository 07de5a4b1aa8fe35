//! What became of a call that we placed, and which key was pressed.
//!
//! In: `POST /twilio/voice/{incident}/{attempt}` and, behind it, `/status` and `/amd`, signed by Twilio; `POST
//! /twilio/studio/{incident}/{attempt}` from a Studio Flow, with the token that its call was given; `POST /slack/actions`,
//! signed by Slack. Out: TwiML, thanks, or what the Flow is to say. Between: one signal to one incident.

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
