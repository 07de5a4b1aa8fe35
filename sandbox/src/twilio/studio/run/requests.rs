//! The HTTP requests of an Execution.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Url;
use shared::http::Request;
use studio::{HttpMethod, HttpResponse, RunEvent};
use tokio::task::JoinHandle;

use super::super::super::Twilio;
use super::super::super::player::Turn;
use super::super::super::webhook::AGENT;
use super::super::super::wire::{self, Failure, Label};
use super::Driver;
use crate::demo::BackendAnswer;
use crate::host::later;

/// A request that was sent, and its answer.
pub(super) type Sending = JoinHandle<Result<HttpResponse, Failure>>;

/// A request of a Flow.
pub(super) struct HttpRequest {
    pub(super) method: HttpMethod,
    pub(super) url: String,
    pub(super) content_type: String,
    pub(super) body: String,
    pub(super) timeout: Duration,
    /// It goes to Twilio, with the account's own credentials.
    pub(super) has_twilio_auth: bool,
}

impl Driver {
    /// Sends a request: unsigned, as Studio does.
    pub(super) async fn request(&mut self, request: HttpRequest) -> Result<RunEvent, Turn> {
        // A task of its own: who hangs up does not take back what was sent.
        let mut sending = self.begin_request(request);
        if let Some(player) = self.line() {
            match player.meanwhile(&mut sending).await {
                Ok(answer) => return Ok(event(answer)),
                Err(turn) => {
                    self.sending = Some(sending);
                    return Err(turn);
                }
            }
        }
        Ok(self.answered(sending).await)
    }

    /// Waits for the answer while nobody is on the line.
    pub(super) async fn answered(&mut self, sending: Sending) -> RunEvent {
        let started = Instant::now();
        let answer = sending.await;
        self.at = later(self.now(), started.elapsed());
        event(answer)
    }

    fn begin_request(&self, request: HttpRequest) -> Sending {
        let HttpRequest { method, url, content_type, body, timeout, has_twilio_auth } = request;
        let (twilio, execution) = (self.twilio.clone(), self.execution.clone());
        tokio::spawn(async move {
            let label = Label { sid: &execution.sid, event: "studio", url: &url };
            let simulated = twilio.records().backend.answer(&url);
            if let Some(BackendAnswer { status, body, latency }) = simulated {
                twilio.sleep_until(later(twilio.now(), latency)).await;
                let content_type = "application/json".to_owned();
                let answer = async { Ok(HttpResponse::of_text(status, content_type, body)) };
                return twilio.journaled(label, answer).await;
            }
            if has_twilio_auth {
                let account = &execution.order.account;
                let own = own_request(&twilio, account, method, &url, (content_type, body));
                let answer = async { answer_own(&twilio, own?).await };
                return twilio.journaled(label, answer).await;
            }
            let sending = async {
                let target = twilio.target(&url).await?;
                let request = match method {
                    HttpMethod::Get => twilio.following.get(target),
                    HttpMethod::Post => {
                        let request = twilio.following.post(target);
                        request.header("content-type", content_type).body(body)
                    }
                };
                wire::send(request.header("user-agent", AGENT), timeout).await
            };
            twilio.journaled(label, sending).await
        })
    }
}

/// A request with the account's credentials is one for this Twilio, wherever the real one is. (`add_twilio_auth`;
/// the widget has made sure that its host is Twilio's.)
fn own_request(
    twilio: &Twilio,
    account: &str,
    method: HttpMethod,
    url: &str,
    (content_type, body): (String, String),
) -> Result<Request, Failure> {
    let url = Url::parse(url).map_err(|_| Failure::Broken("it is no URL".to_owned()))?;
    let token = twilio.settings.secrets.auth_token.expose();
    let basic = BASE64_STANDARD.encode(format!("{account}:{token}"));
    let headers = [("authorization", format!("Basic {basic}")), ("content-type", content_type)];
    Ok(Request {
        method: if method == HttpMethod::Get { "GET" } else { "POST" }.to_owned(),
        path: url.path().to_owned(),
        query: url.query().map(str::to_owned),
        headers: headers.map(|(name, value)| (name.to_owned(), value.into())).into(),
        body: body.into(),
        ..Request::default()
    })
}

async fn answer_own(twilio: &Arc<Twilio>, request: Request) -> Result<HttpResponse, Failure> {
    let response = twilio.answer_own(&request).await;
    let response = response.map_err(|error| Failure::Broken(error.to_string()))?;
    let content_type = response.headers.iter().find(|(name, _)| *name == "content-type");
    let content_type = content_type.map(|(_, value)| value.clone()).unwrap_or_default();
    Ok(HttpResponse::received(response.status, content_type, &response.body))
}

fn event(answer: Result<Result<HttpResponse, Failure>, tokio::task::JoinError>) -> RunEvent {
    match answer {
        Ok(Ok(response)) => RunEvent::Responded(response),
        Ok(Err(_)) | Err(_) => RunEvent::TimedOut,
    }
}
