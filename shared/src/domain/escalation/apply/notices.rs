//! Notices to the owner of an incident about its alarms while it is theirs: by text message, or in Slack if we cannot
//! text them.
//!
//! Alarms that join are named in one text per [`JOIN_PAUSE`] at most; those that join in between are named in the next
//! one. An incident that was over and is back is told at once, and by a call too if it had been over for longer than
//! [`OVER_FOR`].

use jiff::{SignedDuration, Timestamp};

use super::super::model::{Alarm, Effect, Event, Joined, Owner, Phase, TextAbout};
use super::super::rules::notices::{JOIN_PAUSE, OVER_FOR};
use super::update::Update;
use crate::domain::sid::Sid;

/// The most that one line of Slack names: each of them has a line of its own there.
const MAX_NAMED_IN_SLACK: usize = 8;

impl Update<'_> {
    /// An alarm joins what somebody has. One that comes and goes counts once per [`JOIN_PAUSE`], and not at all while
    /// it only flaps, unless its owner was told that it is over. `before` is the alarm as it was known.
    pub(super) fn join_taken(&mut self, key: &str, before: Option<&Alarm>, flaps: bool) {
        let (now, reopened_at) = (self.now, self.incident.notices.reopened_at);
        let recovered_at = before.and_then(|alarm| alarm.recovered_at);
        let was_over = recovered_at.is_some() && recovered_at <= reopened_at;
        let counted = before.and_then(|alarm| alarm.joined);
        let is_counted = counted.is_some_and(|joined| now.duration_since(joined.at) < JOIN_PAUSE);
        let joined = match is_counted || (flaps && !was_over) {
            true => counted,
            false => Some(Joined { at: now, notified: false, back: was_over }),
        };
        match self.incident.alarm_mut(key) {
            Some(alarm) => alarm.joined = joined,
            None => self.incident.notices.unnamed += 1,
        }
    }

    /// Reopens what was over and taken, by an alarm that flaps. Its owner is told, and called if it had been over
    /// for a while; an alarm that never recovered, and is only reported again, calls nobody.
    pub(super) fn reopen_taken(&mut self, key: &str, over_at: Timestamp, recovered: bool) {
        let now = self.now;
        let notices = &mut self.incident.notices;
        (notices.reopened_at, notices.over) = (Some(now), true);
        if let Some(alarm) = self.incident.alarm_mut(key) {
            alarm.joined = Some(Joined { at: now, notified: false, back: true });
        }
        if !recovered || now.duration_since(over_at) <= OVER_FOR {
            return;
        }
        let Some(owner) = self.incident.taken_by().cloned() else { return };
        if !owner.outside
            && let Some(too_often) = self.called_too_often(&owner.person)
        {
            // They have it, and are texted: that is no reason to call others.
            return self.record(too_often);
        }
        self.notify_owner();
        let owner = (!owner.outside).then_some(owner.person);
        self.record(Event::CalledBack { owner });
        self.begin_round();
    }

    /// Tells the owner what is due.
    pub(super) fn notify_owner(&mut self) {
        let (now, incident) = (self.now, &self.incident);
        let Some(due) = incident.notice_due_at() else { return };
        let Some(owner) = incident.taken_by().cloned() else { return };
        match incident.ended_at {
            None if due > now => {}
            None => self.send_notice(&owner),
            // "It is over" names all alarms; whoever resolves it in Slack sees them there, and whoever does by a text was told
            // of them.
            Some(_) if owner.outside || self.by_text.is_some() || self.texts_resolved() => {
                self.incident.take_pending();
            }
            Some(_) => self.send_notice(&owner),
        }
    }

    /// A text was not delivered: that is said once of each, and changes nothing.
    pub(super) fn text_not_delivered(&mut self, person: &str, code: Option<u32>, sid: &Sid) {
        let is_it = |event: &Event| {
            let Event::TextNotDelivered { person: to, sid: known, .. } = event else {
                return false;
            };
            to == person && known == sid
        };
        if !self.incident.timeline.entries.iter().any(|entry| is_it(&entry.event)) {
            let (person, sid) = (person.to_owned(), sid.clone());
            self.record(Event::TextNotDelivered { person, code, sid });
        }
    }

    /// Whether its owner need not be told that it is over: they do not know that it was back.
    pub(super) fn owner_knows_it_is_over(&self) -> bool {
        let incident = &self.incident;
        let is_new =
            |alarm: &Alarm| alarm.joined.is_some_and(|joined| !joined.notified && !joined.back);
        incident.notices.over
            && incident.notices.unnamed == 0
            && !incident.alarms.iter().any(is_new)
    }

    fn texts_resolved(&self) -> bool {
        let is_it =
            |effect: &Effect| matches!(effect, Effect::Text { about: TextAbout::Resolved, .. });
        self.owner_knows_it_is_over() || self.effects.iter().any(is_it)
    }

    fn send_notice(&mut self, owner: &Owner) {
        let (now, is_back) = (self.now, self.incident.notices.over);
        let (alarms, more) = self.incident.take_pending();
        let notices = &mut self.incident.notices;
        notices.over = false;
        notices.back_at.retain(|at| now.duration_since(*at) < SignedDuration::from_hours(1));
        match (owner.outside, is_back) {
            // Nobody is texted: no text of the hour is used up.
            (true, true) => {}
            (false, true) => notices.back_at.push(now),
            (_, false) => notices.joined_at = Some(now),
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
                self.record(Event::OwnerNotified { person, alarms: named, more });
            }
        }
    }

    /// An alarm is forgotten, to make space: if its owner was not told of it yet, it is counted.
    pub(super) fn count_forgotten(&mut self, alarm: &Alarm) {
        if alarm.is_pending() && self.incident.phase == Phase::Taken {
            self.incident.notices.unnamed += 1;
        }
    }
}
