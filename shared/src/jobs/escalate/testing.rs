//! A server in memory, for tests: one policy whose calls a Studio Flow places, and a Twilio that answers as told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Escalate, WriterIds};
use crate::Error;
use crate::config::{Environment, SettingsCache, Values};
use crate::domain::escalation::Incident;
use crate::storage::records::{self, StoredIncident};
use crate::storage::{Key, Queue, QueueName, Record, Store, Write, check_size, puts};
use crate::twilio::rest::{ApiRequest, ApiResponse};

pub(super) const FLOW: &str = "FW00000000000000000000000000000001";
pub(super) const EXECUTION: &str = "FN00000000000000000000000000000001";
pub(super) const KEY: &str = "the-callback-key";

const ALARM: &str = include_str!("../../../../events/outage-intake/eventbridge-metric.json");

/// What Twilio answers a request: a status and a body; 0 is no answer.
pub(super) type Answers = Arc<dyn Fn(&ApiRequest) -> (u16, Value) + Send + Sync>;

/// A backend that keeps everything, and believes whoever writes.
#[derive(Clone, Default)]
pub(super) struct Backend {
    records: Arc<Mutex<HashMap<Key, Record>>>,
    pub(super) sent: Arc<Mutex<Vec<(QueueName, String)>>>,
    /// How many transactions there were, …
    pub(super) writes: Arc<AtomicUsize>,
    /// … and how many before the first request to Twilio.
    pub(super) first_request_after: Arc<Mutex<Option<usize>>>,
    /// So many more writes and messages land, if that is limited.
    pub(super) lands: Arc<Mutex<Option<usize>>>,
    /// The largest record in bytes, if it is less than a store takes; 0 if it is not.
    pub(super) most_bytes: Arc<Mutex<usize>>,
}

impl Backend {
    /// How many records there are in a partition.
    pub(super) fn count(&self, pk: &str) -> usize {
        self.records.lock().expect("a backend").keys().filter(|key| key.pk == pk).count()
    }

    fn lands(&self) -> Result<(), Error> {
        match &mut *self.lands.lock().expect("a count") {
            Some(0) => return Err(Error::Store("it is gone".to_owned())),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(())
    }
}

impl Backend {
    /// Loses a record.
    pub(super) fn forget(&self, key: &Key) {
        self.records.lock().expect("a backend").remove(key);
    }
}

#[async_trait]
impl Store for Backend {
    async fn load(&self, keys: &[Key], _: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        let records = self.records.lock().expect("a backend");
        Ok(keys.iter().map(|key| records.get(key).cloned()).collect())
    }
    async fn page(
        &self,
        _: &str,
        _: Option<&str>,
        _: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        Ok(Vec::new())
    }
    async fn write(&self, writes: &[Write], _: Timestamp) -> Result<(), Error> {
        check_size(writes)?;
        let puts = &puts(writes)[..];
        if puts.is_empty() {
            // Counters alone.
            return Ok(());
        }
        let most = *self.most_bytes.lock().expect("a limit");
        if most > 0 && puts.iter().any(|put| put.item_bytes() > most) {
            return Err(Error::TooLargeToStore(format!("more than {most} bytes")));
        }
        self.lands()?;
        self.writes.fetch_add(1, Ordering::Relaxed);
        let mut records = self.records.lock().expect("a backend");
        for put in puts {
            let revision = records.get(&put.key).map_or(1, |record| record.revision + 1);
            let record = Record { key: put.key.clone(), revision, body: put.body.clone() };
            records.insert(put.key.clone(), record);
        }
        Ok(())
    }
}

#[async_trait]
impl Queue for Backend {
    async fn send(
        &self,
        to: QueueName,
        body: String,
        _: &str,
        _: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.lands()?;
        self.sent.lock().expect("a backend").push((to, body));
        Ok(())
    }
}

/// The server, with a clock of its own and all that it asked of Twilio.
pub(super) struct Server {
    pub(super) escalate: Escalate,
    pub(super) backend: Backend,
    pub(super) asked: Arc<Mutex<Vec<ApiRequest>>>,
    now: Arc<Mutex<Timestamp>>,
}

impl Server {
    /// A server with these secrets beside the usual ones, whose Twilio answers so.
    pub(super) fn of(secrets: &[(&str, &str)], answers: Answers) -> Server {
        Server::for_alarms("*", secrets, answers)
    }

