//! The revisions of a Flow. (twilio.com/docs/studio/rest-api/v2/flow-revision.)

use serde_json::Value;
use shared::http::Response;

use super::super::api_error::ApiError;
use super::super::api_request::ApiRequest;
use super::flows;

/// All revisions that are kept, newest first.
pub(super) fn list(api: &ApiRequest<'_>, flow_sid: &str) -> Result<Response, ApiError> {
    let flow = flows::find(api, flow_sid)?;
    let all = flow.revisions().map(|revision| flow.revision_resource(revision));
    let all: Vec<Value> = all.collect();
    super::list::page(api, "revisions", &format!("/{flow_sid}/Revisions"), all, |_| true)
}

/// One revision: by its number, or the newest that was published, or that was not.
pub(super) fn fetch(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    which: &str,
) -> Result<Response, ApiError> {
    let flow = flows::find(api, flow_sid)?;
    let not_found = || ApiError::not_found(&format!("/v2/Flows/{flow_sid}/Revisions/{which}"));
    let revision = flow.revision(which).ok_or_else(not_found)?;
    Ok(Response::json(200, &flow.revision_resource(revision)))
}
