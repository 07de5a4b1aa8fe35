//! `ringdown`: runs the server until Ctrl-C or SIGTERM.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use dashboard::Dashboard;
use event_stream_webhook::Webhook;
use metrics::{Cache, Metrics};
use sandbox::Secrets;
use shared::config::file::is_e164;
use shared::config::{Environment, Fallback, Rejected, Settings, Simulated, forget_kept};
use shared::http::base_url;
use shared::http::refusals::REFUSALS;
use shared::jobs::count::{Count, Schedule};
use shared::jobs::escalate::{Escalate, WriterIds};
use shared::jobs::forward::delivery::Delivery;
use shared::slack::client::{Client, POST_INTERVAL};
use shared::start_token::StartToken;
use shared::storage::QueueName;
use shared::twilio::rest::wire;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{OnceCell, watch};

use super::Options;
use crate::access;
use crate::clock::{self, now};
use crate::database::Database;
use crate::queue::{Handler, Messages};
use crate::server::connections::Limits;
use crate::settings::{self, Local, Source, environment, own_environment};
use crate::simulated::{Mount, Triggers};
use crate::store::Records;
use crate::{AppState, activity, handle_request, server};

/// How long a batch may take: a post with its answer, and what it takes to note it.
const BATCH: Duration = Duration::from_secs(16);
/// How long the end may take: what is being delivered, then what is being answered. Together less than ten seconds. A
/// batch that rests between two posts is cut off then: what it did is noted, and the rest is in the queue.
const LAST_BATCHES: Duration = Duration::from_secs(7);
const LAST_WAKE_UPS: Duration = Duration::from_millis(500);
const LAST_COUNTS: Duration = Duration::from_millis(500);
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// How often Twilio's list is looked at, in minutes.
const MINUTES_A_DAY: u64 = 24 * 60;

