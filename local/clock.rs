//! The clock of the house on one machine: read at its doors only. It can be pushed ahead, so that a test need not wait
//! for what happens in an hour; it never goes back.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// How far a clock can be pushed in all: far enough for any test, near enough that no sum overflows.
const FARTHEST: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// A clock: the real time, and how far it was pushed ahead. Clones are the same clock.
#[derive(Clone)]
pub struct Clock {
    ahead: Arc<watch::Sender<SignedDuration>>,
}

/// The house's own clock.
static HOUSE: LazyLock<Clock> = LazyLock::new(Clock::new);

/// What time it is in the house.
pub fn now() -> Timestamp {
    HOUSE.now()
}

/// Pushes the house's clock ahead, and wakes all who sleep by it.
pub fn push(ahead: Duration) {
    HOUSE.push(ahead);
}

/// Sleeps so long by the house's clock.
pub async fn sleep(duration: Duration) {
    HOUSE.sleep_until(HOUSE.after(duration)).await;
}

/// Sleeps until this time by the house's clock.
pub async fn sleep_until(at: Timestamp) {
    HOUSE.sleep_until(at).await;
}

impl Clock {
    /// A clock that shows the real time. A unit test has its own, for other tests push theirs meanwhile.
    pub fn new() -> Clock {
        Clock { ahead: Arc::new(watch::Sender::new(SignedDuration::ZERO)) }
    }

    /// The house's own.
    pub fn house() -> Clock {
        HOUSE.clone()
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the door's clock")]
        let now = Timestamp::now();
        now.checked_add(*self.ahead.borrow()).unwrap_or(now)
    }

    /// What time it will be then.
    pub fn after(&self, duration: Duration) -> Timestamp {
        later(self.now(), duration)
    }

    /// Pushes it ahead, and wakes all sleepers; each looks again whether its time has come.
    pub fn push(&self, ahead: Duration) {
        let more = SignedDuration::try_from(ahead).unwrap_or(FARTHEST);
        self.ahead.send_modify(|ahead| *ahead = ahead.saturating_add(more).min(FARTHEST));
    }

    /// Sleeps until this time.
    pub async fn sleep_until(&self, at: Timestamp) {
        // From before the time is read: a push between the two is not missed.
        let mut pushed = self.ahead.subscribe();
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
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::new()
    }
}

/// So long after this time; the end of time for what would be behind it.
pub fn later(at: Timestamp, duration: Duration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_push_wakes_who_sleeps_by_the_clock() {
        let clock = Clock::new();
        let at = clock.after(Duration::from_secs(3600));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(at).await }
        });
        clock.push(Duration::from_secs(1800));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!sleeper.is_finished(), "half the time is not all of it");
        clock.push(Duration::from_secs(1800));
        tokio::time::timeout(Duration::from_secs(5), sleeper).await.expect("in time").expect("ok");
        assert!(clock.now() >= at);
    }

    #[test]
    fn no_push_makes_it_go_back() {
        let clock = Clock::new();
        let mut before = clock.now();
        for push in [Duration::MAX, Duration::ZERO, Duration::from_secs(1), Duration::MAX] {
            clock.push(push);
            assert!(clock.now() >= before);
            before = clock.now();
        }
    }
}
