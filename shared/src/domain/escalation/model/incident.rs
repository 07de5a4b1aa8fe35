//! All that is known of one outage.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Owner;
use super::alarm::Alarm;
use super::attempt::Attempt;
use super::incident_id::IncidentId;
use super::milestones::Milestones;
use super::notices::Notices;
use super::policy::Policy;
use super::round::Round;
use super::timeline::{Event, Timeline};
use crate::domain::sid::Sid;

/// How many alarms are kept by name; the rest is counted.
pub(crate) const MAX_ALARMS: usize = 60;
/// How many attempts are kept; the oldest are left out.
pub(crate) const MAX_ATTEMPTS: usize = 60;

/// One outage: the open incident of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Names it for good.
    pub id: IncidentId,
    /// Its policy, as it was when the incident last changed.
    pub policy: Policy,
    /// When it began.
    pub raised_at: Timestamp,
    /// Where the round stands.
    pub phase: Phase,
    /// The person who has it, or had it last.
    #[serde(alias = "holder", skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// When nobody could be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exhausted_at: Option<Timestamp>,
    /// Until then nobody is called for what went on when this was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silenced_until: Option<Timestamp>,
    /// That was said of no incident: all that goes on is in maintenance windows, or in silences of globs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_back: bool,
    /// When one of its alarms last went off, recovered, or lost its data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// When its last alarm recovered, or somebody said that it is over, or nothing had changed for long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Its first times.
    #[serde(default, skip_serializing_if = "Milestones::is_empty")]
    pub milestones: Milestones,
    /// Its alarms, recovered ones too.
    pub alarms: Vec<Alarm>,
    /// How many more go on than are kept by name.
    pub more_alarms: u32,
    /// The people who were texted, since nobody has it, that they were called and did not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texted_missed: Vec<String>,
    /// The notices that its owner got about its alarms.
    #[serde(default, skip_serializing_if = "Notices::is_empty")]
    pub notices: Notices,
    /// The round under way, or the last one.
    #[serde(alias = "hunt")]
    pub round: Round,
    /// Its calls.
    pub attempts: Vec<Attempt>,
    /// The record of what happened.
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

/// The state of an incident, as a reader is told it.
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

impl State {
    /// The word for it, in JSON, in labels and at the command line.
    pub fn name(self) -> &'static str {
        match self {
            State::Calling => "calling",
            State::Taken => "taken",
            State::Exhausted => "exhausted",
            State::Silenced => "silenced",
            State::Resolved => "resolved",
        }
    }
}

impl Incident {
    /// Its state, as a reader is told it.
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

    pub(crate) fn attempt_mut(&mut self, number: u32) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    /// How many seconds it took until somebody had it last, since they were asked.
    pub fn took_seconds(&self) -> Option<i64> {
        self.timeline.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::Taken { after_seconds, .. } => Some(*after_seconds),
            _ => None,
        })
    }

    /// The person who silenced it last.
    pub fn silenced_by(&self) -> Option<&str> {
        self.timeline.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::Silenced { by, .. } => Some(by.as_str()),
            _ => None,
        })
    }

    /// Whether a silence of it goes on. That of what somebody has ends unnoticed: nobody is called before its owner is to
    /// be asked again. Any other ends when its wake-up has come.
    pub fn is_silenced_at(&self, now: Timestamp) -> bool {
        let is_taken = self.phase == Phase::Taken;
        self.silenced_until.is_some_and(|until| !is_taken || until > now)
    }

    /// Whether it waits for the end of what silences all that goes on, and was asked for by nobody for it alone.
    pub fn is_held_back(&self) -> bool {
        self.silenced_until.is_some() && self.held_back
    }

    /// Whether a text of this MessageSid has changed it.
    pub fn was_changed_by_text(&self, sid: &Sid) -> bool {
        self.timeline.entries.iter().rev().any(|entry| entry.event.by_text() == Some(sid))
    }

    /// The person who has it now.
    pub fn taken_by(&self) -> Option<&Owner> {
        self.owner.as_ref().filter(|_| self.phase == Phase::Taken)
    }
}
