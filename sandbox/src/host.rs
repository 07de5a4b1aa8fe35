//! The process that a sandbox runs in: what time it is there, and whether anything is being done.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// Work that is under way until this is dropped.
pub type Work = Box<dyn Send>;

/// The time and the work of a process. Both may be a test's: it pushes the time, and waits until nothing is under way.
pub trait Host: Send + Sync {
    /// The present time.
    fn now(&self) -> Timestamp;

    /// Sleeps until this time.
    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Begins work.
    fn begin_work(&self) -> Work;
}

/// Starts a task; that it was started is work until it first waits for something.
pub(crate) fn spawn(host: &Arc<dyn Host>, task: impl Future<Output = ()> + Send + 'static) {
    let mut starting = Some(host.begin_work());
    let mut task = Box::pin(task);
    tokio::spawn(std::future::poll_fn(move |context| {
        let polled = task.as_mut().poll(context);
        starting.take();
        polled
    }));
}

/// The time so long after this one; the end of time for what would be behind it.
pub(crate) fn later(at: Timestamp, duration: Duration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}
