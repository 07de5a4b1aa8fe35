//! The identity of somebody who acts on an incident elsewhere than on the phone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::slack_member_id::SlackMemberId;

/// A member of a Slack workspace whom the configuration does not know. Their name says nothing: anybody may have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member id.
    pub id: SlackMemberId,
    /// The workspace's id; empty if Slack did not name it.
    pub team: String,
}

/// Somebody who acts on an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name in the configuration, or what Slack shows.
    pub name: String,
    /// The member of Slack that it is, if the configuration does not know them.
    pub member: Option<Member>,
}

impl From<&str> for Actor {
    /// The person of this name in the configuration.
    fn from(name: &str) -> Actor {
        Actor { name: name.to_owned(), member: None }
    }
}

impl From<String> for Actor {
    /// The person of this name in the configuration.
    fn from(name: String) -> Actor {
        Actor { name, member: None }
    }
}

/// The person who has an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Their name.
    pub person: String,
    /// Since when.
    pub at: Timestamp,
    /// They are none of those whom the policy calls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// The member of Slack that it is, if the configuration does not know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
}

impl Owner {
    /// Whether it is this person's: people of the configuration are known by their name, all others by member and
    /// workspace. (An owner that an older version kept by a Slack name alone is nobody whom we could know again.)
    pub fn is(&self, actor: &Actor) -> bool {
        match (&self.member, &actor.member) {
            (None, None) => self.person == actor.name,
            (Some(owner), Some(member)) => owner == member,
            _ => false,
        }
    }
}
