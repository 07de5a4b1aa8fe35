//! A backend in memory for the pages, and incidents to look at.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use shared::config::file::Config;
use shared::config::{Environment, SettingsCache, Simulated, Values};
use shared::domain::escalation::{
    Alarm, Busy, CallEvent, End, Incident, Key as Pressed, Policy, Signal,
};
use shared::domain::silence::Stored;
use shared::http::{Request, Response};
use shared::jobs::escalate::intake::recent::RecentAlarms;
use shared::secret::Secret;
use shared::start_token::StartToken;
use shared::storage::messages::WakeUp;
use shared::storage::records::{self, StoredIncident};
use shared::storage::{Key, Queue, QueueName, Record, Store, Write, check_size};
use shared::{Error, Timestamp};

use crate::{Dashboard, handle};

pub(super) const CONFIG: &str = r#"
[channels.default]
[people.alpha]
phone = "+15005550001"
[people.bravo]
phone = "+15005550002"
[[policies]]
name = "checkout"
alarms = ["*"]
roster = ["alpha", "bravo"]
attempts = 2
channel = "default"
"#;

const TOKEN: &str = "the-start-token-of-this-server";
pub(super) const BEARER: &str = "Bearer the-start-token-of-this-server";

/// What the server keeps, in memory. The pages only read it, and may queue something.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<Key, String>>, Mutex<Vec<String>>);

#[async_trait]
impl Store for Memory {
    async fn load(&self, keys: &[Key], _: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        let records = self.0.lock().unwrap();
        let record = |key: &Key| {
            let body = records.get(key)?.clone();
            Some(Record { key: key.clone(), revision: 1, body })
        };
        Ok(keys.iter().map(record).collect())
    }

    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        let records = self.0.lock().unwrap();
        let here = records.iter().filter(|(key, _)| key.pk == pk);
        let behind = here.filter(|(key, _)| after.is_none_or(|after| key.sk.as_str() > after));
        let record = |(key, body): (&Key, &String)| Record {
            key: key.clone(),
            revision: 1,
            body: body.clone(),
        };
        Ok(behind.take(limit).map(record).collect())
    }

    async fn write(&self, writes: &[Write], _: Timestamp) -> Result<(), Error> {
        check_size(writes)?;
        Err(Error::Conflict { keys: Vec::new() })
    }
}

#[async_trait]
impl Queue for Memory {
    async fn send(
        &self,
        to: QueueName,
        body: String,
        _: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        assert_eq!((to, not_before), (QueueName::WakeUps, None));
        self.1.lock().unwrap().push(body);
        Ok(())
    }
}

/// The pages over what is kept.
pub(super) struct Pages {
    dashboard: Dashboard,
    memory: Arc<Memory>,
}

impl Pages {
    /// Pages on one machine, without a password.
    pub(super) fn new() -> Pages {
        Pages::with(&[])
    }

    /// The same with these secrets.
    pub(super) fn with(secrets: &[(&str, &str)]) -> Pages {
        Pages::of(CONFIG, secrets)
    }

