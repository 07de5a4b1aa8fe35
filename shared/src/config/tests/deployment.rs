//! Processes that share a store, a queue, and the parameters that somebody changes.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::storage::messages::Task;
use crate::storage::{Condition, Key, Queue, QueueName, Record, Store, Write, puts};

use super::*;

pub(super) const PEOPLE: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n\
                                 [people.bravo]\nphone = \"+15005550002\"\n";

/// A configuration whose only policy calls this person.
pub(super) fn calls(person: &str) -> String {
    format!("{PEOPLE}[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"{person}\"]\n")
}

/// The same whose policy calls who is on call in this calendar.
pub(super) fn on_call(ics: &str) -> String {
    format!(
        "{PEOPLE}[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = {{ schedule = \"primary\", then = [] }}\n\
         [[schedules]]\nname = \"primary\"\nics = \"{ics}\"\n"
    )
}

/// A calendar in which this person is always on call.
pub(super) fn calendar(person: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20200101T000000Z\nDTEND:20400101T000000Z\nSUMMARY:{person}\n\
         END:VEVENT\nEND:VCALENDAR\n"
    )
}

#[derive(Clone)]
struct Row {
    revision: u64,
    body: String,
    expires_at: Option<Timestamp>,
}

/// What all processes share.
#[derive(Default)]
pub(super) struct Deployment {
    rows: Mutex<BTreeMap<Key, Row>>,
    counters: Mutex<BTreeMap<String, u64>>,
    sent: Mutex<Vec<String>>,
    values: Mutex<Values>,
    down: Mutex<bool>,
}

/// The ways in which the functions report: `template.yaml` permits no others.
pub(super) const WAYS: [(bool, bool); 3] = [(true, false), (false, true), (true, true)];

impl Deployment {
    pub(super) fn new(parameters: &[(&str, &str)]) -> Arc<Deployment> {
        let deployment = Arc::new(Deployment::default());
        deployment.store(parameters);
        deployment
    }

    /// Somebody stores these parameters, and no others.
    pub(super) fn store(&self, parameters: &[(&str, &str)]) {
        let parameters = parameters.iter();
        *self.values.lock().unwrap() =
            parameters.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    }

    /// A process that starts, and may do everything.
    pub(super) fn process(self: &Arc<Self>) -> SettingsCache {
        self.process_that((true, true))
    }

    /// A process that starts; `ways` is whether it may queue lines, and whether it may count.
    pub(super) fn process_that(self: &Arc<Self>, ways: (bool, bool)) -> SettingsCache {
        let this = self.clone();
        let fetch: Fetch = Arc::new(move || {
            let values = this.values.lock().unwrap().clone();
            Box::pin(async move { Ok(values) })
        });
        self.reading(fetch, ways)
    }

    pub(super) fn reading(
        self: &Arc<Self>,
        fetch: Fetch,
        (tells, counts): (bool, bool),
    ) -> SettingsCache {
        let queue = tells.then(|| self.clone() as Arc<dyn Queue>);
        let fallback = Fallback { store: self.clone(), queue, counts };
        SettingsCache::new(Environment::default(), fetch).with_fallback(fallback)
    }

    /// The store does not answer, or answers again.
    pub(super) fn is_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }

    /// What was told in Slack since the last look. The forwarder delivers a line of one id once.
    pub(super) fn told(&self) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        let mut texts = Vec::new();
        for body in std::mem::take(&mut *self.sent.lock().unwrap()) {
            let Ok(Task::Lines(lines)) = serde_json::from_str(&body) else { panic!("{body}") };
            assert_eq!(lines.channel, "default");
            for line in lines.lines {
                if !seen.contains(&line.event_id) {
                    seen.push(line.event_id);
                    texts.push(line.text);
                }
            }
        }
        texts
    }

    pub(super) fn counted(&self) -> u64 {
        let counters = self.counters.lock().unwrap();
        counters.get("ringdown_config_rejected_total").copied().unwrap_or_default()
    }

    /// All records, with their sizes.
    pub(super) fn records(&self) -> Vec<(Key, usize)> {
        let rows = self.rows.lock().unwrap();
        rows.iter().map(|(key, row)| (key.clone(), row.body.len())).collect()
    }

    /// Somebody destroys the records whose sort key is like this.
    pub(super) fn lose(&self, is_lost: impl Fn(&str) -> bool) {
        self.rows.lock().unwrap().retain(|key, _| !is_lost(&key.sk));
    }

    fn answers(&self) -> Result<(), Error> {
        match *self.down.lock().unwrap() {
            true => Err(Error::Store("down".to_owned())),
            false => Ok(()),
        }
    }
}

fn lives(row: &Row, now: Timestamp) -> bool {
    row.expires_at.is_none_or(|at| at > now)
}

#[async_trait]
impl Store for Deployment {
    async fn load(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        self.answers()?;
        let rows = self.rows.lock().unwrap();
        let record = |key: &Key| {
            let row = rows.get(key).filter(|row| lives(row, now))?;
            Some(Record { key: key.clone(), revision: row.revision, body: row.body.clone() })
        };
        Ok(keys.iter().map(record).collect())
    }

    async fn page(
        &self,
        _: &str,
        _: Option<&str>,
        _: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        panic!("no function may query this partition")
    }

    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        self.answers()?;
        let puts = &puts(writes)[..];
        for write in writes {
            let Write::Increment(increment) = write else { continue };
            for (name, count) in &increment.counters {
                *self.counters.lock().unwrap().entry(name.clone()).or_default() += count;
            }
        }
        let mut rows = self.rows.lock().unwrap();
        for put in puts {
            assert_eq!(put.key.pk, PARTITION);
            assert!(put.body.len() < 300_000, "{} bytes", put.body.len());
            let most = now.checked_add(SignedDuration::from_hours(90 * 24)).unwrap();
            assert!(put.expires_at.is_some_and(|at| at <= most), "{:?}", put.expires_at);
            let row = rows.get(&put.key).filter(|row| lives(row, now));
            let lands = match put.condition {
                Condition::Always => true,
                Condition::Absent => row.is_none(),
                Condition::At(revision) => row.is_some_and(|row| row.revision == revision),
            };
            if !lands {
                return Err(Error::Conflict { keys: Vec::new() });
            }
        }
        for put in puts {
            let revision = rows.get(&put.key).map_or(1, |row| row.revision + 1);
            let row = Row { revision, body: put.body.clone(), expires_at: put.expires_at };
            rows.insert(put.key.clone(), row);
        }
        Ok(())
    }
}

#[async_trait]
impl Queue for Deployment {
    async fn send(
        &self,
        to: QueueName,
        body: String,
        _: &str,
        _: Option<Timestamp>,
    ) -> Result<(), Error> {
        assert_eq!(to, QueueName::Slack);
        self.sent.lock().unwrap().push(body);
        Ok(())
    }
}

pub(super) fn days(days: i64) -> Timestamp {
    at(days * 24 * 60 * 60)
}

/// Whom the policy calls now.
pub(super) fn called(settings: &Settings) -> Vec<String> {
    settings.config.escalation.policy_at("p", at(0)).expect("the policy").roster
}
