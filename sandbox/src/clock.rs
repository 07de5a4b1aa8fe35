//! A host for a sandbox that runs alone: the time of this machine, which can be pushed ahead.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::host::{Host, Work};

/// How far a clock can be pushed in all: far enough for any test, near enough that no sum overflows.
const MAX_PUSH: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// A clock that can be pushed ahead. Clones are the same clock.
#[derive(Clone)]
pub struct Clock(Arc<watch::Sender<SignedDuration>>);

impl Clock {
    /// A clock that shows the time of this machine.
    pub fn new() -> Clock {
        Clock(Arc::new(watch::Sender::new(SignedDuration::ZERO)))
    }

    /// Pushes it ahead, and wakes all who sleep by it.
    pub fn push(&self, ahead: Duration) {
        let ahead = SignedDuration::try_from(ahead).unwrap_or(MAX_PUSH);
        self.0.send_modify(|pushed| *pushed = pushed.saturating_add(ahead).min(MAX_PUSH));
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::new()
    }
}

impl Host for Clock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where the sandbox reads the time")]
        let now = Timestamp::now();
        now.checked_add(*self.0.borrow()).unwrap_or(now)
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            // From before the time is read: a push between the two is not missed.
            let mut pushed = self.0.subscribe();
            loop {
                let left = at.duration_since(self.now());
                if !left.is_positive() {
                    return;
                }
                tokio::select! {
                    () = tokio::time::sleep(left.unsigned_abs()) => {}
                    _ = pushed.changed() => {}
                }
            }
        })
    }

    fn begin_work(&self) -> Work {
        Box::new(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn push_wakes_a_sleeper_whose_time_has_come() {
        let clock = Clock::new();
        let at = crate::host::later(clock.now(), Duration::from_secs(3600));
        let sleeper = clock.clone();
        let sleeper = tokio::spawn(async move { sleeper.sleep_until(at).await });
        clock.push(Duration::from_secs(1800));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!sleeper.is_finished(), "half the time is not all of it");
        clock.push(Duration::MAX);
        tokio::time::timeout(Duration::from_secs(5), sleeper).await.expect("in time").expect("ok");
        assert!(clock.now() >= at);
    }
}
