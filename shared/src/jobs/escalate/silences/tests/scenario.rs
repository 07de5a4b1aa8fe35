//! A scenario with a clock of its own.

use std::sync::{Arc, Mutex};

use super::super::*;
use super::CONFIG;
use super::backend::Backend;
use crate::config::{Environment, SettingsCache, Values};
use crate::jobs::escalate::{Escalate, WriterIds};
use crate::storage::Message;
use crate::storage::messages::Task;
use crate::twilio::rest::ApiResponse;

pub(super) struct Scenario {
    pub(super) escalate: Escalate,
    pub(super) backend: Backend,
    now: Arc<Mutex<Timestamp>>,
    config: Arc<Mutex<String>>,
}

pub(super) fn at(text: &str) -> Timestamp {
    format!("2026-03-01T{text}Z").parse().expect("a time")
}

impl Scenario {
    pub(super) fn begins(now: &str) -> Scenario {
        let (backend, now) = (Backend::default(), Arc::new(Mutex::new(at(now))));
        let clock = now.clone();
        let config = Arc::new(Mutex::new(CONFIG.to_owned()));
        let read = config.clone();
        let escalate = Escalate {
            settings: SettingsCache::new(
                Environment::default(),
                Arc::new(move || {
                    let config = read.lock().expect("a configuration").clone();
                    let values = Values::from([("config/main".to_owned(), config)]);
                    Box::pin(async move { Ok(values) })
                }),
            ),
            store: Arc::new(backend.clone()),
            queue: Arc::new(backend.clone()),
            wire: Arc::new(|_| {
                Box::pin(async { ApiResponse::NotSent("nobody is there".to_owned()) })
            }),
            clock: Arc::new(move || *clock.lock().expect("a clock")),
            writer_ids: WriterIds::of(1),
        };
        Scenario { escalate, backend, now, config }
    }

    /// The file is another one from now on; it is read again after five minutes at most.
    pub(super) fn is_configured(&self, config: &str) {
        config.clone_into(&mut self.config.lock().expect("a configuration"));
    }

    pub(super) fn now(&self) -> Timestamp {
        *self.now.lock().expect("a clock")
    }

    pub(super) fn it_is(&self, now: &str) {
        *self.now.lock().expect("a clock") = at(now);
    }

    /// The monitor says so. Gives what became of it.
    pub(super) async fn says(
        &self,
        name: &str,
        state: State,
        since: &str,
    ) -> Result<AlarmResult, Error> {
        let now = self.now();
        *self.now.lock().expect("a clock") = now.max(at(since));
        let body = serde_json::to_vec(&change(name, state, since)).expect("a change");
        Ok(self.escalate.take_again(&body, self.now()).await?.remove(0))
    }

    /// Somebody silences an incident.
    pub(super) async fn silence(
        &self,
        id: &str,
        by: &str,
        lasting: SignedDuration,
    ) -> Result<Option<Incident>, Error> {
        self.escalate.begin(self.now()).await?.silence(id, by, lasting).await
    }

    /// The queue hands out what is due by now, until nothing is.
    pub(super) async fn wakes(&self) {
        let now = self.now();
        loop {
            let due = |(to, _, not_before): &(QueueName, String, Option<Timestamp>)| {
                *to == QueueName::WakeUps && not_before.is_none_or(|due| due <= now)
            };
            let body = {
                let sent = &mut self.backend.0.lock().expect("a backend").sent;
                let Some(found) = sent.iter().position(due) else { return };
                sent.remove(found).1
            };
            let (id, group) = (String::new(), String::new());
            self.escalate.process(&Message { id, group, body, receive_count: 1 }, self.now()).await;
        }
    }

    /// When those wake-ups fall due that are for alarms.
    pub(super) fn waiting(&self) -> Vec<Timestamp> {
        let backend = self.backend.0.lock().expect("a backend");
        let wake_ups = backend.sent.iter().filter(|(_, body, _)| body.contains("\"silenced\""));
        wake_ups.filter_map(|(to, _, due)| due.filter(|_| *to == QueueName::WakeUps)).collect()
    }

    /// What Slack is told, and each line once, as the forwarder does.
    pub(super) fn slack(&self) -> Vec<String> {
        let backend = self.backend.0.lock().expect("a backend");
        let tasks = backend.sent.iter().filter(|(to, ..)| *to == QueueName::Slack);
        let mut told: Vec<Line> = Vec::new();
        for (_, body, _) in tasks {
            let Ok(Task::Lines(lines)) = serde_json::from_str(body) else { continue };
            for line in lines.lines {
                if told.iter().all(|have| have.event_id != line.event_id) {
                    told.push(line);
                }
            }
        }
        told.into_iter().map(|line| line.text).collect()
    }

    pub(super) fn incident(&self) -> Option<Incident> {
        let backend = self.backend.0.lock().expect("a backend");
        let record = backend.records.get(&("open".to_owned(), "p".to_owned()))?;
        let kept: records::StoredIncident =
            serde_json::from_str(&record.body).expect("an incident");
        Some(kept.incident)
    }

    pub(super) fn counted(&self, became: &str) -> u64 {
        let backend = self.backend.0.lock().expect("a backend");
        let name = format!("ringdown_alarms_total{{outcome=\"{became}\"}}");
        backend.records.get(&("counters".to_owned(), name)).map_or(0, |record| record.revision)
    }
}

pub(super) fn change(name: &str, state: State, since: &str) -> Change {
    Change {
        key: format!("arn:{name}"),
        name: name.to_owned(),
        state,
        at: at(since),
        reason: "too much".to_owned(),
        description: String::new(),
        quiet: None,
        unordered: false,
        undated: false,
        acts: false,
        actions: None,
        former_key: None,
    }
}
