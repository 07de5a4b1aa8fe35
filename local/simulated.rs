//! The simulated vendors in this server: the crate `sandbox`, mounted where something is simulated, and beside it what
//! makes things happen here.
//!
//! [`endpoints`]: who may use what, which this server enforces. [`setup`]: what the sandbox is given. [`samples`] and
//! [`alarms`]: events to send with a button; `buttons`: what those do, `notice`: what came of one. [`time`]: the server's clock, which can be pushed.

pub mod alarms;
mod buttons;
pub mod endpoints;
mod notice;
pub mod samples;
pub mod setup;
pub mod time;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::routing::{get, post};
use dashboard::Dashboard;
use sandbox::pages::Vendors;
use sandbox::pages::message::{Message, is_for_a_person};
use sandbox::reply::{self, KnowsVendors, Received, Reply};
use sandbox::{Sandbox, Secrets};
use serde_json::json;
use shared::Error;
use shared::config::{SettingsCache, Simulated};
use shared::http::endpoints::{Access, Body, Route};
use shared::http::{Request, Response};
use shared::jobs::escalate::Escalate;
use tokio::sync::OnceCell;

use crate::clock::now;
use crate::database::Database;
use crate::envelope::{self, Envelope, Sent};
use endpoints::Served;

/// The sandbox in this server: opened with the first request for something that is simulated.
pub struct Mount {
    /// The triggers that run here when somebody presses a button.
    pub triggers: Arc<Triggers>,
    /// The folder of the sandbox's file.
    pub folder: PathBuf,
    /// The sandbox, and its router.
    pub opened: OnceCell<(Arc<Sandbox>, Router)>,
}

/// The parts of this server that sample events and alarms, and pushes of the clock, need.
pub struct Triggers {
    /// The server's data.
    pub database: Database,
    /// The URL to sign for, and what is simulated at all.
    pub live: SettingsCache,
    /// The secrets of the simulated vendors.
    pub secrets: Secrets,
    /// A client for calls to this server.
    pub http: reqwest::Client,
    /// Where the server listens: `http://127.0.0.1:8080`.
    pub address: String,
    /// The command that sends an event to this server, if it has a file for it.
    pub send_command: Option<String>,
    /// Where alarms go.
    pub escalate: Arc<Escalate>,
    /// Whether the configuration is the built-in demo, to which Flows belong.
    pub is_demo: bool,
    /// Sends the requests of Flows that are walked through, if somebody allowed that.
    pub flow_requests: Option<sandbox::live::Live>,
}

impl KnowsVendors for Triggers {
    async fn vendors(&self) -> Result<Vendors, Error> {
        let settings = self.live.get(now()).await?;
        let is = |vendor| settings.is_simulated(vendor);
        Ok(Vendors { twilio: is(Simulated::Twilio), slack: is(Simulated::Slack) })
    }
}

impl Mount {
    /// Opens the sandbox, if it was not.
    ///
    /// # Errors
    /// Says why its file cannot be used.
    pub async fn open(&self) -> Result<(), Error> {
        self.router().await.map(|_| ())
    }

    async fn router(&self) -> Result<Router, Error> {
        let open = || async {
            let settings = setup::settings(&self.triggers);
            let sandbox = Sandbox::open(settings, &self.folder).map_err(Error::Store)?;
            sandbox.storage().move_from(self.folder.join("ringdown.sqlite")).await?;
            let router = router(self.triggers.clone()).merge(sandbox.router());
            Ok::<_, Error>((sandbox, router))
        };
        self.opened.get_or_try_init(open).await.map(|(_, router)| router.clone())
    }

    /// Has simulated callers walk through the demo's Flows, if the sandbox is open.
    pub fn start_callers(&self) {
        if let Some((sandbox, _)) = self.opened.get() {
            sandbox.start_callers();
        }
    }

    /// Ends the simulated callers.
    pub async fn end_callers(&self) {
        if let Some((sandbox, _)) = self.opened.get() {
            sandbox.end_callers().await;
        }
    }

    /// Closes the sandbox's file.
    pub fn close(&self) {
        if let Some((sandbox, _)) = self.opened.get() {
            sandbox.storage().close();
        }
    }
}

/// Answers at an endpoint of the simulated vendors.
pub async fn handle(
    mount: &Mount,
    dashboard: &Dashboard,
    route: &Route<Served>,
    request: Request,
) -> Response {
    let router = match admit(&mount.triggers, dashboard, route, &request).await {
        Ok(Ok(())) => mount.router().await,
        Ok(Err(way_in)) => return way_in,
        Err(error) => Err(error),
    };
    match router {
        Ok(router) => reply::answer(router, request).await,
        Err(error) => {
            let response = shared::http::answer(&request, Err(error));
            match request.wants_page() {
                true => dashboard::refused(dashboard, &request, response, now()).await,
                false => response,
            }
        }
    }
}

