//! A Flow as Studio stores it, with its revisions.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use studio::Flow;

use super::super::api_request::ApiRequest;
use super::super::text::SERVICE_NUMBER;
use super::findings::Findings;
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
    created: Timestamp,
    /// The newest revision: what the Flow is now.
    latest: RevisionRecord,
    /// Those before it, oldest first.
    former: Vec<RevisionRecord>,
    /// The last one that was published: that is what runs, whatever drafts came after it.
    pub(super) published: Option<Published>,
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
    pub(super) findings: Findings,
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
        Some(StoredFlow {
            sid: flow.sid.clone(),
            account: account.to_owned(),
            created: now,
            latest: RevisionRecord {
                number: 1,
                is_published: true,
                friendly_name: flow.friendly_name.clone(),
                definition: flow.definition.clone(),
                commit_message: None,
                created: now,
            },
            former: Vec::new(),
            published: Some(Published { revision: 1, flow: runs }),
            number: flow.number.clone(),
        })
    }

    /// A Flow that is posted, with its first revision.
    pub(super) fn new(api: &ApiRequest<'_>, friendly_name: &str, revision: Revision) -> StoredFlow {
        let (latest, published) = revision.numbered(1, friendly_name, api);
        StoredFlow {
            sid: format!("FW{}", random()),
            account: api.account.to_owned(),
            created: latest.created,
            latest,
            former: Vec::new(),
            published,
            number: None,
        }
    }

    /// The same with one revision more; of the former ones the newest are kept.
    pub(super) fn revised(mut self, api: &ApiRequest<'_>, revision: Revision) -> StoredFlow {
        let name = api.field("FriendlyName").unwrap_or(&self.latest.friendly_name);
        let (latest, published) = revision.numbered(self.latest.number + 1, name, api);
        self.former.push(std::mem::replace(&mut self.latest, latest));
        let old = self.former.len().saturating_sub(MAX_REVISIONS - 1);
        self.former.drain(..old);
        self.published = published.or(self.published);
        self
    }

    /// The revisions that are kept, newest first.
    pub(super) fn revisions(&self) -> impl Iterator<Item = &RevisionRecord> {
        std::iter::once(&self.latest).chain(self.former.iter().rev())
    }

    /// A revision by its number, or the newest that was published, or that was not.
    pub(super) fn revision(&self, which: &str) -> Option<&RevisionRecord> {
        let mut newest_first = self.revisions();
        match which {
            "LatestPublished" => newest_first.find(|revision| revision.is_published),
            "LatestDraft" => newest_first.find(|revision| !revision.is_published),
            number => newest_first.find(|revision| revision.number.to_string() == number),
        }
    }

    /// The name that its author gave it.
    pub(super) fn friendly_name(&self) -> &str {
        &self.latest.friendly_name
    }

    /// The number of ours at which it is called and texted.
    pub(super) fn number(&self) -> &str {
        self.number.as_deref().unwrap_or(SERVICE_NUMBER)
    }

    /// The definition of the newest revision.
    pub(super) fn definition(&self) -> &Value {
        &self.latest.definition
    }

    /// The resource's JSON: its newest revision's, with its webhook.
    pub(super) fn resource(&self) -> Value {
        let url = format!("{BASE}/{}", self.sid);
        let mut resource = self.revision_resource(&self.latest);
        resource["date_created"] = json!(iso(self.created));
        resource["webhook_url"] = json!(webhook_url(&self.account, &self.sid));
        resource["url"] = json!(url);
        resource
    }

    /// The JSON of one of its revisions.
    pub(super) fn revision_resource(&self, revision: &RevisionRecord) -> Value {
        let Findings { errors, warnings } = Findings::of(&revision.definition);
        let url = format!("{BASE}/{}", self.sid);
        json!({
            "sid": self.sid,
            "account_sid": self.account,
            "author_sid": null,
            "friendly_name": revision.friendly_name,
            "definition": revision.definition,
            "status": if revision.is_published { "published" } else { "draft" },
            "revision": revision.number,
            "commit_message": revision.commit_message,
            "valid": errors.is_empty(),
            "errors": errors,
            "warnings": warnings,
            "date_created": iso(revision.created),
            "date_updated": iso(revision.created),
            "url": format!("{url}/Revisions/{}", revision.number),
            "links": {
                "revisions": format!("{url}/Revisions"),
                "executions": format!("{url}/Executions"),
                "test_users": format!("{url}/TestUsers"),
            },
        })
    }
}

impl Revision {
    /// The record of this revision with its number and name; and what runs, if it is published.
    fn numbered(
        self,
        number: u32,
        name: &str,
        api: &ApiRequest<'_>,
    ) -> (RevisionRecord, Option<Published>) {
        let runs = Published { revision: number, flow: Arc::new(self.flow) };
        let record = RevisionRecord {
            number,
            is_published: self.is_published,
            friendly_name: name.to_owned(),
            definition: self.definition,
            commit_message: api.field("CommitMessage").map(str::to_owned),
            created: api.twilio.now(),
        };
        (record, self.is_published.then_some(runs))
    }
}

/// The URL from which Twilio itself gets a Flow's TwiML.
pub(super) fn webhook_url(account: &str, flow_sid: &str) -> String {
    format!("https://webhooks.twilio.com/v1/Accounts/{account}/Flows/{flow_sid}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_flow_is_published() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let properties =
            json!({"to": "{{contact.channel.address}}", "from": "+15005550006", "timeout": 25});
        let state = json!({"name": "call", "type": "make-outgoing-call-v2", "properties": properties, "transitions": []});
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
