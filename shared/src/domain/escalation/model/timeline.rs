//! The timeline that Slack and the pages show: what happened, in order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call_event::Outcome;
use crate::domain::sid::Sid;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the entries of an incident, from 0.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "a variant's sentence and its fields' names say it")]
pub enum Event {
    /// An alarm went off, and the incident begins. `by` is who raised it by hand, if somebody did.
    Raised {
        alarm: String,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Another alarm, or one of ours once more.
    Joined {
        alarm: String,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// More alarms went off than are kept by name.
    JoinedUnnamed,
    /// So many more alarms went off at once than are kept by name.
    JoinedTogether { alarms: u32 },
    /// One of several alarms is OK again.
    Recovered { alarm: String, left: u32 },
    /// So many of those that are only counted are OK again, all at once.
    RecoveredTogether { alarms: u32, left: u32 },
    /// An alarm has no data: it is not known whether it goes on.
    NoData { alarm: String },
    /// An alarm was deleted in its monitor: that counts as its recovery.
    Deleted { alarm: String, left: u32 },
    /// It was over, and an alarm went off again soon.
    Reopened {
        alarm: String,
        #[serde(alias = "holder")]
        owner: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A round begins, and the schedule says that nobody is on call: the empty shift is skipped.
    NobodyOnCall { schedule: String },
    /// Somebody is called.
    Calling { attempt: u32, person: String, call: u32, of: u32 },
    /// Their phone rings.
    Ringing { attempt: u32, person: String },
    /// They answered.
    Answered { attempt: u32, person: String },
    /// A machine seems to have answered.
    Machine { attempt: u32, person: String },
    /// They pressed a key that means nothing.
    OtherKey { attempt: u32, person: String },
    /// They pressed 3, and are asked whether it is over.
    #[serde(rename = "asked-whether-over")]
    ResolvePressed { attempt: u32, person: String },
    /// The outcome of the call.
    CallEnded { attempt: u32, person: String, outcome: Outcome, why: Option<String> },
    /// It is somebody else's turn first: this person is in another call.
    PassedOver { person: String },
    /// Everybody is in another call.
    Waiting,
    /// This person was called so often within an hour that they are left out: carriers would block our number.
    CalledTooOften {
        person: String,
        calls: u32,
        /// For alarms about Ringdown itself, which have fewer calls.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        about_us: bool,
    },
    /// Somebody took it, so many seconds after it began (or was asked again).
    Taken {
        person: String,
        after_seconds: i64,
        /// The MessageSid of the text that said so, if a text did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_text: Option<Sid>,
        /// It was said at the command line, under their name.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_command: bool,
    },
    /// Nobody took it.
    Exhausted { calls: u32 },
    /// All are called again, since nobody could be reached.
    CalledAgain,
    /// The owner is asked again: it still goes on.
    #[serde(rename = "asked-again")]
    OwnerCalledAgain {
        #[serde(alias = "holder")]
        owner: String,
    },
    /// It still goes on, and the owner is none of those whom the policy calls: they are called instead.
    CalledInstead {
        #[serde(alias = "holder")]
        owner: String,
    },
    /// The owner cannot do it after all: the next person is called.
    #[serde(rename = "given-back")]
    Released {
        person: String,
        /// The same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_text: Option<Sid>,
        /// It was said at the command line, under their name.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_command: bool,
    },
    /// Nobody is called until then.
    Silenced {
        by: String,
        until: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Somebody ended the silence before its time.
    SilenceEnded { by: String },
    /// Somebody asked that this person be called now, before all others.
    CallAsked { by: String, person: String },
    /// The owner passed it on: this person is called first.
    PassedOn {
        person: String,
        to: String,
        /// It was said at the command line, under their name.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_command: bool,
    },
    /// Somebody wrote a note, which somebody may have struck out since.
    Noted {
        note: String,
        by: String,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        struck_by: Option<String>,
    },
    /// The silence is over, and it still goes on.
    SilenceOver,
    /// A new alarm joined what was taken already.
    #[serde(alias = "hunt-again")]
    RoundAgain {
        #[serde(alias = "holder")]
        owner: Option<String>,
    },
    /// A taken incident was over for a while, and is back: its owner is called first, or the policy's people if it
    /// cannot call its owner.
    CalledBack { owner: Option<String> },
    /// The owner cannot be texted: Slack tells them which alarms joined.
    #[serde(rename = "owner-told")]
    OwnerNotified { person: String, alarms: Vec<String>, more: u32 },
    /// A text message left, or did not.
    Texted { person: String, failed: Option<String> },
    /// A text message left, and was not delivered.
    TextNotDelivered {
        person: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
        sid: Sid,
    },
    /// It is over.
    Resolved { after_seconds: i64 },
    /// Somebody says that it is over, whatever its alarms say.
    #[serde(rename = "declared-over")]
    ResolvedByHand {
        person: String,
        after_seconds: i64,
        /// The same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_text: Option<Sid>,
        /// It was said at the command line, under their name.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_command: bool,
    },
    /// It is over, since none of its alarms changed for so long.
    NothingChanged { for_seconds: i64, after_seconds: i64 },
    /// The reconciler found something undone, and did it.
    #[serde(alias = "mended")]
    Repaired { what: Repaired },
}

/// Something that the reconciler found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repaired {
    /// A wake-up did not come.
    LateWakeUp,
    /// Something was decided and not done.
    UndoneEffect,
    /// A call's end was never reported.
    UnreportedCall,
    /// Nobody was being called, and nothing was waited for.
    #[serde(alias = "standing-hunt")]
    StandingRound,
}

impl Event {
    /// The MessageSid of the text that said so, if a text did.
    pub fn by_text(&self) -> Option<&Sid> {
        match self {
            Event::Taken { by_text, .. }
            | Event::Released { by_text, .. }
            | Event::ResolvedByHand { by_text, .. } => by_text.as_ref(),
            _ => None,
        }
    }
}

/// How many entries are kept: these first ones …
const FIRST_ENTRIES: usize = 40;
/// … and as many as this in all. What is left out is in the middle.
const MAX_ENTRIES: usize = 240;

/// The entries, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Those that are kept.
    pub entries: Vec<Entry>,
    /// The number of the next one.
    pub next: u32,
}

impl Timeline {
    pub(crate) fn add(&mut self, at: Timestamp, event: Event) {
        if self.entries.len() >= MAX_ENTRIES {
            self.entries.remove(FIRST_ENTRIES);
        }
        self.entries.push(Entry { number: self.next, at, event });
        self.next += 1;
    }

    /// The number of the first entry of this moment or a later one.
    pub fn number_from(&self, at: Timestamp) -> u32 {
        self.number_of_first(|entry| entry.at >= at)
    }

    /// The number of the first entry that is later than this moment.
    pub fn number_behind(&self, at: Timestamp) -> u32 {
        self.number_of_first(|entry| entry.at > at)
    }

    fn number_of_first(&self, is_it: impl Fn(&Entry) -> bool) -> u32 {
        let first = self.entries.iter().find(|entry| is_it(entry));
        first.map_or(self.next, |entry| entry.number)
    }

    /// Makes one entry of the last two, if neither is older than the entry `from` and both say of alarms without a name
    /// that they went off, or that they recovered.
    pub fn join_last(&mut self, from: u32) {
        let [.., before, last] = self.entries.as_mut_slice() else { return };
        if before.number < from || before.at != last.at {
            return;
        }
        let is_unnamed = |alarm: &String| alarm.is_empty();
        let both = match (&before.event, &last.event) {
            (Event::JoinedUnnamed, Event::JoinedUnnamed) => Event::JoinedTogether { alarms: 2 },
            (Event::JoinedTogether { alarms }, Event::JoinedUnnamed) => {
                Event::JoinedTogether { alarms: alarms + 1 }
            }
            (Event::Recovered { alarm, .. }, Event::Recovered { alarm: next, left })
                if is_unnamed(alarm) && is_unnamed(next) =>
            {
                Event::RecoveredTogether { alarms: 2, left: *left }
            }
            (Event::RecoveredTogether { alarms, .. }, Event::Recovered { alarm, left })
                if is_unnamed(alarm) =>
            {
                Event::RecoveredTogether { alarms: alarms + 1, left: *left }
            }
            _ => return,
        };
        before.event = both;
        self.entries.pop();
        self.next -= 1;
    }
}
