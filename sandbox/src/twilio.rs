//! A simulated Twilio: it speaks the voice and the Studio part of Twilio's REST API, plays TwiML and runs Flows as Twilio
//! does, and signs what it sends. Its phones ring on a page ([`crate::phones`]).
//!
//! 1. `rest`: who may send requests, and for what; `api_request`, `api_error`: a request, and its errors; `paging`: lists;
//!    `calls`, `messages`: the resources.
//! 2. `call`: a call; `life`: from queued to its end; `player`: how its time goes by; `handover`: while somebody else has
//!    it. `text`: a text, and its life; `inbound`: one that a phone sends back. `direction`: who called or sent it.
//! 3. `twiml`, `digits`, `key_labels`: the meaning of a document (pure); `play`: playing it.
//! 4. `webhook`: signed requests; `overrides`: when they are tried again; `callbacks`: those beside a call or a text;
//!    `wire`: how any request leaves.
//! 5. `studio`: Flows, and their Executions.
//! 6. `faults`: what goes wrong on purpose; `behaviour`: what a phone does by itself; `journal`: all requests.

mod api_error;
mod api_request;
pub(crate) mod behaviour;
pub(crate) mod call;
mod callbacks;
mod calls;
mod digits;
mod direction;
mod faults;
mod handover;
mod inbound;
mod journal;
mod key_labels;
mod life;
mod messages;
mod overrides;
mod paging;
mod play;
mod player;
mod rest;
mod studio;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod twiml;
mod webhook;
mod wire;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use shared::Error;
use shared::http::Response;

use self::studio::Studio;
use crate::demo::Backend;
use crate::host::{self, Host};
use crate::settings::{Settings, Setup};
use behaviour::{PhoneBehaviour, TextReception};
use call::{Call, Order, PhoneAction, Status};
use faults::{FaultInjector, Faults};
use journal::{Journal, push_bounded};
use player::Player;
use text::Text;

pub(crate) use api_request::is_e164;
pub(crate) use messages::MAX_TEXT_CHARACTERS;
pub(crate) use rest::handle;
pub(crate) use studio::{InboundFlow, Unreached};

/// The account of the sandbox's Twilio.
pub const SANDBOX_ACCOUNT: &str = "AC00000000000000000000000000000001";

/// The most redirects that a Flow's request follows.
const MAX_REDIRECTS: usize = 5;

/// The most calls, texts, Flows and Executions that are stored, each.
const MAX_RECORDS: usize = 10_000;

/// The simulated Twilio. All that it knows is in memory: a new process begins without calls.
pub struct Twilio {
    settings: Arc<Settings>,
    http: reqwest::Client,
    /// A client that follows redirects, as Studio does.
    following: reqwest::Client,
    /// Clients with timeouts of their own: connecting, reading.
    clients: Mutex<HashMap<(Duration, Duration), reqwest::Client>>,
    records: Mutex<Records>,
    /// How many events of Event Streams are under way.
    events: AtomicUsize,
}

#[derive(Default)]
struct Records {
    /// Oldest first.
    calls: VecDeque<Arc<Call>>,
    texts: VecDeque<Arc<Text>>,
    /// By number.
    behaviours: HashMap<String, PhoneBehaviour>,
    /// The numbers of phones that want no texts.
    opted_out: HashSet<String>,
    fault_injector: FaultInjector,
    journal: Journal,
    studio: Studio,
    /// What the demo's Flows look up.
    backend: Backend,
}

impl Twilio {
    /// A Twilio without calls.
    pub(crate) fn new(settings: Arc<Settings>, http: reqwest::Client) -> Arc<Twilio> {
        let following = shared::http::builder().ok().and_then(|builder| {
            builder.redirect(reqwest::redirect::Policy::limited(MAX_REDIRECTS)).build().ok()
        });
        let following = following.unwrap_or_else(|| http.clone());
        Arc::new(Twilio {
            settings,
            http,
            following,
            clients: Mutex::default(),
            records: Mutex::default(),
            events: AtomicUsize::new(0),
        })
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        self.settings.host.now()
    }

