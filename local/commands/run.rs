//! `ringdown`: runs the server until Ctrl-C or SIGTERM.

mod greeting;

use std::sync::Arc;
use std::time::Duration;

use dashboard::Dashboard;
use event_stream_webhook::Webhook;
use metrics::{Cache, Metrics};
use sandbox::Secrets;
use shared::config::{Fallback, Simulated, forget_kept};
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
    greeting::print(&address, &start, &source, &settings, &environment);

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
