//! What became of a call that we placed, and which key was pressed.
//!
//! In: `POST /twilio/voice/{incident}/{attempt}` and, behind it, `/status` and `/amd`, signed by Twilio; `POST
//! /twilio/studio/{incident}/{attempt}` from a Studio Flow, with the token that its call was given; `POST /slack/actions`,
//! signed by Slack. Out: TwiML, thanks, or what the Flow is to say. Between: one signal to one incident.

use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::escalate::App;
use shared::{Error, Timestamp};

/// Turns what Twilio and Slack tell us into a signal, and the incident's answer into speech.
pub async fn handle(app: &App, request: Request, now: Timestamp) -> Response {
    answer(&request, callback(app, &request, now).await)
}

async fn callback(app: &App, request: &Request, now: Timestamp) -> Result<Response, Error> {
    match admit(request)?.name {
        Endpoint::SlackAction => app.answer_slack(request, now).await,
        Endpoint::Voice | Endpoint::VoiceStatus | Endpoint::VoiceMachine | Endpoint::FlowReport => {
            app.answer_twilio(request).await
        }
        _ => Err(Error::NotFound),
    }
}
