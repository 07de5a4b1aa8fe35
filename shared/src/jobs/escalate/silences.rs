//! Silences: what people ask for, and alarms that wait for the end of one.
//!
//! An alarm that goes off while it is silenced calls nobody. It is not lost: its record says that it waits, and a
//! wake-up that was armed before brings it again at the end of the silence. Then it raises or joins an incident, unless
//! it has recovered, or another silence has begun. `stored`: silences as they are stored. `manual`: those of globs that
//! somebody makes and ends. `windows`: rounds that wait for the end of a window.

mod manual;
mod stored;
mod windows;

pub use manual::{MAX_MANUAL_SILENCES, request_end, request_silence};
pub use stored::{is_silenced, over, stored};
use windows::silenced;

use jiff::{SignedDuration, Timestamp};

use super::alarm_result::AlarmResult;
use super::transaction::{MIN_DELAY, OutboxMessage, Transaction, put};
use super::work::Work;
use super::{Effects, after};
use crate::Error;
use crate::domain::alarm::{Change, State};
use crate::domain::escalation::{Incident, IncidentId, Signal};
use crate::domain::routes::Line;
use crate::domain::silence::{Silence, Stored};
use crate::domain::text::local_day;
use crate::domain::text::{cut_section, escape};
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, AlarmRecord, Waits};
use crate::storage::{Condition, Put, QueueName, all_records, writes};

/// A silence that is longer by less than this was asked for by one press too many.
const MIN_EXTENSION: SignedDuration = SignedDuration::from_mins(1);

