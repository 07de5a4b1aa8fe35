//! Alarms come in: each raises an incident, joins one, or lets one end.
//!
//! 1. `triage`: what calls nobody is set aside (`configured`, `verdict`, `shape`: the rules), and reported once (`reports`).
//! 2. `former_keys`: an alarm that is stored under the key of a former version is found.
//! 3. `policies`: which policy decides about the rest; `going_on`: what no policy is for, and an open incident is.
//! 4. `groups`: it goes to these. [`recent`]: the latest names, for the first page.

mod configured;
mod deleted;
mod former_keys;
mod going_on;
mod groups;
mod policies;
pub mod recent;
mod reports;
mod shape;
#[cfg(test)]
mod tests;
mod triage;
mod verdict;

pub use super::alarm_result::{AlarmResult, respond};

use jiff::Timestamp;

use super::Escalate;
use super::transaction::Transaction;
use super::work::Work;
use crate::Error;
use crate::domain::alarm::own::resource;
use crate::domain::alarm::{self, Change, Kind, Malformed, State};
use crate::domain::escalation::{Alarm, IncidentId, Signal};
use crate::domain::text::mask_e164;
use crate::storage::records::{AlarmRecord, StoredIncident, is_long_after};
use configured::result_without_policy;
use former_keys::use_former_keys;
use groups::Groups;
use triage::Triage;
use verdict::Part;

/// How often we try against others who write the same notes.
const MAX_CONFLICTS: usize = 20;

/// How many parts of one request become dead letters of their own; the rest of them is kept in one.
const MAX_REFUSED: usize = 10;

impl AlarmRecord {
    /// Whether this change was known when this was stored, or is older.
    fn covers(&self, change: &Change) -> bool {
        let same = self.state == change.state;
        // A firing that began after the one that is known is another one: that one's end was never said.
        let anew = change.state == State::Alarm && change.at > self.at && !change.undated;
        match change.unordered {
            true => same && !anew,
            false => self.at > change.at || (self.at == change.at && same),
        }
    }

    /// Whether this is to be written anew, so that an alarm that goes on is not forgotten, however long it only repeats
    /// itself: half of its retention is over. Not at every repeat.
    fn is_to_be_renewed(&self, change: &Change, now: Timestamp) -> bool {
        let goes_on = self.state == State::Alarm && change.state == State::Alarm;
        goes_on && is_long_after(now, self.written_at.unwrap_or(self.at))
    }
}

impl Escalate {
    /// Takes what a monitor sends. When this is `Ok`, all of it is stored: in an incident, or as a dead letter. Returns the
    /// result of each part, in the order of the request.
    ///
    /// # Errors
    /// Those of the store, the queue and the settings: then it has to come again.
    pub async fn take(&self, body: &[u8], now: Timestamp) -> Result<Vec<AlarmResult>, Error> {
        self.begin(now).await?.take(body).await
    }

    /// Takes what a dead letter holds, once more: in our own shape too, which no monitor may use.
    ///
    /// # Errors
    /// The same.
    pub async fn take_again(&self, body: &[u8], now: Timestamp) -> Result<Vec<AlarmResult>, Error> {
        self.begin(now).await?.take_again(body).await
    }
}

/// A request with alarms, while it is taken in.
struct Intake<'a> {
    work: &'a Work<'a>,
}

impl Work<'_> {
    pub(super) async fn take(&self, body: &[u8]) -> Result<Vec<AlarmResult>, Error> {
        self.take_parts(alarm::parse(body, self.now), body).await
    }

    /// Takes what was read of a body.
    pub(super) async fn take_parts(
        &self,
        parts: Vec<Part>,
        body: &[u8],
    ) -> Result<Vec<AlarmResult>, Error> {
        let seen = recent::seen(&parts);
        let results = Intake { work: self }.take_parts(parts, body, false).await?;
        self.update_recent(seen).await;
        Ok(results)
    }

    pub(super) async fn take_again(&self, body: &[u8]) -> Result<Vec<AlarmResult>, Error> {
        let parts = alarm::parse_replayed(body, self.now);
        Intake { work: self }.take_parts(parts, body, true).await
    }

    /// Whether an alarm may call anybody by now. One that may not (no policy is for it any more, it is ignored, its actions
    /// are disabled) is set aside like one that comes in.
    pub(super) async fn may_call(&self, change: &Change) -> Result<bool, Error> {
        let intake = Intake { work: self };
        let mut triage = Triage::new(vec![Ok(change.clone())], &self.settings, false);
        for _ in 0..MAX_CONFLICTS {
            let units = intake.triage(&mut triage).await?;
            if !triage.taken().is_empty() {
                return Ok(true);
            }
            intake.report(&mut triage).await?;
            if intake.write_units(&mut triage, units).await? {
                return Ok(false);
            }
        }
        Err(Error::Conflict { keys: Vec::new() })
    }

    pub(super) async fn count_results(&self, results: &[AlarmResult]) {
        self.count(results.iter().map(|result| (result.counter(), 1)).collect()).await;
    }
}

