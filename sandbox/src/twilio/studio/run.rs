//! Drives the run of an Execution: its actions at the phone and over HTTP, and the events that follow from them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use studio::{Action, DialOutcome, HttpMethod, HttpResponse, Prompt, RunEvent};

use super::super::Twilio;
use super::super::api_request::is_e164;
use super::super::call::{Document, Order, Status};
use super::super::calls::FOUR_HOURS;
use super::super::player::{Player, Turn};
use super::super::twiml::{Gather, Method, Verb};
use super::super::webhook::AGENT;
use super::super::wire::{self, Answer, Label};
use super::execution::Execution;
use super::flows::webhook_url;
use crate::host::later;

/// The driver of an Execution's run.
pub(super) struct Driver {
    twilio: Arc<Twilio>,
    execution: Arc<Execution>,
    /// The call, once one was placed.
    player: Option<Player>,
    /// The Execution's own time.
    at: Timestamp,
}

impl Driver {
    pub(super) fn new(twilio: Arc<Twilio>, execution: Arc<Execution>) -> Driver {
        Driver { twilio, at: execution.created, execution, player: None }
    }

    /// From the first widget to the last.
    pub(super) async fn run(mut self) {
        let mut actions = self.step(RunEvent::Begun);
        while let Some(action) = actions.pop() {
            let event = match self.perform(action).await {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(Turn::End(status)) => {
                    self.step(RunEvent::HungUp);
                    return self.finish(status);
                }
                Err(Turn::Go(document, _)) => return self.redirect(document).await,
                Err(Turn::Failed(_)) => RunEvent::TimedOut,
            };
            actions = self.step(event);
        }
        self.finish(Status::Completed);
    }

    fn step(&self, event: RunEvent) -> Vec<Action> {
        self.execution.step(event, self.now())
    }

    /// The time in it.
    fn now(&self) -> Timestamp {
        self.player.as_ref().map_or(self.at, |player| self.at.max(player.at))
    }

    /// Ends the call, if there is one that has not ended. An Execution that was ended by the REST API leaves its call to
    /// the widget that it was in.
    fn finish(&mut self, status: Status) {
        let player = self.player.as_mut();
        if let Some(player) = player.filter(|player| !player.call.status().is_final()) {
            player.finish(status);
        }
    }

    /// The call goes on with another document, and the Execution without it.
    async fn redirect(mut self, document: Document) {
        self.step(RunEvent::Stopped);
        if let Some(mut player) = self.player.take() {
            let status = player.converse(Some(document)).await;
            player.finish(status);
        }
    }

    /// Performs an action: the event that the run waits for; none if there is nothing more to do.
    async fn perform(&mut self, action: Action) -> Result<Option<RunEvent>, Turn> {
        let event = match action {
            Action::PlaceCall { to, from, timeout } => self.place(to, from, timeout).await,
            Action::SayPlay(prompt) => {
                if let Some(player) = &mut self.player {
                    player.utter(&verb(prompt)).await?;
                }
                RunEvent::Spoken
            }
            Action::Gather { prompt, timeout, finish_on_key, max_digits } => {
                let gather = Gather {
                    action: None,
                    method: Method::Post,
                    timeout,
                    finish_on_key,
                    num_digits: max_digits,
                    keys: true,
                    action_on_empty_result: false,
                    inside: vec![verb(prompt)],
                };
                match &mut self.player {
                    Some(player) => RunEvent::Digits(player.keys(&gather).await?.pressed),
                    None => RunEvent::TimedOut,
                }
            }
            Action::Request { method, url, content_type, body, timeout } => {
                self.request(method, url, content_type, body, timeout).await?
            }
            Action::SendMessage(_)
            | Action::AwaitReply { .. }
            | Action::Enqueue(_)
            | Action::Connect(_)
            | Action::Record(_) => RunEvent::Stopped,
            Action::HangUp => return Ok(None),
        };
        Ok(Some(event))
    }

    /// Places a call. It is Studio's own: nobody else learns its status.
    async fn place(&mut self, to: String, from: String, timeout: Duration) -> RunEvent {
        if !is_e164(&to) {
            return RunEvent::Dialed(DialOutcome::Failed);
        }
        let (account, flow_sid) = (&self.execution.order.account, &self.execution.order.flow_sid);
        let mut player = self.twilio.player(Order {
            account: account.clone(),
            to,
            from,
            document: Document::At { url: webhook_url(account, flow_sid), method: Method::Post },
            fallback: None,
            status_callback: None,
            events: Vec::new(),
            timeout,
            time_limit: Duration::from_secs(FOUR_HOURS),
            detection: None,
        });
        self.step(RunEvent::Placed { call_sid: player.call.sid.clone() });
        let outcome = match player.dial().await {
            Ok(()) => DialOutcome::Answered,
            Err(status) => {
                player.finish(status);
                outcome(status)
            }
        };
        self.player = Some(player);
        RunEvent::Dialed(outcome)
    }

    /// Sends a request: unsigned, as Studio does. (Contract 4.3.)
    async fn request(
        &mut self,
        method: HttpMethod,
        url: String,
        content_type: String,
        body: String,
        timeout: Duration,
    ) -> Result<RunEvent, Turn> {
        let (twilio, sid) = (self.twilio.clone(), self.execution.sid.clone());
        // A task of its own: who hangs up does not take back what was sent.
        let mut sending = tokio::spawn(async move {
            let label = Label { sid: &sid, event: "studio", url: &url };
            let sending = async {
                let target = twilio.target(&url).await?;
                let request = match method {
                    HttpMethod::Get => twilio.http.get(target),
                    HttpMethod::Post => {
                        let request = twilio.http.post(target);
                        request.header("content-type", content_type).body(body)
                    }
                };
                wire::send(request.header("user-agent", AGENT), timeout).await
            };
            twilio.journaled(label, sending).await
        });
        let answer = match self.meanwhile(&mut sending).await {
            Ok(answer) => answer,
            Err(Turn::End(status)) => {
                // The widget goes on without the call.
                self.step(RunEvent::HungUp);
                self.finish(status);
                sending.await
            }
            Err(turn) => return Err(turn),
        };
        Ok(match answer {
            Ok(Ok(Answer { status, content_type, body })) => {
                RunEvent::Responded(HttpResponse { status, content_type, body })
            }
            Ok(Err(_)) | Err(_) => RunEvent::TimedOut,
        })
    }

    /// Has something done: while the call goes on, if somebody is on the line.
    async fn meanwhile<T>(&mut self, doing: impl Future<Output = T>) -> Result<T, Turn> {
        let player = self.player.as_mut();
        if let Some(player) = player.filter(|one| one.call.status() == Status::InProgress) {
            return player.meanwhile(doing).await;
        }
        let started = std::time::Instant::now();
        let done = doing.await;
        self.at = later(self.at, started.elapsed());
        Ok(done)
    }
}

fn verb(prompt: Prompt) -> Verb {
    match prompt {
        Prompt::Say(speech) => Verb::Say { text: speech.text, times: speech.times },
        Prompt::Play { url, times } | Prompt::Digits { digits: url, times } => {
            Verb::Play { url, times }
        }
    }
}

/// The outcome of a call that was not answered, by its status.
fn outcome(status: Status) -> DialOutcome {
    match status {
        Status::Busy => DialOutcome::Busy,
        Status::NoAnswer => DialOutcome::NoAnswer,
        Status::Canceled => DialOutcome::Canceled,
        _ => DialOutcome::Failed,
    }
}
