//! A monitor's alarms come in; incidents are raised, or recover, and the first person is called.
//!
//! In: what CloudWatch brings (a direct action, SNS, EventBridge), or `POST /alarms` and `POST /alarms/{name}` with a bearer
//! token. Out: what became of each thing in it, once all of it is kept.

use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::escalate::Escalate;
use shared::jobs::escalate::intake::AlarmResult;
use shared::{Error, Timestamp};

/// Answers a monitor that posts its alarms.
pub async fn handle(escalate: &Escalate, request: Request, now: Timestamp) -> Response {
    answer(&request, monitor(escalate, &request, now).await)
}

async fn monitor(
    escalate: &Escalate,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let route = admit(request)?;
    match route.name {
        Endpoint::Alarms => escalate.handle_monitor(request, now).await,
        Endpoint::Alarm => {
            escalate.handle_named_alarm(request, route.parameter(&request.path), now).await
        }
        _ => Err(Error::NotFound),
    }
}

/// Takes what CloudWatch brings: any of its three shapes.
pub async fn take(
    escalate: &Escalate,
    event: &[u8],
    now: Timestamp,
) -> Result<Vec<AlarmResult>, Error> {
    escalate.take(event, now).await
}
