//! A clock for tests.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock that stands still until it is set or pushed. Clones are the same clock.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    /// A clock that shows this time.
    pub fn at(time: Timestamp) -> TestClock {
        TestClock(Arc::new(Mutex::new(time)))
    }

    /// The time that it shows.
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
