//! A scenario with a clock of its own.

use super::super::*;
use super::CONFIG;
use crate::domain::escalation::IncidentId;
use crate::jobs::escalate::Escalate;
use crate::jobs::escalate::testing::{Fixture, incident};
use crate::testing::{MemoryBackend, Parameters, TestClock, each_line_once, sample};

pub(super) struct Scenario {
    pub(super) escalate: Escalate,
    pub(super) backend: MemoryBackend,
    clock: TestClock,
    parameters: Parameters,
}

pub(super) fn at(text: &str) -> Timestamp {
    format!("2026-03-01T{text}Z").parse().expect("a time")
}

impl Scenario {
    pub(super) fn begins(now: &str) -> Scenario {
        let fixture = Fixture::new(Parameters::of_config(CONFIG, &[]), at(now));
        let Fixture { escalate, backend, clock, parameters } = fixture;
        Scenario { escalate, backend, clock, parameters }
    }

    /// The file is another one from now on; it is read again after five minutes at most.
    pub(super) fn is_configured(&self, config: &str) {
        self.parameters.configure(config);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn it_is(&self, now: &str) {
        self.clock.set(at(now));
    }

    pub(super) fn passes(&self, long: SignedDuration) {
        self.clock.push(long);
    }

    /// The monitor says so. Gives what became of it.
    pub(super) async fn says(
        &self,
        name: &str,
        state: State,
        since: &str,
    ) -> Result<AlarmResult, Error> {
        self.brings(&change(name, state, since)).await
    }

    /// The monitor brings this change. Gives what became of it.
    pub(super) async fn brings(&self, change: &Change) -> Result<AlarmResult, Error> {
        self.clock.set(self.now().max(change.at));
        let body = serde_json::to_vec(change).expect("a change");
        Ok(self.escalate.take_again(&body, self.now()).await?.remove(0))
    }

    /// Somebody silences an incident.
    pub(super) async fn silence(
        &self,
        id: &IncidentId,
        by: &str,
        lasting: SignedDuration,
    ) -> Result<Option<Incident>, Error> {
        let work = self.escalate.begin(self.now()).await?;
        let until = after(self.now(), lasting);
        work.silence_until(id, (by, None), until, Effects::Deferred).await
    }

    /// The queue hands out what is due by now, until nothing is.
    pub(super) async fn wakes(&self) {
        loop {
            let due = self.backend.queue.take_due(QueueName::WakeUps, self.now());
            if due.is_empty() {
                return;
            }
            for message in due {
                self.escalate.process(&message, self.now()).await;
            }
        }
    }

    /// When those wake-ups fall due that are for alarms.
    pub(super) fn waiting(&self) -> Vec<Timestamp> {
        let sent = self.backend.queue.sent().into_iter();
        let wake_ups = sent.filter(|sent| sent.queue == QueueName::WakeUps);
        let silenced = wake_ups.filter(|sent| sent.body.contains("\"silenced\""));
        silenced.filter_map(|sent| sent.not_before).collect()
    }

    /// The lines that Slack is told, each once, as the forwarder does.
    pub(super) fn slack(&self) -> Vec<String> {
        let lines = each_line_once(&self.backend.queue.sent());
        lines.into_iter().map(|line| line.text).collect()
    }

    pub(super) fn incident(&self) -> Option<Incident> {
        incident(&self.backend, "p")
    }

    pub(super) fn counted(&self, outcome: &str) -> u64 {
        self.backend.store.counted(&format!("ringdown_alarms_total{{outcome=\"{outcome}\"}}"))
    }
}

pub(super) fn change(name: &str, state: State, since: &str) -> Change {
    let reason = "too much".to_owned();
    Change { reason, ..sample::change(&format!("arn:{name}"), name, state, at(since)) }
}
