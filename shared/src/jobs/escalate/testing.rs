//! The job over a backend in memory, for tests: alone, or as a server whose Twilio answers as a test wants.

use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Escalate, WriterIds};
use crate::domain::escalation::Incident;
use crate::storage::records::{self, StoredIncident};
use crate::testing::{MemoryBackend, Parameters, TestClock, sample};
use crate::twilio::rest::{ApiRequest, ApiResponse, Wire};

pub(super) const FLOW: &str = "FW00000000000000000000000000000001";
pub(super) const EXECUTION: &str = "FN00000000000000000000000000000001";
pub(super) const KEY: &str = "the-callback-key";

const ALARM: &str = include_str!("../../../../events/outage-intake/eventbridge-metric.json");

/// Twilio's answer to a request: a status and a body; 0 is no answer.
pub(super) type Answers = Arc<dyn Fn(&ApiRequest) -> (u16, Value) + Send + Sync>;

/// The job with a backend and a clock of its own.
pub(super) struct Fixture {
    pub(super) escalate: Escalate,
    pub(super) backend: MemoryBackend,
    pub(super) clock: TestClock,
    pub(super) parameters: Parameters,
}

impl Fixture {
    /// The job with these parameters at this time, and no Twilio.
    pub(super) fn new(parameters: Parameters, now: Timestamp) -> Fixture {
        let nobody = |_| {
            let answer = ApiResponse::NotSent("nobody is there".to_owned());
            Box::pin(std::future::ready(answer)) as _
        };
        Fixture::with(MemoryBackend::default(), parameters, now, Arc::new(nobody))
    }

    /// The job whose Twilio answers so.
    pub(super) fn answering(parameters: Parameters, now: Timestamp, answers: Answers) -> Fixture {
        let wire = Arc::new(move |ask: ApiRequest| {
            let (status, body) = answers(&ask);
            let body = Bytes::from(body.to_string());
            Box::pin(std::future::ready(ApiResponse::Answer { status, retry_after: None, body }))
                as _
        });
        Fixture::with(MemoryBackend::default(), parameters, now, wire)
    }

    fn with(backend: MemoryBackend, parameters: Parameters, now: Timestamp, wire: Wire) -> Fixture {
        let clock = TestClock::at(now);
        let shown = clock.clone();
        let escalate = Escalate {
            settings: parameters.settings(),
            store: Arc::new(backend.store.clone()),
            queue: Arc::new(backend.queue.clone()),
            wire,
            sns: crate::testing::sns::unreachable(),
            clock: Arc::new(move || shown.now()),
            writer_ids: WriterIds::of(1),
        };
        Fixture { escalate, backend, clock, parameters }
    }
}

/// The incident of a policy, if there was one.
pub(super) fn incident(backend: &MemoryBackend, policy: &str) -> Option<Incident> {
    Some(backend.store.read::<StoredIncident>(&records::open(policy))?.incident)
}

/// A server of one policy whose calls a Studio Flow places, with all that it asked of Twilio.
pub(super) struct Server {
    pub(super) escalate: Escalate,
    pub(super) backend: MemoryBackend,
    pub(super) asked: Arc<Mutex<Vec<ApiRequest>>>,
    /// How many transactions had landed before the first request to Twilio.
    pub(super) first_request_after: Arc<OnceLock<usize>>,
    clock: TestClock,
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
        let parameters = Parameters::of(usual.iter().chain(secrets));
        let backend = MemoryBackend::default();
        let asked = Arc::<Mutex<Vec<ApiRequest>>>::default();
        let first_request_after = Arc::<OnceLock<usize>>::default();
        let (seen, store, first) =
            (asked.clone(), backend.store.clone(), first_request_after.clone());
        let wire = Arc::new(move |ask: ApiRequest| {
            let (status, body) = answers(&ask);
            first.get_or_init(|| store.landed());
            seen.lock().expect("a list").push(ask);
            let body = Bytes::from(body.to_string());
            Box::pin(async move {
                match status {
                    0 => ApiResponse::NoAnswer("nobody is there".to_owned()),
                    status => ApiResponse::Answer { status, retry_after: None, body },
                }
            }) as _
        });
        let fixture = Fixture::with(backend, parameters, sample::at(0), wire);
        let Fixture { escalate, backend, clock, .. } = fixture;
        Server { escalate, backend, asked, first_request_after, clock }
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
        incident(&self.backend, "default").expect("an incident")
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn passes(&self, seconds: i64) {
        self.clock.push(SignedDuration::from_secs(seconds));
    }

    /// The requests to Twilio since the last look: method and the end of the path.
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

    /// The outcomes of the calls, by the persons' names.
    pub(super) fn calls(&self) -> Vec<String> {
        let incident = self.incident();
        let attempts = incident.attempts.iter();
        attempts.map(|attempt| format!("{} {:?}", attempt.person, attempt.outcome)).collect()
    }
}
