//! Whether this process has anything to do at this moment: a test waits for that instead of for a while.
//!
//! Work is a request that is answered, a batch of the queue, a round of the reconciler, a request that the simulated
//! vendors send. Who sleeps by the clock does no work until the clock reaches the end of the sleep.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// Work that is under way until this is dropped.
#[must_use]
pub struct Work(());

/// Begins work.
pub fn begin() -> Work {
    UNDER_WAY.fetch_add(1, SeqCst);
    BEGUN.fetch_add(1, SeqCst);
    Work(())
}

impl Drop for Work {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, SeqCst);
    }
}

/// Starts a task; that it was started is work until it first waits for something.
pub fn spawn<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    let mut starting = Some(begin());
    let mut task = Box::pin(task);
    tokio::spawn(std::future::poll_fn(move |context| {
        let polled = task.as_mut().poll(context);
        starting.take();
        polled
    }))
}

/// How many pieces of work have begun so far, if none is under way.
pub fn idle_after() -> Option<u64> {
    let begun = BEGUN.load(SeqCst);
    let is_idle = UNDER_WAY.load(SeqCst) == 0 && BEGUN.load(SeqCst) == begun;
    is_idle.then_some(begun)
}
