//! Takes the outcome of a call that we placed, and the key that was pressed.
//!
//! In: `POST /twilio/voice/{incident}/{attempt}` and, behind it, `/status` and `/amd`, signed by Twilio; `POST
//! /twilio/studio/{incident}/{attempt}` from a Studio Flow, with the token that its call was given; `POST /slack/actions`,
//! signed by Slack; `POST /twilio/inbound/message`, a text to our number, and `POST /twilio/voice/test/{id}`, a test call, signed by Twilio. Out: TwiML, thanks, or what the Flow is to say. Between: one signal to one incident. The statuses of
//! these calls are queued as well: they count with those of all others.

use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::count::report;
use shared::jobs::escalate::{CallResponse, Escalate};
use shared::{Error, Timestamp};

/// Turns what Twilio and Slack report into a signal, and the incident's answer into speech. `wall` is the time of the
/// wall clock, which Slack stamps its requests by: it may differ from `now` where `now` never goes back.
pub async fn handle(
    escalate: &Escalate,
    request: Request,
    now: Timestamp,
    wall: Timestamp,
) -> Response {
    answer(&request, callback(escalate, &request, now, wall).await)
}

async fn callback(
    escalate: &Escalate,
    request: &Request,
    now: Timestamp,
    wall: Timestamp,
) -> Result<Response, Error> {
    match admit(request)?.name {
        Endpoint::InboundMessage => escalate.handle_text(request, now).await,
        Endpoint::SlackAction => escalate.handle_slack(request, now, wall).await,
        Endpoint::Voice | Endpoint::VoiceStatus | Endpoint::VoiceMachine | Endpoint::FlowReport => {
            let CallResponse { response, report: status } =
                escalate.handle_call(request, now).await?;
            // A status that is not in the queue comes again: Twilio tries once more.
            if let Some(status) = status {
                report(escalate.queue.as_ref(), status).await?;
            }
            Ok(response)
        }
        Endpoint::TestCall | Endpoint::TestCallStatus => {
            let CallResponse { response, report: status } =
                escalate.handle_test_call(request, now).await?;
            if let Some(status) = status {
                report(escalate.queue.as_ref(), status).await?;
            }
            Ok(response)
        }
        _ => Err(Error::NotFound),
    }
}

#[cfg(test)]
mod tests;