    /// The same with this configuration.
    pub(super) fn of(config: &str, secrets: &[(&str, &str)]) -> Pages {
        let mut values = Values::from([("config/main".to_owned(), config.to_owned())]);
        for simulated in [Simulated::Twilio, Simulated::Slack, Simulated::Events] {
            values.insert(simulated.name().to_owned(), "yes".to_owned());
        }
        values
            .extend(secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let fetch = Arc::new(move || {
            let values = values.clone();
            Box::pin(async move { Ok(values) }) as _
        });
        let memory = Arc::new(Memory::default());
        let live = SettingsCache::new(Environment::default(), fetch);
        let (store, queue) = (memory.clone(), memory.clone());
        let start_token = Some(StartToken::new(Secret::new(TOKEN), 8080));
        Pages { dashboard: Dashboard { settings: live, store, queue, start_token }, memory }
    }

    /// Keeps an incident as the server does; Slack was told the entries before `said`.
    pub(super) fn keep(&self, incident: &Incident, said: u32) {
        let kept = StoredIncident {
            incident: incident.clone(),
            wake_at: None,
            to_do: Vec::new(),
            said,
            writer: String::new(),
        };
        let body = serde_json::to_string(&kept).unwrap();
        let mut records = self.memory.0.lock().unwrap();
        if incident.ended_at.is_some() {
            records.insert(records::archived(&incident.id), body.clone());
        }
        records.insert(records::open(&incident.policy.name), body);
    }

    /// Keeps the names of alarms that were heard.
    pub(super) fn keep_alarms(&self, alarms: &RecentAlarms) {
        let body = serde_json::to_string(alarms).unwrap();
        self.memory.0.lock().unwrap().insert(records::recent_alarms(), body);
    }

    /// Keeps a silence that somebody asked for.
    pub(super) fn keep_silence(&self, silence: &Stored) {
        let key = records::silence(&silence.incident, silence.until);
        let body = serde_json::to_string(silence).unwrap();
        self.memory.0.lock().unwrap().insert(key, body);
    }

    /// What was queued, and not asked for before.
    pub(super) fn queued(&self) -> Vec<WakeUp> {
        let bodies = std::mem::take(&mut *self.memory.1.lock().unwrap());
        bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// What whoever has the start token gets for a path, with a query or without.
    pub(super) fn get(&self, target: &str, headers: &[(&'static str, &str)]) -> Response {
        self.ask("GET", target, &with_token(headers))
    }

    /// What they get for an empty form.
    pub(super) fn post(&self, target: &str, headers: &[(&'static str, &str)]) -> Response {
        self.ask("POST", target, &with_token(headers))
    }

    /// What they get for this form.
    pub(super) fn post_form(
        &self,
        target: &str,
        headers: &[(&'static str, &str)],
        form: &str,
    ) -> Response {
        self.ask_with("POST", target, &with_token(headers), form)
    }

    /// What a request with these headers alone gets.
    pub(super) fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&'static str, &str)],
    ) -> Response {
        self.ask_with(method, target, headers, "")
    }

    fn ask_with(
        &self,
        method: &str,
        target: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Response {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let headers = [("host", "localhost")].iter().chain(headers);
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned().into()));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            headers: headers.collect(),
            body: body.to_owned().into(),
            ..Request::default()
        };
        at_once(handle(&self.dashboard, request, at(600)))
    }

    /// The page at this path.
    pub(super) fn page(&self, path: &str) -> String {
        let page = self.get(path, &[]);
        assert_eq!(page.status, 200, "{path}");
        assert!(header(&page, "content-security-policy").starts_with("default-src 'self'"));
        // With `no-referrer` our own forms would be refused.
        assert_eq!(header(&page, "referrer-policy"), "same-origin");
        body(&page)
    }
}

fn with_token<'a>(headers: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    [("authorization", BEARER)].iter().chain(headers).copied().collect()
}

/// Nothing here ever waits: what is asked for is there when it is first looked at.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("something in memory had to be waited for"),
    }
}

pub(super) fn body(response: &Response) -> String {
    String::from_utf8(response.body.to_vec()).unwrap()
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let (_, value) = response.headers.iter().find(|(have, _)| *have == name).unwrap();
    value
}

/// So many seconds after the tests' first moment.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

pub(super) fn policy() -> Policy {
    let config = Config::parse(vec![("main".to_owned(), CONFIG.to_owned())]).unwrap();
    config.escalation.policy_at("checkout", at(0)).unwrap()
}

pub(super) fn alarm(name: &str) -> Alarm {
    Alarm {
        key: name.to_owned(),
        name: name.to_owned(),
        since: at(0),
        reason: "12 percent of requests fail".to_owned(),
        description: "Runbook: https://wiki.example.com/checkout".to_owned(),
        recovered_at: None,
        joined: None,
        about_us: false,
    }
}

/// An incident that begins now with this alarm.
pub(super) fn raised(name: &str) -> Incident {
    let id = records::id("checkout", at(0));
    Incident::raise(&id, &policy(), alarm(name), &Busy::default(), at(0)).incident
}

/// What the world tells it, each at its second.
pub(super) fn told(incident: Incident, signals: &[(i64, Signal)]) -> Incident {
    signals.iter().fold(incident, |incident, (second, signal)| {
        incident.apply(signal, &Busy::default(), at(*second)).incident
    })
}

pub(super) fn call(attempt: u32, event: CallEvent) -> Signal {
    Signal::Call { attempt, call: Some(format!("CA{attempt}")), event }
}

/// Alpha does not answer, bravo's phone rings.
pub(super) fn calling() -> Incident {
    told(
        raised("checkout-5xx"),
        &[
            (1, call(1, CallEvent::Placed { reading_seconds: 8 })),
            (2, call(1, CallEvent::Ringing)),
            (27, call(1, CallEvent::Ended(End::NoAnswer))),
            (28, call(2, CallEvent::Placed { reading_seconds: 8 })),
            (30, call(2, CallEvent::Ringing)),
        ],
    )
}

/// Bravo has it.
pub(super) fn taken() -> Incident {
    told(
        calling(),
        &[
            (36, call(2, CallEvent::Answered)),
            (44, call(2, CallEvent::Pressed(Pressed::Take))),
            (45, Signal::Texted { person: "bravo".to_owned(), failed: None }),
            (50, call(2, CallEvent::Ended(End::Completed))),
        ],
    )
}

/// Nobody took it.
pub(super) fn exhausted() -> Incident {
    told(
        calling(),
        &[
            (36, call(2, CallEvent::Answered)),
            (44, call(2, CallEvent::Pressed(Pressed::Decline))),
            (46, call(2, CallEvent::Ended(End::Completed))),
        ],
    )
}

/// It is over.
pub(super) fn resolved() -> Incident {
    told(taken(), &[(300, Signal::Recovered { key: "checkout-5xx".to_owned() })])
}
