//! A simulated Twilio: a real server that speaks the voice and the Studio part of Twilio's REST API, plays TwiML and runs
//! Flows as Twilio does, and signs what it sends. Its phones ring on a page ([`super::phones`]).
//!
//! 1. `rest`: who may ask, and for what; `calls`, `messages`: the resources; `refusal`: how it says no.
//! 2. `call`: what a call is; `life`: from queued to its end; `player`: how its time goes by.
//! 3. `twiml`, `digits`: what a document says (pure); `play`: doing it.
//! 4. `webhook`: signed requests; `callbacks`: those that are told beside a call; `wire`: how any request leaves.
//! 5. `studio`: Flows, and their Executions.
//! 6. `faults`: what goes wrong on purpose; `habit`: what a phone does by itself; `journal`: what was asked.

pub(crate) mod call;
mod callbacks;
mod calls;
mod digits;
mod faults;
pub(crate) mod habit;
mod journal;
mod life;
mod messages;
mod play;
mod player;
mod refusal;
mod rest;
mod studio;
#[cfg(test)]
mod tests;
mod twiml;
mod webhook;
mod wire;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use shared::Error;
use shared::config::SettingsCache;
use shared::http::Response;
use shared::secret::Secret;

use self::studio::Studio;
use crate::activity;
use crate::clock::Clock;
use call::{Call, Deed, Order, Status};
use faults::{FaultInjector, Faults};
use habit::Habit;
use journal::{Journal, keep};
pub(crate) use messages::Text;
use player::Player;

pub(crate) use rest::handle;
pub(crate) use webhook::uuid;

/// The account of the sandbox's Twilio.
pub const SANDBOX_ACCOUNT: &str = "AC00000000000000000000000000000001";

/// How many calls, and how many texts, are kept.
const KEPT: usize = 10_000;

/// The sandbox's Twilio. All that it knows is in memory: a new server begins without calls.
pub struct Twilio {
    clock: Clock,
    live: SettingsCache,
    http: reqwest::Client,
    address: String,
    token: Secret,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Oldest first.
    calls: VecDeque<Arc<Call>>,
    texts: VecDeque<Text>,
    /// By number.
    habits: HashMap<String, Habit>,
    fault_injector: FaultInjector,
    journal: Journal,
    studio: Studio,
}

impl Twilio {
    /// A Twilio whose account has this auth token, and which knows that the server listens at `address`.
    pub fn new(
        clock: Clock,
        live: SettingsCache,
        http: reqwest::Client,
        address: String,
        token: Secret,
    ) -> Arc<Twilio> {
        Arc::new(Twilio { clock, live, http, address, token, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What time it is here.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// All calls, oldest first.
    pub(crate) fn calls(&self) -> Vec<Arc<Call>> {
        self.state().calls.iter().cloned().collect()
    }

    /// All texts, oldest first.
    pub(crate) fn texts(&self) -> Vec<Text> {
        self.state().texts.iter().cloned().collect()
    }

    /// The call that rings at this number, or is answered there.
    pub(crate) fn call_at(&self, number: &str) -> Option<Arc<Call>> {
        let state = self.state();
        state
            .calls
            .iter()
            .rev()
            .find(|call| call.to() == number && call.status().holds_the_line())
            .cloned()
    }

    /// Does something about the call at this number; the error says why it cannot be done now.
    pub(crate) async fn at_the_phone(&self, number: &str, deed: Deed) -> Result<(), &'static str> {
        let call = self.call_at(number).ok_or("there is no call at this phone now")?;
        call.tell(deed).await
    }

    /// Gives a phone a habit.
    pub(crate) fn set_habit(&self, number: &str, habit: Habit) {
        let mut state = self.state();
        if habit.is_one() {
            state.habits.insert(number.to_owned(), habit);
        } else {
            state.habits.remove(number);
        }
    }

    /// The habit of a phone, if it has one.
    pub(crate) fn habit(&self, number: &str) -> Option<Habit> {
        self.state().habits.get(number).cloned()
    }

    /// Places a call, which is played from now on.
    fn place(self: &Arc<Self>, order: Order) -> Arc<Call> {
        let player = self.player(order);
        let call = player.call.clone();
        activity::spawn(player.live());
        call
    }

    /// Places a call that somebody else plays.
    fn player(self: &Arc<Self>, order: Order) -> Player {
        let (call, deeds) =
            Call::new(format!("CA{}", crate::commands::send::random()), order, self.now());
        let call = Arc::new(call);
        keep(&mut self.state().calls, call.clone(), KEPT);
        Player::new(self.clone(), call, deeds)
    }

    /// Lets it ring, unless another call is at the same phone.
    fn take_the_line(&self, call: &Call, at: Timestamp) -> bool {
        let state = self.state();
        let taken = |other: &Call| {
            other.sid != call.sid && other.to() == call.to() && other.status().holds_the_line()
        };
        if state.calls.iter().any(|other| taken(other)) {
            return false;
        }
        let mut facts = call.facts();
        facts.status = Status::Ringing;
        facts.ringing_since = Some(at);
        true
    }

    /// What goes wrong on purpose, in JSON.
    pub(crate) fn faults(&self) -> Response {
        Response::json(200, &self.state().fault_injector.faults)
    }

    /// Has things go wrong on purpose, and no others than these.
    pub(crate) fn set_faults(&self, body: &Bytes) -> Result<Response, Error> {
        let faults: Faults =
            serde_json::from_slice(body).map_err(|error| Error::BadRequest(error.to_string()))?;
        self.state().fault_injector.set(faults).map_err(Error::BadRequest)?;
        Ok(self.faults())
    }

    /// What was asked, and what was sent, in JSON.
    pub(crate) fn journal(&self) -> Response {
        Response::json(200, &self.state().journal)
    }
}