/// Lets in who may use what is simulated here; or gives the page that says how to get in. The vendors' own APIs ask for
/// their own credentials.
async fn admit(
    triggers: &Triggers,
    dashboard: &Dashboard,
    route: &Route<Served>,
    request: &Request,
) -> Result<Result<(), Response>, Error> {
    let settings = triggers.live.get(now()).await?;
    let path = request.path.as_str();
    if !settings.is_simulated(route.name.simulated(path)) {
        return Err(Error::NotFound);
    }
    if matches!(request.method.as_str(), "POST" | "DELETE") {
        request.same_origin(settings.public_base_url())?;
    }
    let has_token = dashboard.start_token.as_ref().is_some_and(|token| token.opens(request));
    if route.access == Access::SandboxApi || has_token {
        return Ok(Ok(()));
    }
    let is_page = is_for_a_person(request)
        || matches!(path, "/sandbox/phones" | "/sandbox/slack" | "/sandbox/flows")
        || request.method == "GET" && path.starts_with("/sandbox/flows/");
    let admitted = dashboard::admit(dashboard, request, is_page, now()).await?;
    Ok(admitted.map(|_| ()))
}

type Shared = State<Arc<Triggers>>;

/// The endpoints that are this server's.
fn router(triggers: Arc<Triggers>) -> Router {
    Router::new()
        .route("/sandbox/samples", get(list_samples))
        .route("/sandbox/samples/{*name}", post(play_sample))
        .route("/sandbox/alarms", get(list_alarms))
        .route("/sandbox/alarms/{name}/{change}", post(play_alarm))
        .route("/sandbox/alarm", post(take_alarm))
        .route("/sandbox/clock", get(read_clock).post(push_clock))
        .route("/sandbox/idle", get(wait_until_idle))
        .layer(DefaultBodyLimit::max(Body::Batch.max_bytes()))
        .with_state(triggers)
}

async fn list_samples(request: Received) -> Reply {
    request.answer(Ok(Response::json(200, &samples::list())))
}

async fn play_sample(
    State(triggers): Shared,
    Path(name): Path<String>,
    request: Received,
) -> Reply {
    request.answer(send_sample(&triggers, &request, &name).await)
}

async fn list_alarms(request: Received) -> Reply {
    request.answer(Ok(Response::json(200, &alarms::list())))
}

async fn play_alarm(
    State(triggers): Shared,
    Path((name, change)): Path<(String, String)>,
    request: Received,
) -> Reply {
    request.answer(buttons::press(&triggers.escalate, &request, &name, &change).await)
}

async fn take_alarm(State(triggers): Shared, request: Received) -> Reply {
    request.answer(buttons::take(&triggers.escalate, &request).await)
}

async fn read_clock(request: Received) -> Reply {
    request.answer(Ok(time::read()))
}

async fn push_clock(request: Received) -> Reply {
    request.answer(time::push(&request.0.body))
}

async fn wait_until_idle(State(triggers): Shared, request: Received) -> Reply {
    request.answer(time::idle(&triggers.database, request.0.query.as_deref()).await)
}

/// Signs a sample as Twilio does, as if it happened now, and posts it to this server.
async fn send_sample(
    triggers: &Triggers,
    request: &Received,
    name: &str,
) -> Result<Response, Error> {
    let sample = samples::find(name).ok_or(Error::NotFound)?;
    let settings = triggers.live.get(now()).await?;
    let (token, address) = (&triggers.secrets.auth_token, &triggers.address);
    let mut signed = Envelope::read(sample.envelope).map_err(Error::BadRequest)?;
    signed.happen_again(now());
    let base = settings.public_base_url().unwrap_or(address);
    let (status, note) = match envelope::post(&triggers.http, &signed, base, address, token).await {
        Ok(Sent { status, .. }) => (status, envelope::meaning(status).to_owned()),
        Err(error) => (0, error),
    };
    let (shown, (path, link)) = sample.shown();
    if is_for_a_person(&request.0) {
        let (title, lines) = (format!("{}: {note}", sample.title), vec![shown.to_owned()]);
        return Ok(Message { status: 200, title, lines, more: Some((path, link)) }
            .page(&request.0, request.1));
    }
    let link = json!({"path": path, "text": link});
    Ok(Response::json(200, &json!({"status": status, "note": note, "shown": shown, "link": link})))
}
