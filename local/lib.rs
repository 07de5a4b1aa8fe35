//! The same house without a cloud: what `cargo run` starts.
//!
//! 1. [`front_door`]: one line per function, the same paths as on API Gateway. [`server`]: the port.
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
use shared::forward::intake::Intake;
use shared::http::{Request, Response, answer};
use shared::secret::Secret;

use clock::now;
use pretend::Pretend;

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

/// Hands a request to its function.
pub async fn front_door(house: &House, request: Request) -> Response {
    match request.path.as_str() {
        path if path.starts_with("/pretend/") => pretend::handle(&house.pretend, &request).await,
        path if path.starts_with("/twilio/") => match not_pretending(house, &request).await {
            Ok(()) => twilio(house, request).await,
            refused => answer(&request, refused.map(|()| Response::default())),
        },
        "/alarms" => outage_intake::handle(&house.app, request, now()).await,
        _ => dashboard::handle(&house.dashboard, request, now()).await,
    }
}

async fn twilio(house: &House, request: Request) -> Response {
    match request.path.as_str() {
        "/twilio/events" => event_stream_webhook::handle(&house.intake, request, now()).await,
        _ => escalation_callback::handle(&house.app, request, now()).await,
    }
}

/// Everybody knows the pretend Twilio's auth token: it proves nothing about a request from outside. 503, so that a real
/// Twilio keeps its event until the real token is there.
async fn not_pretending(house: &House, request: &Request) -> Result<(), Error> {
    let settings = house.intake.live.get(now()).await?;
    let pretend = settings.tokens.contains(&Secret::new(settings::PRETEND_TOKEN));
    if pretend && !request.is_from_this_machine() {
        let what = "a request from outside needs a real auth token: set TWILIO_AUTH_TOKEN, in .env for example";
        return Err(Error::NotSetUp(what.to_owned()));
    }
    Ok(())
}
