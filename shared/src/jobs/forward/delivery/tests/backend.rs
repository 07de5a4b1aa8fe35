//! A forwarder with a backend of its own: a store in memory, an incident in it, and a Slack.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::slack::{Asked, Slack};
use crate::Error;
use crate::config::{Environment, SettingsCache, Values};
use crate::domain::escalation::{
    Alarm, Busy, CallEvent, CallWith, Incident, Key as Pressed, Policy, Signal,
};
use crate::domain::routes::Line;
use crate::jobs::forward::delivery::Delivery;
use crate::slack::client::Client;
use crate::storage::messages::{Lines, Task};
use crate::storage::records::{self, StoredIncident};
use crate::storage::{
    Condition, Key, Message, Processed, Put, Record, Store, Write, check_size, puts,
};

const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"prod\"\n\
    alarms = [\"*\"]\nroster = [\"alpha\"]\n[forward]\ngive_up_after = \"1h\"\n";

/// A store that takes whatever is written.
#[derive(Clone, Default)]
pub(super) struct Records(Arc<Mutex<HashMap<Key, Record>>>);

#[async_trait]
impl Store for Records {
    async fn load(&self, keys: &[Key], _: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        let kept = self.0.lock().expect("records");
        Ok(keys.iter().map(|key| kept.get(key).cloned()).collect())
    }
    async fn page(
        &self,
        pk: &str,
        _: Option<&str>,
        _: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        let kept = self.0.lock().expect("records");
        Ok(kept.values().filter(|record| record.key.pk == pk).cloned().collect())
    }
    async fn write(&self, writes: &[Write], _: Timestamp) -> Result<(), Error> {
        check_size(writes)?;
        let puts = &puts(writes)[..];
        let mut kept = self.0.lock().expect("records");
        for put in puts {
            let revision = kept.get(&put.key).map_or(1, |record| record.revision + 1);
            let record = Record { key: put.key.clone(), revision, body: put.body.clone() };
            kept.insert(put.key.clone(), record);
        }
        Ok(())
    }
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).expect("a time")
}

/// The incident of the backend.
pub(super) const ID: &str = "prod-20300317-174640-000";

pub(super) struct Backend {
    pub(super) slack: Slack,
    pub(super) records: Records,
    pub(super) delivery: Delivery,
    incident: Incident,
}

impl Backend {
    /// The channel `default` is a bot's.
    pub(super) async fn of_a_bot() -> Backend {
        Backend::new(|_| "C0000001".to_owned()).await
    }

    /// The channel `default` is an incoming webhook.
    pub(super) async fn of_a_webhook() -> Backend {
        Backend::new(|address| format!("{address}/services/hook")).await
    }

    async fn new(channel: impl FnOnce(&str) -> String) -> Backend {
        let slack = Slack::start().await;
        let values = Values::from([
            ("config/main".to_owned(), CONFIG.to_owned()),
            ("slack/channels/default".to_owned(), channel(&slack.address)),
            ("slack/bot-token".to_owned(), "xoxb-not-a-token".to_owned()),
        ]);
        let live = SettingsCache::new(
            Environment::default(),
            Arc::new(move || {
                let values = values.clone();
                Box::pin(async move { Ok(values) })
            }),
        );
        let http = crate::http::client().expect("a client");
        let client = Client::new(http, Some(&format!("{}/api", slack.address)));
        let records = Records::default();
        let delivery = Delivery::new(live, Arc::new(records.clone()), client);
        let backend = Backend { slack, records, delivery, incident: raised() };
        backend.keep().await;
        backend
    }

    async fn keep(&self) {
        let kept = StoredIncident {
            incident: self.incident.clone(),
            wake_at: None,
            to_do: Vec::new(),
            said: 0,
            writer: String::new(),
        };
        let body = serde_json::to_string(&kept).expect("a record");
        let put = Put {
            key: records::open("prod"),
            body,
            condition: Condition::Always,
            expires_at: None,
        };
        self.records.write(&[put.into()], at(0)).await.expect("a backend");
    }

    /// The person called last pressed this key.
    pub(super) async fn pressed(&mut self, key: Pressed) {
        let attempt = self.incident.attempts.last().expect("a call").number;
        let event = CallEvent::Pressed(key);
        let signal = Signal::Call { attempt, call: Some(format!("CA{attempt}")), event };
        self.incident = self.incident.clone().apply(&signal, &Busy::default(), at(30)).incident;
        self.keep().await;
    }

    /// Delivers these messages at this second; gives what became of them, and what Slack was asked.
    pub(super) async fn deliver(
        &self,
        tasks: &[Task],
        second: i64,
    ) -> (Vec<Processed>, Vec<Asked>) {
        let messages: Vec<Message> = tasks
            .iter()
            .map(|task| Message {
                id: "1".to_owned(),
                group: task.group().into_owned(),
                body: task.to_body(),
                receive_count: 1,
            })
            .collect();
        let budget = Duration::from_secs(20);
        let outcomes = self.delivery.deliver(&messages, at(second), budget).await;
        (outcomes, self.slack.asked())
    }
}

fn raised() -> Incident {
    let policy = Policy {
        name: "prod".to_owned(),
        alarms: vec!["*".to_owned()],
        roster: vec!["alpha".to_owned()],
        empty_shift: None,
        attempts: 2,
        ring_seconds: 25,
        answer_seconds: 10,
        channel: "default".to_owned(),
        repage_after: SignedDuration::from_mins(30),
        flap_window: SignedDuration::from_mins(5),
        call_on_new_alarm: false,
        retry_exhausted_after: SignedDuration::from_mins(15),
        resolve_after: None,
        call_with: CallWith::Voice,
        voice: None,
        language: None,
        say: None,
    };
    let alarm = Alarm {
        key: "cpu".to_owned(),
        name: "cpu".to_owned(),
        since: at(0),
        reason: String::new(),
        description: String::new(),
        recovered_at: None,
        joined: None,
        about_us: false,
    };
    Incident::raise(ID, &policy, alarm, &Busy::default(), at(0)).incident
}

/// A message of the queue with these lines: of the backend's incident, or of none.
pub(super) fn lines(incident: Option<&str>, texts: &[&str]) -> Task {
    let line = |text: &&str| Line {
        event_type: "incident".to_owned(),
        event_id: (*text).to_owned(),
        route: "prod".to_owned(),
        text: (*text).to_owned(),
        failed: false,
        asks: text.contains("rotating_light"),
    };
    Task::Lines(Lines {
        channel: "default".to_owned(),
        at: at(0),
        incident: incident.map(str::to_owned),
        replayed_at: None,
        lines: texts.iter().map(line).collect(),
    })
}