/// Runs the server until it is told to end.
pub async fn run(options: &Options) -> Result<(), String> {
    let told = |error: shared::Error| error.to_string();
    if let Some(url) = environment().value("public-base-url") {
        base_url::check(url).map_err(|error| error.to_string())?;
    }
    let database = Database::open_alone(&options.data)?;
    let start_token = access::open(&options.data)?;
    let metrics_token = access::open_metrics(&options.data)?;
    let listener = server::open(options.port).await?;
    let signals = Signals::listen()?;
    let at = listener.local_addr().map_err(|error| error.to_string())?;
    let address = format!("http://{at}");
    let environment = environment();
    let secrets = Secrets::derived_from(&start_token);
    let start = StartToken::new(start_token.clone(), at.port());
    let sandbox = options.sandbox;
    let local = Local { address: address.clone(), start_token, metrics_token, sandbox };
    let http = shared::http::client().map_err(told)?;

    let queue = Messages::new(database.clone());
    let store = Arc::new(Records(database.clone()));
    if let Some(time) = store.highest_time().await.map_err(told)? {
        clock::go_on_from(time);
    }
    // One that cannot be read was somebody's all the same.
    let keeps_own = settings::keeps_own(store.as_ref(), now()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the last good configuration is not there");
        true
    });
    if !keeps_own {
        forget_kept(store.as_ref(), now()).await.map_err(told)?;
    }
    let source = Source::of_server(options.config.as_deref(), keeps_own);
    let live = || {
        let live = settings::live(own_environment(), source.clone(), local.clone());
        // The demo is nobody's: it never stands in for a configuration.
        if source.is_demo() {
            return live;
        }
        let queue = Some(Arc::new(queue.clone()) as _);
        live.with_fallback(Fallback { store: store.clone(), queue, counts: true })
    };
    let slack = Client::new(http.clone(), local.slack_api(&environment).as_deref());
    let delivery = Arc::new(Delivery::new(live(), store.clone(), slack));
    let escalate = Arc::new(Escalate {
        settings: live(),
        store: store.clone(),
        queue: Arc::new(queue.clone()),
        wire: wire(http.clone()),
        clock: Arc::new(now),
        writer_ids: WriterIds::default(),
    });
    let count = Arc::new(Count {
        settings: live(),
        store: store.clone(),
        queue: Arc::new(queue.clone()),
        wire: wire(http.clone()),
    });
    let state = Arc::new(AppState {
        escalate: escalate.clone(),
        webhook: Webhook { settings: live(), queue: Arc::new(queue.clone()) },
        count: count.clone(),
        dashboard: Dashboard {
            settings: live(),
            store: store.clone(),
            queue: Arc::new(queue.clone()),
            start_token: Some(start.clone()),
        },
        metrics: Metrics {
            settings: live(),
            store: store.clone(),
            refusals: Some(&REFUSALS),
            cache: Cache::default(),
        },
        simulated: Mount {
            triggers: Arc::new(Triggers {
                database: database.clone(),
                live: live(),
                secrets,
                http,
                address: address.clone(),
                escalate: escalate.clone(),
            }),
            folder: options.data.clone(),
            opened: OnceCell::new(),
        },
    });
    // A wrong configuration is told now, not with the first event; there may be a former one.
    let settings = state.webhook.settings.get(now()).await.map_err(told)?;
    // `/health` reads none for itself.
    state.metrics.settings.get(now()).await.map_err(told)?;
    let simulated = [Simulated::Twilio, Simulated::Slack, Simulated::Events];
    if simulated.into_iter().any(|what| settings.is_simulated(what)) {
        state.simulated.open().await.map_err(told)?;
    }

    let (stop, stopped) = watch::channel(false);
    let handle: Handler = Arc::new(move |batch| {
        let delivery = delivery.clone();
        Box::pin(async move { slack_forwarder::handle(&delivery, batch, now(), BATCH).await })
    });
    let forwarder = {
        let (queue, stopped) = (queue.clone(), stopped.clone());
        tokio::spawn(
            async move { queue.serve(QueueName::Slack, handle, POST_INTERVAL, stopped).await },
        )
    };
    let timer = {
        let (queue, stopped) = (queue.clone(), stopped.clone());
        let escalate = escalate.clone();
        let handle: Handler = Arc::new(move |batch| {
            let escalate = escalate.clone();
            Box::pin(async move { escalation_timer::handle(&escalate, batch, now).await })
        });
        tokio::spawn(async move {
            queue.serve(QueueName::WakeUps, handle, Duration::ZERO, stopped).await
        })
    };
    let measuring = tokio::spawn(measure(count.clone(), stopped.clone()));
    let counter = {
        let (queue, stopped) = (queue.clone(), stopped.clone());
        let handle: Handler = Arc::new(move |batch| {
            let count = count.clone();
            Box::pin(async move { status_callback::process(&count, batch, now()).await })
        });
        tokio::spawn(async move {
            queue.serve(QueueName::Callbacks, handle, Duration::ZERO, stopped).await
        })
    };
    let reconciler = tokio::spawn(reconcile(escalate, store.clone(), stopped.clone()));
    let sweeper = tokio::spawn(sweep(store.clone(), stopped));
    greet(&address, &start, &source, &settings, &environment);

    let (closing, closed) = tokio::sync::oneshot::channel::<()>();
    let answering = state.clone();
    let handler: server::Handler = Arc::new(move |target, request| {
        let state = answering.clone();
        Box::pin(async move { handle_request(&state, target, request).await })
    });
    let limits = Limits::of_this_process();
    let closed = async { drop(closed.await) };
    let serving = tokio::spawn(server::serve(listener, handler, limits, closed, LAST_ANSWERS));
    signals.received().await;
    tracing::info!("ending: what is in flight is finished first");
    let _ = stop.send(true);
    if tokio::time::timeout(LAST_BATCHES, forwarder).await.is_err() {
        tracing::warn!("a post was still under way: its lines are sent again at the next start");
    }
    if tokio::time::timeout(LAST_WAKE_UPS, timer).await.is_err() {
        tracing::warn!("a call was still being placed: it is looked up at the next start");
    }
    if tokio::time::timeout(LAST_COUNTS, counter).await.is_err() {
        tracing::warn!("callbacks were still being counted: they are counted at the next start");
    }
    let _ = closing.send(());
    let _ = tokio::join!(serving, sweeper, reconciler, measuring);
    record_time(&store).await;
    state.simulated.close();
    database.close().await;
    Ok(())
}

/// Who places calls.
fn caller(environment: &Environment, is_simulated: bool) -> &'static str {
    let has = |name: &str| environment.value(name).is_some();
    match has("twilio/account-sid") {
        true if !has("twilio/auth-token") => "nobody: TWILIO_AUTH_TOKEN is missing",
        true if !has("twilio/from-number") => "nobody: TWILIO_FROM_NUMBER is missing",
        true if !environment.value("twilio/from-number").is_some_and(is_e164) => {
            "nobody: TWILIO_FROM_NUMBER is no number in E.164, like +15005550006"
        }
        true if !has("public-base-url") => {
            "Twilio, which cannot reach this machine: PUBLIC_BASE_URL is missing"
        }
        true => "Twilio, for the account of TWILIO_ACCOUNT_SID",
        false if is_simulated => "the sandbox's Twilio (TWILIO_ACCOUNT_SID is not set)",
        false => "nobody: TWILIO_ACCOUNT_SID is missing (--sandbox lets simulated phones ring)",
    }
}

