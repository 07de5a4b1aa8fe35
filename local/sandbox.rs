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
use shared::config::SettingsCache;
use shared::http::endpoints::{Access, Route};
use shared::http::{PAGE_POLICY, Request, Response, answer};
use shared::jobs::escalate::Escalate;

use crate::access::SimulatedSecrets;
use crate::clock::now;
use crate::commands::send::{self, Sent};
use crate::database::Database;
use endpoints::SandboxEndpoint;
use twilio::Twilio;

/// The simulated vendors.
pub struct Sandbox {
    /// Where the sandbox's Slack keeps its messages: they outlive the server, as in Slack.
    pub database: Database,
    /// The URL to sign for, and what is simulated at all.
    pub live: SettingsCache,
    /// What to sign with, and what to ask for.
    pub secrets: SimulatedSecrets,
    /// A client for calls to the server's own front door.
    pub http: reqwest::Client,
    /// Where the server listens: `http://127.0.0.1:8080`.
    pub address: String,
    /// The sandbox's Twilio.
    pub twilio: Arc<Twilio>,
    /// Where alarms go.
    pub escalate: Arc<Escalate>,
}

/// The pages' files.
const FILES: [(&str, &str, &str); 13] = [
    ("slack", "text/html", include_str!("sandbox/slack.html")),
    ("slack.js", "text/javascript", include_str!("sandbox/slack.js")),
    ("slack.css", "text/css", include_str!("sandbox/slack.css")),
    ("slack/act.js", "text/javascript", include_str!("sandbox/slack/act.js")),
    ("slack/blocks.js", "text/javascript", include_str!("sandbox/slack/blocks.js")),
    ("slack/card.js", "text/javascript", include_str!("sandbox/slack/card.js")),
    ("slack/dom.js", "text/javascript", include_str!("sandbox/slack/dom.js")),
    ("slack/mrkdwn.js", "text/javascript", include_str!("sandbox/slack/mrkdwn.js")),
    ("slack/samples.js", "text/javascript", include_str!("sandbox/slack/samples.js")),
    ("slack/messages.css", "text/css", include_str!("sandbox/slack/messages.css")),
    ("phones", "text/html", include_str!("sandbox/phones.html")),
    ("phones.js", "text/javascript", include_str!("sandbox/phones.js")),
    ("phones.css", "text/css", include_str!("sandbox/phones.css")),
];

/// Answers at an endpoint of the simulated vendors.
pub async fn handle(
    sandbox: &Sandbox,
    dashboard: &Dashboard,
    route: &Route<SandboxEndpoint>,
    request: &Request,
) -> Response {
    let answered = match admit(sandbox, dashboard, route, request).await {
        Ok(Ok(())) => respond(sandbox, route, request).await,
        Ok(Err(way_in)) => Ok(way_in),
        Err(error) => Err(error),
    };
    answer(request, answered)
}

/// Lets in who may use what is simulated here; or gives the page that says how to get in. The vendors' own APIs ask for
/// their own credentials.
async fn admit(
    sandbox: &Sandbox,
    dashboard: &Dashboard,
    route: &Route<SandboxEndpoint>,
    request: &Request,
) -> Result<Result<(), Response>, Error> {
    let settings = sandbox.live.get(now()).await?;
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
    let is_page = matches!(path, "/sandbox/phones" | "/sandbox/slack");
    let admitted = dashboard::admit(dashboard, request, is_page, now()).await?;
    Ok(admitted.map(|_| ()))
}

async fn respond(
    sandbox: &Sandbox,
    route: &Route<SandboxEndpoint>,
    request: &Request,
) -> Result<Response, Error> {
    let what = route.parameter(&request.path);
    match route.name {
        SandboxEndpoint::SlackMessages
        | SandboxEndpoint::SlackDirectory
        | SandboxEndpoint::SlackClick
        | SandboxEndpoint::SlackWebhook
        | SandboxEndpoint::SlackApi
        | SandboxEndpoint::SlackRespond => slack::handle(sandbox, request, route.name, what).await,
        SandboxEndpoint::Samples => Ok(Response::json(200, &samples::list())),
        SandboxEndpoint::PlaySample => play(sandbox, what).await,
        SandboxEndpoint::Faults => Ok(sandbox.twilio.faults()),
        SandboxEndpoint::SetFaults => sandbox.twilio.set_faults(&request.body),
        SandboxEndpoint::Journal => Ok(sandbox.twilio.journal()),
        SandboxEndpoint::TwilioApi => {
            twilio::handle(&sandbox.twilio, request, &format!("/{what}")).await
        }
        SandboxEndpoint::Phones => phones::state(sandbox).await,
        SandboxEndpoint::ActAtPhone => phones::act(sandbox, what, &request.body).await,
        SandboxEndpoint::Alarms => Ok(Response::json(200, &alarms::list())),
        SandboxEndpoint::PlayAlarm => alarms::play(sandbox, what).await,
        SandboxEndpoint::TakeAlarm => phones::alarm(sandbox, request.body.clone()).await,
        SandboxEndpoint::Clock => Ok(time::tell()),
        SandboxEndpoint::PushClock => time::push(&request.body),
        SandboxEndpoint::Idle => time::idle(&sandbox.database, request.query.as_deref()).await,
        SandboxEndpoint::File => file(what),
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
async fn play(sandbox: &Sandbox, name: &str) -> Result<Response, Error> {
    let sample = samples::find(name).ok_or(Error::NotFound)?;
    let settings = sandbox.live.get(now()).await?;
    let token = &sandbox.secrets.auth_token;
    let mut envelope = send::Envelope::read(sample.envelope).map_err(Error::BadRequest)?;
    envelope.happen_again(now());
    let base = settings.public_base_url().unwrap_or(&sandbox.address);
    let told = match send::post(&sandbox.http, &envelope, base, &sandbox.address, token).await {
        Ok(Sent { status, .. }) => json!({"status": status, "note": send::meaning(status)}),
        Err(error) => json!({"status": 0, "note": error}),
    };
    Ok(Response::json(200, &told))
}