    /// The process that it runs in.
    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.settings.host
    }

    /// The setup now.
    pub(crate) async fn setup(&self) -> Result<Arc<Setup>, Error> {
        self.settings.setup().await
    }

    /// Whether events of Event Streams are under way.
    pub(crate) fn has_events(&self) -> bool {
        self.events.load(SeqCst) > 0
    }

    /// Sleeps until this time.
    pub(crate) async fn sleep_until(&self, at: Timestamp) {
        self.settings.host.sleep_until(at).await;
    }

    /// All calls, oldest first.
    pub(crate) fn calls(&self) -> Vec<Arc<Call>> {
        self.records().calls.iter().cloned().collect()
    }

    /// All texts, oldest first.
    pub(crate) fn texts(&self) -> Vec<Arc<Text>> {
        self.records().texts.iter().cloned().collect()
    }

    /// The call that rings at this number, or is answered there.
    pub(crate) fn call_at(&self, number: &str) -> Option<Arc<Call>> {
        let records = self.records();
        records
            .calls
            .iter()
            .rev()
            .find(|call| call.phone() == number && call.status().holds_the_line())
            .cloned()
    }

    /// Does something about the call at this number; the error says why it cannot be done now.
    pub(crate) async fn at_the_phone(
        &self,
        number: &str,
        action: PhoneAction,
    ) -> Result<(), &'static str> {
        let call = self.call_at(number).ok_or("there is no call at this phone now")?;
        call.act(action).await
    }

    /// Gives a phone a behaviour.
    pub(crate) fn set_behaviour(&self, number: &str, behaviour: PhoneBehaviour) {
        let mut records = self.records();
        if behaviour.does_anything() {
            records.behaviours.insert(number.to_owned(), behaviour);
        } else {
            records.behaviours.remove(number);
        }
    }

    /// The behaviour of a phone, if it has one.
    pub(crate) fn behaviour(&self, number: &str) -> Option<PhoneBehaviour> {
        self.records().behaviours.get(number).cloned()
    }

    /// How a phone takes a text.
    fn reception(&self, number: &str) -> TextReception {
        let records = self.records();
        records.behaviours.get(number).map(PhoneBehaviour::reception).unwrap_or_default()
    }

    /// Places a call, which is played from now on.
    fn place(self: &Arc<Self>, order: Order) -> Arc<Call> {
        let player = self.player(order);
        let call = player.call.clone();
        host::spawn(&self.settings.host, player.live());
        call
    }

    /// Places a call that somebody else plays.
    fn player(self: &Arc<Self>, order: Order) -> Player {
        let (call, actions) = Call::new(format!("CA{}", crate::ids::random()), order, self.now());
        let call = Arc::new(call);
        push_bounded(&mut self.records().calls, call.clone(), MAX_RECORDS);
        Player::new(self.clone(), call, actions)
    }

    /// Lets it ring, unless another call is at the same phone.
    fn take_the_line(&self, call: &Call, at: Timestamp) -> bool {
        let records = self.records();
        let taken = |other: &Call| {
            other.sid != call.sid
                && other.phone() == call.phone()
                && other.status().holds_the_line()
        };
        if records.calls.iter().any(|other| taken(other)) {
            return false;
        }
        let mut facts = call.facts();
        facts.status = Status::Ringing;
        facts.ringing_since = Some(at);
        true
    }

    /// The faults that are switched on, in JSON.
    pub(crate) fn faults(&self) -> Response {
        Response::json(200, &self.records().fault_injector.faults)
    }

    /// Switches on these faults, and no others.
    pub(crate) fn set_faults(&self, body: &Bytes) -> Result<Response, Error> {
        let faults: Faults =
            serde_json::from_slice(body).map_err(|error| Error::BadRequest(error.to_string()))?;
        self.records().fault_injector.set(faults).map_err(Error::BadRequest)?;
        Ok(self.faults())
    }

    /// All requests, received and sent, in JSON.
    pub(crate) fn journal(&self) -> Response {
        Response::json(200, &self.records().journal)
    }
}
