//! `ringdown`: runs the server until Ctrl-C or SIGTERM. `background` is what it does unasked, `greeting` what it prints at
//! its start, `reporter` what it prints of incidents.

mod background;
mod greeting;
mod reporter;

use std::sync::Arc;
use std::time::Duration;

use dashboard::{
    Dashboard, LayoutCache, MediansCache, NumbersCache, OnCallCache, ServerCli, WaitingCache,
};
use event_stream_webhook::Webhook;
use metrics::{Cache, Metrics};
use sandbox::Secrets;
use shared::config::{Fallback, Simulated, forget_kept};
use shared::http::base_url;
use shared::http::refusals::REFUSALS;
use shared::jobs::count::Count;
use shared::jobs::escalate::{Escalate, WriterIds};
use shared::jobs::forward::delivery::Delivery;
use shared::slack::client::Client;
use shared::start_token::StartToken;
use shared::twilio::rest::wire;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::OnceCell;

use self::background::{Background, record_time};
use self::greeting::{Greeting, send_command};
use self::reporter::Reporter;
use super::arguments::DataFolder;
use super::flow::end::EndOptions;
use super::line::ServerOptions;
use crate::access;
use crate::clock::{self, now};
use crate::database::Database;
use crate::queue::Messages;
use crate::server::connections::Limits;
use crate::settings::{self, Local, Source, environment, own_environment};
use crate::simulated::{Mount, Triggers};
use crate::store::Records;
use crate::{AppState, handle_request, program, server};

/// How long the last answers may take.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Runs the server until it is told to end.
pub async fn run(options: &ServerOptions) -> Result<(), String> {
    let folder = DataFolder { data: options.data.clone() };
    let data = folder.path();
    let told = |error: shared::Error| error.to_string();
    if let Some(url) = environment().value("public-base-url") {
        base_url::check(url).map_err(|error| error.to_string())?;
    }
    let database = Database::open_alone(data)?;
    let start_token = access::open(data)?;
    let metrics_token = access::open_metrics(data)?;
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
        sns: Arc::new(shared::sns::client::Client::new(http.clone())),
        clock: Arc::new(now),
        writer_ids: WriterIds::default(),
    });
    let count = Arc::new(Count {
        settings: live(),
        store: store.clone(),
        queue: Arc::new(queue.clone()),
        wire: wire(http.clone()),
    });
    let webhook = Arc::new(Webhook {
        settings: live(),
        queue: Arc::new(queue.clone()),
        store: store.clone(),
    });
    let state = Arc::new(AppState {
        escalate: escalate.clone(),
        webhook: webhook.clone(),
        count: count.clone(),
        dashboard: Dashboard {
            settings: live(),
            store: store.clone(),
            queue: Arc::new(queue.clone()),
            wire: wire(http.clone()),
            medians: MediansCache::default(),
            layouts: LayoutCache::default(),
            numbers: NumbersCache::default(),
            waiting: WaitingCache::default(),
            on_call: OnCallCache::default(),
            start_token: Some(start.clone()),
            server_cli: ServerCli {
                program: program::prefix(),
                options: EndOptions::for_server(&folder, &address, sandbox),
                send: send_command(&address, &folder),
            },
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
                send_command: send_command(&address, &folder),
                escalate: escalate.clone(),
                is_demo: source.is_demo(),
                flow_requests: options.live.clone().into(),
            }),
            folder: data.to_owned(),
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

    let reporter = Reporter::starting(&store).await;
    let background =
        Background::start(delivery, escalate, count, webhook, queue, store.clone(), reporter);
    let greeting = Greeting {
        address: &address,
        data: &folder,
        start: &start,
        source: &source,
        settings: &settings,
        environment: &environment,
    };
    greeting.print();

    let (closing, closed) = tokio::sync::oneshot::channel::<()>();
    let answering = state.clone();
    let handler: server::Handler = Arc::new(move |target, request| {
        let state = answering.clone();
        Box::pin(async move { handle_request(&state, target, request).await })
    });
    let limits = Limits::of_this_process();
    let closed = async { drop(closed.await) };
    let serving = tokio::spawn(server::serve(listener, handler, limits, closed, LAST_ANSWERS));
    if source.is_demo() && settings.is_simulated(Simulated::Twilio) && !options.no_callers {
        state.simulated.start_callers();
    }
    signals.received().await;
    tracing::info!("ending: what is in flight is finished first");
    state.simulated.end_callers().await;
    let schedules = background.end_queues().await;
    let _ = closing.send(());
    let _ = tokio::join!(serving, schedules.join_all());
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
