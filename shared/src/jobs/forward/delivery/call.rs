//! One call of the forwarder: how much time it has left.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::slack::client::REQUEST_TIMEOUT;

/// The longest rest within a call; for a longer one the messages go back to the queue.
const MAX_BACKOFF: Duration = Duration::from_secs(5);
/// With less than this left for its answer no post is begun: it might be cut off in doubt.
const MIN_REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// What it takes to note what became of a post.
const NOTING: Duration = Duration::from_secs(1);

/// One call of the forwarder: when it began, and when it must have ended.
#[derive(Clone, Copy)]
pub(super) struct Call {
    began: Timestamp,
    clock: Instant,
    deadline: Instant,
}

impl Call {
    /// A call that begins now, and may take this long.
    pub(super) fn new(now: Timestamp, budget: Duration) -> Call {
        let clock = Instant::now();
        Call { began: now, clock, deadline: clock + budget }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.began.checked_add(self.clock.elapsed()).unwrap_or(self.began)
    }

    /// Whether we can rest so long and still post and note it. A long rest is never taken here: it would keep the other
    /// channels of the batch waiting for us.
    pub(super) fn has_time_for(&self, rest: Duration) -> bool {
        rest <= MAX_BACKOFF && rest + MIN_REQUEST_TIMEOUT + NOTING < self.left()
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// How long a post may wait for its answer, so that we can still note it.
    pub(super) fn request_timeout(&self) -> Duration {
        self.left().saturating_sub(NOTING).min(REQUEST_TIMEOUT)
    }
}
