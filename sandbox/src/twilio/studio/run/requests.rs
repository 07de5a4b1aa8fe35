//! The HTTP requests of an Execution.

use std::time::{Duration, Instant};

use studio::{HttpMethod, HttpResponse, RunEvent};
use tokio::task::JoinHandle;

use super::super::super::player::Turn;
use super::super::super::webhook::AGENT;
use super::super::super::wire::{self, Answer, Failure, Label};
use super::Driver;
use crate::demo::BackendAnswer;
use crate::host::later;

/// A request that was sent, and its answer.
pub(super) type Sending = JoinHandle<Result<Answer, Failure>>;

/// A request of a Flow.
pub(super) struct HttpRequest {
    pub(super) method: HttpMethod,
    pub(super) url: String,
    pub(super) content_type: String,
    pub(super) body: String,
    pub(super) timeout: Duration,
}

impl Driver {
    /// Sends a request: unsigned, as Studio does. (Contract 4.3.)
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
        let HttpRequest { method, url, content_type, body, timeout } = request;
        let (twilio, sid) = (self.twilio.clone(), self.execution.sid.clone());
        tokio::spawn(async move {
            let label = Label { sid: &sid, event: "studio", url: &url };
            let simulated = twilio.records().backend.answer(&url);
            if let Some(BackendAnswer { status, body, latency }) = simulated {
                twilio.sleep_until(later(twilio.now(), latency)).await;
                let content_type = "application/json".to_owned();
                let answer = async { Ok(Answer { status, content_type, body }) };
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

fn event(answer: Result<Result<Answer, Failure>, tokio::task::JoinError>) -> RunEvent {
    match answer {
        Ok(Ok(Answer { status, content_type, body })) => {
            RunEvent::Responded(HttpResponse { status, content_type, body })
        }
        Ok(Err(_)) | Err(_) => RunEvent::TimedOut,
    }
}
