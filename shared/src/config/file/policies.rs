//! `[[policies]]`: who is called for which alarms.

mod calling;
mod policy_check;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use wildmatch::WildMatch;

use super::escalation::Limits;
use super::roster::{Roster, RosterTable};
use crate::domain::e164::E164;
use crate::domain::escalation::{Person, Policy};
use crate::domain::schedule::{ConfiguredNames, Schedules, StoredOverrides};
use crate::domain::silence::globs_meet;
use crate::domain::slack_member_id::SlackMemberId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyTable {
    pub(super) name: Spanned<String>,
    pub(super) alarms: Spanned<Vec<Spanned<String>>>,
    roster: Spanned<RosterTable>,
    attempts: Option<Spanned<u32>>,
    ring_seconds: Option<Spanned<u32>>,
    answer_seconds: Option<Spanned<u32>>,
    channel: Option<Spanned<String>>,
    repage_after: Option<Spanned<String>>,
    flap_window: Option<Spanned<String>>,
    call_on_new_alarm: Option<bool>,
    text_on_missed_call: Option<bool>,
    retry_exhausted_after: Option<Spanned<String>>,
    resolve_after: Option<Spanned<String>>,
    call_with: Option<Spanned<String>>,
    flow_sid: Option<Spanned<String>>,
    voice: Option<String>,
    language: Option<String>,
    say: Option<Spanned<String>>,
}

/// The people who can be called, and for which alarms.
#[derive(Clone, Debug)]
pub struct Escalation {
    /// Everybody, by name.
    pub people: BTreeMap<String, Person>,
    /// The schedules: who is on call when.
    pub schedules: Schedules,
    /// How often a person is called within an hour at most.
    pub max_calls_per_hour: u32,
    /// How often of these for alarms about Ringdown itself.
    pub max_own_alarm_calls_per_hour: u32,
    /// Whether nobody else may act on incidents in Slack.
    pub only_configured_people: bool,
    policies: Vec<Configured>,
}

/// A policy as configured: whom it calls depends on the time.
#[derive(Clone, Debug)]
struct Configured {
    globs: Vec<WildMatch>,
    roster: Roster,
    /// Its roster is empty: [`Configured::at`] fills it.
    policy: Policy,
}

impl Configured {
    fn at(&self, schedules: &Schedules, now: Timestamp) -> Policy {
        let (roster, empty_shift) = self.roster.at(schedules, now);
        Policy { roster, empty_shift, ..self.policy.clone() }
    }
}

impl Escalation {
    /// The same with these overrides over its schedules. Those that do not count are left out.
    pub fn with_overrides(&self, stored: &StoredOverrides) -> Cow<'_, Escalation> {
        if stored.overrides.is_empty() {
            return Cow::Borrowed(self);
        }
        let has_person = |name: &str| self.people.contains_key(name);
        let schedules = self.schedules.with_overrides(stored, &has_person);
        Cow::Owned(Escalation { schedules, ..self.clone() })
    }

    /// The same with what of these overrides decides at this moment alone.
    pub fn with_overrides_at(
        &self,
        stored: &StoredOverrides,
        at: Timestamp,
    ) -> Cow<'_, Escalation> {
        let has_person = |name: &str| self.people.contains_key(name);
        let known = ConfiguredNames { schedules: &self.schedules, has_person: &has_person };
        self.with_overrides(&stored.deciding(known, at))
    }

    /// The policies in the file's order, each with its roster of this moment.
    pub fn policies_at(&self, now: Timestamp) -> impl Iterator<Item = Policy> {
        self.policies.iter().map(move |configured| configured.at(&self.schedules, now))
    }

    /// The policy of this name, with its roster of this moment: who is on call, and who is called then.
    pub fn policy_at(&self, name: &str, now: Timestamp) -> Option<Policy> {
        Some(self.configured(name)?.at(&self.schedules, now))
    }

    /// The policies' names, in the file's order.
    pub fn policy_names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(|configured| configured.policy.name.as_str())
    }

    /// The first policy for alarms of this name, with its roster of this moment.
    pub fn for_alarm(&self, alarm: &str, now: Timestamp) -> Option<Policy> {
        Some(self.first_for(alarm)?.at(&self.schedules, now))
    }

    /// The name of the first policy for alarms of this name.
    pub fn policy_for(&self, alarm: &str) -> Option<&str> {
        self.first_for(alarm).map(|configured| configured.policy.name.as_str())
    }

    /// The channel of the first policy for alarms of this name.
    pub fn channel_for(&self, alarm: &str) -> Option<&str> {
        self.first_for(alarm).map(|configured| configured.policy.channel.as_str())
    }

    /// The channels of the policies that may be for an alarm which one of these globs takes, each once.
    pub fn channels_of(&self, globs: &[String]) -> BTreeSet<String> {
        let meets = |one: &&Configured| {
            let policies = one.globs.iter().map(|glob| glob.pattern());
            policies.into_iter().any(|theirs| globs.iter().any(|glob| globs_meet(glob, &theirs)))
        };
        let channels = self.policies.iter().filter(meets);
        channels.map(|one| one.policy.channel.clone()).collect()
    }

    fn first_for(&self, alarm: &str) -> Option<&Configured> {
        let fits = |one: &&Configured| one.globs.iter().any(|glob| glob.matches(alarm));
        self.policies.iter().find(fits)
    }

    /// The phone number of this person; `None` if nobody has this name.
    pub fn phone(&self, person: &str) -> Option<&E164> {
        self.people.get(person).map(|person| &person.phone)
    }

    /// The name of the person with this Slack member id.
    pub fn person_in_slack(&self, member: &SlackMemberId) -> Option<&str> {
        let mut people = self.people.iter();
        let found = people.find(|(_, person)| person.slack.as_ref() == Some(member));
        found.map(|(name, _)| name.as_str())
    }

    pub(super) fn limit(&mut self, limits: &Limits) {
        self.max_calls_per_hour = limits.max_calls_per_hour;
        self.max_own_alarm_calls_per_hour = limits.max_own_alarm_calls_per_hour;
        self.only_configured_people = limits.only_configured_people;
    }

    /// The roster of a policy as it is configured.
    pub fn roster(&self, policy: &str) -> Option<&Roster> {
        self.configured(policy).map(|configured| &configured.roster)
    }

    /// The clock of those whom a policy calls: that of its schedule, UTC without one.
    pub fn zone_of(&self, policy: &str) -> TimeZone {
        let schedule = match self.roster(policy) {
            Some(Roster::OnCall { schedule, .. }) => self.schedules.get(schedule),
            _ => None,
        };
        schedule.map_or(TimeZone::UTC, |schedule| schedule.zone.clone())
    }

    /// Everybody whom a policy may call at any time, sorted, each once.
    pub fn may_call(&self, policy: &str) -> Vec<String> {
        let everybody = self.roster(policy).map(|roster| roster.everybody(&self.schedules));
        let mut everybody = everybody.unwrap_or_default();
        everybody.sort();
        everybody
    }

    fn configured(&self, name: &str) -> Option<&Configured> {
        self.policies.iter().find(|configured| configured.policy.name == name)
    }
}

/// Whether a glob of the configuration matches an alarm's name.
pub fn glob_matches(glob: &str, alarm: &str) -> bool {
    WildMatch::new(glob).matches(alarm)
}
