//! The button that ends an incident, whatever its alarms say.

use shared::http::{Request, Response};
use shared::jobs::escalate::resolves::{ON_THE_PAGE, Requested, request as request_end};
use shared::{Error, Timestamp};

use crate::{Dashboard, Viewer};

/// Asks that an incident be over: it is done by whoever takes it from the queue, in a moment. The field `seen` says how
/// much of its timeline stood on the page: where an alarm went off since, nothing is done, and the page says so.
pub(crate) async fn post(
    dashboard: &Dashboard,
    request: &Request,
    id: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let seen = match request.field("seen") {
        Some(seen) => Some(seen.parse().map_err(|_| {
            Error::BadRequest("`seen` is no number of an entry of the timeline".to_owned())
        })?),
        None => None,
    };
    let (store, queue) = (dashboard.store.as_ref(), dashboard.queue.as_ref());
    let by = viewer.person.as_deref().unwrap_or(ON_THE_PAGE);
    let requested = request_end(store, queue, id, by, seen, now).await?;
    let outcome = match requested {
        Requested::Queued => "resolve",
        Requested::Over => "over",
        Requested::Changed => "changed",
    };
    if request.wants_json() {
        let status = if requested == Requested::Changed { 409 } else { 202 };
        return Ok(Response::json(status, &serde_json::json!({ "asked": outcome })));
    }
    Ok(Response::see_other(&format!("{}/incidents/{id}?asked={outcome}", request.mount)))
}
