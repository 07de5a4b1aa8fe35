//! The notices that an incident's owner got about its alarms.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::{Member, Owner};

/// The notices that the owner got since they took the incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notices {
    /// When they were last told what joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Timestamp>,
    /// When those who had the incident before were last told what joined, within the last [`JOIN_PAUSE`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    /// When they were told within the last hour that it is back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub back_at: Vec<Timestamp>,
    /// It is open again, and the last that they know is that it is over.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
    /// When it was last reopened: whatever recovered before that is over, as far as they know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<Timestamp>,
    /// How many alarms joined that they were not told of, and that are kept by no name.
    #[serde(skip_serializing_if = "is_zero")]
    pub unnamed: u32,
}

/// Somebody had the incident, and was told what joined it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Their name.
    pub person: String,
    /// The member of Slack that it is, if the configuration does not know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
    /// When they were told last.
    #[serde(rename = "told_at")]
    pub notified_at: Timestamp,
}

impl Former {
    pub(crate) fn is(&self, owner: &Owner) -> bool {
        match (&self.member, &owner.member) {
            (None, None) => self.person == owner.person,
            (former, owner) => former == owner,
        }
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Notices {
    /// Whether nothing was told, and nothing is to be told.
    pub fn is_empty(&self) -> bool {
        *self == Notices::default()
    }
}
