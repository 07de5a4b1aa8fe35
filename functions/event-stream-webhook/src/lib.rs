//! Twilio's events come in, lines for Slack go out.
//!
//! In: `POST /twilio/events` from an Event Streams sink, signed by Twilio. Out: 204, once every line is in the queue, and
//! a wake-up for each call of ours that a Studio Flow has ended.

use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::forward::intake::Intake;
use shared::{Error, Timestamp};

/// Verifies a request, and queues what it has to say.
pub async fn handle(intake: &Intake, request: Request, now: Timestamp) -> Response {
    answer(&request, accept(intake, &request, now).await)
}

async fn accept(intake: &Intake, request: &Request, now: Timestamp) -> Result<Response, Error> {
    match admit(request)?.name {
        Endpoint::TwilioEvents => intake.accept(request, now).await,
        _ => Err(Error::NotFound),
    }
    .map(|()| Response::empty(204))
}
