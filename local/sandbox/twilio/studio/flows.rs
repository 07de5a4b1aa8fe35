//! The Flow resource. (docs/studio/rest-api/v2/flow; contract 4.2.)

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::domain::escalation::{CallWith, Policy};
use shared::http::Response;
use shared::twilio::studio::outage::outage_call;
use studio::{Flow, Problem};

use super::super::KEPT;
use super::super::journal::keep;
use super::super::refusal::Refusal;
use super::super::rest::Ask;
use super::{BASE, iso};
use crate::commands::send::random;

/// A Flow as Studio keeps it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
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
struct Draft {
    definition: Value,
    flow: Flow,
    problems: Vec<Problem>,
    is_published: bool,
}

impl Kept {
    /// A policy's own Flow, as somebody would have imported and published it.
    fn of_policy(policy: &Policy, sid: &str, account: &str, now: Timestamp) -> Option<Kept> {
        let definition = outage_call(policy);
        let flow = Arc::new(Flow::read(&definition).ok()?);
        Some(Kept {
            sid: sid.to_owned(),
            account: account.to_owned(),
            friendly_name: format!("Ringdown: {}", policy.name),
            definition,
            commit_message: None,
            is_published: true,
            revision: 1,
            created: now,
            updated: now,
            published: Some(Published { revision: 1, flow }),
        })
    }

