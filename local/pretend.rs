//! What stands in for the vendors on one machine. Its pages open like all pages of this server; its APIs ask for the
//! credentials that the vendor would ask for. Where a vendor is real, what stands in for it is not there.
//!
//! [`endpoints`]: where they answer. [`slack`] and [`samples`], which plays Event Streams; [`twilio`] with its [`phones`], and [`alarms`] that make them
//! ring; [`time`], which can be pushed.

pub mod alarms;
pub mod endpoints;
pub mod phones;
pub mod samples;
pub mod slack;
pub mod time;
pub mod twilio;

use std::sync::Arc;

use dashboard::Dashboard;
use serde_json::json;
use shared::Error;
use shared::app::App;
use shared::config::Live;
use shared::http::endpoints::{Access, Route};
use shared::http::{PAGE_POLICY, Request, Response, answer};

use crate::access::SimulatedSecrets;
use crate::clock::now;
use crate::commands::send::{self, Sent};
use crate::database::Database;
use endpoints::Sandbox;
use twilio::Twilio;

/// The pretend vendors.
pub struct Pretend {
    /// Where the pretend Slack keeps its messages: they outlive the house, as in Slack.
    pub database: Database,
    /// The URL to sign for, and what is simulated at all.
    pub live: Live,
    /// What to sign with, and what to ask for.
    pub secrets: SimulatedSecrets,
    /// A client for calls to the house's own front door.
    pub http: reqwest::Client,
    /// Where the house listens: `http://127.0.0.1:8080`.
    pub address: String,
    /// The pretend Twilio.
    pub twilio: Arc<Twilio>,
    /// Where alarms go.
    pub app: Arc<App>,
}

/// The pages' files.
const FILES: [(&str, &str, &str); 13] = [
    ("slack", "text/html", include_str!("pretend/slack.html")),
    ("slack.js", "text/javascript", include_str!("pretend/slack.js")),
    ("slack.css", "text/css", include_str!("pretend/slack.css")),
    ("slack/act.js", "text/javascript", include_str!("pretend/slack/act.js")),
    ("slack/blocks.js", "text/javascript", include_str!("pretend/slack/blocks.js")),
    ("slack/card.js", "text/javascript", include_str!("pretend/slack/card.js")),
    ("slack/dom.js", "text/javascript", include_str!("pretend/slack/dom.js")),
    ("slack/mrkdwn.js", "text/javascript", include_str!("pretend/slack/mrkdwn.js")),
    ("slack/samples.js", "text/javascript", include_str!("pretend/slack/samples.js")),
    ("slack/messages.css", "text/css", include_str!("pretend/slack/messages.css")),
    ("phones", "text/html", include_str!("pretend/phones.html")),
    ("phones.js", "text/javascript", include_str!("pretend/phones.js")),
    ("phones.css", "text/css", include_str!("pretend/phones.css")),
];

/// Answers at an endpoint of the simulated vendors.
pub async fn handle(
    pretend: &Pretend,
    dashboard: &Dashboard,
    route: &Route<Sandbox>,
    request: &Request,
) -> Response {
    let answered = match admit(pretend, dashboard, route, request).await {
        Ok(Ok(())) => respond(pretend, route, request).await,
        Ok(Err(way_in)) => Ok(way_in),
        Err(error) => Err(error),
    };
    answer(request, answered)
}

/// Lets in who may use what is simulated here; or gives the page that says how to get in. The vendors' own APIs ask for
/// their own credentials.
async fn admit(
    pretend: &Pretend,
    dashboard: &Dashboard,
    route: &Route<Sandbox>,
    request: &Request,
) -> Result<Result<(), Response>, Error> {
    let settings = pretend.live.get(now()).await?;
    let path = request.path.as_str();
    if !settings.is_simulated(route.name.part_of(path)) {
        return Err(Error::NotFound);
    }
    if request.method == "POST" {
        request.same_origin(settings.public_base_url())?;
    }
    let has_token = dashboard.start_token.as_ref().is_some_and(|token| token.opens(request));
    if route.access == Access::SandboxApi || has_token {
        return Ok(Ok(()));
    }
    let is_page = matches!(path, "/pretend/phones" | "/pretend/slack");
    let admitted = dashboard::admit(dashboard, request, is_page, now()).await?;
    Ok(admitted.map(|_| ()))
}

async fn respond(
    pretend: &Pretend,
    route: &Route<Sandbox>,
    request: &Request,
) -> Result<Response, Error> {
    let what = route.parameter(&request.path);
    match route.name {
        Sandbox::SlackMessages
        | Sandbox::SlackDirectory
        | Sandbox::SlackClick
        | Sandbox::SlackWebhook
        | Sandbox::SlackApi
        | Sandbox::SlackRespond => slack::handle(pretend, request, route.name, what).await,
        Sandbox::Samples => Ok(Response::json(200, &samples::list())),
        Sandbox::PlaySample => play(pretend, what).await,
        Sandbox::Faults => Ok(pretend.twilio.faults()),
        Sandbox::SetFaults => pretend.twilio.set_faults(&request.body),
        Sandbox::Journal => Ok(pretend.twilio.journal()),
        Sandbox::TwilioApi => twilio::handle(&pretend.twilio, request, &format!("/{what}")).await,
        Sandbox::Phones => phones::state(pretend).await,
        Sandbox::ActAtPhone => phones::act(pretend, what, &request.body).await,
        Sandbox::Alarms => Ok(Response::json(200, &alarms::list())),
        Sandbox::PlayAlarm => alarms::play(pretend, what).await,
        Sandbox::TakeAlarm => phones::alarm(pretend, request.body.clone()).await,
        Sandbox::Clock => Ok(time::tell()),
        Sandbox::PushClock => time::push(&request.body),
        Sandbox::Idle => time::idle(&pretend.database).await,
        Sandbox::File => file(what),
    }
}

/// A page's file.
fn file(path: &str) -> Result<Response, Error> {
    let (_, kind, text) = FILES.iter().find(|(name, ..)| *name == path).ok_or(Error::NotFound)?;
    Ok(Response::of(200, &format!("{kind}; charset=utf-8"), *text)
        .with("content-security-policy", PAGE_POLICY)
        .with("cache-control", "no-store"))
}

/// Plays Twilio: signs a sample, as if it happened now, and posts it to the front door.
async fn play(pretend: &Pretend, name: &str) -> Result<Response, Error> {
    let sample = samples::find(name).ok_or(Error::NotFound)?;
    let settings = pretend.live.get(now()).await?;
    let token = &pretend.secrets.auth_token;
    let mut envelope = send::Envelope::read(sample.envelope).map_err(Error::BadRequest)?;
    envelope.happen_again(now());
    let base = settings.public_base_url().unwrap_or(&pretend.address);
    let told = match send::post(&pretend.http, &envelope, base, &pretend.address, token).await {
        Ok(Sent { status, .. }) => json!({"status": status, "note": send::meaning(status)}),
        Err(error) => json!({"status": 0, "note": error}),
    };
    Ok(Response::json(200, &told))
}
