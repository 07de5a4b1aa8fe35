//! The connections that are open, bounded in number and in what they hold.
//!
//! A new connection is always taken: where there is no space, the one that has waited longest for its client is closed
//! for it. One whose request is being answered is never closed. There is no bound per address: this server listens on
//! the loopback address, so a proxy or a tunnel is the only peer of everybody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::head::Head;

/// How much a server takes, and how long it waits for a client.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most connections at a time.
    pub connections: usize,
    /// The most bodies above [`SMALL_BODY`] at a time.
    pub large_bodies: usize,
    /// How long a whole request may take to arrive, headers and body.
    pub request: Duration,
    /// How long what still comes of a refused body is read.
    pub throw_away: Duration,
    /// How long a connection may wait for its next request.
    pub idle: Duration,
}

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
/// The most connections, however many descriptors there are.
const MAX_CONNECTIONS: usize = 1024;
/// Descriptors that are kept back for files, and as many again as connections for calls: Twilio, Slack.
const RESERVED_DESCRIPTORS: usize = 64;

impl Limits {
    /// Those of a process that may open this many descriptors.
    pub fn of(descriptors: usize) -> Limits {
        let free = descriptors.saturating_sub(RESERVED_DESCRIPTORS);
        Limits {
            connections: (free / 2).clamp(8, MAX_CONNECTIONS),
            large_bodies: 16,
            request: Duration::from_secs(10),
            throw_away: Duration::from_secs(2),
            idle: Duration::from_secs(75),
        }
    }

    /// Those of this process.
    pub fn of_this_process() -> Limits {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        // Without Linux: what macOS gives a process.
        Limits::of(max_descriptors(&limits).unwrap_or(256))
    }
}

/// The soft limit of open files in the text of `/proc/self/limits`.
fn max_descriptors(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    if soft == "unlimited" { Some(usize::MAX) } else { soft.parse().ok() }
}

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

/// A connection's place.
pub(super) struct Ticket {
    id: u64,
    state: Arc<watch::Sender<State>>,
    head: Mutex<Head>,
    all: Arc<Connections>,
}

impl Ticket {
    fn enter(&self, phase: Phase) {
        self.state.send_modify(|state| {
            (state.phase, state.since) = (phase, Instant::now());
            // A body is let go of once its request is answered.
            state.large &= phase == Phase::Working;
            if state.order == Some(Order::GiveUpBody) {
                state.order = None;
            }
        });
        // Those who wait for a place look again: this one can be closed by now, or has let go of its body.
        if phase != Phase::Working {
            self.all.free();
        }
    }

    /// The head of a request is there. Gives when all of it must be.
    pub(super) fn head_arrived(&self) -> Instant {
        // The next one may have arrived together with the one before.
        if self.state.borrow().phase != Phase::Reading {
            self.enter(Phase::Reading);
        }
        self.state.borrow().since + self.all.limits.request
    }

    /// The whole request is there.
    pub(super) fn request_arrived(&self) {
        self.enter(Phase::Working);
    }

    /// The answer is handed over.
    pub(super) fn answered(&self) {
        self.enter(Phase::Answered);
    }

    /// The answer is handed over while the request is still arriving.
    pub(super) fn refused(&self) {
        self.enter(Phase::Refused);
    }

    /// Bytes came from the client.
    pub(super) fn received(&self, bytes: &[u8]) {
        let is_next = self.state.borrow().phase == Phase::Answered;
        if is_next {
            self.enter(Phase::Reading);
        }
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if is_next {
            *head = Head::default();
        }
        head.take(bytes);
    }

    /// Whether the head that arrived last states its body's length in two ways.
    pub(super) fn head_states_two_lengths(&self) -> bool {
        self.head.lock().unwrap_or_else(PoisonError::into_inner).states_two_lengths()
    }

    /// The client took bytes, or would not.
    pub(super) fn wrote(&self, blocked: bool) {
        self.state.send_if_modified(|state| {
            let changes = state.blocked.is_some() != blocked;
            if changes {
                state.blocked = blocked.then(Instant::now);
            }
            changes
        });
    }

    /// Waits for a place for a large body.
    pub(super) async fn hold_large_body(&self) {
        let mut freed = self.all.freed.subscribe();
        while !self.state.borrow().large && !self.all.try_large(self) {
            tokio::select! {
                _ = freed.changed() => {}
                () = tokio::time::sleep(LARGE_BODY_GRACE) => {}
            }
        }
    }

    /// Ends when the place of its large body is needed.
    pub(super) async fn body_given_up(&self) {
        let mut states = self.state.subscribe();
        let _ = states.wait_for(|state| state.order.is_some()).await;
    }

    /// Ends when the connection must be closed: its time is over, or its place is needed.
    pub(super) async fn expired(&self) {
        let mut states = self.state.subscribe();
        loop {
            let state = *states.borrow_and_update();
            if state.order == Some(Order::Close) {
                return;
            }
            let deadline = state.deadline(&self.all.limits);
            tokio::select! {
                _ = states.changed() => {}
                () = async { sleep_until(deadline.unwrap_or_else(Instant::now)).await },
                    if deadline.is_some() => return,
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.all.open().states.remove(&self.id);
        self.all.free();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_kept_back_for_calls() {
        for (descriptors, connections) in
            [(0, 8), (64, 8), (256, 96), (1024, 480), (4096, 1024), (usize::MAX, 1024)]
        {
            assert_eq!(Limits::of(descriptors).connections, connections, "{descriptors}");
        }
    }

    #[test]
    fn soft_limit_of_open_files_is_read() {
        let text = |soft: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units\n\
                 Max processes             127                  127                  processes\n\
                 Max open files            {soft}                 524288               files\n"
            )
        };
        assert_eq!(max_descriptors(&text("1024")), Some(1024));
        assert_eq!(max_descriptors(&text("unlimited")), Some(usize::MAX));
        assert_eq!(max_descriptors(&text("x")), None);
        assert_eq!(max_descriptors(""), None);
    }
}
