//! What stands in for the vendors on one machine. Only this machine may use it: a tunnel for Twilio must not open it.
//!
//! [`slack`] and [`samples`], which plays Event Streams; [`twilio`] with its [`phones`], and [`alarms`] that make them
//! ring; [`time`], which can be pushed.

pub mod alarms;
pub mod phones;
pub mod samples;
pub mod slack;
pub mod time;
pub mod twilio;

use std::sync::Arc;

use serde_json::json;
use shared::Error;
use shared::app::App;
use shared::config::Live;
use shared::http::{PAGE_POLICY, Request, Response, answer};

use crate::clock::now;
use crate::commands::send::{self, Sent};
use crate::database::Database;
use twilio::Twilio;

/// The pretend vendors.
pub struct Pretend {
    /// Where the pretend Slack keeps its messages: they outlive the house, as in Slack.
    pub database: Database,
    /// The token to sign with, and the URL to sign for.
    pub live: Live,
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

/// Answers for the pretend vendors.
pub async fn handle(pretend: &Pretend, request: &Request) -> Response {
    answer(request, route(pretend, request).await)
}

async fn route(pretend: &Pretend, request: &Request) -> Result<Response, Error> {
    if !request.is_from_this_machine() {
        return Err(Error::Forged("/pretend is for this machine alone".to_owned()));
    }
    request.limit_body()?;
    let path = request.path.strip_prefix("/pretend/").unwrap_or_default();
    let get = request.method == "GET";
    if let Some((_, kind, text)) = FILES.iter().find(|(name, ..)| get && *name == path) {
        return Ok(file(kind, text));
    }
    let (who, what) = path.split_once('/').unwrap_or((path, ""));
    match (request.method.as_str(), who, what) {
        (_, "slack", what) => slack::handle(pretend, request, what).await,
        ("GET", "samples", "") => Ok(Response::json(200, &samples::list())),
        ("POST", "samples", name) => play(pretend, name).await,
        ("GET", "twilio", "faults") => Ok(pretend.twilio.faults()),
        ("POST", "twilio", "faults") => pretend.twilio.set_faults(&request.body),
        ("GET", "twilio", "log") => Ok(pretend.twilio.journal()),
        (_, "twilio", rest) => twilio::handle(&pretend.twilio, request, &format!("/{rest}")).await,
        ("GET", "phones", "state") => phones::state(pretend).await,
        ("POST", "phones", what) => phones::act(pretend, what, &request.body).await,
        ("GET", "alarms", "") => Ok(Response::json(200, &alarms::list())),
        ("POST", "alarms", what) => alarms::play(pretend, what).await,
        ("POST", "alarm", "") => phones::alarm(pretend, request.body.clone()).await,
        ("GET", "clock", "") => Ok(time::tell()),
        ("POST", "clock", "") => time::push(&request.body),
        _ => Err(Error::NotFound),
    }
}

fn file(content_type: &str, text: &'static str) -> Response {
    Response::of(200, &format!("{content_type}; charset=utf-8"), text)
        .with("content-security-policy", PAGE_POLICY)
        .with("cache-control", "no-store")
}

/// Plays Twilio: signs a sample, as if it happened now, and posts it to the front door.
async fn play(pretend: &Pretend, name: &str) -> Result<Response, Error> {
    let sample = samples::find(name).ok_or(Error::NotFound)?;
    let settings = pretend.live.get(now()).await?;
    let token = settings
        .tokens
        .first()
        .ok_or_else(|| Error::NotSetUp("there is no auth token".to_owned()))?;
    let mut envelope = send::Envelope::read(sample.envelope).map_err(Error::BadRequest)?;
    envelope.happen_again(now());
    let base = settings.public_base_url().unwrap_or(&pretend.address);
    let told = match send::post(&pretend.http, &envelope, base, &pretend.address, token).await {
        Ok(Sent { status, .. }) => json!({"status": status, "note": send::meaning(status)}),
        Err(error) => json!({"status": 0, "note": error}),
    };
    Ok(Response::json(200, &told))
}
