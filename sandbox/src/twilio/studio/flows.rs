//! The Flow resource. (docs/studio/rest-api/v2/flow; contract 4.2.)

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::http::Response;
use studio::{Flow, Problem};

use super::super::MAX_RECORDS;
use super::super::api_error::ApiError;
use super::super::api_request::ApiRequest;
use super::super::journal::push_bounded;
use super::{BASE, iso};
use crate::ids::random;
use crate::settings::PublishedFlow;

/// A Flow as Studio stores it.
#[derive(Clone, Debug)]
pub(super) struct StoredFlow {
    sid: String,
    account: String,
    friendly_name: String,
    definition: Value,
    commit_message: Option<String>,
    is_published: bool,
    revision: u32,
    created: Timestamp,
    updated: Timestamp,
    /// The last one that was published: that is what runs, whatever drafts came after it.
    pub(super) published: Option<Published>,
}

/// A revision that runs.
#[derive(Clone, Debug)]
pub(super) struct Published {
    pub(super) revision: u32,
    pub(super) flow: Arc<Flow>,
}

/// A definition that was sent, and what is wrong with it.
struct Revision {
    definition: Value,
    flow: Flow,
    problems: Vec<Problem>,
    is_published: bool,
}

impl StoredFlow {
    /// A Flow as somebody would have imported and published it.
    fn published(flow: &PublishedFlow, account: &str, now: Timestamp) -> Option<StoredFlow> {
        let runs = Arc::new(Flow::read(&flow.definition).ok()?);
        Some(StoredFlow {
            sid: flow.sid.clone(),
            account: account.to_owned(),
            friendly_name: flow.friendly_name.clone(),
            definition: flow.definition.clone(),
            commit_message: None,
            is_published: true,
            revision: 1,
            created: now,
            updated: now,
            published: Some(Published { revision: 1, flow: runs }),
        })
    }

    /// The same with one revision more.
    fn revised(mut self, api: &ApiRequest<'_>, revision: Revision) -> StoredFlow {
        self.revision += 1;
        self.updated = api.twilio.now();
        self.is_published = revision.is_published;
        self.definition = revision.definition;
        self.commit_message = api.field("CommitMessage").map(str::to_owned);
        if let Some(name) = api.field("FriendlyName") {
            self.friendly_name = name.to_owned();
        }
        if revision.is_published {
            let flow = Arc::new(revision.flow);
            self.published = Some(Published { revision: self.revision, flow });
        }
        self
    }

    /// The resource's JSON.
    fn resource(&self) -> Value {
        let url = format!("{BASE}/{}", self.sid);
        let problems = Flow::read(&self.definition).map(|flow| flow.problems()).unwrap_or_default();
        json!({
            "sid": self.sid,
            "account_sid": self.account,
            "author_sid": null,
            "friendly_name": self.friendly_name,
            "definition": self.definition,
            "status": if self.is_published { "published" } else { "draft" },
            "revision": self.revision,
            "commit_message": self.commit_message,
            "valid": problems.is_empty(),
            "errors": errors(&problems),
            "warnings": [],
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "webhook_url": webhook_url(&self.account, &self.sid),
            "url": url,
            "links": {
                "revisions": format!("{url}/Revisions"),
                "executions": format!("{url}/Executions"),
                "test_users": format!("{url}/TestUsers"),
            },
        })
    }
}

/// The URL from which Twilio itself gets a Flow's TwiML.
pub(super) fn webhook_url(account: &str, flow_sid: &str) -> String {
    format!("https://webhooks.twilio.com/v1/Accounts/{account}/Flows/{flow_sid}")
}

/// The Flow of this SID: one that was posted, else one that is there from the beginning.
pub(super) fn find(api: &ApiRequest<'_>, sid: &str) -> Result<StoredFlow, ApiError> {
    let posted = {
        let records = api.twilio.records();
        let mut flows = records.studio.flows.iter();
        flows.find(|flow| flow.sid == sid && flow.account == api.account).cloned()
    };
    let own = || {
        let flow = api.setup.flows.iter().find(|flow| flow.sid == sid)?;
        StoredFlow::published(flow, api.account, api.twilio.now())
    };
    posted.or_else(own).ok_or_else(|| ApiError::not_found(&format!("/v2/Flows/{sid}")))
}