    /// The same with one revision more.
    fn revised(mut self, ask: &Ask<'_>, draft: Draft) -> Kept {
        self.revision += 1;
        self.updated = ask.twilio.now();
        self.is_published = draft.is_published;
        self.definition = draft.definition;
        self.commit_message = ask.field("CommitMessage").map(str::to_owned);
        if let Some(name) = ask.field("FriendlyName") {
            self.friendly_name = name.to_owned();
        }
        if draft.is_published {
            let flow = Arc::new(draft.flow);
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
            "errors": told(&problems),
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

/// The URL that Twilio itself asks for a Flow's TwiML.
pub(super) fn webhook_url(account: &str, flow_sid: &str) -> String {
    format!("https://webhooks.twilio.com/v1/Accounts/{account}/Flows/{flow_sid}")
}

/// The Flow of this SID: one that was posted, else a policy's own.
pub(super) fn find(ask: &Ask<'_>, sid: &str) -> Result<Kept, Refusal> {
    let posted = {
        let state = ask.twilio.state();
        let mut flows = state.studio.flows.iter();
        flows.find(|flow| flow.sid == sid && flow.account == ask.account).cloned()
    };
    let own = || {
        let policies = ask.settings.config.escalation.policies_at(ask.twilio.now());
        definition_for(policies, sid, ask.account, ask.twilio.now())
    };
    posted.or_else(own).ok_or_else(|| Refusal::not_found(&format!("/v2/Flows/{sid}")))
}

/// The Flow of the policy that names this SID.
fn definition_for(
    mut policies: impl Iterator<Item = Policy>,
    sid: &str,
    account: &str,
    now: Timestamp,
) -> Option<Kept> {
    let is_named = |policy: &Policy| match &policy.call_with {
        CallWith::Studio { flow_sid } => flow_sid == sid,
        CallWith::Voice => false,
    };
    let policy = policies.find(is_named)?;
    Kept::of_policy(&policy, sid, account, now)
}

/// Keeps a new Flow.
pub(super) fn create(ask: &Ask<'_>) -> Result<Response, Refusal> {
    let friendly_name = need(ask, "FriendlyName")?.to_owned();
    let draft = draft(ask, need(ask, "Definition")?)?;
    let now = ask.twilio.now();
    let kept = Kept {
        sid: format!("FW{}", random()),
        account: ask.account.to_owned(),
        friendly_name,
        definition: Value::Null,
        commit_message: None,
        is_published: false,
        revision: 0,
        created: now,
        updated: now,
        published: None,
    };
    let kept = kept.revised(ask, draft);
    keep(&mut ask.twilio.state().studio.flows, kept.clone(), KEPT);
    Ok(Response::json(201, &kept.resource()))
}

/// Replaces a Flow's definition, if there is a new one, and says whether that runs from now on.
pub(super) fn update(ask: &Ask<'_>, sid: &str) -> Result<Response, Refusal> {
    let kept = find(ask, sid)?;
    let text = ask.field("Definition").map(str::to_owned);
    let text = text.unwrap_or_else(|| kept.definition.to_string());
    let kept = kept.revised(ask, draft(ask, &text)?);
    {
        let flows = &mut ask.twilio.state().studio.flows;
        flows.retain(|flow| flow.sid != sid || flow.account != ask.account);
        keep(flows, kept.clone(), KEPT);
    }
    Ok(Response::json(200, &kept.resource()))
}

/// Says whether a definition would be taken.
pub(super) fn validate(ask: &Ask<'_>) -> Result<Response, Refusal> {
    need(ask, "FriendlyName")?;
    let draft = draft(ask, need(ask, "Definition")?)?;
    if draft.problems.is_empty() {
        return Ok(Response::json(200, &json!({"valid": true})));
    }
    Err(invalid(&draft.problems))
}

/// One Flow, if there is such a one.
pub(super) fn fetch(ask: &Ask<'_>, sid: &str) -> Result<Response, Refusal> {
    find(ask, sid).map(|kept| Response::json(200, &kept.resource()))
}

/// All Flows that were posted, newest first.
pub(super) fn list(ask: &Ask<'_>) -> Response {
    let flows = ask.twilio.state().studio.flows.clone();
    let own = flows.iter().rev().filter(|flow| flow.account == ask.account);
    super::list::page(ask, "flows", "", own.map(Kept::resource).collect())
}

fn draft(ask: &Ask<'_>, definition: &str) -> Result<Draft, Refusal> {
    let is_published = match need(ask, "Status")? {
        "published" => true,
        "draft" => false,
        other => return Err(Refusal::bad(20001, format!("Invalid Status: {other}"))),
    };
    let none = |why: String| Refusal::bad(20001, format!("Definition: {why}"));
    let definition: Value = serde_json::from_str(definition)
        .map_err(|error| none(format!("it is not JSON: {error}")))?;
    let flow = Flow::read(&definition).map_err(none)?;
    let problems = flow.problems();
    if is_published && !problems.is_empty() {
        return Err(invalid(&problems));
    }
    Ok(Draft { definition, flow, problems, is_published })
}

/// Which code Studio has for it is not known. (K)
fn invalid(problems: &[Problem]) -> Refusal {
    Refusal::bad(20001, "Flow definition is invalid").with(json!({"errors": told(problems)}))
}

fn told(problems: &[Problem]) -> Vec<Value> {
    let problems = problems.iter();
    problems.map(|one| json!({"message": one.message, "property_path": one.path})).collect()
}

/// A field that must be there. (twilio-go issue 250 has these words.)
pub(super) fn need<'a>(ask: &'a Ask<'_>, name: &str) -> Result<&'a str, Refusal> {
    ask.need(name, 20001, &format!("Missing required parameter {name} in the post body"))
}

#[cfg(test)]
mod tests {
    use shared::config::file::Config;

    use super::*;
    use crate::settings::DEMO;

    #[test]
    fn a_policys_own_flow_is_there_and_published() {
        let config = Config::parse(vec![("demo".to_owned(), DEMO.to_owned())]).expect("fine");
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let policies = |sid: &str| -> Vec<Policy> {
            let call_with = CallWith::Studio { flow_sid: sid.to_owned() };
            let policies = config.escalation.policies_at(now);
            policies.map(|policy| Policy { call_with: call_with.clone(), ..policy }).collect()
        };
        let find = |named: &str| definition_for(policies(named).into_iter(), "FW1", "AC1", now);
        let kept = find("FW1").expect("it is known");
        let resource = kept.resource();
        assert_eq!((&resource["status"], &resource["valid"]), (&json!("published"), &json!(true)));
        let flow = kept.published.expect("it runs").flow;
        assert_eq!(flow.state("call").and_then(|call| call.number("timeout")), Some(25));
        assert!(find("FW2").is_none());
        let voice = config.escalation.policies_at(now);
        assert!(definition_for(voice, "FW1", "AC1", now).is_none());
    }
}
