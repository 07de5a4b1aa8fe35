//! All that is known of one outage.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Member;
use super::owner::Notices;
use super::policy::{CallWith, Policy};
use super::round::Round;
use super::signal::Outcome;
use super::timeline::{Event, Timeline};

/// How many alarms are kept by name; the rest is counted.
pub(super) const MOST_ALARMS: usize = 60;
/// How many attempts are kept; the oldest are left out.
pub(super) const MOST_ATTEMPTS: usize = 60;

/// One outage: the open incident of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Names it for good.
    pub id: String,
    /// Its policy, as it was when the incident last changed.
    pub policy: Policy,
    /// When it began.
    pub raised_at: Timestamp,
    /// Where the round stands.
    pub phase: Phase,
    /// Who has it, or had it last.
    #[serde(alias = "holder", skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// When nobody could be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exhausted_at: Option<Timestamp>,
    /// Until then nobody is called for what went on when this was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silenced_until: Option<Timestamp>,
    /// When one of its alarms last went off, recovered, or lost its data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// When its last alarm recovered, or somebody said that it is over, or nothing had changed for long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Its alarms, recovered ones too.
    pub alarms: Vec<Alarm>,
    /// How many more go on than are kept by name.
    pub more_alarms: u32,
    /// What its owner was told of its alarms.
    #[serde(default, skip_serializing_if = "Notices::is_empty")]
    pub notices: Notices,
    /// The round under way, or the last one.
    #[serde(alias = "hunt")]
    pub round: Round,
    /// Its calls.
    pub attempts: Vec<Attempt>,
    /// What happened.
    pub timeline: Timeline,
}

/// Where the round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// People are called.
    Calling,
    /// Somebody has it.
    Taken,
    /// Nobody could be reached.
    Exhausted,
}

/// What a reader is told of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// People are called.
    Calling,
    /// Somebody has it.
    Taken,
    /// Nobody could be reached.
    Exhausted,
    /// Nobody has it, and nobody is called for a while.
    Silenced,
    /// It is over.
    Resolved,
}

/// Who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Who.
    pub person: String,
    /// Since when.
    pub at: Timestamp,
    /// They are none of those whom the policy calls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// Who it is, if the configuration does not know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
}

/// An alarm of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Names it for good.
    pub key: String,
    /// Its name, for people.
    pub name: String,
    /// When it went off.
    pub since: Timestamp,
    /// What the monitor says of it; may be empty.
    pub reason: String,
    /// What its author wrote; may be empty.
    pub description: String,
    /// When it was OK again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// It is about Ringdown itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub about_us: bool,
    /// It joined the incident while that was somebody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
}

/// An alarm joined an incident that was somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// When.
    pub at: Timestamp,
    /// The owner was told.
    pub told: bool,
    /// The owner knew it, and was told that it is over: it is back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
}

/// One call of a round, to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Counts the attempts of an incident, from 1.
    pub number: u32,
    /// Which round it belongs to.
    #[serde(alias = "hunt")]
    pub round: u32,
    /// Who is called.
    pub person: String,
    /// In which way, for good: the policy may change while it rings.
    #[serde(default, skip_serializing_if = "CallWith::is_voice")]
    pub with: CallWith,
    /// Its calls at Twilio: one, or more if one had to be placed again.
    pub calls: Vec<Call>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// When Twilio took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Timestamp>,
    /// When it rang.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rang_at: Option<Timestamp>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// A machine seems to have answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub machine: bool,
    /// How long a reading of its menu takes.
    pub reading_seconds: u32,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// How often it was looked up, …
    pub looks: u8,
    /// … and when last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<Timestamp>,
    /// Its person is the owner, who is asked again: with the key 3 they may say that it is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offers_resolve: bool,
    /// The reading of the menu in which they first pressed 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_pressed_in: Option<u32>,
    /// We have asked for its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hangs_up: bool,
}

/// One call at Twilio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its SID; for Studio that of the Execution which places it.
    pub sid: String,
    /// It is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
}

impl Incident {
    /// What a reader is told of it.
    pub fn state(&self) -> State {
        match (self.ended_at, self.phase) {
            (Some(_), _) => State::Resolved,
            (None, Phase::Taken) => State::Taken,
            (None, _) if self.silenced_until.is_some() => State::Silenced,
            (None, Phase::Calling) => State::Calling,
            (None, Phase::Exhausted) => State::Exhausted,
        }
    }

    /// The alarms that go on.
    pub fn open_alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.iter().filter(|alarm| alarm.recovered_at.is_none())
    }

    /// Whether all that goes on in it is about Ringdown itself.
    pub fn is_about_us(&self) -> bool {
        let mut open = self.open_alarms();
        self.more_alarms == 0
            && open.next().is_some_and(|first| first.about_us)
            && open.all(|alarm| alarm.about_us)
    }

    /// How many alarms go on.
    pub fn open_count(&self) -> u32 {
        let named = u32::try_from(self.open_alarms().count()).unwrap_or(u32::MAX);
        named.saturating_add(self.more_alarms)
    }

    /// The attempt of this number.
    pub fn attempt(&self, number: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    pub(super) fn attempt_mut(&mut self, number: u32) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    /// How many seconds it took until somebody had it last, since they were asked.
    pub fn took_seconds(&self) -> Option<i64> {
        self.timeline.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::Taken { after_seconds, .. } => Some(*after_seconds),
            _ => None,
        })
    }

    /// Who silenced it last.
    pub fn silenced_by(&self) -> Option<&str> {
        self.timeline.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::Silenced { by, .. } => Some(by.as_str()),
            _ => None,
        })
    }

    /// Whether anybody is in one of its calls now, as far as we know.
    pub fn is_in_call(&self, now: Timestamp) -> bool {
        let mut until =
            self.attempts.iter().filter_map(|attempt| attempt.holds_until(&self.policy));
        until.any(|until| until > now)
    }

    /// Who has it now.
    pub fn taken_by(&self) -> Option<&Owner> {
        self.owner.as_ref().filter(|_| self.phase == Phase::Taken)
    }
}

impl Attempt {
    /// Until when its person is in this call at the latest, as far as we know.
    pub fn holds_until(&self, policy: &Policy) -> Option<Timestamp> {
        if self.ended_at.is_some() {
            return None;
        }
        let began = self.rang_at.or(self.placed_at).unwrap_or(self.decided_at);
        let talk = policy.answered_within() + policy.talks_for(self);
        began.checked_add(talk + super::calls::LONGEST_DIAL).ok()
    }

    /// Whether its call rings, as far as we know, or is on its way.
    pub(super) fn is_unanswered(&self) -> bool {
        self.ended_at.is_none() && self.answered_at.is_none()
    }
}
