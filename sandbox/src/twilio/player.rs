//! Plays one call: how its time goes by, and what breaks into it.
//!
//! A player keeps its own time, which is that of the last thing that happened, and sleeps until the next: if the clock
//! is pushed over many of them, each happens at its own time and in its order.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use studio::HttpResponse;
use tokio::sync::mpsc;

use super::Twilio;
use super::behaviour::PhoneBehaviour;
use super::call::{Call, Document, PhoneAction, PhoneRequest, Status};
use super::callbacks::Outbox;
use super::digits::CallerInput;
use super::webhook::Webhook;
use crate::host::later;

/// Where a call goes when its document is not simply played to the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is over.
    End(Status),
    /// Another document is requested, with more fields.
    Go(Document, Vec<(String, String)>),
    /// An application error, by Twilio's code.
    Failed(u32),
    /// It is over, and nobody learns of it.
    Lost,
}

/// The end of a wait.
pub(super) enum Wake {
    /// Its time has come.
    Due,
    /// Somebody does something.
    Phone(PhoneRequest),
}

pub(super) struct Player {
    pub(super) twilio: Arc<Twilio>,
    pub(super) call: Arc<Call>,
    pub(super) outbox: Outbox,
    /// The call's own time.
    pub(super) at: Timestamp,
    /// When an answered call has lasted as long as it may.
    pub(super) limit: Timestamp,
    /// Whether a Gather is open, and takes keys.
    pub(super) listening: bool,
    /// Whether one is open that takes words.
    pub(super) takes_words: bool,
    /// How many status callbacks it has sent.
    pub(super) sequence: u32,
    pub(super) behaviour: Option<PhoneBehaviour>,
    /// The action that the phone does next by itself, and when.
    pub(super) plan: Option<(Timestamp, PhoneAction)>,
    /// The request that ended the call, answered when it has ended.
    pub(super) ended_by: Option<PhoneRequest>,
    actions: mpsc::UnboundedReceiver<PhoneRequest>,
}

impl Player {
    pub(super) fn new(
        twilio: Arc<Twilio>,
        call: Arc<Call>,
        actions: mpsc::UnboundedReceiver<PhoneRequest>,
    ) -> Player {
        Player {
            outbox: Outbox::open(twilio.clone()),
            at: call.created,
            limit: Timestamp::MAX,
            listening: false,
            takes_words: false,
            sequence: 0,
            behaviour: None,
            plan: None,
            ended_by: None,
            actions,
            twilio,
            call,
        }
    }

    /// Whether somebody, or something, is on the line.
    pub(super) fn is_on_the_line(&self) -> bool {
        self.call.status() == Status::InProgress
    }

    /// Plans the next action of the phone's behaviour.
    pub(super) fn plan(&mut self, action: Option<PhoneAction>) {
        let after = self.behaviour.as_ref().map(PhoneBehaviour::after).unwrap_or_default();
        self.plan = action.map(|action| (later(self.at, after), action));
    }

    /// Waits until then, or until somebody does something. What was due before comes first.
    pub(super) async fn next(&mut self, until: Timestamp) -> Wake {
        let planned = self.plan.as_ref().map(|(at, _)| *at).filter(|at| *at <= until);
        let due = planned.unwrap_or(until);
        tokio::select! {
            biased;
            () = self.twilio.sleep_until(due) => {
                self.at = self.at.max(due);
                match self.plan.take_if(|_| planned.is_some()) {
                    Some((_, action)) => Wake::Phone(PhoneRequest { action, reply: None }),
                    None => Wake::Due,
                }
            }
            Some(request) = self.actions.recv() => {
                self.at = self.at.max(self.twilio.now());
                Wake::Phone(request)
            }
        }
    }

    /// Lets so much of an answered call go by; a key ends the wait if somebody listens for keys, and words
    /// if somebody listens for those.
    pub(super) async fn wait(&mut self, duration: Duration) -> Result<Option<CallerInput>, Turn> {
        let until = later(self.at, duration);
        loop {
            match self.next(until.min(self.limit)).await {
                Wake::Due if self.at >= self.limit => return Err(Turn::End(Status::Completed)),
                Wake::Due => return Ok(None),
                Wake::Phone(request) => {
                    let input = self.take(request)?;
                    if matches!(input, Some(CallerInput::Key(_))) && !self.listening {
                        continue;
                    }
                    if input.is_some() {
                        return Ok(input);
                    }
                }
            }
        }
    }

    /// Sends a webhook while the call goes on.
    pub(super) async fn send(
        &mut self,
        webhook: Webhook,
    ) -> Result<Result<HttpResponse, String>, Turn> {
        let twilio = self.twilio.clone();
        self.meanwhile(async { twilio.send(&webhook).await }).await
    }

    /// Has something done while the call goes on. Keys that are pressed meanwhile are lost.
    pub(super) async fn meanwhile<T>(&mut self, doing: impl Future<Output = T>) -> Result<T, Turn> {
        let (from, started) = (self.at, std::time::Instant::now());
        let mut doing = std::pin::pin!(doing);
        loop {
            let limit = self.limit;
            tokio::select! {
                done = &mut doing => {
                    // The real time that it took; the clock may have been pushed meanwhile.
                    self.at = self.at.max(later(from, started.elapsed()));
                    return Ok(done);
                }
                event = self.next(limit) => match event {
                    Wake::Due => return Err(Turn::End(Status::Completed)),
                    Wake::Phone(request) => {
                        self.take(request)?;
                    }
                },
            }
        }
    }

    /// Takes an action of an answered call: a key, words that somebody listens for, or its end.
    pub(super) fn take(&mut self, request: PhoneRequest) -> Result<Option<CallerInput>, Turn> {
        let machine = self.call.facts().machine;
        match request.action.clone() {
            PhoneAction::Press(_) if machine => {
                request.refuse("voicemail took the call: nobody is there to press a key")
            }
            PhoneAction::Press(key) => {
                self.call.facts().keys.push(key);
                request.done();
                return Ok(Some(CallerInput::Key(key)));
            }
            PhoneAction::HangUp | PhoneAction::Complete => {
                self.ended_by = Some(request);
                return Err(Turn::End(Status::Completed));
            }
            PhoneAction::Redirect(document) => {
                request.done();
                return Err(Turn::Go(document, Vec::new()));
            }
            PhoneAction::HangUpUnreported => {
                self.ended_by = Some(request);
                return Err(Turn::Lost);
            }
            // Twilio leaves an answered call as it is.
            PhoneAction::Cancel => request.done(),
            PhoneAction::Say(words) if self.takes_words && !machine => {
                self.call.facts().said.push(format!("“{words}”"));
                request.done();
                return Ok(Some(CallerInput::Words(words)));
            }
            PhoneAction::Say(_) => request.refuse("nobody listens to words now"),
            PhoneAction::PartyAnswer | PhoneAction::PartyRefuse | PhoneAction::PartyHangUp => {
                request.refuse("nobody else has to do with this call now")
            }
            PhoneAction::Answer | PhoneAction::Decline | PhoneAction::Voicemail => {
                request.refuse("the call is answered already")
            }
        }
        Ok(None)
    }
}
