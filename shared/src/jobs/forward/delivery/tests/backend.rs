//! A forwarder with a backend of its own: a store in memory, an incident in it, and a Slack.

use std::sync::Arc;
use std::time::Duration;

use super::slack::{Asked, Slack};
use crate::domain::escalation::{CallEvent, Incident, IncidentId, Key as Pressed, Signal};
use crate::domain::routes::Line;
use crate::jobs::forward::delivery::Delivery;
use crate::slack::client::Client;
use crate::storage::messages::{Lines, Task};
use crate::storage::{Message, Processed, records};
use crate::testing::sample::{self, at};
use crate::testing::{MemoryStore, Parameters};

const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"prod\"\n\
    alarms = [\"*\"]\nroster = [\"alpha\"]\n[forward]\ngive_up_after = \"1h\"\n";

/// The incident of the backend.
pub(super) const ID: &str = "prod-20300317-174640-000";

pub(super) struct Backend {
    pub(super) slack: Slack,
    pub(super) store: MemoryStore,
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
        let secrets = [
            ("slack/channels/default", &*channel(&slack.address)),
            ("slack/bot-token", "xoxb-not-a-token"),
        ];
        let settings = Parameters::of_config(CONFIG, &secrets).settings();
        let http = crate::http::client().expect("a client");
        let client = Client::new(http, Some(&format!("{}/api", slack.address)));
        let store = MemoryStore::default();
        let delivery = Delivery::new(settings, Arc::new(store.clone()), client);
        let alarm = sample::alarm("cpu", at(0));
        let incident = sample::incident(ID, &sample::policy("prod", &["alpha"]), alarm);
        let backend = Backend { slack, store, delivery, incident };
        backend.keep();
        backend
    }

    fn keep(&self) {
        self.store.keep(records::open("prod"), &sample::stored(self.incident.clone(), 0));
    }

    /// The person called last pressed this key.
    pub(super) fn pressed(&mut self, key: Pressed) {
        let attempt = self.incident.attempts.last().expect("a call").number;
        let event = CallEvent::Pressed(key);
        let signal =
            Signal::Call { attempt, call: Some(format!("CA{attempt}").as_str().into()), event };
        self.incident = sample::after(self.incident.clone(), [(&signal, at(30))]);
        self.keep();
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
        incident: incident.map(IncidentId::from),
        replayed_at: None,
        letter: None,
        lines: texts.iter().map(line).collect(),
    })
}
