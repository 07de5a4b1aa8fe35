//! What the owner of an incident is told of its alarms while it is theirs: by text message, or in Slack if we cannot
//! text them.
//!
//! Alarms that join are named in one text per [`JOIN_PAUSE`] at most; those that join in between are named in the next
//! one. An incident that was over and is back is told at once, and by a call too if it had been over for longer than
//! [`OVER_FOR`].

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::actor::Member;
use super::incident::{Alarm, Incident, Joined, Owner, Phase};
use super::signal::{Effect, TextAbout};
use super::step::Turn;
use super::timeline::Event;

/// The least time between two texts that name what joined.
pub(super) const JOIN_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The owner of an incident that comes back is called too if it had been over for longer than this.
const OVER_FOR: SignedDuration = SignedDuration::from_mins(1);
/// So many texts within an hour say at once that an incident is back; further ones keep [`JOIN_PAUSE`].
const MAX_BACK_AT_ONCE: usize = 6;
/// The most alarms that one text names, and the longest name, in characters.
const MAX_NAMED: usize = 40;
const MAX_NAME: usize = 60;
/// The most that one line of Slack names: each of them has a line of its own there.
const MAX_NAMED_IN_SLACK: usize = 8;
/// The most former owners whose last text is remembered.
const MAX_FORMER: usize = 16;

/// What the owner was told since they took the incident.
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
    /// Who it is, if the configuration does not know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
    /// When they were told last.
    pub told_at: Timestamp,
}

impl Former {
    fn is(&self, owner: &Owner) -> bool {
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

impl Alarm {
    /// Whether its incident's owner is still to be told that it joined.
    fn is_pending(&self) -> bool {
        self.joined.is_some_and(|joined| !joined.told)
    }
}

impl Incident {
    /// The alarms that go on and joined since the incident was taken last.
    pub fn joined_alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.open_alarms().filter(|alarm| alarm.joined.is_some_and(|joined| !joined.back))
    }

    /// When the owner is to be told what they do not know yet; at once, if that is in the past.
    pub(super) fn notice_due_at(&self) -> Option<Timestamp> {
        self.taken_by()?;
        let notices = &self.notices;
        let is_pending = notices.unnamed > 0 || self.alarms.iter().any(Alarm::is_pending);
        let last = match notices.over {
            true => notices.back_at.last().filter(|_| notices.back_at.len() >= MAX_BACK_AT_ONCE),
            false => notices.joined_at.as_ref(),
        };
        let due = last.map_or(Some(self.raised_at), |at| at.checked_add(JOIN_PAUSE).ok());
        due.filter(|_| is_pending)
    }

    /// It is this person's from now on: they know its alarms. When they were last told what joined is remembered, even if
    /// somebody else had it in between, or nobody.
    pub(super) fn forget_notices(&mut self, owner: &Owner) {
        for alarm in &mut self.alarms {
            alarm.joined = None;
        }
        self.remember_former_owner(owner.at);
        let Notices { former, back_at, .. } = std::mem::take(&mut self.notices);
        let (theirs, former): (Vec<_>, Vec<_>) =
            former.into_iter().partition(|former| former.is(owner));
        let joined_at = theirs.iter().map(|former| former.told_at).max();
        self.notices = Notices { joined_at, former, back_at, ..Notices::default() };
    }

    /// Keeps when the owner was last told what joined, for the case that they take it again after somebody else, or
    /// nobody, had it.
    pub(super) fn remember_former_owner(&mut self, now: Timestamp) {
        let notices = &mut self.notices;
        if let (Some(told_at), Some(owner)) = (notices.joined_at.take(), &self.owner) {
            let Owner { person, member, .. } = owner.clone();
            notices.former.retain(|former| !former.is(owner));
            notices.former.push(Former { person, member, told_at });
        }
        notices.former.retain(|former| now.duration_since(former.told_at) < JOIN_PAUSE);
        let too_many = notices.former.len().saturating_sub(MAX_FORMER);
        notices.former.drain(..too_many);
    }

    /// What joined in one request is named together: names what its owner was not told yet in a text to them that has not
    /// left. Gives whether it is one that names alarms.
    pub fn name_pending_in(&mut self, effect: &mut Effect) -> bool {
        let Effect::Text { person, about, .. } = effect else { return false };
        let (TextAbout::Joined { alarms, more } | TextAbout::Reopened { alarms, more }) = about
        else {
            return false;
        };
        if self.taken_by().is_none_or(|owner| owner.person != *person) {
            return false;
        }
        let (names, left) = self.take_pending();
        *more = more.saturating_add(left);
        for name in names {
            match alarms.len() < MAX_NAMED {
                true => alarms.push(name),
                false => *more = more.saturating_add(1),
            }
        }
        true
    }

    /// Gives the names of what its owner was not told yet, and how many more there are.
    fn take_pending(&mut self) -> (Vec<String>, u32) {
        let mut names: Vec<String> = Vec::new();
        for alarm in self.alarms.iter_mut().filter(|alarm| alarm.is_pending()) {
            names.push(alarm.name.chars().take(MAX_NAME).collect());
            alarm.joined = alarm.joined.map(|joined| Joined { told: true, ..joined });
        }
        let unnamed = std::mem::take(&mut self.notices.unnamed);
        let left = u32::try_from(names.len().saturating_sub(MAX_NAMED)).unwrap_or(u32::MAX);
        names.truncate(MAX_NAMED);
        (names, unnamed.saturating_add(left))
    }

    fn alarm_mut(&mut self, key: &str) -> Option<&mut Alarm> {
        self.alarms.iter_mut().find(|alarm| alarm.key == key)
    }
}

impl Turn<'_> {
    /// An alarm joins what somebody has. One that comes and goes counts once per [`JOIN_PAUSE`], and not at all while
    /// it only flaps, unless its owner was told that it is over. `before` is the alarm as it was known.
    pub(super) fn joins_what_is_taken(&mut self, key: &str, before: Option<&Alarm>, flaps: bool) {
        let (now, reopened_at) = (self.now, self.incident.notices.reopened_at);
        let recovered_at = before.and_then(|alarm| alarm.recovered_at);
        let was_over = recovered_at.is_some() && recovered_at <= reopened_at;
        let counted = before.and_then(|alarm| alarm.joined);
        let is_counted = counted.is_some_and(|joined| now.duration_since(joined.at) < JOIN_PAUSE);
        let joined = match is_counted || (flaps && !was_over) {
            true => counted,
            false => Some(Joined { at: now, told: false, back: was_over }),
        };
        match self.incident.alarm_mut(key) {
            Some(alarm) => alarm.joined = joined,
            None => self.incident.notices.unnamed += 1,
        }
    }

