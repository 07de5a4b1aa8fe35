//! The functions as Lambda calls them: the limit of an endpoint comes before anything else, settings and signature.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use dashboard::{
    Dashboard, LayoutCache, MediansCache, NumbersCache, OnCallCache, ServerCli, WaitingCache,
};
use event_stream_webhook::Webhook;
use metrics::{Cache, Metrics};
use ringdown::clock::now;
use ringdown::database::Database;
use ringdown::queue::Messages;
use ringdown::store::Records;
use shared::Error;
use shared::config::{Environment, SettingsCache};
use shared::http::endpoints::{Body, ENDPOINTS, Function, MAX_FORM_FIELDS, Method};
use shared::http::{Request, Response};
use shared::jobs::count::Count;
use shared::jobs::escalate::{Escalate, WriterIds};
use shared::twilio::rest::wire;
use tempfile::TempDir;

/// All functions that answer requests, with settings that cannot be read. It counts who tries.
struct Functions {
    escalate: Escalate,
    webhook: Webhook,
    count: Count,
    dashboard: Dashboard,
    metrics: Metrics,
    reads: Arc<AtomicU32>,
    _folder: TempDir,
}

impl Functions {
    fn new() -> Functions {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).unwrap();
        let store = Arc::new(Records(database.clone()));
        let queue = Arc::new(Messages::new(database));
        let reads = Arc::<AtomicU32>::default();
        let live = || {
            let reads = reads.clone();
            let fetch = Arc::new(move || {
                reads.fetch_add(1, Ordering::Relaxed);
                Box::pin(async { Err(Error::NotSetUp("no settings".to_owned())) }) as _
            });
            SettingsCache::new(Environment::default(), fetch)
        };
        let escalate = Escalate {
            settings: live(),
            store: store.clone(),
            queue: queue.clone(),
            wire: wire(shared::http::client().unwrap()),
            clock: Arc::new(now),
            sns: Arc::new(shared::sns::client::Client::new(shared::http::client().unwrap())),
            writer_ids: WriterIds::default(),
        };
        let cache = Cache::default();
        let metrics = Metrics { settings: live(), store: store.clone(), refusals: None, cache };
        let count = Count {
            settings: live(),
            store: store.clone(),
            queue: queue.clone(),
            wire: wire(shared::http::client().unwrap()),
        };
        let dashboard = Dashboard {
            settings: live(),
            store: store.clone(),
            queue: queue.clone(),
            wire: wire(shared::http::client().unwrap()),
            medians: MediansCache::default(),
            layouts: LayoutCache::default(),
            numbers: NumbersCache::default(),
            waiting: WaitingCache::default(),
            on_call: OnCallCache::default(),
            start_token: None,
            server_cli: ServerCli::default(),
        };
        Functions {
            escalate,
            webhook: Webhook { settings: live(), queue, store },
            count,
            dashboard,
            metrics,
            reads,
            _folder: folder,
        }
    }

    async fn handle(&self, function: Function, request: Request) -> Response {
        let now = now();
        match function {
            Function::EventStreamWebhook => {
                event_stream_webhook::handle(&self.webhook, request, now).await
            }
            Function::OutageIntake => outage_intake::handle(&self.escalate, request, now).await,
            Function::EscalationCallback => {
                escalation_callback::handle(&self.escalate, request, now, now).await
            }
            Function::StatusCallback => status_callback::handle(&self.count, request, now).await,
            Function::Dashboard => dashboard::handle(&self.dashboard, request, now).await,
            Function::Metrics => metrics::handle(&self.metrics, request, now).await,
        }
    }
}

fn request(method: Method, path: &str, body: Vec<u8>) -> Request {
    let method = if method == Method::Get { "GET" } else { "POST" };
    let path = path.replace("{attempt}", "1").replace("{proxy+}", "x").replace(['{', '}'], "");
    Request { method: method.to_owned(), path, body: Bytes::from(body), ..Request::default() }
}

#[tokio::test]
async fn every_function_refuses_a_longer_body_before_it_reads_anything() {
    let functions = Functions::new();
    for route in ENDPOINTS {
        let long = request(route.method, route.path, vec![b'x'; route.body.max_bytes() + 1]);
        let answer = functions.handle(route.name.function(), long).await;
        assert_eq!(answer.status, 413, "{:?} {}", route.method, route.path);
        if route.body == Body::Form {
            let fields = vec!["a=b"; MAX_FORM_FIELDS + 1].join("&").into_bytes();
            let many = request(route.method, route.path, fields);
            assert_eq!(functions.handle(route.name.function(), many).await.status, 413);
        }
    }
    assert_eq!(functions.reads.load(Ordering::Relaxed), 0, "no settings were read");
}

#[tokio::test]
async fn every_function_answers_at_its_own_endpoints_only() {
    let functions = Functions::new();
    let all = [
        Function::EventStreamWebhook,
        Function::OutageIntake,
        Function::EscalationCallback,
        Function::StatusCallback,
        Function::Dashboard,
        Function::Metrics,
    ];
    for route in ENDPOINTS {
        for function in all.into_iter().filter(|other| *other != route.name.function()) {
            let asked = request(route.method, route.path, Vec::new());
            let status = functions.handle(function, asked).await.status;
            // The pages ask who it is before they say that there is no such page.
            let is_other = status == 404 || (function == Function::Dashboard && status == 503);
            assert!(is_other, "{function:?} {}: {status}", route.path);
        }
    }
}
