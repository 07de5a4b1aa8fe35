//! What stands in for the vendors on one machine. Only this machine may use it: a tunnel for Twilio must not open it.

pub mod samples;
pub mod slack;

use serde_json::json;
use shared::Error;
use shared::app::intake::told;
use shared::config::Live;
use shared::http::{PAGE_POLICY, Request, Response, answer};

use crate::House;
use crate::clock::now;
use crate::commands::send::{self, Sent};
use crate::database::Database;

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
}

/// Answers for the pretend vendors.
pub async fn handle(house: &House, request: &Request) -> Response {
    answer(request, route(house, request).await)
}

async fn route(house: &House, request: &Request) -> Result<Response, Error> {
    let pretend = &house.pretend;
    if !request.is_from_this_machine() {
        return Err(Error::Forged("/pretend is for this machine alone".to_owned()));
    }
    request.limit_body()?;
    let path = request.path.strip_prefix("/pretend/").unwrap_or_default();
    match (request.method.as_str(), path) {
        ("GET", "slack") => Ok(file("text/html", include_str!("pretend/slack.html"))),
        ("GET", "slack.js") => Ok(file("text/javascript", include_str!("pretend/slack.js"))),
        ("GET", "slack.css") => Ok(file("text/css", include_str!("pretend/slack.css"))),
        ("GET", "slack/messages") => slack::messages(&pretend.database).await,
        ("GET", "samples") => Ok(Response::json(200, &samples::list())),
        ("POST", "alarm") => {
            outage_intake::take(&house.app, &request.body).await.map(|heard| told(&heard))
        }
        ("POST", path) => {
            match (path.strip_prefix("slack/services/"), path.strip_prefix("samples/")) {
                (Some(channel), _) => {
                    slack::take(&pretend.database, channel, &request.body, now()).await
                }
                (_, Some(name)) => play(pretend, name).await,
                _ => Err(Error::NotFound),
            }
        }
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