/// Stores a new Flow.
pub(super) fn create(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let friendly_name = need(api, "FriendlyName")?.to_owned();
    let revision = read_revision(api, need(api, "Definition")?)?;
    let now = api.twilio.now();
    let stored = StoredFlow {
        sid: format!("FW{}", random()),
        account: api.account.to_owned(),
        friendly_name,
        definition: Value::Null,
        commit_message: None,
        is_published: false,
        revision: 0,
        created: now,
        updated: now,
        published: None,
    };
    let stored = stored.revised(api, revision);
    push_bounded(&mut api.twilio.records().studio.flows, stored.clone(), MAX_RECORDS);
    Ok(Response::json(201, &stored.resource()))
}

/// Replaces a Flow's definition, if there is a new one, and says whether that runs from now on.
pub(super) fn update(api: &ApiRequest<'_>, sid: &str) -> Result<Response, ApiError> {
    let stored = find(api, sid)?;
    let text = api.field("Definition").map(str::to_owned);
    let text = text.unwrap_or_else(|| stored.definition.to_string());
    let stored = stored.revised(api, read_revision(api, &text)?);
    {
        let flows = &mut api.twilio.records().studio.flows;
        flows.retain(|flow| flow.sid != sid || flow.account != api.account);
        push_bounded(flows, stored.clone(), MAX_RECORDS);
    }
    Ok(Response::json(200, &stored.resource()))
}

/// Says whether a definition would be taken.
pub(super) fn validate(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    need(api, "FriendlyName")?;
    let revision = read_revision(api, need(api, "Definition")?)?;
    if revision.problems.is_empty() {
        return Ok(Response::json(200, &json!({"valid": true})));
    }
    Err(invalid(&revision.problems))
}

/// One Flow, if there is such a one.
pub(super) fn fetch(api: &ApiRequest<'_>, sid: &str) -> Result<Response, ApiError> {
    find(api, sid).map(|stored| Response::json(200, &stored.resource()))
}

/// All Flows that were posted, newest first.
pub(super) fn list(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let flows = api.twilio.records().studio.flows.clone();
    let own = flows.iter().rev().filter(|flow| flow.account == api.account);
    let own: Vec<Value> = own.map(StoredFlow::resource).collect();
    super::list::page(api, "flows", "", own, |_| true)
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
    let problems = flow.problems();
    if is_published && !problems.is_empty() {
        return Err(invalid(&problems));
    }
    Ok(Revision { definition, flow, problems, is_published })
}

/// Which code Studio has for it is not known. (K)
fn invalid(problems: &[Problem]) -> ApiError {
    ApiError::bad(20001, "Flow definition is invalid").with(json!({"errors": errors(problems)}))
}

fn errors(problems: &[Problem]) -> Vec<Value> {
    let problems = problems.iter();
    problems.map(|one| json!({"message": one.message, "property_path": one.path})).collect()
}

/// A field that must be there. (twilio-go issue 250 has these words.)
pub(super) fn need<'a>(api: &'a ApiRequest<'_>, name: &str) -> Result<&'a str, ApiError> {
    api.need(name, 20001, &format!("Missing required parameter {name} in the post body"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_flow_is_published() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let state =
            json!({"name": "call", "type": "make-outgoing-call-v2", "properties": {"timeout": 25}});
        let flow = PublishedFlow {
            sid: "FW1".to_owned(),
            friendly_name: "outage".to_owned(),
            definition: json!({"initial_state": "call", "states": [state]}),
        };
        let stored = StoredFlow::published(&flow, "AC1", now).expect("a Flow");
        let resource = stored.resource();
        assert_eq!((&resource["status"], &resource["valid"]), (&json!("published"), &json!(true)));
        assert_eq!((&resource["sid"], &resource["account_sid"]), (&json!("FW1"), &json!("AC1")));
        let runs = stored.published.expect("it runs").flow;
        assert_eq!(runs.state("call").and_then(|call| call.number("timeout")), Some(25));
        let none = PublishedFlow { definition: json!({}), ..flow };
        assert!(StoredFlow::published(&none, "AC1", now).is_none());
    }
}