impl Work<'_> {
    /// Silences an incident, and all alarms that go on in it now, until then. Gives the incident as it stands then; `None`
    /// if there is none of this id. One that is over, or is silenced about as long already, stays as it is.
    pub(super) async fn silence_until(
        &self,
        id: &IncidentId,
        (by, reason): (&str, Option<&str>),
        until: Timestamp,
        effects: Effects,
    ) -> Result<Option<Incident>, Error> {
        let now = self.now;
        let Some(incident) = self.incident(id).await? else { return Ok(None) };
        if until <= now || !may_be_silenced(&incident, until) {
            return Ok(Some(incident));
        }
        // Whoever comes again after a crash adds to what was silenced the first time.
        let mut kept = stored(self.store(), now).await?;
        kept.retain(|silence| silence.incident.as_ref() == Some(id) && silence.until == until);
        let kept = kept.pop().map(|silence| (silence.alarms, silence.keys));
        let (alarms, keys) = kept.unwrap_or_default();
        let mut stored = Stored {
            incident: Some(id.clone()),
            alarms,
            keys,
            until,
            by: by.to_owned(),
            because: reason.map(str::to_owned),
            at: now,
            globs: Vec::new(),
            from: None,
            ended_by: None,
        };
        // Where not all that goes on is named in the incident, or a former version has begun it, it is for the names.
        let is_by_name =
            incident.more_alarms > 0 || !stored.alarms.is_empty() && stored.keys.is_empty();
        for alarm in incident.open_alarms() {
            stored.add_alarm(&alarm.name, &alarm.key);
        }
        if is_by_name {
            stored.keys.clear();
        }
        // First this: whoever comes again after a crash finds an incident that is not silenced, and does both.
        self.store().write(&writes(stored::puts(&stored, Condition::Always)), now).await?;
        self.transact(id, effects, &|transaction| {
            // Two presses may come at once.
            let stored = transaction.stored.as_ref();
            if stored.is_some_and(|stored| may_be_silenced(&stored.incident, until)) {
                let (by, reason) = (by.to_owned(), reason.map(str::to_owned));
                transaction.apply(&[Signal::Silenced { by, until, reason }]);
            }
        })
        .await
    }

    /// Somebody ends what was silenced for an incident: what waited for the end of that goes off now, and if nobody has
    /// the incident, people are called.
    pub(super) async fn end_silences_of(&self, id: &IncidentId, by: &str) -> Result<(), Error> {
        let now = self.now;
        let mut ended = stored(self.store(), now).await?;
        ended.retain(|silence| silence.incident.as_ref() == Some(id));
        for silence in &ended {
            self.store().write(&writes(stored::ended(silence, by, now)), now).await?;
        }
        self.bring_back_waiting().await?;
        let signal = Signal::SilenceEnded { by: by.to_owned() };
        self.transact(id, Effects::Inline, &|transaction| {
            transaction.apply(std::slice::from_ref(&signal));
        })
        .await
        .map(|_| ())
    }

    /// What waits for the end of a silence, and is silenced by none any more, goes off now.
    async fn bring_back_waiting(&self) -> Result<(), Error> {
        let now = self.now;
        let left = stored(self.store(), now).await?;
        let windows = &self.settings.config.silences;
        for record in all_records(self.store(), records::WAITING, now).await? {
            let waiting = serde_json::from_str::<Option<WakeUp>>(&record.body).ok().flatten();
            if let Some(WakeUp::Silenced { change, due }) = waiting
                && windows.until_with(&left, (&change.name, &change.key), now).is_none()
            {
                self.end_silence(&change, due).await?;
            }
        }
        Ok(())
    }

    /// Whether the alarm of this change is silenced now.
    pub(super) async fn silence_of(&self, change: &Change) -> Result<Option<Silence>, Error> {
        let now = self.now;
        let stored = stored(self.store(), now).await?;
        let alarm = (change.name.as_str(), change.key.as_str());
        Ok(self.settings.config.silences.until_with(&stored, alarm, now))
    }

    /// Reads what the alarm of this key waits for.
    pub(super) async fn waits(&self, key: &str) -> Result<Option<Waits>, Error> {
        let found = self.store().load(&[records::alarm(key)], self.now).await?;
        let record = found.into_iter().flatten().next();
        let record =
            record.and_then(|record| serde_json::from_str::<AlarmRecord>(&record.body).ok());
        Ok(record.and_then(|record| record.waits))
    }

    /// The silence of this change is over, unless it is not due yet. One that was made shorter since is over too.
    pub(super) async fn end_silence(&self, change: &Change, due: Timestamp) -> Result<(), Error> {
        let waits = Waits { since: change.at, due };
        if self.waits(&change.key).await? != Some(waits) {
            return Ok(());
        }
        let silence = self.silence_of(change).await?;
        if due > self.now && silence.is_some() {
            // A queue waits a quarter of an hour at most.
            return self.arm(&WakeUp::Silenced { change: change.clone(), due }).await;
        }
        let policy = self.settings.config.escalation.policy_for(&change.name);
        let is_gone = self.deleted_at(change).await?.is_some();
        let may_call = !is_gone && self.may_call(change).await?;
        let Some(policy) = policy.filter(|_| may_call) else {
            return self.stop_waiting(change, waits).await;
        };
        let owner = self.escalate.writer_ids.next();
        let committed = self
            .commit(policy, &[change.key.as_str()], &owner, Effects::Inline, &|transaction| {
                let record = transaction.alarm_record.as_ref();
                if record.and_then(|record| record.waits) == Some(waits) {
                    transaction.take_in_again(change, silence.as_ref());
                }
                transaction.stored.as_ref().is_some_and(|stored| stored.is_about(change))
            })
            .await?;
        let Some(committed) = committed else { return Ok(()) };
        let Some(stored) = committed.stored else { return Ok(()) };
        let stored = self.perform_effects(stored, &owner).await?;
        if silence.is_none() && committed.decided {
            let (alarm, incident) = (change.name.clone(), stored.incident.id);
            self.count_results(&[AlarmResult::Incident { alarm, incident }]).await;
        }
        Ok(())
    }

    /// An alarm that calls nobody any more does not wait either: it would be brought again and again.
    async fn stop_waiting(&self, change: &Change, waits: Waits) -> Result<(), Error> {
        let now = self.now;
        let record = self.store().load(&[records::alarm(&change.key)], now).await?.pop().flatten();
        let alarm = record
            .as_ref()
            .and_then(|record| serde_json::from_str::<AlarmRecord>(&record.body).ok());
        let Some(alarm) = alarm.filter(|alarm| alarm.waits == Some(waits)) else { return Ok(()) };
        let alarm = AlarmRecord { waits: None, ..alarm };
        let no_wake_up: Option<WakeUp> = None;
        let waiting = put(records::waiting(&change.key), &no_wake_up, None, Some(now));
        let puts = [
            put(
                records::alarm(&change.key),
                &alarm,
                record.as_ref(),
                Some(after(now, records::RETENTION)),
            ),
            Put { condition: Condition::Always, ..waiting },
        ];
        self.store().write(&writes(puts), now).await
    }
}

