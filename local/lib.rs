//! The local server: what `cargo run` starts.
//!
//! 1. [`handle_request`]: one line per function, the same endpoints as on API Gateway. [`server`]: the port.
//! 2. [`store`], [`queue`]: Store and Queue in one SQLite file ([`database`]).
//! 3. [`simulated`]: where the sandbox is mounted, a simulated Slack and a simulated Twilio.
//! 4. [`commands`]: what else can be typed. [`envelope`]: files of `events/`, signed and posted. [`settings`]: what is missing on one machine is made up.
//! 5. [`access`]: the start token, which opens the pages, and the secrets of the simulated vendors follow from it; the token
//!    for Prometheus. [`private`]: the data folder is its owner's alone. [`activity`]: whether there is anything to do. [`alarm_text`]: results of alarms in words.

pub mod access;
pub mod activity;
pub mod alarm_text;
pub mod clock;
pub mod commands;
pub mod database;
pub mod envelope;
pub mod output;
pub mod private;
pub mod program;
pub mod queue;
pub mod server;
pub mod settings;
pub mod simulated;
pub mod store;

use std::sync::Arc;
use std::time::Instant;

use dashboard::Dashboard;
use event_stream_webhook::Webhook;
use metrics::Metrics;
use shared::Error;
use shared::http::access_log::{Place, answered};
use shared::http::endpoints::{self, Access, Body, ENDPOINTS, Endpoint, Function, Route};
use shared::http::headers::hardened;
use shared::http::{Request, Response};
use shared::jobs::count::Count;
use shared::jobs::escalate::Escalate;

use clock::now;
use simulated::Mount;
use simulated::endpoints::{SANDBOX, Served};

/// All that answers requests.
pub struct AppState {
    /// `functions/event-stream-webhook`
    pub webhook: Arc<Webhook>,
    /// `functions/outage-intake`, `functions/escalation-callback`, `functions/escalation-timer`
    pub escalate: Arc<Escalate>,
    /// `functions/status-callback`
    pub count: Arc<Count>,
    /// `functions/dashboard`
    pub dashboard: Dashboard,
    /// `functions/metrics`
    pub metrics: Metrics,
    /// The sandbox, which stands in for Twilio and Slack.
    pub simulated: Mount,
}

/// The endpoint of a request: the product's, or a simulated vendor's.
#[derive(Clone, Copy)]
pub enum Target {
    /// One that API Gateway serves too.
    Product(&'static Route<Endpoint>),
    /// One that only this process serves.
    Sandbox(&'static Route<Served>),
    /// None that takes it: a browser asks, and is shown a page that says so.
    Refused(RouteError),
}

/// Why no endpoint takes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// Nothing lives at its path.
    NotFound,
    /// Its path takes other methods.
    MethodNotAllowed,
    /// Its body is larger than so many bytes.
    TooLarge(usize),
}

impl RouteError {
    /// The refusal that this error is, if people cause such a one with a link or a form.
    pub fn of(error: &Error) -> Option<RouteError> {
        match error {
            Error::NotFound => Some(RouteError::NotFound),
            Error::MethodNotAllowed => Some(RouteError::MethodNotAllowed),
            Error::TooLarge(bytes) => Some(RouteError::TooLarge(*bytes)),
            _ => None,
        }
    }

    /// The answer to a script. A 405 names the methods that the path takes.
    fn response(self, path: &str) -> Response {
        match self {
            RouteError::NotFound => Error::NotFound.into(),
            RouteError::TooLarge(bytes) => Error::TooLarge(bytes).into(),
            RouteError::MethodNotAllowed => {
                let allowed = match path.starts_with("/sandbox/") {
                    true => endpoints::allowed(SANDBOX, path),
                    false => endpoints::allowed(ENDPOINTS, path),
                };
                Response::from(Error::MethodNotAllowed).with("allow", allowed)
            }
        }
    }
}

impl Target {
    /// Finds it. A page with a slash behind its path is the page, which leads to its own address.
    ///
    /// # Errors
    /// 404 and 405.
    pub fn find(method: &str, path: &str) -> Result<Target, Error> {
        if path.starts_with("/sandbox/") {
            return endpoints::find(SANDBOX, method, path).map(Target::Sandbox);
        }
        let found = match endpoints::page_before_slash(method, path) {
            Some(route) => Ok(route),
            None => endpoints::find(ENDPOINTS, method, path),
        };
        found.map(Target::Product)
    }

    /// The largest body that it takes.
    pub fn body(self) -> Body {
        match self {
            Target::Product(route) => route.body,
            Target::Sandbox(route) => route.body,
            Target::Refused(_) => Body::Nothing,
        }
    }

    /// Whether its request is work: all but the question whether there is any.
    fn is_work(self) -> bool {
        !matches!(self, Target::Sandbox(route) if route.name == Served::Idle)
    }

    /// Whether people open it: a link to it may carry the start token.
    fn is_for_people(self) -> bool {
        let access = match self {
            Target::Product(route) => route.access,
            Target::Sandbox(route) => route.access,
            Target::Refused(_) => return false,
        };
        matches!(access, Access::Viewer | Access::Sandbox)
    }
}

/// Answers a request, and logs that.
pub async fn handle_request(state: &AppState, target: Target, request: Request) -> Response {
    let (method, path, began) = (request.method.clone(), request.path.clone(), Instant::now());
    let response = dispatch(state, target, request).await;
    answered(Place::Machine, &method, &path, response.status, began.elapsed());
    hardened(response, is_behind_tls(&state.dashboard).await)
}

/// Whether browsers reach this server over TLS: its public URL says so.
async fn is_behind_tls(dashboard: &Dashboard) -> bool {
    dashboard.settings.get(now()).await.is_ok_and(|settings| settings.is_behind_tls())
}

/// Hands a request to its function.
async fn dispatch(state: &AppState, target: Target, request: Request) -> Response {
    let _work = target.is_work().then(activity::begin);
    if target.is_for_people()
        && let Some(traded) = trade(&state.dashboard, &request).await
    {
        return traded;
    }
    let now = now();
    let route = match target {
        Target::Sandbox(route) => {
            return simulated::handle(&state.simulated, &state.dashboard, route, request).await;
        }
        Target::Product(route) => route,
        Target::Refused(refusal) => {
            let response = refusal.response(&request.path);
            return dashboard::refused(&state.dashboard, &request, response, now).await;
        }
    };
    match route.name.function() {
        Function::EventStreamWebhook => {
            event_stream_webhook::handle(&state.webhook, request, now).await
        }
        Function::OutageIntake => outage_intake::handle(&state.escalate, request, now).await,
        Function::EscalationCallback => {
            escalation_callback::handle(&state.escalate, request, now, clock::wall()).await
        }
        Function::StatusCallback => status_callback::handle(&state.count, request, now).await,
        Function::Dashboard => dashboard::handle(&state.dashboard, request, now).await,
        Function::Metrics => metrics::handle(&state.metrics, request, now).await,
    }
}

/// The cookie for a link with the start token, and the way to the same page without it.
async fn trade(dashboard: &Dashboard, request: &Request) -> Option<Response> {
    let token = dashboard.start_token.as_ref()?;
    request.query.as_ref()?;
    token.trade(request, is_behind_tls(dashboard).await)
}
