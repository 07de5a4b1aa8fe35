//! The last words of the alarms, as they were written down; and which of them wait for the end of a silence.

use shared::Timestamp;
use shared::domain::alarm::State;
use shared::domain::escalation::{Entry, Event, Incident, IncidentId, Phase};
use shared::storage::Put;
use shared::storage::records::{ALARMS, AlarmRecord, SILENCES, Waits};

use crate::world::{What, World};

/// An alarm, as far as it was written down.
pub(crate) struct Alarm {
    pub(crate) policy: u8,
    /// It went off, and has not recovered.
    pub(crate) on: bool,
    /// It went off while it was silenced.
    pub(crate) waits: Option<Waits>,
    /// This incident ended though the alarm goes on: somebody said so, or nothing had changed for long.
    aside: Option<IncidentId>,
    /// When it last said anything.
    pub(crate) said_at: i64,
}

/// The word of an alarm in the write that is looked at.
pub(crate) struct Word {
    alarm: usize,
    incident: Option<IncidentId>,
    /// It was deleted.
    deleted: bool,
    /// The incident that had ended though it goes on.
    was_aside: Option<IncidentId>,
    /// It came and went in an incident that was silenced until this write, and is put off.
    put_off_in_silenced: bool,
}

impl Alarm {
    pub(crate) fn new(policy: u8) -> Alarm {
        Alarm { policy, on: false, waits: None, aside: None, said_at: i64::MIN }
    }

    /// Whether it is one of those that go on in this incident.
    fn goes_on_in(&self, id: &IncidentId) -> bool {
        match &self.aside {
            Some(aside) => self.on && aside == id,
            None => self.on && self.waits.is_none(),
        }
    }
}

impl World {
    /// Something was written beside an incident.
    pub(crate) fn saw_beside(&mut self, put: &Put) {
        match put.key.pk.as_str() {
            ALARMS => self.saw_word(put),
            SILENCES => self.saw_silence(put),
            _ => {}
        }
    }

    fn saw_word(&mut self, put: &Put) {
        let at = self.watch.alarm_keys.iter().position(|key| *key == put.key);
        let Some((at, word)) = at.zip(serde_json::from_str::<AlarmRecord>(&put.body).ok()) else {
            return self.fail(format!("an alarm's word that cannot be read: {}", put.body));
        };
        self.note(|| format!("  alarm {at}: {:?} {:?}", word.state, word.waits));
        let went_on = self.goes_on_in_an_open_one(at);
        let (began, now) = (self.began, self.now);
        // That silence may have ended while this was decided.
        let may_be_in_silenced = !went_on && self.comes_and_goes_in_a_silenced_one(at, began);
        let in_silenced = !went_on && self.comes_and_goes_in_a_silenced_one(at, now);
        let alarm = &mut self.watch.alarms[at];
        alarm.said_at = now;
        let (waited, was_aside) = (alarm.waits, alarm.aside.clone());
        match word.state {
            State::Alarm => alarm.on = true,
            State::Ok | State::Deleted => (alarm.on, alarm.aside) = (false, None),
            State::NoData => {}
        }
        let is_heard_anew = word.state == State::Alarm && word.waits.is_none();
        if is_heard_anew || (word.incident.is_some() && word.incident != alarm.aside) {
            alarm.aside = None;
        }
        alarm.waits = word.waits;
        match word.waits {
            Some(waits) if waited != Some(waits) => self.check_put_off(at, waited, waits, went_on),
            None if is_heard_anew && !went_on && !may_be_in_silenced => self.check_not_put_off(at),
            _ => {}
        }
        let deleted = word.state == State::Deleted;
        let put_off_in_silenced = in_silenced && word.waits.is_some() && word.waits != waited;
        let incident = word.incident;
        let word = Word { alarm: at, incident, deleted, was_aside, put_off_in_silenced };
        self.watch.words.push(word);
    }

    /// The incident of this alarm's policy, if it was open before this write.
    fn open_incident_of(&self, at: usize) -> Option<&Incident> {
        let kept = self.watch.kept.get(&format!("w{}", self.watch.alarms[at].policy))?;
        Some(&kept.incident).filter(|incident| incident.ended_at.is_none())
    }

    fn goes_on_in_an_open_one(&self, at: usize) -> bool {
        let incident = self.open_incident_of(at);
        incident.is_some_and(|incident| self.watch.alarms[at].goes_on_in(&incident.id))
    }

    /// Whether this alarm is known to an incident that is silenced at `when`, in milliseconds. The silence of what
    /// somebody has is over by the clock, any other one when its wake-up has come.
    fn comes_and_goes_in_a_silenced_one(&self, at: usize, when: i64) -> bool {
        let key = format!("arn:{at}");
        self.open_incident_of(at).is_some_and(|incident| {
            let is_taken = incident.phase == Phase::Taken;
            let goes_on = |until: Timestamp| !is_taken || when < until.as_millisecond();
            incident.silenced_until.is_some_and(goes_on)
                && incident.alarms.iter().any(|alarm| alarm.key == key)
        })
    }

    /// An incident was written: of many alarms in one request, an earlier one may have ended its silence, or it was
    /// over in between. A later one that went off then did so outside of it.
    pub(crate) fn note_end_of_silence(&mut self, entries: &[&Entry]) {
        let ends = |entry: &&Entry| {
            matches!(entry.event, Event::RoundAgain { .. } | Event::Resolved { .. })
        };
        if entries.iter().any(ends) {
            self.watch.words.iter_mut().for_each(|word| word.put_off_in_silenced = false);
        }
    }

