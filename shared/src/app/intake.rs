//! Alarms come in: each raises an incident, joins one, or lets one end.

mod heard;
mod together;

pub use heard::{Heard, told};

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::App;
use super::record::{Kept, LastWord};
use crate::Error;
use crate::alarm::{self, Change, Malformed, State};
use crate::config::Settings;
use crate::dead_letters::{self, Letter};
use crate::escalation::{Alarm, Signal};
use crate::forward::task::{Lines, Task};
use crate::http::{Request, Response};
use crate::ports::To;
use crate::routes::Line;
use crate::slack::message::{cut, escape};
use crate::{mask_e164, mask_numbers};
use together::Groups;

/// How many parts of one request become dead letters of their own; the rest of them is kept in one.
const MOST_REFUSED: usize = 10;

impl LastWord {
    /// Whether this change was known when the alarm said this, or is older.
    fn covers(&self, change: &Change) -> bool {
        let same = self.state == change.state;
        match change.unordered {
            true => same,
            false => self.at > change.at || (self.at == change.at && same),
        }
    }
}

impl App {
    /// Takes what a monitor says. When this is `Ok`, all of it is kept: in an incident, or as a dead letter. Gives what
    /// became of each part, in the order of the request.
    pub async fn take(&self, body: &[u8]) -> Result<Vec<Heard>, Error> {
        // Our own shape is what a dead letter holds of an alarm that was for no policy.
        let changes = match serde_json::from_slice::<Change>(body) {
            Ok(change) => vec![Ok(change)],
            Err(_) => alarm::parse(body, self.now()),
        };
        let settings = self.live.get(self.now()).await?;
        let mut became: Vec<Option<Heard>> = vec![None; changes.len()];
        let (mut groups, mut refused, mut left_out) = (Groups::default(), Vec::new(), 0);
        for (at, change) in changes.into_iter().enumerate() {
            match change.map(|change| self.sort(change, &settings)) {
                Ok(Sorted::For(policy, change)) => groups.add(policy, at, change, &settings),
                Ok(Sorted::Kept(malformed)) => refused.push((at, malformed)),
                Ok(Sorted::Done(heard)) => became[at] = Some(heard),
                Err(malformed) if refused.len() < MOST_REFUSED => refused.push((at, malformed)),
                Err(_) => left_out += 1,
            }
        }
        for (at, heard) in self.hear(groups).await? {
            became[at] = Some(heard);
        }
        if left_out > 0 {
            let reason = format!("{left_out} more parts of a request could not be understood");
            let kept = &body[..body.len().min(alarm::LONGEST_KEPT)];
            let body = String::from_utf8_lossy(kept).into_owned();
            refused.push((became.len(), Malformed { reason, body }));
            became.push(None);
        }
        let (places, refused): (Vec<usize>, Vec<Malformed>) = refused.into_iter().unzip();
        self.keep(&refused).await?;
        for (at, Malformed { reason, .. }) in places.into_iter().zip(refused) {
            became[at] = Some(Heard::DeadLetter { reason });
        }
        let became: Vec<Heard> = became.into_iter().flatten().collect();
        self.count(&became).await;
        Ok(became)
    }

    /// Answers `POST /alarms`, whose proof is a bearer token.
    ///
    /// # Errors
    /// 401 without the token, 422 if something was not understood (it is kept), 5xx for what may be our own fault.
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

    /// What is to become of a change.
    fn sort(&self, change: Change, settings: &Settings) -> Sorted {
        // What is said to have happened later than now happened now: nothing that follows would count otherwise.
        let at = change.at.min(self.now());
        let change = Change { name: mask_e164(&change.name), at, ..change };
        let alarm = change.name.clone();
        if let Some(reason) = change.quiet.clone().filter(|_| change.state == State::Alarm) {
            tracing::info!(alarm, reason, "an alarm calls nobody");
            return Sorted::Done(Heard::Quiet { alarm, reason });
        }
        match settings.config.escalation.policy_for(&change.name) {
            Some(policy) => Sorted::For(policy.to_owned(), change),
            None if change.state == State::Alarm => Sorted::Kept(for_no_policy(&change)),
            None => Sorted::Done(Heard::Nothing { alarm }),
        }
    }

    /// An alarm that nobody is called for.
    pub(super) async fn keep_for_no_policy(&self, change: &Change) -> Result<(), Error> {
        self.keep(&[for_no_policy(change)]).await
    }

    /// Nothing that comes in is lost in silence: each is kept as a dead letter, and Slack is told of the first ones.
    async fn keep(&self, all: &[Malformed]) -> Result<(), Error> {
        if all.is_empty() {
            return Ok(());
        }
        let now = self.now();
        for Malformed { reason, .. } in all.iter().take(MOST_REFUSED) {
            tracing::error!(
                letters = 1,
                reason,
                "it could not be understood: kept as a dead letter"
            );
        }
        let more = all.len().saturating_sub(MOST_REFUSED);
        if more > 0 {
            tracing::error!(letters = more, "more could not be understood: kept as dead letters");
        }
        let letter = |one: &Malformed| Letter::escalate(&one.reason, one.body.clone(), now);
        let letters: Vec<Letter> = all.iter().map(letter).collect();
        dead_letters::keep(self.store.as_ref(), &letters, now).await?;
        let settings = self.live.get(now).await?;
        let channels = settings.config.routes.channels();
        let channel = channels.iter().find(|channel| *channel == "default").or(channels.first());
        if let Some(channel) = channel {
            let first = all.iter().take(MOST_REFUSED).map(|Malformed { reason, body }| {
                let text = format!(
                    ":warning: something came in as an alarm, and nobody was called: {}. It is kept as a dead letter.",
                    escape(&mask_numbers(reason))
                );
                (hash(body), text)
            });
            let rest = (more > 0).then(|| {
                let bodies: String = all.iter().map(|one| one.body.as_str()).collect();
                let text = format!(
                    ":warning: {more} more came in with them, and nobody was called: they are kept as dead letters."
                );
                (hash(&bodies), text)
            });
            let line = |(hash, text): (Vec<u8>, String)| Line {
                event_type: "dead-letter".to_owned(),
                event_id: crate::hex(&hash[..8]),
                route: "alarms".to_owned(),
                text: cut(&text),
                failed: false,
                asks: false,
            };
            let lines = first.chain(rest).map(line).collect();
            for lines in Lines::new(channel.clone(), now, lines).split() {
                self.queue.send(To::Slack, Task::Lines(lines).to_body(), channel, None).await?;
            }
        }
        Ok(())
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

/// What is to become of a change.
enum Sorted {
    /// It is for the policy of this name.
    For(String, Change),
    /// It is for none: it is kept as a dead letter.
    Kept(Malformed),
    /// It changes nothing.
    Done(Heard),
}

fn for_no_policy(change: &Change) -> Malformed {
    let reason = format!("no policy is for the alarm {}", change.name);
    Malformed { reason, body: serde_json::to_string(change).unwrap_or_default() }
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
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
            State::Ok => {
                if joined.is_some() || is_named {
                    self.tell(&[Signal::Recovered { key }]);
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
        };
        let now = self.now;
        // One that is over and has something left to be done goes on: what takes its place would forget that.
        let is_open = |kept: &Kept| {
            let incident = &kept.incident;
            incident.ended_at.is_none() || incident.reopens(now) || !kept.to_do.is_empty()
        };
        match self.kept.as_ref().is_some_and(is_open) {
            true => self.tell(&[Signal::Alarm(alarm)]),
            false => self.raise(alarm),
        }
    }
}

#[cfg(test)]
mod tests;