    /// What was over and taken is open again, by an alarm that flaps. Its owner is told, and called if it had been over
    /// for a while; an alarm that never recovered, and is only reported again, calls nobody.
    pub(super) fn reopens_what_is_taken(&mut self, key: &str, over_at: Timestamp, recovered: bool) {
        let now = self.now;
        let notices = &mut self.incident.notices;
        (notices.reopened_at, notices.over) = (Some(now), true);
        if let Some(alarm) = self.incident.alarm_mut(key) {
            alarm.joined = Some(Joined { at: now, told: false, back: true });
        }
        if !recovered || now.duration_since(over_at) <= OVER_FOR {
            return;
        }
        let Some(owner) = self.incident.taken_by().cloned() else { return };
        if !owner.outside
            && let Some(too_often) = self.called_too_often(&owner.person)
        {
            // They have it, and are texted: that is no reason to call others.
            return self.tell(too_often);
        }
        self.tell_owner();
        let owner = (!owner.outside).then_some(owner.person);
        self.tell(Event::CalledBack { owner });
        self.round_again();
    }

    /// Tells the owner what is due.
    pub(super) fn tell_owner(&mut self) {
        let (now, incident) = (self.now, &self.incident);
        let Some(due) = incident.notice_due_at() else { return };
        let Some(owner) = incident.taken_by().cloned() else { return };
        match incident.ended_at {
            None if due > now => {}
            None => self.send_notice(&owner),
            // "It is over" names all alarms; and whoever resolves it in Slack sees them there.
            Some(_) if owner.outside || self.texts_that_it_is_over() => {
                self.incident.take_pending();
            }
            Some(_) => self.send_notice(&owner),
        }
    }

    /// Whether its owner need not be told that it is over: they do not know that it was back.
    pub(super) fn is_known_to_be_over(&self) -> bool {
        let incident = &self.incident;
        let is_new =
            |alarm: &Alarm| alarm.joined.is_some_and(|joined| !joined.told && !joined.back);
        incident.notices.over
            && incident.notices.unnamed == 0
            && !incident.alarms.iter().any(is_new)
    }

    fn texts_that_it_is_over(&self) -> bool {
        let is_it =
            |effect: &Effect| matches!(effect, Effect::Text { about: TextAbout::Resolved, .. });
        self.is_known_to_be_over() || self.effects.iter().any(is_it)
    }

    fn send_notice(&mut self, owner: &Owner) {
        let (now, is_back) = (self.now, self.incident.notices.over);
        let (alarms, more) = self.incident.take_pending();
        let notices = &mut self.incident.notices;
        notices.over = false;
        if is_back {
            notices.back_at.retain(|at| now.duration_since(*at) < SignedDuration::from_hours(1));
            notices.back_at.push(now);
        } else {
            notices.joined_at = Some(now);
        }
        let person = owner.person.clone();
        match (owner.outside, is_back) {
            (false, true) => {
                let about = TextAbout::Reopened { alarms, more };
                self.effects.push(Effect::Text { person, about, at: now });
            }
            (false, false) => {
                let about = TextAbout::Joined { alarms, more };
                self.effects.push(Effect::Text { person, about, at: now });
            }
            // That it is open again names its owner.
            (true, true) => {}
            (true, false) => {
                let mut named = alarms;
                let left = named.split_off(named.len().min(MAX_NAMED_IN_SLACK));
                let more = more.saturating_add(u32::try_from(left.len()).unwrap_or(u32::MAX));
                self.tell(Event::OwnerTold { person, alarms: named, more });
            }
        }
    }

    /// An alarm is forgotten, to make space: if its owner was not told of it yet, it is counted.
    pub(super) fn forgets(&mut self, alarm: &Alarm) {
        if alarm.is_pending() && self.incident.phase == Phase::Taken {
            self.incident.notices.unnamed += 1;
        }
    }
}