impl Transaction<'_> {
    /// Takes in what an alarm says. What goes off while it is silenced waits, unless it goes on in an open incident:
    /// that is not silenced by a window that begins later.
    pub(super) fn take_in(&mut self, change: &Change, silence: Option<&Silence>) {
        let waits = self.alarm_record.as_ref().and_then(|record| record.waits);
        let (incident, waits) = match (change.state, silence) {
            (State::Alarm, Some(silence)) if !self.goes_on(change) => {
                (None, Some(waits.unwrap_or_else(|| self.goes_off_silenced(change, silence))))
            }
            // That is no recovery: it waits on.
            (State::NoData, _) => (self.join(change), waits),
            _ => (self.join(change), None),
        };
        self.stop_waiting(change, waits);
        let (state, at) = (change.state, change.at);
        let written_at = Some(self.now).filter(|now| records::is_long_after(*now, at));
        self.update_alarm(AlarmRecord { state, at, incident, waits, written_at });
    }

    /// What waited for the end of a silence comes again, or waits for the end of another one.
    fn take_in_again(&mut self, change: &Change, silence: Option<&Silence>) {
        let Some(record) = self.alarm_record.clone() else { return };
        let (incident, waits) = match silence {
            Some(silence) => (None, Some(self.wait(change, silence))),
            None => (self.join(change), None),
        };
        self.stop_waiting(change, waits);
        self.update_alarm(AlarmRecord { incident, waits, ..record });
    }

    /// If it waited, and does not now, the reconciler need not look after it.
    fn stop_waiting(&mut self, change: &Change, waits: Option<Waits>) {
        let waited = self.alarm_record.as_ref().is_some_and(|record| record.waits.is_some());
        if waited && waits.is_none() {
            self.waiting = Some((records::waiting(&change.key), None));
        }
    }

    /// Whether the alarm goes on in an incident that is open.
    fn goes_on(&self, change: &Change) -> bool {
        let stored = self.stored.as_ref().filter(|stored| stored.incident.ended_at.is_none());
        let Some(stored) = stored else { return false };
        let joined = self.alarm_record.as_ref().and_then(|record| record.incident.as_ref());
        joined == Some(&stored.incident.id)
            || stored.incident.open_alarms().any(|alarm| alarm.key == change.key)
            // It is silenced with its incident, and comes and goes in it.
            || (stored.incident.is_silenced_at(self.now)
                && stored.incident.alarms.iter().any(|alarm| alarm.key == change.key))
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
        let due = silence.until.max(after(self.now, MIN_DELAY));
        let wake_up = WakeUp::Silenced { change: change.clone(), due };
        let (body, group, not_before) = (wake_up.to_body(), wake_up.group(), wake_up.not_before());
        self.outbox.push(OutboxMessage { to: QueueName::WakeUps, body, group, not_before });
        self.waiting = Some((records::waiting(&change.key), Some(wake_up)));
        Waits { since: change.at, due }
    }
}

/// Whether it is open, and not silenced about as long already.
fn may_be_silenced(incident: &Incident, until: Timestamp) -> bool {
    let is_longer = |have| until.duration_since(have) >= MIN_EXTENSION;
    incident.ended_at.is_none() && incident.silenced_until.is_none_or(is_longer)
}

#[cfg(test)]
pub(super) mod tests;
