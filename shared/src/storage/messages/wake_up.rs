//! The messages of the queue of wake-ups: what the job Escalate is to look at, now or later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::alarm::{Change, ManualAlarm};
use crate::domain::escalation::{Act, Asker, Incident, IncidentId};
use crate::domain::sid::Sid;
use crate::domain::sign_in::AskForCode;
use crate::domain::silence::Stored;
use crate::hex;
use crate::storage::records;

/// A message of the queue of wake-ups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum WakeUp {
    /// Look at this incident then. It counts only while the incident still expects it.
    Due {
        /// Which incident.
        incident: IncidentId,
        /// When.
        due: Timestamp,
    },
    /// Something is left to be done for this incident.
    #[serde(rename = "nudge")]
    Now {
        /// Which incident.
        incident: IncidentId,
        /// Since when.
        at: Timestamp,
    },
    /// An alarm's own text, as it came in: a dead letter that is sent again.
    Alarm {
        /// When it came in.
        at: Timestamp,
        /// The text that came.
        body: String,
        /// The dead letter: it is told what became of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        letter: Option<String>,
    },
    /// An alarm went off while it was silenced: that is over then.
    Silenced {
        /// The change that its monitor reported.
        change: Change,
        /// When.
        due: Timestamp,
    },
    /// Somebody acts on this incident.
    Act {
        /// Which incident.
        incident: IncidentId,
        /// The person who asks.
        asker: Asker,
        /// The act that they ask for.
        what: Act,
        /// The number of the first entry of its timeline that they had not seen. Where an alarm went off since, nothing
        /// is resolved: it is not what they meant.
        seen: u32,
    },
    /// Somebody raises an incident by hand.
    Raise {
        /// For which policy.
        policy: String,
        /// Their words.
        raised: ManualAlarm,
    },
    /// Somebody makes a silence of globs.
    MakeSilence {
        /// The silence.
        silence: Stored,
    },
    /// Somebody ends a silence of globs before its time.
    EndSilence {
        /// Its id.
        id: String,
        /// When it was made.
        made_at: Timestamp,
        /// The person, as people are told.
        by: String,
    },
    /// The message that an earlier version sent for [`Act::Silence`].
    Silence {
        /// Which incident.
        incident: IncidentId,
        /// The person who asked: a name, or "the page".
        by: String,
        /// Until when.
        until: Timestamp,
    },
    /// The message that an earlier version sent for [`Act::Resolve`].
    Resolve {
        /// Which incident.
        incident: IncidentId,
        /// The person, as people are told.
        by: String,
        /// The number of the first entry of its timeline that they had not seen. Where an alarm went off since, nothing
        /// is done: it is not what they meant.
        seen: u32,
    },
    /// A text about this incident was not delivered.
    TextNotDelivered {
        /// Which incident.
        incident: IncidentId,
        /// To whom it was sent.
        person: String,
        /// Twilio's error code, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
        /// The message's SID.
        sid: Sid,
    },
    /// A text was delivered.
    TextDelivered {
        /// To whom it was sent.
        person: String,
        /// When.
        sent: Timestamp,
    },
    /// An Execution of a Studio Flow is over.
    ExecutionEnded {
        /// The Flow's SID.
        flow: Sid,
        /// The Execution's.
        execution: Sid,
        /// When we heard of it.
        at: Timestamp,
    },
    /// A browser asks for a code, which says who somebody is.
    SendCode(AskForCode),
    /// Somebody asks that their own phone be rung, as a test.
    TestCall {
        /// The person.
        person: String,
        /// When.
        at: Timestamp,
    },
    /// The minute's check was fine: once this is back, that can be told.
    Heartbeat {
        /// When it was sent.
        at: Timestamp,
    },
}

impl WakeUp {
    /// The wake-up of this incident at this time.
    pub fn due(incident: &Incident, due: Timestamp) -> WakeUp {
        WakeUp::Due { incident: incident.id.clone(), due }
    }

    /// The queue's group: each is for itself.
    pub fn group(&self) -> String {
        match self {
            WakeUp::Due { incident, due } => format!("{incident} {due}"),
            WakeUp::Now { incident, at } => format!("{incident} now {at}"),
            WakeUp::Alarm { at, .. } => format!("alarm {at}"),
            WakeUp::Silenced { change, due } => {
                format!("silenced {} {due}", records::alarm(&change.key).sk)
            }
            WakeUp::Act { incident, asker, what, seen } => {
                // Strings and times always serialise.
                let what = serde_json::to_string(what).unwrap_or_default();
                let what = hex(&Sha256::digest(format!("{} {what}", asker.name()))[..8]);
                format!("{incident} {seen} {what}")
            }
            WakeUp::Raise { policy, raised } => {
                format!("raise {} {}", records::alarm(&raised.key(policy)).sk, raised.at)
            }
            WakeUp::MakeSilence { silence } => format!("silence {} made", silence.id()),
            WakeUp::EndSilence { id, .. } => format!("silence {id} ended"),
            WakeUp::Silence { incident, until, .. } => format!("{incident} silence {until}"),
            WakeUp::Resolve { incident, by, seen } => format!("{incident} resolve {seen} {by}"),
            WakeUp::TextNotDelivered { incident, sid, .. } => format!("{incident} text {sid}"),
            WakeUp::TextDelivered { person, sent } => format!("delivered {person} {sent}"),
            WakeUp::ExecutionEnded { execution, .. } => format!("{execution} ended"),
            WakeUp::TestCall { person, at } => format!("test call {person} {at}"),
            WakeUp::SendCode(ask) => format!("code {} {}", ask.person, ask.at),
            WakeUp::Heartbeat { at } => format!("heartbeat {at}"),
        }
    }

    /// When it is due; at once, if `None`.
    pub fn not_before(&self) -> Option<Timestamp> {
        match self {
            WakeUp::Due { due, .. } | WakeUp::Silenced { due, .. } => Some(*due),
            WakeUp::Now { .. }
            | WakeUp::Alarm { .. }
            | WakeUp::Act { .. }
            | WakeUp::Raise { .. }
            | WakeUp::MakeSilence { .. }
            | WakeUp::EndSilence { .. }
            | WakeUp::Silence { .. }
            | WakeUp::Resolve { .. }
            | WakeUp::TextNotDelivered { .. }
            | WakeUp::TextDelivered { .. }
            | WakeUp::ExecutionEnded { .. }
            | WakeUp::TestCall { .. }
            | WakeUp::SendCode(_)
            | WakeUp::Heartbeat { .. } => None,
        }
    }

    /// As it stands in the queue.
    pub fn to_body(&self) -> String {
        // Strings and times always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
