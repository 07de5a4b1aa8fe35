//! Alarms go off, and recover.

use jiff::Timestamp;

use super::super::model::{Alarm, Event, MAX_ALARMS, Phase};
use super::update::Update;

impl Update<'_> {
    /// An alarm is in ALARM: it reopens the incident, joins it, or was known.
    pub(super) fn alarm(&mut self, alarm: &Alarm) {
        let (name, reason, by) =
            (alarm.name.clone(), alarm.reason.clone(), alarm.raised_by.clone());
        let known = self.incident.alarms.iter().find(|have| have.key == alarm.key).cloned();
        let recovered_at = known.as_ref().map(|alarm| alarm.recovered_at);
        let resolved_by = self.incident.resolved_by().map(str::to_owned);
        let was_about_us = self.incident.is_about_us();
        let ended_at = self.incident.ended_at.take();
        self.incident.changed_at = Some(self.now);
        if ended_at.is_none() && recovered_at == Some(None) {
            // Somebody else says by hand what is known: that is told, and changes nothing.
            if by.is_some() && known.is_some_and(|known| known.raised_by != by) {
                self.put(alarm);
                self.record(Event::Joined { alarm: name, reason, by });
            }
            return;
        }
        let (now, window) = (self.now, self.incident.policy.flap_window);
        let was_lately = |at: Timestamp| now.duration_since(at) <= window;
        // What its owner declared over, and what then is said again, never recovered: it only goes on.
        let left_off = recovered_at.map(|at| at.or(ended_at)).unwrap_or_default();
        let flaps = left_off.is_some_and(was_lately) && ended_at.is_none_or(was_lately);
        let is_silenced = known.is_some() && self.incident.is_silenced_at(self.now);
        let owner = self.incident.taken_by().map(|owner| owner.person.clone());
        if ended_at.is_some() {
            let owner = owner.clone().filter(|_| flaps);
            self.record(Event::Reopened { alarm: name.clone(), owner, by: by.clone() });
        }
        let has_space =
            known.is_some() || self.incident.alarms.len() < MAX_ALARMS || self.forget_recovered();
        if !has_space {
            self.incident.more_alarms += 1;
            self.record(Event::JoinedUnnamed);
        } else {
            self.put(alarm);
            if ended_at.is_none() {
                self.record(Event::Joined { alarm: name, reason, by });
            }
        }
        // It was said that it is over, and its alarm never recovered: it only goes on.
        let resolved_by = resolved_by.filter(|_| flaps && recovered_at == Some(None));
        if let (Some(_), Phase::Taken, Some(owner)) =
            (&resolved_by, self.incident.phase, &mut self.incident.owner)
        {
            owner.at = self.now;
        }
        // What nobody has is called for again; what somebody has stays theirs, and they are told.
        match (ended_at, self.incident.phase) {
            (Some(_), Phase::Calling | Phase::Exhausted) => match resolved_by {
                Some(by) => self.leave_alone(by),
                None => self.begin_round(),
            },
            (None, Phase::Calling) if self.incident.silenced_until.is_none() => {}
            (Some(over_at), Phase::Taken) if flaps => {
                let has_recovered = recovered_at.flatten().is_some();
                self.reopen_taken(&alarm.key, over_at, has_recovered);
            }
            (None, Phase::Taken)
                if !is_silenced && (flaps || !self.incident.policy.call_on_new_alarm) =>
            {
                self.join_taken(&alarm.key, known.as_ref(), flaps);
            }
            _ if flaps || is_silenced => {}
            _ if self.found_nobody_just_now() && was_about_us == self.incident.is_about_us() => {}
            _ => {
                let is_asked =
                    |_: &String| self.incident.owner.as_ref().is_some_and(|h| !h.outside);
                let owner = owner.filter(is_asked);
                self.record(Event::RoundAgain { owner });
                self.begin_round();
            }
        }
    }

    /// Whether a round began at this very moment and found nobody to call: another one would find nobody either.
    fn found_nobody_just_now(&self) -> bool {
        let incident = &self.incident;
        incident.phase == Phase::Exhausted
            && incident.exhausted_at == Some(self.now)
            && incident.round.began_at == self.now
    }

    fn put(&mut self, alarm: &Alarm) {
        match self.incident.alarms.iter_mut().find(|have| have.key == alarm.key) {
            Some(have) => *have = Alarm { joined: have.joined, ..alarm.clone() },
            None => self.incident.alarms.push(alarm.clone()),
        }
    }

    /// Makes space for the name of one more alarm.
    fn forget_recovered(&mut self) -> bool {
        let recovered = self.incident.alarms.iter().position(|have| have.recovered_at.is_some());
        let forgotten = recovered.map(|at| self.incident.alarms.remove(at));
        forgotten.inspect(|alarm| self.count_forgotten(alarm)).is_some()
    }

    /// An alarm is OK again, or was deleted, which counts as much.
    pub(super) fn recovered(&mut self, key: &str, deleted: bool) {
        let known = self.incident.alarms.iter().position(|have| have.key == key);
        if self.incident.ended_at.is_some() {
            // Somebody had said that it is over: it counts for whether it only flaps.
            match known.and_then(|at| self.incident.alarms.get_mut(at)) {
                Some(alarm) => _ = alarm.recovered_at.get_or_insert(self.now),
                None => self.incident.more_alarms = self.incident.more_alarms.saturating_sub(1),
            }
            return;
        }
        let name = match known {
            Some(at) if self.incident.alarms[at].recovered_at.is_some() => return,
            Some(at) => {
                self.incident.alarms[at].recovered_at = Some(self.now);
                self.incident.alarms[at].name.clone()
            }
            // One of those that are only counted: the intake knows that it had joined.
            None if self.incident.more_alarms > 0 => {
                self.incident.more_alarms -= 1;
                String::new()
            }
            None => return,
        };
        self.incident.changed_at = Some(self.now);
        let left = self.incident.open_count();
        match (left, deleted) {
            (_, true) => self.record(Event::Deleted { alarm: name, left }),
            (0, false) => {}
            (_, false) => self.record(Event::Recovered { alarm: name, left }),
        }
        if left == 0 {
            self.resolve();
        }
    }

    /// An alarm has no data: that is said, and changes nothing.
    pub(super) fn no_data(&mut self, key: &str) {
        if self.incident.ended_at.is_some() {
            return;
        }
        let alarm = self.incident.open_alarms().find(|have| have.key == key);
        if let Some(alarm) = alarm.map(|alarm| alarm.name.clone()) {
            self.incident.changed_at = Some(self.now);
            self.record(Event::NoData { alarm });
        }
    }

    fn resolve(&mut self) {
        let after_seconds = self.lasted();
        self.record(Event::Resolved { after_seconds });
        self.end_incident(None);
        self.text_owner();
    }
}
