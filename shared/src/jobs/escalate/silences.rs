//! Silences: what people ask for, and alarms that wait for the end of one.
//!
//! An alarm that goes off while it is silenced calls nobody. It is not lost: its last word says that it waits, and a
//! wake-up that was armed before brings it again at the end of the silence. Then it raises or joins an incident, unless
//! it has recovered, or another silence has begun.

use jiff::{SignedDuration, Timestamp};

use super::draft::{Draft, NEAREST, Promise, after};
use super::intake::Heard;
use super::records::put;
use super::{App, Hand};
use crate::Error;
use crate::config::Settings;
use crate::domain::alarm::{Change, State};
use crate::domain::escalation::{Incident, Phase, Signal};
use crate::domain::routes::Line;
use crate::domain::silence::{Silence, Silences, Stored};
use crate::domain::text::local_day;
use crate::domain::text::{cut_section, escape};
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, LastWord, SILENCES, Waits};
use crate::storage::{Condition, Put, QueueName, Store, all_records};

/// What is asked for again within this time was asked for by one press too many.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// The silences that people have asked for and that are not over, strongly consistent.
pub async fn stored(store: &dyn Store, now: Timestamp) -> Result<Vec<Stored>, Error> {
    let records = all_records(store, SILENCES, now).await?;
    let read = records.iter().filter_map(|record| {
        serde_json::from_str::<Stored>(&record.body)
            .inspect_err(|error| tracing::error!(%error, "a silence cannot be read"))
            .ok()
    });
    let mut found: Vec<Stored> = read.filter(|silence| now < silence.until).collect();
    found.sort_by_key(|silence| silence.until);
    Ok(found)
}

impl App {
    /// Silences an incident, and all alarms that go on in it now, for so long. Hanging up is left to whoever is woken
    /// next: somebody waits for our answer. Gives the incident as it stands then; `None` if there is none of this id.
    /// One that is over, or is silenced about as long already, stays as it is.
    pub async fn silence(
        &self,
        incident: &str,
        by: &str,
        lasting: SignedDuration,
    ) -> Result<Option<Incident>, Error> {
        self.silence_until(incident, by, after(self.now(), lasting), Hand::Leave).await
    }

    pub(super) async fn silence_until(
        &self,
        id: &str,
        by: &str,
        until: Timestamp,
        hand: Hand,
    ) -> Result<Option<Incident>, Error> {
        let now = self.now();
        let Some(incident) = self.incident(id).await? else { return Ok(None) };
        if until <= now || !may_be_silenced(&incident, until) {
            return Ok(Some(incident));
        }
        let stored = Stored {
            incident: id.to_owned(),
            alarms: incident.open_alarms().map(|alarm| alarm.name.clone()).collect(),
            until,
            by: by.to_owned(),
            at: now,
        };
        // An expiry is told in whole seconds.
        let expires_at = Some(after(until, SignedDuration::from_secs(1)));
        let body = serde_json::to_string(&stored).unwrap_or_default();
        let put = Put {
            key: records::silence(id, until),
            body,
            condition: Condition::Always,
            expires_at,
        };
        // First this: whoever comes again after a crash finds an incident that is not silenced, and does both.
        self.store.write(&[put], now).await?;
        self.change_one(id, hand, &|draft| {
            // Two presses may come at once.
            if draft.kept.as_ref().is_some_and(|kept| may_be_silenced(&kept.incident, until)) {
                draft.tell(&[Signal::Silenced { by: by.to_owned(), until }]);
            }
        })
        .await
    }

    /// Whether the alarm of this name is silenced now.
    pub(super) async fn silence_of(
        &self,
        settings: &Settings,
        alarm: &str,
    ) -> Result<Option<Silence>, Error> {
        let now = self.now();
        let stored = stored(self.store.as_ref(), now).await?;
        Ok(settings.config.silences.until_with(&stored, alarm, now))
    }

