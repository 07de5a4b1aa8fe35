//! The connections that are open, bounded in number and in what they hold.
//!
//! A new connection is always taken: where there is no space, the one that has waited longest for its client is closed
//! for it. One whose request is being answered is never closed. There is no bound per address: this server listens on
//! the loopback address, so a proxy or a tunnel is the only peer of everybody.

mod limits;
mod ticket;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

pub use limits::Limits;
pub(super) use ticket::Ticket;

/// A body up to this many bytes needs no place among the large ones.
pub(super) const SMALL_BODY: usize = 64 * 1024;

/// How long a large body may take before it makes place for another.
const LARGE_BODY_GRACE: Duration = Duration::from_millis(250);
/// How long a request may take before its connection is the first to be closed for another: a genuine one is there at
/// once.
const DAWDLING: Duration = Duration::from_millis(100);
/// How often it is said that connections are closed for others.
const WARNING_INTERVAL: Duration = Duration::from_secs(60);
/// How much longer than its request a connection lives, so that the request can be answered.
const ANSWER_GRACE: Duration = Duration::from_millis(500);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A request is arriving.
    Reading,
    /// A request has arrived, and is being answered.
    Working,
    /// The answer was handed over; then the connection waits for another request.
    Answered,
    /// The answer was handed over, and the rest of the request is thrown away.
    Refused,
}

/// What a connection is told to do for the sake of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Answer that we are busy: the place of its large body is needed.
    GiveUpBody,
    /// Close.
    Close,
}

/// How a connection is.
#[derive(Clone, Copy, Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// Since when the client takes nothing of what we write.
    blocked: Option<Instant>,
    /// Holds a place among the large bodies.
    large: bool,
    order: Option<Order>,
}

impl State {
    /// When it is closed if nothing changes.
    fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let by_phase = match self.phase {
            Phase::Working => None,
            Phase::Reading => Some(self.since + limits.request + ANSWER_GRACE),
            Phase::Refused => Some(self.since + limits.throw_away + ANSWER_GRACE),
            Phase::Answered => Some(self.since + limits.idle),
        };
        let by_client = self.blocked.map(|since| since + limits.request);
        by_phase.into_iter().chain(by_client).min()
    }

    /// Whether, and how readily, it is closed for another: the least first. A client that dawdles over its request comes
    /// before one that waits for its next, which may be about to send it; one that has just begun comes last.
    fn precedence(&self) -> Option<(u8, Instant)> {
        let rank = match self.phase {
            _ if self.order == Some(Order::Close) => return None,
            Phase::Working => return None,
            Phase::Reading | Phase::Refused if self.since.elapsed() >= DAWDLING => 0,
            Phase::Answered => 1,
            Phase::Reading | Phase::Refused => 2,
        };
        Some((rank, self.since))
    }
}

/// All connections of a server.
pub(super) struct Connections {
    limits: Limits,
    open: Mutex<Open>,
    /// Counts what was given back: places of connections, and of large bodies.
    freed: watch::Sender<u64>,
}

#[derive(Default)]
struct Open {
    next: u64,
    warned: Option<Instant>,
    states: HashMap<u64, Arc<watch::Sender<State>>>,
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Arc<Connections> {
        Arc::new(Connections { limits, open: Mutex::default(), freed: watch::Sender::new(0) })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection that was just accepted. Where there is none another connection is closed for it; if all
    /// are being answered, this waits for the first that is done.
    pub(super) async fn admit(self: &Arc<Self>) -> Arc<Ticket> {
        let mut freed = self.freed.subscribe();
        loop {
            if let Some(ticket) = self.try_admit() {
                return Arc::new(ticket);
            }
            // It is counted until it is gone: the bound holds at any time.
            let _ = freed.changed().await;
        }
    }

    fn try_admit(self: &Arc<Self>) -> Option<Ticket> {
        let mut open = self.open();
        if open.states.len() < self.limits.connections {
            let id = open.next;
            open.next += 1;
            let (phase, since) = (Phase::Reading, Instant::now());
            let state = State { phase, since, blocked: None, large: false, order: None };
            let state = Arc::new(watch::Sender::new(state));
            open.states.insert(id, state.clone());
            return Some(Ticket { id, state, head: Mutex::default(), all: self.clone() });
        }
        let is_closing =
            |state: &Arc<watch::Sender<State>>| state.borrow().order == Some(Order::Close);
        if !open.states.values().any(is_closing) {
            let states = open.states.values();
            let ranked = states.filter_map(|state| Some((state.borrow().precedence()?, state)));
            if let Some((_, state)) = ranked.min_by_key(|(precedence, _)| *precedence) {
                state.send_modify(|state| state.order = Some(Order::Close));
            }
            if open.warned.is_none_or(|warned| warned.elapsed() >= WARNING_INTERVAL) {
                open.warned = Some(Instant::now());
                let most = self.limits.connections;
                tracing::warn!(
                    most,
                    "there are too many connections: the slowest are closed for others"
                );
            }
        }
        None
    }

    /// Whether a place for a large body could be had; if not, the oldest unfinished one is told to make place.
    fn try_large(&self, ticket: &Ticket) -> bool {
        let open = self.open();
        let is_large = |state: &&Arc<watch::Sender<State>>| state.borrow().large;
        if open.states.values().filter(is_large).count() < self.limits.large_bodies {
            ticket.state.send_modify(|state| state.large = true);
            return true;
        }
        let oldest = open
            .states
            .values()
            .filter(is_large)
            .filter(|state| {
                state.borrow().phase == Phase::Reading && state.borrow().order.is_none()
            })
            .min_by_key(|state| state.borrow().since);
        if let Some(state) = oldest
            && state.borrow().since.elapsed() >= LARGE_BODY_GRACE
        {
            state.send_modify(|state| state.order = Some(Order::GiveUpBody));
        }
        false
    }

    fn free(&self) {
        self.freed.send_modify(|freed| *freed += 1);
    }
}