    /// The same with a policy for these alarms.
    pub(super) fn for_alarms(glob: &str, secrets: &[(&str, &str)], answers: Answers) -> Server {
        let config = format!(
            "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
             [[policies]]\nname = \"default\"\nalarms = [\"{glob}\"]\nroster = [\"alpha\", \"bravo\"]\n\
             call_with = \"studio\"\nflow_sid = \"{FLOW}\"\n"
        );
        let usual = [
            ("config/main", config.as_str()),
            ("twilio/account-sid", "AC1"),
            ("twilio/auth-token", "token"),
            ("twilio/from-number", "+15005550006"),
            ("public-base-url", "https://ringdown.example.com"),
        ];
        let values = usual.iter().chain(secrets);
        let values: Values =
            values.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let backend = Backend::default();
        let asked = Arc::<Mutex<Vec<ApiRequest>>>::default();
        let now = Timestamp::from_second(1_900_000_000).expect("a time");
        let now = Arc::new(Mutex::new(now));
        let (seen, clock, counts) = (asked.clone(), now.clone(), backend.clone());
        let escalate = Escalate {
            settings: SettingsCache::new(
                Environment::default(),
                Arc::new(move || {
                    let values = values.clone();
                    Box::pin(async move { Ok(values) })
                }),
            ),
            store: Arc::new(backend.clone()),
            queue: Arc::new(backend.clone()),
            wire: Arc::new(move |ask: ApiRequest| {
                let (status, body) = answers(&ask);
                let writes = counts.writes.load(Ordering::Relaxed);
                counts.first_request_after.lock().expect("a count").get_or_insert(writes);
                seen.lock().expect("a list").push(ask);
                let body = Bytes::from(body.to_string());
                Box::pin(async move {
                    match status {
                        0 => ApiResponse::NoAnswer("nobody is there".to_owned()),
                        status => ApiResponse::Answer { status, retry_after: None, body },
                    }
                })
            }),
            clock: Arc::new(move || *clock.lock().expect("a clock")),
            writer_ids: WriterIds::of(1),
        };
        Server { escalate, backend, asked, now }
    }

    /// An alarm goes off: whoever is first is called.
    pub(super) async fn alarm(&self) -> Incident {
        self.escalate
            .take(ALARM.as_bytes(), self.now())
            .await
            .expect("an alarm that is understood");
        self.incident()
    }

    pub(super) fn incident(&self) -> Incident {
        let records = self.backend.records.lock().expect("a backend");
        let record = records.get(&records::open("default")).expect("an incident");
        serde_json::from_str::<StoredIncident>(&record.body).expect("an incident").incident
    }

    pub(super) fn now(&self) -> Timestamp {
        *self.now.lock().expect("a clock")
    }

    pub(super) fn passes(&self, seconds: i64) {
        let mut now = self.now.lock().expect("a clock");
        *now = now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
    }

    /// What was asked of Twilio since the last look: method and the end of the path.
    pub(super) fn was_asked(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.asked.lock().expect("a list"));
        let behind = |url: &str| {
            let path = url.split(['?']).next().unwrap_or_default();
            path.replace(FLOW, "FW").rsplit_once("/v2/").map_or_else(
                || path.rsplit_once("/AC1/").unwrap_or_default().1.to_owned(),
                |(_, path)| path.to_owned(),
            )
        };
        asked.iter().map(|ask| format!("{} {}", ask.method, behind(&ask.url))).collect()
    }

    /// What became of the calls, by the persons' names.
    pub(super) fn calls(&self) -> Vec<String> {
        let incident = self.incident();
        let attempts = incident.attempts.iter();
        attempts.map(|attempt| format!("{} {:?}", attempt.person, attempt.outcome)).collect()
    }
}
