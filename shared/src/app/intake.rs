//! Alarms come in: each raises an incident, joins one, or lets one end.

mod heard;

pub use heard::{Heard, told};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::record::{Kept, LastWord};
use super::{App, Hand};
use crate::Error;
use crate::alarm::{self, Change, Malformed, State};
use crate::dead_letters::{self, Letter};
use crate::escalation::{Alarm, Signal};
use crate::forward::task::{Lines, Task};
use crate::http::{Request, Response};
use crate::ports::To;
use crate::routes::Line;
use crate::silence::Silence;
use crate::slack::message::{cut, escape};
use crate::{mask_e164, mask_numbers};

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
    /// Takes what a monitor says. When this is `Ok`, all of it is kept: in an incident, or as a dead letter.
    pub async fn take(&self, body: &[u8]) -> Result<Vec<Heard>, Error> {
        let mut heard = Vec::new();
        // Our own shape is what a dead letter holds of an alarm that was for no policy.
        let changes = match serde_json::from_slice::<Change>(body) {
            Ok(change) => vec![Ok(change)],
            Err(_) => alarm::parse(body, self.now()),
        };
        let (mut refused, mut left_out) = (0, 0);
        for change in changes {
            match change {
                Ok(change) => heard.push(self.hear(change).await?),
                Err(malformed) if refused < MOST_REFUSED => {
                    refused += 1;
                    heard.push(self.keep(malformed).await?);
                }
                Err(_) => left_out += 1,
            }
        }
        if left_out > 0 {
            let reason = format!("{left_out} more parts of a request could not be understood");
            let kept = &body[..body.len().min(alarm::LONGEST_KEPT)];
            let body = String::from_utf8_lossy(kept).into_owned();
            heard.push(self.keep(Malformed { reason, body }).await?);
        }
        self.count(&heard).await;
        Ok(heard)
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

    async fn hear(&self, change: Change) -> Result<Heard, Error> {
        // What is said to have happened later than now happened now: nothing that follows would count otherwise.
        let at = change.at.min(self.now());
        let change = Change { name: mask_e164(&change.name), at, ..change };
        let alarm = change.name.clone();
        if let Some(reason) = change.quiet.clone().filter(|_| change.state == State::Alarm) {
            tracing::info!(alarm, reason, "an alarm calls nobody");
            return Ok(Heard::Quiet { alarm, reason });
        }
        let settings = self.live.get(self.now()).await?;
        let Some(policy) = settings.config.escalation.for_alarm(&change.name, self.now()) else {
            return match change.state {
                State::Alarm => self.keep_for_no_policy(&change).await,
                State::Ok | State::NoData => Ok(Heard::Nothing { alarm }),
            };
        };
        let silence = match change.state {
            State::Alarm => self.silence_of(&settings, &change.name).await?,
            State::Ok | State::NoData => None,
        };
        let owner = self.writers.name();
        let kept = self
            .change_with(&policy.name, Some(&change.key), &owner, Hand::Act, &|draft| {
                if !draft.last_word.as_ref().is_some_and(|last| last.covers(&change)) {
                    draft.take_in(&change, silence.as_ref());
                }
            })
            .await?;
        self.heard(&change, kept, &owner, silence).await
    }

    /// Does what is to be done after a change was taken in, and tells what became of it.
    pub(super) async fn heard(
        &self,
        change: &Change,
        kept: Option<Kept>,
        owner: &str,
        silence: Option<Silence>,
    ) -> Result<Heard, Error> {
        let alarm = change.name.clone();
        let kept = match kept {
            Some(kept) => Some(self.act(kept, owner).await?),
            None => None,
        };
        if let Some(Silence { until, reason }) = silence
            && self.waits(&change.key).await?.is_some()
        {
            tracing::info!(alarm, %until, reason, "an alarm is silenced");
            return Ok(Heard::Silenced { alarm, until, reason });
        }
        let Some(kept) = kept else { return Ok(Heard::Nothing { alarm }) };
        let is_on = change.state == State::Alarm;
        let is_its = kept.incident.alarms.iter().any(|have| have.key == change.key)
            || (is_on && kept.incident.more_alarms > 0);
        // An alarm that went off is of an open incident, or it was an old word that came late.
        let is_its = is_its && !(is_on && kept.incident.ended_at.is_some());
        Ok(match is_its {
            true => Heard::Incident { alarm, incident: kept.incident.id },
            false => Heard::Nothing { alarm },
        })
    }

    /// An alarm that nobody is called for.
    pub(super) async fn keep_for_no_policy(&self, change: &Change) -> Result<Heard, Error> {
        let reason = format!("no policy is for the alarm {}", change.name);
        let body = serde_json::to_string(change).unwrap_or_default();
        self.keep(Malformed { reason, body }).await
    }

    /// Nothing that comes in is lost in silence.
    async fn keep(&self, malformed: Malformed) -> Result<Heard, Error> {
        let Malformed { reason, body } = malformed;
        let now = self.now();
        tracing::error!(letters = 1, reason, "it could not be understood: kept as a dead letter");
        let letter = Letter::escalate(&reason, body.clone(), now);
        dead_letters::keep(self.store.as_ref(), &[letter], now).await?;
        let settings = self.live.get(now).await?;
        let channels = settings.config.routes.channels();
        let channel = channels.iter().find(|channel| *channel == "default").or(channels.first());
        if let Some(channel) = channel {
            let text = format!(
                ":warning: something came in as an alarm, and nobody was called: {}. It is kept as a dead letter.",
                escape(&mask_numbers(&reason))
            );
            let line = Line {
                event_type: "dead-letter".to_owned(),
                event_id: crate::hex(&hash(&body)[..8]),
                route: "alarms".to_owned(),
                text: cut(&text),
                failed: false,
                asks: false,
            };
            let lines = Lines::new(channel.clone(), now, vec![line]);
            self.queue.send(To::Slack, Task::Lines(lines).to_body(), channel, None).await?;
        }
        Ok(Heard::DeadLetter { reason })
    }

    pub(super) async fn count(&self, heard: &[Heard]) {
        let counters: Vec<(&str, u64)> = heard.iter().map(|heard| (heard.counter(), 1)).collect();
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
