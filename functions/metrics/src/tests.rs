use std::io::Read;
use std::sync::Mutex;

use shared::config::{Environment, Fallback, PART_PREFIX, Values};
use shared::domain::metrics::catalogue::ALARMS;
use shared::hex;
use shared::payload::HttpPayload;
use shared::storage::Increment;
use shared::testing::{Fault, MemoryStore};

use super::*;

const GOOD: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n";
const TOKENS: &str = "first-token, second-token";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).expect("a time")
}

/// The function over a store in memory, and the parameters that somebody changes.
struct Server {
    metrics: Metrics,
    store: MemoryStore,
    values: Arc<Mutex<Values>>,
    fetches: Arc<Mutex<u32>>,
}

impl Server {
    async fn start() -> Server {
        let server = Server::cold(&[("metrics-token", TOKENS), ("config/main", GOOD)]);
        server.metrics.settings.get(at(0)).await.expect("settings");
        server
    }

    /// One that has read no settings yet.
    fn cold(values: &[(&str, &str)]) -> Server {
        let values = values.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let values = Arc::new(Mutex::new(values.collect::<Values>()));
        let fetches = Arc::<Mutex<u32>>::default();
        let (reads, counts) = (values.clone(), fetches.clone());
        let fetch = Arc::new(move || {
            *counts.lock().unwrap() += 1;
            let values = reads.lock().unwrap().clone();
            Box::pin(async move { Ok(values) }) as _
        });
        let store = MemoryStore::default();
        let fallback = Fallback { store: Arc::new(store.clone()), queue: None, counts: false };
        let settings = SettingsCache::new(Environment::default(), fetch).with_fallback(fallback);
        let shared = Arc::new(store.clone());
        let metrics = Metrics { settings, store: shared, refusals: None, cache: Cache::default() };
        Server { metrics, store, values, fetches }
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        second: i64,
    ) -> Response {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec().into()));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: headers.collect(),
            ..Request::default()
        };
        handle(&self.metrics, request, at(second)).await
    }

    /// A scrape with the first token.
    async fn scrape(&self, second: i64) -> Response {
        self.ask("GET", "/metrics", &[("authorization", "Bearer first-token")], second).await
    }

    async fn count(&self, alarms: u64) {
        let counted = Increment::of("row", [(ALARMS.series(&["incident"]), alarms)]);
        self.store.write(&[counted.into()], at(0)).await.expect("a write");
    }

    async fn health(&self, second: i64) -> (u16, String) {
        let response = self.ask("GET", "/health", &[], second).await;
        (response.status, text(&response))
    }
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.to_vec()).expect("a text")
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|(have, _)| *have == name);
    found.map(|(_, value)| value.as_str())
}

fn incidents(response: &Response) -> Option<u64> {
    let text = text(response);
    let start = "ringdown_alarms_total{outcome=\"incident\"} ";
    text.lines().find_map(|line| line.strip_prefix(start))?.parse().ok()
}

#[tokio::test]
async fn each_of_the_tokens_opens_and_nothing_else_does() {
    let server = Server::start().await;
    for token in ["Bearer first-token", "bearer second-token", "Bearer  second-token "] {
        let response = server.ask("GET", "/metrics", &[("authorization", token)], 0).await;
        assert_eq!(response.status, 200, "{token}");
    }
    // Whoever is refused causes no read.
    server.store.fail_loads(Fault::After(0));
    for headers in [
        &[][..],
        &[("authorization", "Bearer ")],
        &[("authorization", "Bearer first-token, second-token")],
        &[("authorization", "Bearer first-toke")],
        &[("authorization", "Basic first-token")],
        &[("authorization", "first-token")],
        &[("cookie", "token=first-token")],
    ] {
        let response = server.ask("GET", "/metrics", headers, 60).await;
        assert_eq!(response.status, 401, "{headers:?}");
        assert_eq!(header(&response, "www-authenticate"), Some("Bearer"));
        assert_eq!(header(&response, "cache-control"), Some("no-store"));
        assert!(!text(&response).contains("first-token"));
    }
}

#[tokio::test]
async fn without_a_token_it_is_said_which_parameter_to_store() {
    for tokens in ["", " , "] {
        let server = Server::cold(&[("metrics-token", tokens), ("config/main", GOOD)]);
        let response = server.scrape(0).await;
        assert_eq!(response.status, 503);
        let text = text(&response);
        assert!(text.contains("store the parameter metrics-token"), "{text}");
    }
}

