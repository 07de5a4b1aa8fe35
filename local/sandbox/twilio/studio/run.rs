//! Runs an Execution: from widget to widget, until one leads nowhere or the call is over.

use std::sync::Arc;

use jiff::Timestamp;
use shared::twilio::studio::flow::State;

use super::super::Twilio;
use super::super::call::{Document, Status};
use super::super::player::{Player, Turn};
use super::execution::Execution;

/// How many widgets one Execution may pass: a Flow that leads back to itself would never end. (K: Studio has a limit.)
const MOST_STEPS: usize = 1_000;

/// An Execution that runs.
pub(super) struct Run {
    pub(super) twilio: Arc<Twilio>,
    pub(super) execution: Arc<Execution>,
    /// The call, once one was placed.
    pub(super) player: Option<Player>,
    /// The Execution's own time.
    pub(super) at: Timestamp,
}

/// What a widget fired, and where that leads.
pub(super) struct Fired {
    pub(super) event: String,
    pub(super) next: Option<String>,
}

/// Why an Execution stops in the middle of a widget.
pub(super) enum Stop {
    /// The call is over: no widget hears of it.
    HungUp(Status),
    /// Somebody gave the call another document.
    Redirected(Document),
    /// It cannot be played here; why, for a person.
    Cannot(String),
}

impl From<Turn> for Stop {
    fn from(turn: Turn) -> Stop {
        match turn {
            Turn::End(status) => Stop::HungUp(status),
            Turn::Go(document, _) => Stop::Redirected(document),
            Turn::Failed(code) => Stop::Cannot(format!("the call failed: {code}")),
        }
    }
}

impl Run {
    pub(super) fn new(twilio: Arc<Twilio>, execution: Arc<Execution>) -> Run {
        Run { twilio, at: execution.created, execution, player: None }
    }

    /// From the first widget to the last.
    pub(super) async fn live(mut self) {
        let flow = self.execution.order.flow.clone();
        let mut here = flow.first();
        for _ in 0..MOST_STEPS {
            let Some(state) = here.filter(|_| self.execution.is_active()) else { break };
            match self.does(state).await {
                Ok(Fired { event, next }) => {
                    self.execution.step(self.now(), state, &event, next.as_deref());
                    here = next.as_deref().and_then(|next| flow.state(next));
                }
                Err(stop) => return self.stop(state, stop).await,
            }
        }
        self.end(Status::Completed);
    }

    /// What time it is in it.
    fn now(&self) -> Timestamp {
        self.player.as_ref().map_or(self.at, |player| self.at.max(player.at))
    }

    /// The call, if somebody is on the line.
    pub(super) fn line(&mut self) -> Result<&mut Player, Stop> {
        let player = self.player.as_mut();
        let player = player.filter(|player| player.call.status() == Status::InProgress);
        player.ok_or_else(|| Stop::Cannot("nobody is on the line".to_owned()))
    }

    async fn stop(mut self, at: &State, stop: Stop) {
        match stop {
            Stop::HungUp(status) => {
                self.execution.step(self.now(), at, "hangup", None);
                self.end(status);
            }
            Stop::Redirected(document) => {
                self.execution.end(self.now());
                if let Some(mut player) = self.player.take() {
                    let status = player.converse(Some(document)).await;
                    player.finish(status);
                }
            }
            Stop::Cannot(why) => {
                let (execution, widget) = (&self.execution.sid, &at.name);
                tracing::warn!(execution, widget, why, "a sandbox Execution cannot go on");
                self.end(Status::Completed);
            }
        }
    }

    /// It ends, and with it the call.
    fn end(&mut self, status: Status) {
        self.execution.end(self.now());
        let player = self.player.as_mut();
        if let Some(player) = player.filter(|player| !player.call.status().is_final()) {
            player.finish(status);
        }
    }
}