    /// What the alarm of this key waits for.
    pub(super) async fn waits(&self, key: &str) -> Result<Option<Waits>, Error> {
        let found = self.store.load(&[records::alarm(key)], self.now()).await?;
        let word = found.into_iter().flatten().next();
        let word = word.and_then(|word| serde_json::from_str::<LastWord>(&word.body).ok());
        Ok(word.and_then(|word| word.waits))
    }

    /// The silence of this change is over, unless it is not due yet. One that was made shorter since is over too.
    pub(super) async fn silence_over(&self, change: &Change, due: Timestamp) -> Result<(), Error> {
        let waits = Waits { since: change.at, due };
        if self.waits(&change.key).await? != Some(waits) {
            return Ok(());
        }
        let settings = self.live.get(self.now()).await?;
        let silence = self.silence_of(&settings, &change.name).await?;
        if due > self.now() && silence.is_some() {
            // A queue waits a quarter of an hour at most.
            return self.arm(WakeUp::Silenced { change: change.clone(), due }).await;
        }
        let policy = settings.config.escalation.policy_for(&change.name);
        let is_gone = self.deleted_at(change).await?.is_some();
        let may_call = !is_gone && self.may_call(change).await?;
        let Some(policy) = policy.filter(|_| may_call) else {
            return self.stop_waiting(change, waits).await;
        };
        let owner = self.writers.name();
        let kept = self
            .change_with(policy, &[change.key.as_str()], &owner, Hand::Act, &|draft| {
                if draft.last_word.as_ref().and_then(|word| word.waits) == Some(waits) {
                    draft.comes_again(change, silence.as_ref());
                }
            })
            .await?;
        let Some(kept) = kept else { return Ok(()) };
        let kept = self.act(kept, &owner).await?;
        if silence.is_none() && kept.is_about(change) {
            let (alarm, incident) = (change.name.clone(), kept.incident.id);
            self.count(&[Heard::Incident { alarm, incident }]).await;
        }
        Ok(())
    }

    /// An alarm that calls nobody any more does not wait either: it would be brought again and again.
    async fn stop_waiting(&self, change: &Change, waits: Waits) -> Result<(), Error> {
        let now = self.now();
        let record = self.store.load(&[records::alarm(&change.key)], now).await?.pop().flatten();
        let word =
            record.as_ref().and_then(|record| serde_json::from_str::<LastWord>(&record.body).ok());
        let Some(word) = word.filter(|word| word.waits == Some(waits)) else { return Ok(()) };
        let word = LastWord { waits: None, ..word };
        let no_wake_up: Option<WakeUp> = None;
        let waiting = put(records::waiting(&change.key), &no_wake_up, None, Some(now));
        let puts = [
            put(
                records::alarm(&change.key),
                &word,
                record.as_ref(),
                Some(after(now, records::RETENTION)),
            ),
            Put { condition: Condition::Always, ..waiting },
        ];
        self.store.write(&puts, now).await
    }
}

