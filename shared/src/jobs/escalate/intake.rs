//! Alarms come in: each raises an incident, joins one, or lets one end.
//!
//! 1. `triage`: what calls nobody is set aside (`verdict`, `shape`: the rules), and reported once.
//! 2. `known`: an alarm that is kept under the key of a former version is found.
//! 3. `together`: the rest goes to its policies. [`recent`]: the names heard last, for the first page.

mod deleted;
mod heard;
mod known;
pub mod recent;
mod shape;
#[cfg(test)]
mod tests;
mod together;
mod triage;
mod verdict;

pub use heard::{Heard, told};

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::App;
use crate::Error;
use crate::config::Settings;
use crate::domain::alarm::own::resource;
use crate::domain::alarm::{self, Change, Kind, Malformed, State};
use crate::domain::escalation::{Alarm, Signal};
use crate::domain::text::mask_e164;
use crate::http::{Request, Response};
use crate::storage::records::{Kept, LastWord};
use together::Groups;
use triage::{Part, Triage};

/// How often we try against others who write the same notes.
const MAX_RACES: usize = 20;

/// How many parts of one request become dead letters of their own; the rest of them is kept in one.
const MOST_REFUSED: usize = 10;

impl LastWord {
    /// Whether this change was known when the alarm said this, or is older.
    fn covers(&self, change: &Change) -> bool {
        let same = self.state == change.state;
        // A firing that began after the one that is known is another one: that one's end was never said.
        let anew = change.state == State::Alarm && change.at > self.at && !change.undated;
        match change.unordered {
            true => same && !anew,
            false => self.at > change.at || (self.at == change.at && same),
        }
    }
}

impl App {
    /// Takes what a monitor says. When this is `Ok`, all of it is kept: in an incident, or as a dead letter. Gives what
    /// became of each part, in the order of the request.
    pub async fn take(&self, body: &[u8]) -> Result<Vec<Heard>, Error> {
        let parts = alarm::parse(body, self.now());
        let seen = recent::seen(&parts);
        let became = self.take_parts(parts, body, false).await?;
        self.note_seen(seen).await;
        Ok(became)
    }

    /// Takes what a dead letter holds, once more: in our own shape too, which no monitor may use.
    pub async fn take_again(&self, body: &[u8]) -> Result<Vec<Heard>, Error> {
        self.take_parts(alarm::parse_replayed(body, self.now()), body, true).await
    }

    async fn take_parts(
        &self,
        parts: Vec<Part>,
        body: &[u8],
        replayed: bool,
    ) -> Result<Vec<Heard>, Error> {
        let settings = self.live.get(self.now()).await?;
        let mut triage = Triage::new(few_refused(parts, body), &settings, replayed);
        for _ in 0..MAX_RACES {
            let units = self.triage(&mut triage).await?;
            // People are called before anything else is written down. What is remembered of these alarms follows: a crash
            // between the two has them taken in again, which changes nothing.
            let (groups, gone) = self.by_policy(triage.taken(), &settings).await?;
            triage.became.extend(gone);
            let heard = self.hear(groups).await?;
            triage.became.extend(heard);
            self.report(&mut triage).await?;
            if self.write_units(&mut triage, units).await? {
                let became: Vec<Heard> = triage.became.into_values().collect();
                self.count(&became).await;
                return Ok(became);
            }
        }
        Err(Error::Conflict { keys: Vec::new() })
    }

    /// The changes, each with its policy; and what is heard of the series of an alarm that was deleted since.
    async fn by_policy(
        &self,
        mut changes: Vec<(usize, Change)>,
        settings: &Settings,
    ) -> Result<(Groups, Vec<(usize, Heard)>), Error> {
        self.use_known_keys(&mut changes).await?;
        let (mut groups, mut gone) = (Groups::default(), Vec::new());
        for (at, change) in changes {
            let Some(policy) = settings.config.escalation.policy_for(&change.name) else {
                continue;
            };
            // What is said to have happened later than now happened now: nothing that follows would count otherwise.
            let (name, when) = (mask_e164(&change.name), change.at.min(self.now()));
            let change = Change { name, at: when, ..change };
            gone.push((at, Heard::Nothing { alarm: change.name.clone() }));
            for change in self.with_its_series(policy, change).await? {
                groups.add(policy.to_owned(), at, change, settings);
            }
        }
        Ok((groups, gone))
    }

