//! Support for tests (feature `testing`): Store and Queue in memory, a clock, settings, samples, a vendor.
//!
//! [`MemoryStore`] and [`MemoryQueue`] do all that the contract asks of a backend (`tests/contract` runs against the store
//! too), and fail where a test wants it: a test that restates what it tests by a store that believes whoever writes proves
//! little. [`Parameters`] are what a deployment is configured with; [`sample`] has a policy, an alarm and an
//! incident. [`vendor()`] answers over HTTP on this machine, [`mod@sns`] signs as SNS does.

mod clock;
mod fault;
mod parameters;
mod queue;
pub mod sample;
pub mod sns;
mod store;
mod vendor;

pub use clock::TestClock;
pub use fault::Fault;
pub use parameters::{Parameters, readings};
pub use queue::{MemoryQueue, Sent, each_line_once};
pub use store::{Calls, MemoryStore};
pub use vendor::{Answer, vendor};

/// A store and a queue of one process. Clones are the same.
#[derive(Clone)]
pub struct MemoryBackend {
    /// Its store.
    pub store: MemoryStore,
    /// Its queue.
    pub queue: MemoryQueue,
    changes: fault::Switch,
}

impl Default for MemoryBackend {
    fn default() -> MemoryBackend {
        let changes = fault::Switch::default();
        let (store, queue) = (MemoryStore::of(&changes), MemoryQueue::of(&changes));
        MemoryBackend { store, queue, changes }
    }
}

impl MemoryBackend {
    /// Lets so many more writes and messages land, counted together; then the process is dead.
    pub fn dies_after(&self, changes: usize) {
        self.changes.set(Fault::After(changes));
    }

    /// Lets all writes and messages land from now on: another process has taken over.
    pub fn revive(&self) {
        self.changes.set(Fault::Never);
    }
}