#[tokio::test]
async fn format_and_encoding_are_those_that_were_asked_for() {
    let server = Server::start().await;
    server.count(3).await;
    let token = ("authorization", "Bearer first-token");
    let plain = server.ask("GET", "/metrics", &[token], 0).await;
    let kind = header(&plain, "content-type");
    assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!((header(&plain, "content-encoding"), incidents(&plain)), (None, Some(3)));
    assert_eq!(header(&plain, "cache-control"), Some("no-store"));
    let accept = ("accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    let open = server.ask("GET", "/metrics", &[token, accept], 0).await;
    let kind = header(&open, "content-type");
    assert_eq!(kind, Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(text(&open).ends_with("\n# EOF\n"));
    let packed =
        server.ask("GET", "/metrics", &[token, accept, ("accept-encoding", "gzip")], 0).await;
    assert_eq!(header(&packed, "content-encoding"), Some("gzip"));
    assert_eq!(header(&packed, "vary"), Some("accept, accept-encoding"));
    let mut unpacked = String::new();
    let mut decoder = flate2::read::GzDecoder::new(&packed.body[..]);
    decoder.read_to_string(&mut unpacked).expect("a text");
    assert_eq!(unpacked, text(&open));
    assert!(packed.body.len() * 3 < open.body.len(), "{}", hex(&packed.body));
    assert_eq!(server.ask("HEAD", "/metrics", &[token], 0).await.status, 200);
    assert_eq!(server.ask("POST", "/metrics", &[token], 0).await.status, 405);
}

#[tokio::test]
async fn scrapes_within_five_seconds_share_one_read() {
    let server = Server::start().await;
    server.count(1).await;
    assert_eq!(incidents(&server.scrape(0).await), Some(1));
    server.count(1).await;
    server.store.fail_loads(Fault::After(0));
    assert_eq!(incidents(&server.scrape(5).await), Some(1));
    // There are no numbers rather than old or partial ones, …
    let failed = server.scrape(6).await;
    assert_eq!((failed.status, incidents(&failed)), (503, None));
    // … and a failure is not remembered.
    server.store.fail_loads(Fault::Never);
    assert_eq!(incidents(&server.scrape(6).await), Some(2));
    // A clock that steps back does not hold the numbers.
    server.count(1).await;
    assert_eq!(incidents(&server.scrape(-60).await), Some(3));
}

#[tokio::test]
async fn dead_letters_are_counted_once_a_minute() {
    let server = Server::start().await;
    let waiting = |response: Response| {
        let text = text(&response);
        let line = text.lines().find_map(|line| line.strip_prefix("ringdown_dead_letters "));
        line.expect("a number").to_owned()
    };
    assert_eq!(waiting(server.scrape(0).await), "0");
    let letter = shared::storage::dead_letters::DeadLetter::escalate("why", "x".to_owned(), at(0));
    shared::storage::dead_letters::keep(&server.store, &[letter], at(0)).await.expect("a write");
    assert_eq!(waiting(server.scrape(60).await), "0");
    assert_eq!(waiting(server.scrape(70).await), "1");
}

#[tokio::test]
async fn health_is_known_for_ten_seconds_and_reads_no_settings() {
    let server = Server::start().await;
    assert_eq!(server.health(0).await, (200, "ok\n".to_owned()));
    assert_eq!(server.ask("HEAD", "/healthz", &[], 0).await.status, 200);
    server.store.fail_loads(Fault::After(0));
    assert_eq!(server.health(10).await.0, 200);
    assert_eq!(server.health(11).await, (503, "the store does not answer\n".to_owned()));
    server.store.fail_loads(Fault::Never);
    assert_eq!(server.health(21).await.0, 503);
    assert_eq!(server.health(22).await.0, 200);
    assert_eq!(server.health(100_000).await.0, 200);
    assert_eq!(*server.fetches.lock().unwrap(), 1 + 1, "as the start did, and kept it");
}

#[tokio::test]
async fn health_stays_good_while_the_last_good_configuration_serves() {
    let server = Server::start().await;
    let name = format!("{PART_PREFIX}main");
    server.values.lock().unwrap().insert(name.clone(), "[channels".to_owned());
    // A scrape reads the settings again, and finds it.
    let scraped = text(&server.scrape(301).await);
    assert!(scraped.contains("\nringdown_config_good 0\n"), "{scraped}");
    let told = "ok, by the last good configuration: the newest one fails its check\n".to_owned();
    assert_eq!(server.health(302).await, (200, told));
    let cold = Server::cold(&[]);
    let told = "the settings could not be read\n".to_owned();
    assert_eq!(cold.health(0).await, (503, told));
    assert_eq!(*cold.fetches.lock().unwrap(), 0);
}

#[tokio::test]
async fn requests_that_this_process_refused_are_shown_where_it_is_the_only_one() {
    static REFUSED: std::sync::LazyLock<Refusals> = std::sync::LazyLock::new(|| {
        let refusals = Refusals::default();
        refusals.count("/metrics", &Error::NoToken);
        refusals
    });
    let mut server = Server::start().await;
    let line =
        |count: u32| format!("\nringdown_requests_refused_total{{reason=\"token\"}} {count}\n");
    assert!(text(&server.scrape(0).await).contains(&line(0)));
    server.metrics.refusals = Some(&REFUSED);
    assert!(text(&server.scrape(6).await).contains(&line(1)));
}

#[tokio::test]
async fn events_of_the_folder_are_answered() {
    let token = "a-metrics-token-for-trying-it-out";
    let server = Server::cold(&[("metrics-token", token), ("config/main", GOOD)]);
    server.metrics.settings.get(at(0)).await.expect("settings");
    for (event, status, kind) in [
        (include_str!("../../../events/metrics/health.json"), 200, "text/plain; charset=utf-8"),
        (
            include_str!("../../../events/metrics/scrape.json"),
            200,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
        (
            include_str!("../../../events/metrics/scrape-as-text.json"),
            200,
            "text/plain; version=0.0.4; charset=utf-8",
        ),
        (
            include_str!("../../../events/metrics/scrape-with-a-wrong-token.json"),
            401,
            "text/plain; charset=utf-8",
        ),
        (
            include_str!("../../../events/metrics/scrape-without-token.json"),
            401,
            "text/plain; charset=utf-8",
        ),
    ] {
        let payload: HttpPayload = serde_json::from_str(event).expect("an event");
        let request = Request::try_from(payload).expect("a request");
        let response = handle(&server.metrics, request, at(1)).await;
        let answered = (response.status, header(&response, "content-type"));
        assert_eq!(answered, (status, Some(kind)), "{event}");
    }
}
