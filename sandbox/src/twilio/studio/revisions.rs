//! The revisions of a Flow. (docs/studio/rest-api/v2/flow-revision; contract 4.2.)

use serde_json::{Value, json};
use shared::http::Response;

use super::super::api_error::ApiError;
use super::super::api_request::ApiRequest;
use super::flows;
use super::stored_flow::{RevisionRecord, StoredFlow, errors, problems};
use super::{BASE, iso};

/// All revisions that are kept, newest first.
pub(super) fn list(api: &ApiRequest<'_>, flow_sid: &str) -> Result<Response, ApiError> {
    let flow = flows::find(api, flow_sid)?;
    let all = flow.revisions.iter().rev().map(|revision| resource(api, &flow, revision));
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
    Ok(Response::json(200, &resource(api, &flow, revision)))
}

/// The resource's JSON: the Flow's without its webhook.
fn resource(api: &ApiRequest<'_>, flow: &StoredFlow, revision: &RevisionRecord) -> Value {
    let problems = problems(&revision.definition);
    json!({
        "sid": flow.sid,
        "account_sid": api.account,
        "author_sid": null,
        "friendly_name": revision.friendly_name,
        "definition": revision.definition,
        "status": if revision.is_published { "published" } else { "draft" },
        "revision": revision.number,
        "commit_message": revision.commit_message,
        "valid": problems.is_empty(),
        "errors": errors(&problems),
        "warnings": [],
        "date_created": iso(revision.created),
        "date_updated": iso(revision.created),
        "url": format!("{BASE}/{}/Revisions/{}", flow.sid, revision.number),
    })
}