/// Prints where to look. The links carry the start token, unless there is a password: then they lead to the log-in.
fn greet(
    address: &str,
    start: &StartToken,
    source: &Source,
    settings: &Settings,
    environment: &Environment,
) {
    let has_password = settings.secret("dashboard-password").is_some();
    let link = |path: &str| match has_password {
        true => format!("{address}{path}"),
        false => start.link(&format!("{address}{path}")),
    };
    let is = |what| settings.is_simulated(what);
    let mut lines = vec![("incidents, as they happen", link("/"))];
    if is(Simulated::Twilio) {
        lines.push(("the simulated phones: raise an alarm", link("/sandbox/phones")));
    }
    if is(Simulated::Slack) {
        lines.push(("the sandbox's Slack: send an event", link("/sandbox/slack")));
    }
    let token = match environment.value("alarms-token") {
        Some(_) => "",
        None => ", with ALARMS_TOKEN once that is set",
    };
    let public = settings.public_base_url().unwrap_or(address);
    lines.push(("Twilio's sink goes to", format!("{public}/twilio/events")));
    lines.push(("monitors post their alarms to", format!("{public}/alarms{token}")));
    lines.push(("Prometheus scrapes", format!("{public}/metrics")));
    lines.push(("calls are placed by", caller(environment, is(Simulated::Twilio)).to_owned()));
    lines.push(("configuration", source.name()));
    let lines: String =
        lines.iter().map(|(what, where_to)| format!("  {what:38}  {where_to}\n")).collect();
    let warning = settings.rejected.as_deref().map(warning).unwrap_or_default();
    let authorization = match environment.value("metrics-token") {
        Some(_) => "\"Authorization: Bearer $METRICS_TOKEN\"".to_owned(),
        None => {
            let token = settings.value("metrics-token").unwrap_or_default();
            format!("'Authorization: Bearer {token}'")
        }
    };
    // Whoever started us may have gone: that is no reason to end.
    let mut out = std::io::stdout();
    let _ = writeln!(
        out,
        "listening on {address}\n\n{lines}{warning}\n\
         Raise an alarm: cargo run -- alarm events/outage-intake/eventbridge-metric.json\n\
         Send an event:  cargo run -- send events/event-stream-webhook/worker-activity.json\n\
         Scrape it:      curl -H {authorization} {address}/metrics\n\
         End with Ctrl-C."
    );
    let _ = out.flush();
}

/// What is said of a configuration that is not in use.
fn warning(rejected: &Rejected) -> String {
    format!("\n  WARNING: {}.\n  {}\n", rejected.headline(), rejected.reason())
}

/// The signals that end this process; from the moment that this is made they no longer kill it.
struct Signals([Signal; 2]);

impl Signals {
    fn listen() -> Result<Signals, String> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| format!("SIGTERM and Ctrl-C cannot be listened for: {error}"))
        };
        Ok(Signals([listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?]))
    }

    async fn received(mut self) {
        let [terminate, interrupt] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Keeps what time it is, for the next start.
async fn record_time(store: &Records) {
    if let Err(error) = store.record_time(clock::real()).await {
        tracing::warn!(%error, "the time was not noted");
    }
}

/// Once a minute looks over all that is open.
async fn reconcile(escalate: Arc<Escalate>, store: Arc<Records>, mut stop: watch::Receiver<bool>) {
    loop {
        let work = activity::begin();
        record_time(&store).await;
        if let Err(error) = escalation_timer::tick(&escalate, now()).await {
            tracing::error!(%error, "the reconciler failed");
        }
        drop(work);
        tokio::select! {
            () = clock::sleep(Duration::from_secs(60)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Once a minute measures what is counted by looking; once a day, and a minute after the start, looks at Twilio's list.
async fn measure(count: Arc<Count>, mut stop: watch::Receiver<bool>) {
    for minute in 0_u64.. {
        let is_daily = minute % MINUTES_A_DAY == 1;
        let daily = is_daily.then_some(Schedule::Reconciliation);
        for schedule in std::iter::once(Schedule::CallsInProgress).chain(daily) {
            let work = activity::begin();
            if let Err(error) = status_callback::tick(&count, schedule, now()).await {
                tracing::error!(%error, ?schedule, "a schedule of the counters failed");
            }
            drop(work);
        }
        tokio::select! {
            () = clock::sleep(Duration::from_secs(60)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Once an hour takes away what has expired.
async fn sweep(store: Arc<Records>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = store.sweep(now()).await {
            tracing::warn!(%error, "expired records were not taken away");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(3600)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