    /// Answers `POST /alarms`, whose proof is a bearer token.
    ///
    /// # Errors
    /// 401 without the token, 422 if something has no known shape (it is kept), 5xx for what may be our own fault.
    pub async fn answer_monitor(&self, request: &Request) -> Result<Response, Error> {
        let settings = self.live.get(self.now()).await?;
        let token = settings.secret("alarms-token").ok_or_else(|| {
            let what =
                "POST /alarms needs a token: store the parameter alarms-token, or set ALARMS_TOKEN";
            Error::NotSetUp(what.to_owned())
        })?;
        let bearer = request.header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let same = |given: &str| bool::from(hash(given).ct_eq(&hash(token.expose())));
        if !bearer.is_some_and(same) {
            return Err(Error::NoToken);
        }
        self.take(&request.body).await.map(|heard| told(&heard))
    }

    /// Whether an alarm may call anybody by now. One that may not (no policy is for it any more, it is ignored, its actions
    /// are disabled) is set aside like one that comes in.
    pub(super) async fn may_call(&self, change: &Change) -> Result<bool, Error> {
        let settings = self.live.get(self.now()).await?;
        let mut triage = Triage::new(vec![Ok(change.clone())], &settings, false);
        for _ in 0..MAX_RACES {
            let units = self.triage(&mut triage).await?;
            if !triage.taken().is_empty() {
                return Ok(true);
            }
            self.report(&mut triage).await?;
            if self.write_units(&mut triage, units).await? {
                return Ok(false);
            }
        }
        Err(Error::Conflict { keys: Vec::new() })
    }

    pub(super) async fn count(&self, heard: &[Heard]) {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for heard in heard {
            *counts.entry(heard.counter()).or_default() += 1;
        }
        let counters: Vec<(&str, u64)> = counts.into_iter().collect();
        if !counters.is_empty()
            && let Err(error) = self.store.add(&counters).await
        {
            tracing::warn!(%error, "counters were not noted");
        }
    }
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

/// The same parts, of which only so many are refused each for itself: the rest of those is one part, the whole body.
fn few_refused(parts: Vec<Part>, body: &[u8]) -> Vec<Part> {
    let (mut refused, mut left_out) = (0, 0);
    let mut few: Vec<Part> = Vec::new();
    for part in parts {
        refused += usize::from(part.is_err());
        match part.is_err() && refused > MOST_REFUSED {
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

impl super::draft::Draft<'_> {
    /// Lets an alarm raise an incident, join one, or tell it that it is over. Gives the id of the incident that it
    /// belongs to from now on.
    pub(super) fn hear(&mut self, change: &Change) -> Option<String> {
        let key = change.key.clone();
        let joined = self.last_word.as_ref().and_then(|word| word.incident.clone());
        let joined = joined.filter(|id| self.is(id));
        let is_named = |kept: &Kept| kept.incident.alarms.iter().any(|alarm| alarm.key == key);
        let is_named = self.kept.as_ref().is_some_and(is_named);
        match change.state {
            State::Alarm if joined.is_some() && !is_named => joined, // It is counted already.
            State::Alarm => {
                self.goes_off(change);
                self.kept.as_ref().map(|kept| kept.incident.id.clone())
            }
            State::NoData => {
                self.tell(&[Signal::NoData { key }]);
                joined
            }
            State::Ok | State::Deleted => {
                if joined.is_some() || is_named {
                    self.tell(&[match change.state {
                        State::Deleted => Signal::Deleted { key },
                        _ => Signal::Recovered { key },
                    }]);
                }
                None
            }
        }
    }

    fn goes_off(&mut self, change: &Change) {
        let alarm = Alarm {
            key: change.key.clone(),
            name: change.name.clone(),
            since: change.at,
            reason: mask_e164(&change.reason),
            description: mask_e164(&change.description),
            recovered_at: None,
            joined: None,
            about_us: self
                .own_alarms
                .is_some_and(|prefix| resource(&change.name, prefix).is_some()),
        };
        let now = self.now;
        // One that is over goes on while something is left to be done, or somebody is still in its call: what takes its
        // place would forget that, and call them once more meanwhile.
        let is_open = |kept: &Kept| {
            let incident = &kept.incident;
            let goes_on = !kept.to_do.is_empty() || incident.is_in_call(now);
            incident.ended_at.is_none() || incident.reopens(now) || goes_on
        };
        match self.kept.as_ref().is_some_and(is_open) {
            true => self.tell(&[Signal::Alarm(alarm)]),
            false => self.raise(alarm),
        }
    }
}