    /// All of a write was seen: what comes and goes in an incident that stays silenced is not put off.
    pub(crate) fn check_put_off_in_silenced(&mut self) {
        // (One that the same request has pushed out of the incident is known to it no longer.)
        let words = self.watch.words.iter().filter(|word| {
            word.put_off_in_silenced && self.comes_and_goes_in_a_silenced_one(word.alarm, self.now)
        });
        for at in words.map(|word| word.alarm).collect::<Vec<_>>() {
            self.fail(format!(
                "the alarm {at} comes and goes in a silenced incident, and is put off"
            ));
        }
    }

    /// It is put off until the end of a silence.
    fn check_put_off(&mut self, at: usize, waited: Option<Waits>, waits: Waits, went_on: bool) {
        let policy = self.watch.alarms[at].policy;
        let (began, now) = (self.began, self.now);
        let asked =
            self.watch.asked.iter().any(|asked| {
                asked.is_for(policy, at) && asked.landed <= now && began < asked.until
            });
        self.watch.totals.put_off += 1;
        if !asked && !self.watch.plan.may_be_silenced(policy, at, began, now) {
            self.fail(format!("the alarm {at} is put off, and nothing silences it"));
        }
        if went_on {
            self.fail(format!("the alarm {at} goes on in an open incident, and is put off"));
        }
        // Said twice in one silence, it is one line.
        let said_of = |line: &String| {
            let until = line.strip_prefix(&self.watch.alarm_keys[at].sk).map(str::trim);
            until.and_then(|until| until.parse::<Timestamp>().ok())
        };
        let is_of_this = |until: Timestamp| until <= waits.due && began < until.as_millisecond();
        let mut said = self.watch.muted.iter().filter_map(said_of);
        if waited.is_none() && !said.any(is_of_this) {
            self.fail(format!("the alarm {at} is put off, and that was not said"));
        }
        if self.known.wake_ups_arrive() && !self.rows.has_silenced_wake_up(at, waits.due) {
            self.fail(format!("the alarm {at} waits for {}, and nothing wakes it", waits.due));
        }
        if self.known.prompt() {
            let long = waits.due.as_millisecond() - now + 20_000;
            self.after(long, What::SilenceOfAlarmOver(at, waits.due));
        }
    }

    /// It goes off, and people may be called: then it is not silenced, or was not all the time that this was decided.
    fn check_not_put_off(&mut self, at: usize) {
        let policy = self.watch.alarms[at].policy;
        let (began, now) = (self.began, self.now);
        let asked =
            self.watch.asked.iter().any(|asked| {
                asked.is_for(policy, at) && asked.landed <= began && now < asked.until
            });
        if asked || self.watch.plan.is_silenced(policy, at, began, now) {
            self.fail(format!("the alarm {at} is silenced, and goes off"));
        }
    }

    /// The wake-up of an alarm that was silenced is off the queue: the alarm must not wait for it any more.
    pub(crate) fn check_silenced_wake_up(&mut self, key: &str, due: Timestamp) {
        let at = key.strip_prefix("arn:").and_then(|at| at.parse::<usize>().ok());
        let Some(at) = at.filter(|at| *at < self.watch.alarms.len()) else { return };
        let waits = self.watch.alarms[at].waits.is_some_and(|waits| waits.due == due);
        if waits && self.known.wake_ups_arrive() && !self.rows.has_silenced_wake_up(at, due) {
            self.fail(format!("the alarm {at} waits for {due}, which came and went"));
        }
    }

    /// Its silence was over a moment ago.
    pub(crate) fn check_waiting(&mut self, at: usize, due: Timestamp) {
        if self.watch.alarms[at].waits.is_some_and(|waits| waits.due == due) {
            self.fail(format!("the alarm {at} still waits for {due}"));
        }
    }

    /// How many alarms go on in this incident.
    pub(crate) fn going_on(&self, incident: &Incident) -> usize {
        let policy = &incident.policy.name;
        let is_its = |alarm: &&Alarm| {
            alarm.goes_on_in(&incident.id)
                && self.watch.policies.get(usize::from(alarm.policy)) == Some(policy)
        };
        self.watch.alarms.iter().filter(is_its).count()
    }

    /// It is over, whatever these alarms say.
    pub(crate) fn set_aside(&mut self, incident: &Incident) {
        for alarm in &mut self.watch.alarms {
            let is_its =
                self.watch.policies.get(usize::from(alarm.policy)) == Some(&incident.policy.name);
            if is_its && alarm.goes_on_in(&incident.id) {
                alarm.aside = Some(incident.id.clone());
            }
        }
    }

    /// Whether an alarm that joins this incident was written together with it.
    pub(crate) fn has_a_word_for(&self, id: &IncidentId) -> bool {
        let mut words = self.watch.words.iter();
        words.any(|word| word.incident.as_ref() == Some(id) && self.watch.alarms[word.alarm].on)
    }

    /// Whether a deletion was written together with what is looked at.
    pub(crate) fn has_a_deletion(&self) -> bool {
        self.watch.words.iter().any(|word| word.deleted)
    }

    /// Whether the alarm that was written together with this incident went on when the incident ended.
    pub(crate) fn only_goes_on(&self, id: &IncidentId) -> bool {
        let mut words = self.watch.words.iter();
        words.any(|word| word.was_aside.as_ref() == Some(id))
    }

    /// When an alarm of this policy last said anything.
    pub(crate) fn last_word_of(&self, policy: &str) -> i64 {
        let is_its = |alarm: &&Alarm| {
            self.watch.policies.get(usize::from(alarm.policy)).map(String::as_str) == Some(policy)
        };
        self.watch.alarms.iter().filter(is_its).map(|alarm| alarm.said_at).max().unwrap_or(i64::MIN)
    }
}
