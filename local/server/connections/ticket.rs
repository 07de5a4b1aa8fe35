//! A connection's place among the others: what it is doing, and what it waits for.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::super::head::Head;
use super::{Connections, LARGE_BODY_GRACE, Order, Phase, State};

/// A connection's place.
pub(in crate::server) struct Ticket {
    pub(super) id: u64,
    pub(super) state: Arc<watch::Sender<State>>,
    pub(super) head: Mutex<Head>,
    pub(super) all: Arc<Connections>,
}

impl Ticket {
    pub(super) fn enter(&self, phase: Phase) {
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
    pub(in crate::server) fn head_arrived(&self) -> Instant {
        // The next one may have arrived together with the one before.
        if self.state.borrow().phase != Phase::Reading {
            self.enter(Phase::Reading);
        }
        self.state.borrow().since + self.all.limits.request
    }

    /// The whole request is there.
    pub(in crate::server) fn request_arrived(&self) {
        self.enter(Phase::Working);
    }

    /// The answer is handed over.
    pub(in crate::server) fn answered(&self) {
        self.enter(Phase::Answered);
    }

    /// The answer is handed over while the request is still arriving.
    pub(in crate::server) fn refused(&self) {
        self.enter(Phase::Refused);
    }

    /// Bytes came from the client.
    pub(in crate::server) fn received(&self, bytes: &[u8]) {
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
    pub(in crate::server) fn head_states_two_lengths(&self) -> bool {
        self.head.lock().unwrap_or_else(PoisonError::into_inner).states_two_lengths()
    }

    /// The client took bytes, or would not.
    pub(in crate::server) fn wrote(&self, blocked: bool) {
        self.state.send_if_modified(|state| {
            let changes = state.blocked.is_some() != blocked;
            if changes {
                state.blocked = blocked.then(Instant::now);
            }
            changes
        });
    }

    /// Waits for a place for a large body.
    pub(in crate::server) async fn hold_large_body(&self) {
        let mut freed = self.all.freed.subscribe();
        while !self.state.borrow().large && !self.all.try_large(self) {
            tokio::select! {
                _ = freed.changed() => {}
                () = tokio::time::sleep(LARGE_BODY_GRACE) => {}
            }
        }
    }

    /// Ends when the place of its large body is needed.
    pub(in crate::server) async fn body_given_up(&self) {
        let mut states = self.state.subscribe();
        let _ = states.wait_for(|state| state.order.is_some()).await;
    }

    /// Ends when the connection must be closed: its time is over, or its place is needed.
    pub(in crate::server) async fn expired(&self) {
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
