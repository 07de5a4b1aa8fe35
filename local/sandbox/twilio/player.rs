//! Plays one call: how its time goes by, and what breaks into it.
//!
//! A player keeps its own time, which is that of the last thing that happened, and sleeps until the next: if the clock
//! is pushed over many of them, each happens at its own time and in its order.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Twilio;
use super::call::{Call, Deed, Document, Status, Told};
use super::callbacks::Outbox;
use super::habit::Habit;
use super::webhook::Webhook;
use super::wire::Answer;
use crate::clock::later;

/// Where a call goes when its document is not simply played to the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is over.
    End(Status),
    /// Another document is asked for, with more fields.
    Go(Document, Vec<(String, String)>),
    /// An application error, by Twilio's code.
    Failed(u32),
}

/// What a wait ends with.
pub(super) enum Event {
    /// Its time.
    Due,
    /// What somebody does.
    Told(Told),
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
    /// How many status callbacks it has sent.
    pub(super) sequence: u32,
    pub(super) habit: Option<Habit>,
    /// What the phone does next by itself, and when.
    pub(super) plan: Option<(Timestamp, Deed)>,
    /// Who ended the call, and hears so when it has ended.
    pub(super) ended_by: Option<Told>,
    deeds: mpsc::UnboundedReceiver<Told>,
}

impl Player {
    pub(super) fn new(
        twilio: Arc<Twilio>,
        call: Arc<Call>,
        deeds: mpsc::UnboundedReceiver<Told>,
    ) -> Player {
        Player {
            outbox: Outbox::open(twilio.clone()),
            at: call.created,
            limit: Timestamp::MAX,
            listening: false,
            sequence: 0,
            habit: None,
            plan: None,
            ended_by: None,
            deeds,
            twilio,
            call,
        }
    }

    /// Plans what the habit does next.
    pub(super) fn plan(&mut self, deed: Option<Deed>) {
        let after = self.habit.as_ref().map(Habit::after).unwrap_or_default();
        self.plan = deed.map(|deed| (later(self.at, after), deed));
    }

    /// Waits until then, or until somebody does something. What was due before comes first.
    pub(super) async fn next(&mut self, until: Timestamp) -> Event {
        let planned = self.plan.as_ref().map(|(at, _)| *at).filter(|at| *at <= until);
        let due = planned.unwrap_or(until);
        tokio::select! {
            biased;
            () = self.twilio.clock.sleep_until(due) => {
                self.at = self.at.max(due);
                match self.plan.take_if(|_| planned.is_some()) {
                    Some((_, deed)) => Event::Told(Told { deed, reply: None }),
                    None => Event::Due,
                }
            }
            Some(told) = self.deeds.recv() => {
                self.at = self.at.max(self.twilio.clock.now());
                Event::Told(told)
            }
        }
    }

    /// Lets so much of an answered call go by; a key ends the wait if somebody listens for keys.
    pub(super) async fn wait(&mut self, duration: Duration) -> Result<Option<char>, Turn> {
        let until = later(self.at, duration);
        loop {
            match self.next(until.min(self.limit)).await {
                Event::Due if self.at >= self.limit => return Err(Turn::End(Status::Completed)),
                Event::Due => return Ok(None),
                Event::Told(told) => {
                    let key = self.hear(told)?;
                    if key.is_some() && self.listening {
                        return Ok(key);
                    }
                }
            }
        }
    }

    /// Asks for something while the call goes on.
    pub(super) async fn ask(&mut self, webhook: Webhook) -> Result<Result<Answer, String>, Turn> {
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
                    Event::Due => return Err(Turn::End(Status::Completed)),
                    Event::Told(told) => {
                        self.hear(told)?;
                    }
                },
            }
        }
    }

    /// What somebody does about an answered call: a key, or its end.
    fn hear(&mut self, told: Told) -> Result<Option<char>, Turn> {
        let machine = self.call.facts().machine;
        match told.deed.clone() {
            Deed::Press(_) if machine => {
                told.refuse("voicemail took the call: nobody is there to press a key")
            }
            Deed::Press(key) => {
                self.call.facts().keys.push(key);
                told.done();
                return Ok(Some(key));
            }
            Deed::HangUp | Deed::Complete => {
                self.ended_by = Some(told);
                return Err(Turn::End(Status::Completed));
            }
            Deed::Redirect(document) => {
                told.done();
                return Err(Turn::Go(document, Vec::new()));
            }
            // Twilio leaves an answered call as it is.
            Deed::Cancel => told.done(),
            Deed::Answer | Deed::Decline | Deed::Voicemail => {
                told.refuse("the call is answered already")
            }
        }
        Ok(None)
    }
}
