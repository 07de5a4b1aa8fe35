//! A backend in memory for the pages, and incidents to look at.

mod incidents;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use shared::Timestamp;
use shared::config::Simulated;
use shared::domain::escalation::{Act, Asker, Incident};
use shared::domain::event::Event;
use shared::domain::executions::quiet::Quiet;
use shared::domain::silence::Stored;
use shared::http::{Request, Response};
use shared::jobs::escalate::acts::ON_THE_PAGE;
use shared::jobs::escalate::intake::recent::RecentAlarms;
use shared::jobs::watch::take::{ExecutionEvents, take};
use shared::secret::Secret;
use shared::start_token::StartToken;
use shared::storage::dead_letters::{self, DeadLetter};
use shared::storage::executions::{self, ExecutionIncident};
use shared::storage::messages::WakeUp;
use shared::storage::pauses::{self, FlowQuiet};
use shared::storage::{QueueName, records};
use shared::testing::{Calls, Fault, MemoryBackend, MemoryStore, Parameters, Sent, sample};
use shared::twilio::rest::Wire;

use crate::{
    Dashboard, LayoutCache, MediansCache, NumbersCache, OnCallCache, ServerCli, WaitingCache,
    handle,
};

pub(super) use incidents::*;

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

/// The pages over what is kept.
pub(super) struct Pages {
    dashboard: Dashboard,
    backend: MemoryBackend,
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
        let wire: Wire = Arc::new(|request| panic!("nothing is fetched: {request:?}"));
        Pages::with_wire(config, secrets, wire)
    }

    /// The same with this Twilio.
    pub(super) fn with_wire(config: &str, secrets: &[(&str, &str)], wire: Wire) -> Pages {
        let simulated = [Simulated::Twilio, Simulated::Slack, Simulated::Events];
        let simulated = simulated.map(|simulated| (simulated.name(), "yes"));
        let config = [("config/main", config)];
        let values = config.iter().chain(&simulated).chain(secrets);
        let settings = Parameters::of(values).settings();
        let backend = MemoryBackend::default();
        backend.store.check_writes(|writes, _| panic!("the pages only read: {writes:?}"));
        let dashboard = Dashboard {
            settings,
            store: Arc::new(backend.store.clone()),
            queue: Arc::new(backend.queue.clone()),
            wire,
            medians: MediansCache::default(),
            layouts: LayoutCache::default(),
            numbers: NumbersCache::default(),
            waiting: WaitingCache::default(),
            on_call: OnCallCache::default(),
            start_token: Some(StartToken::new(Secret::new(TOKEN), 8080)),
            server_cli: ServerCli::default(),
        };
        Pages { dashboard, backend }
    }

    /// Keeps an incident as the server does; Slack was told the entries before `said`.
    pub(super) fn keep(&self, incident: &Incident, said: u32) {
        let stored = sample::stored(incident.clone(), said);
        if incident.ended_at.is_some() {
            self.backend.store.keep(records::archived(&incident.id), &stored);
        }
        self.backend.store.keep(records::open(&incident.policy.name), &stored);
    }

    /// Keeps that an Execution is this incident's call.
    pub(super) fn keep_execution(&self, sid: &str, incident: &str) {
        let body = ExecutionIncident { incident: incident.into() };
        self.backend.store.keep(executions::incident(&sid.into()), &body);
    }

    /// Keeps an incident that is over, as the server does.
    pub(super) fn archive(&self, incident: &Incident) {
        self.backend
            .store
            .keep(records::archived(&incident.id), &sample::stored(incident.clone(), 0));
    }

    /// Takes events of Executions as the webhook does, and lets the pages keep what they fetch.
    pub(super) fn take(&self, events: &[Event]) {
        self.backend.store.check_writes(|_, _| Ok(()));
        let events: Vec<_> = events.iter().cloned().map(Ok).collect();
        let events = ExecutionEvents::of(&events, at(600));
        assert_eq!(events.unreadable, 0);
        at_once(take(&self.backend.store, &events, at(600))).unwrap();
    }

    /// Keeps dead letters.
    pub(super) fn keep_letters(&self, letters: &[DeadLetter]) {
        at_once(dead_letters::keep(&self.backend.store, letters, at(500))).unwrap();
    }

    /// Keeps that a Flow is quiet, as the schedule does.
    pub(super) fn keep_quiet(&self, flow: &str, quiet: Quiet) {
        self.backend.store.keep(pauses::quiet(&flow.into()), &FlowQuiet { quiet: Some(quiet) });
    }

    /// Where all is kept.
    pub(super) fn store(&self) -> &MemoryStore {
        &self.backend.store
    }

    /// How often the store was called since this was last asked.
    pub(super) fn store_calls(&self) -> Calls {
        self.backend.store.take_calls()
    }

    /// Keeps the names of alarms that were heard.
    pub(super) fn keep_alarms(&self, alarms: &RecentAlarms) {
        self.backend.store.keep(records::recent_alarms(), alarms);
    }

    /// Keeps a silence that somebody asked for.
    pub(super) fn keep_silence(&self, silence: &Stored) {
        let incident = silence.incident.as_ref().expect("the silence of an incident");
        self.backend.store.keep(records::silence(incident, silence.until), silence);
    }

    /// Keeps a silence of globs as the server does, over or not.
    pub(super) fn keep_made_silence(&self, silence: &Stored) {
        self.backend.store.keep(records::manual_silence(&silence.id()), silence);
        self.backend.store.keep(records::silence_made(silence.at, &silence.id()), silence);
    }

    /// The messages queued since this was last asked: wake-ups, due at once.
    pub(super) fn queued(&self) -> Vec<WakeUp> {
        let sent = self.backend.queue.take();
        let is_due = |sent: &Sent| (sent.queue, sent.not_before) == (QueueName::WakeUps, None);
        assert!(sent.iter().all(is_due), "{sent:?}");
        sent.iter().map(|sent| serde_json::from_str(&sent.body).unwrap()).collect()
    }

    /// The response to whoever has the start token for a path, with a query or without.
    pub(super) fn get(&self, target: &str, headers: &[(&'static str, &str)]) -> Response {
        self.ask("GET", target, &with_token(headers))
    }

    /// The response to them for an empty form.
    pub(super) fn post(&self, target: &str, headers: &[(&'static str, &str)]) -> Response {
        self.ask("POST", target, &with_token(headers))
    }

    /// The response to them for this form.
    pub(super) fn post_form(
        &self,
        target: &str,
        headers: &[(&'static str, &str)],
        form: &str,
    ) -> Response {
        self.ask_at("POST", target, &with_token(headers), form, at(600))
    }

    /// The response to a request with these headers alone.
    pub(super) fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&'static str, &str)],
    ) -> Response {
        self.ask_at(method, target, headers, "", at(600))
    }

    /// The response to this request to this machine at this time.
    pub(super) fn ask_at(
        &self,
        method: &str,
        target: &str,
        headers: &[(&'static str, &str)],
        body: &str,
        now: Timestamp,
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
        self.send(request, now)
    }

    /// The response to this request at this time.
    pub(super) fn send(&self, request: Request, now: Timestamp) -> Response {
        at_once(handle(&self.dashboard, request, now))
    }

    /// Lets the pages write.
    pub(super) fn may_write(&self) {
        self.backend.store.check_writes(|_, _| Ok(()));
    }

    /// Lets the store fail whenever it is read.
    pub(super) fn store_fails(&self, fault: Fault) {
        self.backend.store.fail_loads(fault);
    }

    /// Lets every write fail.
    pub(super) fn writes_fail(&self, error: fn() -> shared::Error) {
        self.backend.store.check_writes(move |_, _| Err(error()));
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
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("something in memory had to be waited for"),
    }
}

/// The request of somebody without a name on an incident's page.
pub(super) fn asked_for(incident: &Incident, what: Act, seen: u32) -> WakeUp {
    let asker = Asker::Nameless(ON_THE_PAGE.to_owned());
    WakeUp::Act { incident: incident.id.clone(), asker, what, seen }
}

pub(super) fn body(response: &Response) -> String {
    String::from_utf8(response.body.to_vec()).unwrap()
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let (_, value) = response.headers.iter().find(|(have, _)| *have == name).unwrap();
    value
}

/// So many seconds after the tests' first moment.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}
