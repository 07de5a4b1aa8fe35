//! A monitor's alarms come in; incidents are raised, or recover, and the first person is called.
//!
//! In: what CloudWatch brings (a direct action, SNS, EventBridge), or `POST /alarms` with a bearer token. Out: what became
//! of each thing in it, once all of it is kept.

use shared::http::endpoints::{Endpoint, admit};
use shared::http::{Request, Response, answer};
use shared::jobs::escalate::App;
use shared::jobs::escalate::intake::Heard;
use shared::{Error, Timestamp};

/// Answers a monitor that posts its alarms.
pub async fn handle(app: &App, request: Request, _now: Timestamp) -> Response {
    answer(&request, monitor(app, &request).await)
}

async fn monitor(app: &App, request: &Request) -> Result<Response, Error> {
    match admit(request)?.name {
        Endpoint::Alarms => app.answer_monitor(request).await,
        _ => Err(Error::NotFound),
    }
}

/// Takes what CloudWatch brings: any of its three shapes.
pub async fn take(app: &App, event: &[u8]) -> Result<Vec<Heard>, Error> {
    app.take(event).await
}
