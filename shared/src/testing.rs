//! Store and Queue in memory, for tests (feature `testing`).
//!
//! They do all that the contract asks of a backend (`tests/contract` runs against them too), and fail where a test wants
//! it: a test that restates what it tests by a store that believes whoever writes proves little.

mod queue;
mod store;

pub use queue::{MemoryQueue, Sent};
pub use store::MemoryStore;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// When calls fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Never.
    #[default]
    Never,
    /// Once, after so many calls that work.
    Once(usize),
    /// For good, after so many calls that work: the process is dead, or the backend is gone.
    After(usize),
}

impl Fault {
    /// Counts a call. The error says which.
    fn strikes(&mut self, call: &str) -> Result<(), String> {
        let strikes = match self {
            Fault::Never => false,
            Fault::Once(0) => {
                *self = Fault::Never;
                true
            }
            Fault::After(0) => true,
            Fault::Once(left) | Fault::After(left) => {
                *left -= 1;
                false
            }
        };
        if strikes { Err(format!("an injected fault: {call}")) } else { Ok(()) }
    }
}

/// A clock that stands still until it is set or pushed. Clones are the same clock.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    /// A clock that shows this time.
    pub fn at(time: Timestamp) -> TestClock {
        TestClock(Arc::new(Mutex::new(time)))
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the time.
    pub fn set(&self, time: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// Lets so much time pass.
    pub fn push(&self, ahead: SignedDuration) {
        let now = self.now();
        self.set(now.checked_add(ahead).unwrap_or(now));
    }
}
