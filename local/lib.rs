//! The same house without a cloud: what `cargo run` starts.
//!
//! 1. [`front_door`]: one line per function, the same endpoints as on API Gateway. [`server`]: the port.
//! 2. [`store`], [`queue`]: Store and Queue in one SQLite file ([`database`]).
//! 3. [`pretend`]: a pretend Slack, and buttons that play Twilio.
//! 4. [`commands`]: what else can be typed. [`settings`]: what is missing on one machine is made up.
//! 5. [`access`]: the start token, which opens the pages, and what the simulated vendors sign with. [`private`]:
//!    the data folder is its owner's alone. [`activity`]: whether there is anything to do.

pub mod access;
pub mod activity;
pub mod clock;
pub mod commands;
pub mod database;
pub mod pretend;
pub mod private;
pub mod queue;
pub mod server;
pub mod settings;
pub mod store;

use std::sync::Arc;

use dashboard::Dashboard;
use shared::Error;
use shared::app::App;
use shared::forward::intake::Intake;
use shared::http::endpoints::{self, Access, Body, ENDPOINTS, Endpoint, Function, Route};
use shared::http::{Request, Response};

use clock::now;
use pretend::Pretend;
use pretend::endpoints::{SANDBOX, Sandbox};

/// All that answers requests.
pub struct House {
    /// `functions/event-stream-webhook`
    pub intake: Intake,
    /// `functions/outage-intake`, `functions/escalation-callback`, `functions/escalation-timer`
    pub app: Arc<App>,
    /// `functions/dashboard`
    pub dashboard: Dashboard,
    /// What stands in for Twilio and Slack.
    pub pretend: Pretend,
}

/// The endpoint of a request: the product's, or a simulated vendor's.
#[derive(Clone, Copy)]
pub enum Target {
    /// One that API Gateway serves too.
    Product(&'static Route<Endpoint>),
    /// One that only this process serves.
    Sandbox(&'static Route<Sandbox>),
}

impl Target {
    /// Finds it.
    ///
    /// # Errors
    /// 404 and 405.
    pub fn find(method: &str, path: &str) -> Result<Target, Error> {
        match path.starts_with("/pretend/") {
            true => endpoints::find(SANDBOX, method, path).map(Target::Sandbox),
            false => endpoints::find(ENDPOINTS, method, path).map(Target::Product),
        }
    }

    /// The largest body that it takes.
    pub fn body(self) -> Body {
        match self {
            Target::Product(route) => route.body,
            Target::Sandbox(route) => route.body,
        }
    }

    /// Whether its request is work: all but the question whether there is any.
    fn is_work(self) -> bool {
        !matches!(self, Target::Sandbox(route) if route.name == Sandbox::Idle)
    }

    /// Whether people open it: a link to it may carry the start token.
    fn is_for_people(self) -> bool {
        let access = match self {
            Target::Product(route) => route.access,
            Target::Sandbox(route) => route.access,
        };
        matches!(access, Access::Viewer | Access::Sandbox)
    }
}

/// Hands a request to its function.
pub async fn front_door(house: &House, target: Target, request: Request) -> Response {
    let _work = target.is_work().then(activity::begin);
    if target.is_for_people()
        && let Some(traded) = trade(&house.dashboard, &request).await
    {
        return traded;
    }
    let route = match target {
        Target::Sandbox(route) => {
            return pretend::handle(&house.pretend, &house.dashboard, route, &request).await;
        }
        Target::Product(route) => route,
    };
    let now = now();
    match route.name.function() {
        Function::EventStreamWebhook => {
            event_stream_webhook::handle(&house.intake, request, now).await
        }
        Function::OutageIntake => outage_intake::handle(&house.app, request, now).await,
        Function::EscalationCallback => {
            escalation_callback::handle(&house.app, request, clock::wall()).await
        }
        Function::Dashboard => dashboard::handle(&house.dashboard, request, now).await,
    }
}

/// The cookie for a link with the start token, and the way to the same page without it.
async fn trade(dashboard: &Dashboard, request: &Request) -> Option<Response> {
    let token = dashboard.start_token.as_ref()?;
    request.query.as_ref()?;
    let secure = dashboard.live.get(now()).await.is_ok_and(|settings| settings.is_behind_tls());
    token.trade(request, secure)
}
