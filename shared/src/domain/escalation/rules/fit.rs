//! How large an incident may get: no store takes a record of any size. What it can do without goes first.

use super::super::model::{Alarm, Attempt, Entry, Event, Incident, Timeline};
use crate::domain::size::{cut_json, json_bytes};

/// How many of the latest entries keep their texts as long as any text does.
const LATEST: usize = 20;
/// To how many bytes of JSON all texts are cut, one after the other, until they fit.
const TEXT_BYTES: [usize; 8] = [4_000, 2_000, 1_000, 500, 250, 120, 60, 0];
/// Names in the timeline are not cut to fewer bytes than that.
const NAME_BYTES: usize = 120;
/// How many entries are left, at the beginning and at the end, one after the other, until they fit.
const ENTRIES: [(usize, usize); 4] = [(20, 100), (10, 40), (5, 15), (1, 4)];

impl Incident {
    /// Makes it so small that it has at most so many bytes as JSON beside its attempts, and its attempts so many. Entries
    /// from the number `unsaid` on were not told to anybody yet: they lose their texts last.
    ///
    /// The texts of old entries go first; then all texts become shorter, and end in an ellipsis; then entries in the
    /// middle of the timeline go; last of all, alarms are counted instead of named. Attempts go when they are over, the
    /// oldest first.
    pub fn fit(&mut self, most: usize, most_of_attempts: usize, unsaid: u32) {
        while json_bytes(&self.attempts) > most_of_attempts && self.forget_attempt() {}
        let fits = |incident: &Incident| {
            let all = json_bytes(incident);
            all <= most || all - json_bytes(&incident.attempts) <= most
        };
        if fits(self) {
            return;
        }
        self.timeline.cut_old_texts(unsaid);
        for bytes in TEXT_BYTES {
            if fits(self) {
                return;
            }
            self.alarms.iter_mut().for_each(|alarm| alarm.cut_texts(bytes));
            self.timeline.cut_texts(bytes);
        }
        for (first, latest) in ENTRIES {
            if fits(self) {
                return;
            }
            self.timeline.keep(first, latest);
        }
        while !fits(self) && self.forget_name() {}
    }

    /// Takes out the oldest attempt that is over; the last one stays.
    fn forget_attempt(&mut self) -> bool {
        let is_over = |attempt: &Attempt| attempt.ended_at.is_some() && attempt.outcome.is_some();
        let oldest = self.attempts.iter().position(|attempt| {
            is_over(attempt) && Some(attempt.number) != self.attempts.last().map(|last| last.number)
        });
        oldest.map(|at| self.attempts.remove(at)).is_some()
    }

    /// Forgets an alarm that recovered, or counts one that goes on instead of naming it.
    fn forget_name(&mut self) -> bool {
        let recovered = self.alarms.iter().position(|alarm| alarm.recovered_at.is_some());
        if self.alarms.len() <= 1 {
            return false;
        }
        let at = recovered.unwrap_or(self.alarms.len() - 1);
        let alarm = self.alarms.remove(at);
        if recovered.is_none() {
            self.more_alarms += 1;
            // Its owner is told of it as of one that never had a name.
            let is_pending = alarm.joined.is_some_and(|joined| !joined.notified);
            self.notices.unnamed += u32::from(is_pending);
        }
        true
    }
}

/// Takes the last names out of a list that is longer than so many bytes of JSON; the first one stays. Gives how many.
fn cut_list(names: &mut Vec<String>, bytes: usize) -> u32 {
    let before = names.len();
    while names.len() > 1 && json_bytes(names) > bytes {
        names.pop();
    }
    names.iter_mut().for_each(|name| _ = cut_json(name, bytes.max(NAME_BYTES)));
    u32::try_from(before - names.len()).unwrap_or(u32::MAX)
}

impl Alarm {
    fn cut_texts(&mut self, bytes: usize) {
        cut_json(&mut self.reason, bytes);
        cut_json(&mut self.description, bytes);
    }
}

impl Timeline {
    /// Takes the texts of all entries but the first, the latest, and those that nobody was told yet.
    fn cut_old_texts(&mut self, unsaid: u32) {
        let old = self.entries.len().saturating_sub(LATEST);
        let old = self.entries[..old].iter_mut().skip(1);
        for entry in old.filter(|entry| entry.number < unsaid) {
            entry.cut_texts(0);
        }
    }

    fn cut_texts(&mut self, bytes: usize) {
        self.entries.iter_mut().for_each(|entry| entry.cut_texts(bytes));
    }

    /// Takes out entries in the middle.
    fn keep(&mut self, first: usize, latest: usize) {
        let end = self.entries.len().saturating_sub(latest);
        if first < end {
            self.entries.drain(first..end);
        }
    }
}

impl Entry {
    /// Cuts what a monitor or Twilio says to so many bytes, and names if they are very long.
    fn cut_texts(&mut self, bytes: usize) {
        let (text, names): (Option<&mut String>, [Option<&mut String>; 2]) = match &mut self.event {
            Event::Raised { alarm, reason, by } | Event::Joined { alarm, reason, by } => {
                (Some(reason), [Some(alarm), by.as_mut()])
            }
            Event::CallEnded { person, why, .. } => (why.as_mut(), [Some(person), None]),
            Event::Texted { person, failed } => (failed.as_mut(), [Some(person), None]),
            Event::Silenced { by, reason, .. } => (reason.as_mut(), [Some(by), None]),
            Event::Noted { by, text, .. } => (Some(text), [Some(by), None]),
            Event::CallAsked { by: name, person: other }
            | Event::PassedOn { person: name, to: other, .. } => (None, [Some(name), Some(other)]),
            Event::Reopened { alarm, owner, .. } => (None, [Some(alarm), owner.as_mut()]),
            Event::Recovered { alarm: name, .. }
            | Event::Deleted { alarm: name, .. }
            | Event::NoData { alarm: name }
            | Event::NobodyOnCall { schedule: name }
            | Event::TextNotDelivered { person: name, .. }
            | Event::Calling { person: name, .. }
            | Event::Ringing { person: name, .. }
            | Event::Answered { person: name, .. }
            | Event::Machine { person: name, .. }
            | Event::OtherKey { person: name, .. }
            | Event::ResolvePressed { person: name, .. }
            | Event::PassedOver { person: name }
            | Event::CalledTooOften { person: name, .. }
            | Event::Taken { person: name, .. }
            | Event::OwnerCalledAgain { owner: name }
            | Event::CalledInstead { owner: name }
            | Event::Released { person: name, .. }
            | Event::SilenceEnded { by: name }
            | Event::ResolvedByHand { person: name, .. } => (None, [Some(name), None]),
            Event::RoundAgain { owner: name } | Event::CalledBack { owner: name } => {
                (None, [name.as_mut(), None])
            }
            Event::OwnerNotified { person, alarms, more, .. } => {
                *more += cut_list(alarms, bytes);
                (None, [Some(person), None])
            }
            Event::JoinedUnnamed
            | Event::JoinedTogether { .. }
            | Event::RecoveredTogether { .. }
            | Event::Waiting
            | Event::Exhausted { .. }
            | Event::CalledAgain
            | Event::SilenceOver
            | Event::Resolved { .. }
            | Event::NothingChanged { .. }
            | Event::Repaired { .. } => (None, [None, None]),
        };
        if let Some(text) = text {
            cut_json(text, bytes);
        }
        for name in names.into_iter().flatten() {
            cut_json(name, bytes.max(NAME_BYTES));
        }
    }
}