impl Draft<'_> {
    /// Takes in what an alarm says. What goes off while it is silenced waits, unless it goes on in an open incident:
    /// that is not silenced by a window that begins later.
    pub(super) fn take_in(&mut self, change: &Change, silence: Option<&Silence>) {
        let waits = self.last_word.as_ref().and_then(|word| word.waits);
        let (incident, waits) = match (change.state, silence) {
            (State::Alarm, Some(silence)) if !self.goes_on(change) => {
                (None, Some(waits.unwrap_or_else(|| self.goes_off_silenced(change, silence))))
            }
            // That is no recovery: it waits on.
            (State::NoData, _) => (self.hear(change), waits),
            _ => (self.hear(change), None),
        };
        self.waits_no_more(change, waits);
        self.note(LastWord { state: change.state, at: change.at, incident, waits });
    }

    /// What waited for the end of a silence comes again, or waits for the end of another one.
    fn comes_again(&mut self, change: &Change, silence: Option<&Silence>) {
        let Some(word) = self.last_word.clone() else { return };
        let (incident, waits) = match silence {
            Some(silence) => (None, Some(self.wait(change, silence))),
            None => (self.hear(change), None),
        };
        self.waits_no_more(change, waits);
        self.note(LastWord { incident, waits, ..word });
    }

    /// If it waited, and does not now, the audit need not look after it.
    fn waits_no_more(&mut self, change: &Change, waits: Option<Waits>) {
        let waited = self.last_word.as_ref().is_some_and(|word| word.waits.is_some());
        if waited && waits.is_none() {
            self.waiting = Some((records::waiting(&change.key), None));
        }
    }

    /// Whether the alarm goes on in an incident that is open.
    fn goes_on(&self, change: &Change) -> bool {
        let Some(kept) = self.kept.as_ref().filter(|kept| kept.incident.ended_at.is_none()) else {
            return false;
        };
        let joined = self.last_word.as_ref().and_then(|word| word.incident.as_deref());
        joined == Some(&kept.incident.id)
            || kept.incident.open_alarms().any(|alarm| alarm.key == change.key)
            // It is silenced with its incident, and comes and goes in it.
            || (kept.incident.silenced_until.is_some()
                && kept.incident.alarms.iter().any(|alarm| alarm.key == change.key))
    }

    /// It calls nobody, and that is said.
    fn goes_off_silenced(&mut self, change: &Change, silence: &Silence) -> Waits {
        let reason = silence.reason.as_ref();
        let reason = reason.map(|reason| format!(" ({})", escape(reason))).unwrap_or_default();
        let text = format!(
            ":mute: *{}* went off while silenced until {}{reason}: nobody is called",
            escape(&change.name),
            local_day(silence.until)
        );
        let line = Line {
            event_type: "silenced".to_owned(),
            // Said twice in one silence, it is one line.
            event_id: format!("{} {}", records::alarm(&change.key).sk, silence.until),
            route: self.policy.name.clone(),
            text: cut_section(&text),
            failed: false,
            asks: false,
        };
        self.lines.push(line);
        self.wait(change, silence)
    }

    /// It waits for the end of a silence.
    fn wait(&mut self, change: &Change, silence: &Silence) -> Waits {
        let due = silence.until.max(after(self.now, NEAREST));
        let wake_up = WakeUp::Silenced { change: change.clone(), due };
        let (body, group, not_before) = (wake_up.to_body(), wake_up.group(), wake_up.not_before());
        self.promises.push(Promise { to: QueueName::WakeUps, body, group, not_before });
        self.waiting = Some((records::waiting(&change.key), Some(wake_up)));
        Waits { since: change.at, due }
    }

    /// What the incident is told when its time has come. Where a round would begin anew, and all that goes on is in a
    /// maintenance window by now, it is told to wait for the end of that.
    pub(super) fn time_has_come(&self, silences: &Silences) -> Signal {
        let begins_anew = |incident: &&Incident| {
            // It is over now, if nothing changed for as long as its policy says.
            if incident.resolves_at().is_some_and(|at| at <= self.now) {
                return false;
            }
            let waited = incident.phase != Phase::Calling || incident.silenced_until.is_some();
            waited && incident.next_round_at().is_some_and(|at| at <= self.now)
        };
        let incident = self.kept.as_ref().map(|kept| &kept.incident).filter(begins_anew);
        match incident.and_then(|incident| silenced(incident, silences, self.now)) {
            Some(until) => Signal::Silenced { by: "the maintenance window".to_owned(), until },
            None => Signal::Wake,
        }
    }
}

/// Whether it is open, and not silenced about as long already.
fn may_be_silenced(incident: &Incident, until: Timestamp) -> bool {
    let is_longer = |have| until.duration_since(have) >= AGAIN;
    incident.ended_at.is_none() && incident.silenced_until.is_none_or(is_longer)
}

/// Until when all alarms of an incident that go on are in maintenance windows, if they are.
fn silenced(incident: &Incident, silences: &Silences, now: Timestamp) -> Option<Timestamp> {
    if incident.more_alarms > 0 {
        return None;
    }
    let until = |name: &str| silences.until(name, now).map(|silence| silence.until);
    let untils: Option<Vec<_>> = incident.open_alarms().map(|alarm| until(&alarm.name)).collect();
    untils?.into_iter().min()
}

#[cfg(test)]
pub(super) mod tests;
