//! A Flow as Studio stores it, with its revisions.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use studio::{Flow, Problem};

use super::super::api_request::ApiRequest;
use super::super::text::SERVICE_NUMBER;
use super::{BASE, iso};
use crate::ids::random;
use crate::settings::PublishedFlow;

/// The most revisions of a Flow that are kept.
const MAX_REVISIONS: usize = 100;

/// A Flow as Studio stores it.
#[derive(Clone, Debug)]
pub(super) struct StoredFlow {
    pub(super) sid: String,
    pub(super) account: String,
    friendly_name: String,
    pub(super) definition: Value,
    commit_message: Option<String>,
    is_published: bool,
    revision: u32,
    created: Timestamp,
    updated: Timestamp,
    /// The last one that was published: that is what runs, whatever drafts came after it.
    pub(super) published: Option<Published>,
    /// Oldest first.
    pub(super) revisions: Vec<RevisionRecord>,
    /// The number of ours at which it is called and texted.
    number: Option<String>,
}

/// A revision as Studio keeps it.
#[derive(Clone, Debug)]
pub(super) struct RevisionRecord {
    pub(super) number: u32,
    pub(super) is_published: bool,
    pub(super) friendly_name: String,
    pub(super) definition: Value,
    pub(super) commit_message: Option<String>,
    pub(super) created: Timestamp,
}

/// A revision that runs.
#[derive(Clone, Debug)]
pub(super) struct Published {
    pub(super) revision: u32,
    pub(super) flow: Arc<Flow>,
}

/// A definition that was sent, and what is wrong with it.
pub(super) struct Revision {
    pub(super) definition: Value,
    pub(super) flow: Flow,
    pub(super) problems: Vec<Problem>,
    pub(super) is_published: bool,
}

impl StoredFlow {
    /// A Flow as somebody would have imported and published it.
    pub(super) fn published(
        flow: &PublishedFlow,
        account: &str,
        now: Timestamp,
    ) -> Option<StoredFlow> {
        let runs = Arc::new(Flow::read(&flow.definition).ok()?);
        let mut stored = StoredFlow {
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
            revisions: Vec::new(),
            number: flow.number.clone(),
        };
        stored.keep_revision();
        Some(stored)
    }

    /// A Flow that was posted, before its first revision.
    pub(super) fn new(account: &str, friendly_name: &str, now: Timestamp) -> StoredFlow {
        StoredFlow {
            sid: format!("FW{}", random()),
            account: account.to_owned(),
            friendly_name: friendly_name.to_owned(),
            definition: Value::Null,
            commit_message: None,
            is_published: false,
            revision: 0,
            created: now,
            updated: now,
            published: None,
            revisions: Vec::new(),
            number: None,
        }
    }

    /// The same with one revision more.
    pub(super) fn revised(mut self, api: &ApiRequest<'_>, revision: Revision) -> StoredFlow {
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
        self.keep_revision();
        self
    }

    /// Keeps what is there now among its revisions; only the newest ones.
    fn keep_revision(&mut self) {
        let old = self.revisions.len().saturating_sub(MAX_REVISIONS - 1);
        self.revisions.drain(..old);
        self.revisions.push(RevisionRecord {
            number: self.revision,
            is_published: self.is_published,
            friendly_name: self.friendly_name.clone(),
            definition: self.definition.clone(),
            commit_message: self.commit_message.clone(),
            created: self.updated,
        });
    }

    /// A revision by its number, or the newest that was published, or that was not.
    pub(super) fn revision(&self, which: &str) -> Option<&RevisionRecord> {
        let mut newest_first = self.revisions.iter().rev();
        match which {
            "LatestPublished" => newest_first.find(|revision| revision.is_published),
            "LatestDraft" => newest_first.find(|revision| !revision.is_published),
            number => newest_first.find(|revision| revision.number.to_string() == number),
        }
    }

    /// The name that its author gave it.
    pub(super) fn friendly_name(&self) -> &str {
        &self.friendly_name
    }

    /// The number of ours at which it is called and texted.
    pub(super) fn number(&self) -> &str {
        self.number.as_deref().unwrap_or(SERVICE_NUMBER)
    }

    /// The resource's JSON.
    pub(super) fn resource(&self) -> Value {
        let url = format!("{BASE}/{}", self.sid);
        let problems = problems(&self.definition);
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

/// What Studio would refuse in a definition.
pub(super) fn problems(definition: &Value) -> Vec<Problem> {
    Flow::read(definition).map(|flow| flow.problems()).unwrap_or_default()
}

pub(super) fn errors(problems: &[Problem]) -> Vec<Value> {
    let problems = problems.iter();
    problems.map(|one| json!({"message": one.message, "property_path": one.path})).collect()
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
            number: None,
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
