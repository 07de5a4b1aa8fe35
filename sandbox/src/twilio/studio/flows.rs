//! The Flow resource. (twilio.com/docs/studio/rest-api/v2/flow.)

use serde_json::{Value, json};
use shared::http::Response;
use studio::Flow;

use super::super::api_error::ApiError;
use super::super::api_request::ApiRequest;
use super::super::journal::push_bounded;
use super::super::{MAX_RECORDS, Twilio};
use super::findings::Findings;
use super::stored_flow::{Revision, StoredFlow};
use crate::settings::Setup;

/// The Flow of this SID: one that was posted, else one that is there from the beginning.
pub(super) fn find(api: &ApiRequest<'_>, sid: &str) -> Result<StoredFlow, ApiError> {
    let found = stored(api.twilio, api.setup, api.account, sid);
    found.ok_or_else(|| ApiError::not_found(&format!("/v2/Flows/{sid}")))
}

/// The same outside the REST API.
pub(super) fn stored(
    twilio: &Twilio,
    setup: &Setup,
    account: &str,
    sid: &str,
) -> Option<StoredFlow> {
    let (posted, is_deleted) = {
        let studio = &twilio.records().studio;
        let mut flows = studio.flows.iter();
        let posted = flows.find(|flow| flow.sid == sid && flow.account == account).cloned();
        (posted, studio.deleted.contains(sid))
    };
    let own = || {
        let flow = setup.flows.iter().find(|flow| flow.sid == sid && !is_deleted)?;
        StoredFlow::published(flow, account, twilio.now())
    };
    posted.or_else(own)
}

/// All Flows: those that were posted, newest first, then those that are there from the beginning.
pub(super) fn all(twilio: &Twilio, setup: &Setup, account: &str) -> Vec<StoredFlow> {
    let (mut all, deleted) = {
        let studio = &twilio.records().studio;
        let posted = studio.flows.iter().rev();
        let posted = posted.filter(|flow| flow.account == account).cloned();
        (posted.collect::<Vec<StoredFlow>>(), studio.deleted.clone())
    };
    for flow in &setup.flows {
        if !deleted.contains(&flow.sid) && all.iter().all(|known| known.sid != flow.sid) {
            all.extend(StoredFlow::published(flow, account, twilio.now()));
        }
    }
    all
}

/// Stores a new Flow.
pub(super) fn create(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let friendly_name = need(api, "FriendlyName")?;
    let revision = read_revision(api, need(api, "Definition")?)?;
    let stored = StoredFlow::new(api, friendly_name, revision);
    push_bounded(&mut api.twilio.records().studio.flows, stored.clone(), MAX_RECORDS);
    Ok(Response::json(201, &stored.resource()))
}

/// Replaces a Flow's definition, if there is a new one, and says whether that runs from now on.
pub(super) fn update(api: &ApiRequest<'_>, sid: &str) -> Result<Response, ApiError> {
    let stored = find(api, sid)?;
    let text = api.field("Definition").map(str::to_owned);
    let text = text.unwrap_or_else(|| stored.definition().to_string());
    let stored = stored.revised(api, read_revision(api, &text)?);
    {
        let flows = &mut api.twilio.records().studio.flows;
        flows.retain(|flow| flow.sid != sid || flow.account != api.account);
        push_bounded(flows, stored.clone(), MAX_RECORDS);
    }
    Ok(Response::json(200, &stored.resource()))
}

/// Deletes a Flow. Its Executions are not found any more; those that are active go on.
pub(super) fn delete(api: &ApiRequest<'_>, sid: &str) -> Result<Response, ApiError> {
    find(api, sid)?;
    let studio = &mut api.twilio.records().studio;
    studio.flows.retain(|flow| flow.sid != sid || flow.account != api.account);
    if api.setup.flows.iter().any(|flow| flow.sid == sid) {
        studio.deleted.insert(sid.to_owned());
    }
    Ok(Response::empty(204))
}

/// Says whether a definition would be taken.
pub(super) fn validate(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    need(api, "FriendlyName")?;
    let revision = read_revision(api, need(api, "Definition")?)?;
    if revision.findings.are_harmless() {
        return Ok(Response::json(200, &json!({"valid": true})));
    }
    Err(invalid(revision.findings))
}

/// One Flow, if there is such a one.
pub(super) fn fetch(api: &ApiRequest<'_>, sid: &str) -> Result<Response, ApiError> {
    find(api, sid).map(|stored| Response::json(200, &stored.resource()))
}

/// All Flows.
pub(super) fn list(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let all = all(api.twilio, api.setup, api.account);
    let all: Vec<Value> = all.iter().map(StoredFlow::resource).collect();
    super::list::page(api, "flows", "", all, |_| true)
}

fn read_revision(api: &ApiRequest<'_>, definition: &str) -> Result<Revision, ApiError> {
    let is_published = match need(api, "Status")? {
        "published" => true,
        "draft" => false,
        other => return Err(ApiError::bad(20001, format!("Invalid Status: {other}"))),
    };
    let none = |why: String| ApiError::bad(20001, format!("Definition: {why}"));
    let definition: Value = serde_json::from_str(definition)
        .map_err(|error| none(format!("it is not JSON: {error}")))?;
    let flow = Flow::read(&definition).map_err(none)?;
    let findings = Findings::of(&definition);
    if is_published && !findings.are_harmless() {
        return Err(invalid(findings));
    }
    Ok(Revision { definition, flow, findings, is_published })
}

/// Which code Studio has for it is not known. (K)
fn invalid(findings: Findings) -> ApiError {
    ApiError::bad(20001, "Flow definition is invalid").with(json!({"errors": findings.errors}))
}

/// A field that must be there. (twilio-go issue 250 has these words.)
pub(super) fn need<'a>(api: &'a ApiRequest<'_>, name: &str) -> Result<&'a str, ApiError> {
    api.need(name, 20001, &format!("Missing required parameter {name} in the post body"))
}