impl Intake<'_> {
    async fn take_parts(
        &self,
        parts: Vec<Part>,
        body: &[u8],
        replayed: bool,
    ) -> Result<Vec<AlarmResult>, Error> {
        let settings = &self.work.settings;
        let mut triage = Triage::new(few_refused(parts, body), settings, replayed);
        for _ in 0..MAX_CONFLICTS {
            let units = self.triage(&mut triage).await?;
            // People are called before anything else is written down. What is remembered of these alarms follows: a crash
            // between the two has them taken in again, which changes nothing.
            let (groups, gone) = self.by_policy(&mut triage).await?;
            triage.results.extend(gone);
            let joined = self.join_incidents(groups).await?;
            triage.results.extend(joined);
            self.report(&mut triage).await?;
            if self.write_units(&mut triage, units).await? {
                let results: Vec<AlarmResult> = triage.results.into_values().collect();
                self.work.count_results(&results).await;
                return Ok(results);
            }
        }
        Err(Error::Conflict { keys: Vec::new() })
    }

    /// Returns the changes that are taken, each with its policy; and the results for the series of an alarm that was
    /// deleted since.
    async fn by_policy(
        &self,
        triage: &mut Triage<'_>,
    ) -> Result<(Groups, Vec<(usize, AlarmResult)>), Error> {
        let settings = &self.work.settings;
        let mut changes = triage.taken();
        let known = self.alarm_records(&changes).await?;
        use_former_keys(&mut changes, &known);
        let policies = self.policies_of(&changes, &known).await?;
        let (mut groups, mut gone) = (Groups::default(), Vec::new());
        for ((at, change), policy) in changes.into_iter().zip(policies) {
            let Some(policy) = policy else {
                match change.state {
                    State::Alarm => triage.put_back(at, change),
                    _ => gone.push((at, result_without_policy(settings, &change.name))),
                }
                continue;
            };
            // A change that is said to be later than now happened now: nothing that follows would count otherwise.
            let (name, when) = (mask_e164(&change.name), change.at.min(self.work.now));
            let change = Change { name, at: when, ..change };
            gone.push((at, AlarmResult::Nothing { alarm: change.name.clone() }));
            for change in self.work.with_its_series(&policy, change).await? {
                groups.add(policy.clone(), at, change, settings);
            }
        }
        Ok((groups, gone))
    }
}

/// The same parts, of which only so many are refused each for itself: the rest of those is one part, the whole body.
fn few_refused(parts: Vec<Part>, body: &[u8]) -> Vec<Part> {
    let (mut refused, mut left_out) = (0, 0);
    let mut few: Vec<Part> = Vec::new();
    for part in parts {
        refused += usize::from(part.is_err());
        match part.is_err() && refused > MAX_REFUSED {
            true => left_out += 1,
            false => few.push(part),
        }
    }
    if left_out > 0 {
        let reason = format!("{left_out} more parts of a request could not be understood");
        let body = String::from_utf8_lossy(body).into_owned();
        few.push(Err(Malformed::new(reason, body, Kind::Unknown)));
    }
    few
}

impl Transaction<'_> {
    /// Lets an alarm raise an incident, join one, or tell it that it is over. Gives the id of the incident that it
    /// belongs to from now on.
    pub(super) fn join(&mut self, change: &Change) -> Option<IncidentId> {
        let key = change.key.clone();
        let joined = self.alarm_record.as_ref().and_then(|record| record.incident.clone());
        let joined = joined.filter(|id| self.is(id));
        let is_named =
            |stored: &StoredIncident| stored.incident.alarms.iter().any(|alarm| alarm.key == key);
        let is_named = self.stored.as_ref().is_some_and(is_named);
        let is_over = self.stored.as_ref().is_some_and(|stored| stored.incident.ended_at.is_some());
        match change.state {
            State::Alarm if joined.is_some() && !is_named && !is_over => joined, // It is counted already.
            State::Alarm => {
                if joined.is_some() && !is_named {
                    // An incident that is over has counted it, and it goes off anew: it counts once.
                    self.apply(&[Signal::Recovered { key }]);
                }
                self.goes_off(change);
                self.stored.as_ref().map(|stored| stored.incident.id.clone())
            }
            State::NoData => {
                let key = self.key_in_incident(change);
                self.apply(&[Signal::NoData { key }]);
                joined
            }
            State::Ok | State::Deleted => {
                if joined.is_some() || is_named {
                    self.apply(&[match change.state {
                        State::Deleted => Signal::Deleted { key },
                        _ => Signal::Recovered { key },
                    }]);
                }
                None
            }
        }
    }

    fn goes_off(&mut self, change: &Change) {
        self.join_as(Alarm {
            key: change.key.clone(),
            name: change.name.clone(),
            since: change.at,
            reason: mask_e164(&change.reason),
            description: mask_e164(&change.description),
            recovered_at: None,
            joined: None,
            raised_by: None,
            about_us: self
                .own_alarms
                .is_some_and(|prefix| resource(&change.name, prefix).is_some()),
        });
    }

    /// Lets an alarm that goes off raise an incident, or join the one that is open or reopens.
    pub(super) fn join_as(&mut self, alarm: Alarm) {
        let now = self.now;
        // One that is over goes on while something is left to be done, or somebody is still in its call: what takes its
        // place would forget that, and call them once more meanwhile.
        let is_open = |stored: &StoredIncident| {
            let incident = &stored.incident;
            let goes_on = !stored.to_do.is_empty() || incident.is_in_call(now);
            incident.ended_at.is_none() || incident.reopens(now) || goes_on
        };
        match self.stored.as_ref().is_some_and(is_open) {
            true => self.apply(&[Signal::Alarm(alarm)]),
            false => self.raise(alarm),
        }
    }
}
