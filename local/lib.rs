//! The same house without a cloud: what `cargo run` starts.
//!
//! 1. [`front_door`]: one line per function, the same endpoints as on API Gateway. [`server`]: the port.
//! 2. [`store`], [`queue`]: Store and Queue in one SQLite file ([`database`]).
//! 3. [`pretend`]: a pretend Slack, and buttons that play Twilio.
//! 4. [`commands`]: what else can be typed. [`settings`]: what is missing on one machine is made up.

pub mod clock;
pub mod commands;
pub mod database;
pub mod pretend;
pub mod queue;
pub mod server;
pub mod settings;
pub mod store;

use std::sync::Arc;

use dashboard::Dashboard;
use shared::Error;
use shared::app::App;
use shared::config::tokens;
use shared::forward::intake::Intake;
use shared::http::endpoints::{self, Body, ENDPOINTS, Endpoint, Function, Route};
use shared::http::{Request, Response, answer};
use shared::secret::Secret;

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
}

/// Hands a request to its function.
pub async fn front_door(house: &House, target: Target, request: Request) -> Response {
    let route = match target {
        Target::Sandbox(route) => return pretend::handle(&house.pretend, route, &request).await,
        Target::Product(route) => route,
    };
    if route.access.is_vendor()
        && let Err(refused) = not_pretending(house, &request).await
    {
        return answer(&request, Err(refused));
    }
    let now = now();
    match route.name.function() {
        Function::EventStreamWebhook => {
            event_stream_webhook::handle(&house.intake, request, now).await
        }
        Function::OutageIntake => outage_intake::handle(&house.app, request, now).await,
        Function::EscalationCallback => escalation_callback::handle(&house.app, request, now).await,
        Function::Dashboard => dashboard::handle(&house.dashboard, request, now).await,
    }
}

/// Everybody knows what the pretend vendors sign with: it proves nothing about a request from outside. 503, so that a
/// real Twilio keeps its event until the real token is there.
async fn not_pretending(house: &House, request: &Request) -> Result<(), Error> {
    if request.is_from_this_machine() {
        return Ok(());
    }
    let settings = house.intake.live.get(now()).await?;
    let (known, pretend, missing) = match request.path.starts_with("/slack/") {
        true => (
            tokens(settings.value("slack/signing-secret").unwrap_or_default()),
            settings::PRETEND_SIGNING_SECRET,
            "signing secret: set SLACK_SIGNING_SECRET",
        ),
        false => {
            (settings.tokens.clone(), settings::PRETEND_TOKEN, "auth token: set TWILIO_AUTH_TOKEN")
        }
    };
    if known.contains(&Secret::new(pretend)) {
        let what = format!("a request from outside needs a real {missing}, in .env for example");
        return Err(Error::NotSetUp(what));
    }
    Ok(())
}
