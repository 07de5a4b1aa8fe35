//! Drives the run of an Execution: its actions at the phone and over HTTP, and the events that follow from them.
//!
//! `calls`: the call that it places, hands over or records; `messages`: what it sends, and the replies; `requests`: HTTP;
//! `subflow`: the Flow within it.

mod calls;
mod messages;
mod requests;
mod subflow;

use std::sync::Arc;

use jiff::Timestamp;
use studio::{Action, Prompt, RunEvent};

use super::super::Twilio;
use super::super::call::{Document, Status};
use super::super::digits::{CONFIDENCE, Digits};
use super::super::player::{Player, Turn};
use super::super::text::Text;
use super::super::twiml::{Gather, Method, Verb};
use super::execution::{Execution, Replies};
use requests::Sending;

/// The driver of an Execution's run.
pub(super) struct Driver {
    twilio: Arc<Twilio>,
    execution: Arc<Execution>,
    /// The messages of the contact.
    replies: Replies,
    /// The call, once there is one.
    player: Option<Player>,
    /// The text that was sent last.
    text: Option<Arc<Text>>,
    /// The request that is not answered yet: it is waited for although the caller has gone.
    sending: Option<Sending>,
    /// The Execution's own time.
    at: Timestamp,
}

impl Driver {
    /// The driver of a run that has not begun; with the call that it began with, if one did.
    pub(super) fn new(
        twilio: Arc<Twilio>,
        execution: Arc<Execution>,
        replies: Replies,
        player: Option<Player>,
    ) -> Driver {
        let at = execution.created;
        Driver { twilio, at, execution, replies, player, text: None, sending: None }
    }

    /// From the first widget to the last.
    pub(super) async fn run(mut self) {
        let mut actions = self.step(RunEvent::Begun);
        while let Some(action) = actions.pop() {
            actions = match self.perform(action).await {
                Ok(Some(event)) => self.step(event),
                Ok(None) => break,
                Err(Turn::End(status)) => self.hang_up(status).await,
                Err(Turn::Go(document, _)) => return self.redirect(document).await,
                Err(Turn::Failed(_)) => self.step(RunEvent::TimedOut),
                Err(Turn::Lost) => break,
            };
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

    /// The caller has gone. A widget without voice is finished all the same.
    async fn hang_up(&mut self, status: Status) -> Vec<Action> {
        let actions = self.step(RunEvent::HungUp);
        self.finish(status);
        match self.sending.take() {
            Some(sending) if actions.is_empty() && self.execution.is_active() => {
                let event = self.answered(sending).await;
                self.step(event)
            }
            _ if self.execution.is_active() => actions,
            _ => Vec::new(),
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

    /// The call, if somebody is on the line.
    fn line(&mut self) -> Option<&mut Player> {
        self.player.as_mut().filter(|player| player.is_on_the_line())
    }

    /// Performs an action: the event that the run waits for; none if there is nothing more to do.
    async fn perform(&mut self, action: Action) -> Result<Option<RunEvent>, Turn> {
        let event = match action {
            Action::PlaceCall { to, from, timeout, detect_machine } => {
                self.place(to, from, timeout, detect_machine).await
            }
            Action::SayPlay(prompt) => match self.line() {
                Some(player) => {
                    player.utter(&verb(prompt)).await?;
                    RunEvent::Spoken
                }
                None => RunEvent::HungUp,
            },
            Action::Gather { prompt, timeout, finish_on_key, max_digits } => {
                let gather = Gather {
                    action: None,
                    method: Method::Post,
                    timeout,
                    finish_on_key,
                    num_digits: max_digits,
                    keys: true,
                    speech: true,
                    action_on_empty_result: false,
                    inside: vec![verb(prompt)],
                };
                match self.line() {
                    Some(player) => match player.keys(&gather).await? {
                        Digits { speech: Some(text), .. } => {
                            RunEvent::SpeechResult { text, confidence: CONFIDENCE.to_owned() }
                        }
                        Digits { pressed, .. } => RunEvent::Digits(pressed),
                    },
                    None => RunEvent::HungUp,
                }
            }
            Action::Request { method, url, content_type, body, timeout, has_twilio_auth } => {
                let request = requests::HttpRequest {
                    method,
                    url,
                    content_type,
                    body,
                    timeout,
                    has_twilio_auth,
                };
                self.request(request).await?
            }
            Action::SendMessage(message) => self.send(message),
            Action::AwaitReply { timeout } => match self.await_reply(timeout).await? {
                Some(event) => event,
                None => return Ok(None),
            },
            Action::Enqueue(enqueue) => self.enqueue(enqueue).await?,
            Action::Connect(connect) => self.connect(connect).await?,
            Action::Record(record) => self.record(record).await?,
            Action::FetchFlow { flow_sid, revision } => self.subflow(&flow_sid, &revision).await,
            Action::HandOver(hand_over) => self.hand_over(hand_over).await?,
            Action::HangUp => return Ok(None),
        };
        Ok(Some(event))
    }
}

fn verb(prompt: Prompt) -> Verb {
    match prompt {
        Prompt::Say(speech) => Verb::Say { text: speech.text, times: speech.times },
        Prompt::Play { url, times } => Verb::Play { url, times },
        Prompt::Digits { digits, times } => Verb::Play { url: digits, times },
    }
}
