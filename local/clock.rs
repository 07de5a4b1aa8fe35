//! The clock of the local server: read where something comes in only. It can be pushed ahead, so that a test need not wait
//! for what happens in an hour; it never goes back.

mod sleepers;

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use sleepers::{Sleep, Sleepers};

/// How far a clock can be pushed in all: far enough for any test, near enough that no sum overflows.
const FARTHEST: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// A clock that never goes back: what it shows, and how far it was pushed ahead. Clones are the same clock.
///
/// It follows the wall clock forward. If the wall clock steps back, this one goes on from where it was, at the pace of
/// the monotonic clock, until the wall clock is ahead again. So nothing happens a second time, and nothing waits for as
/// long as the step was.
#[derive(Clone)]
pub struct Clock {
    ahead: Arc<watch::Sender<SignedDuration>>,
    sleepers: Arc<Mutex<Sleepers>>,
    shown: Arc<Mutex<Shown>>,
    sources: Sources,
}

/// The clocks of the machine.
#[derive(Clone)]
struct Sources {
    wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    monotonic: Arc<dyn Fn() -> Instant + Send + Sync>,
}

/// The last time that was shown, without what it was pushed ahead, and when that was.
#[derive(Clone, Copy)]
struct Shown {
    time: Timestamp,
    at: Instant,
    /// It stands still, and only pushes move the clock.
    is_held: bool,
}

/// The server's own clock.
static SERVER_CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

/// The time in the server.
pub fn now() -> Timestamp {
    SERVER_CLOCK.now()
}

/// The wall clock's time: see [`Clock::wall`].
pub fn wall() -> Timestamp {
    SERVER_CLOCK.wall()
}

/// The time without what the clock was pushed ahead: what is kept for the next start.
pub fn real() -> Timestamp {
    SERVER_CLOCK.real()
}

/// Goes on from the time that an earlier process has seen, so that nothing it stored lies in the future.
pub fn go_on_from(time: Timestamp) {
    let ahead = SERVER_CLOCK.not_before(time);
    if ahead > SignedDuration::from_secs(2) {
        tracing::warn!(
            seconds = ahead.as_secs(),
            "the clock of this machine is behind the time of the last run: this server goes on from there"
        );
    }
}

/// Pushes the server's clock ahead, and wakes all who sleep by it.
pub fn push(ahead: Duration) {
    SERVER_CLOCK.push(ahead);
}

/// Lets the server's clock stand still from now on: only pushes move it.
pub fn hold() {
    SERVER_CLOCK.hold();
}

/// Each push of the server's clock from now on.
pub fn pushes() -> watch::Receiver<SignedDuration> {
    SERVER_CLOCK.ahead.subscribe()
}

/// How many sleeps by the server's clock have ended, if nobody sleeps on whose time has come: see [`crate::activity`].
pub fn sleeps_ended() -> Option<u64> {
    SERVER_CLOCK.sleeps_ended()
}

/// Sleeps so long by the server's clock.
pub async fn sleep(duration: Duration) {
    SERVER_CLOCK.sleep_until(SERVER_CLOCK.after(duration)).await;
}

/// Sleeps until this time by the server's clock.
pub async fn sleep_until(at: Timestamp) {
    SERVER_CLOCK.sleep_until(at).await;
}

impl Clock {
    /// A clock that shows the real time. A unit test has its own, for other tests push theirs meanwhile.
    pub fn new() -> Clock {
        #[expect(clippy::disallowed_methods, reason = "this is where the server reads the time")]
        let wall = Timestamp::now;
        Clock::of(Sources { wall: Arc::new(wall), monotonic: Arc::new(Instant::now) })
    }

    fn of(sources: Sources) -> Clock {
        let shown = Shown { time: (sources.wall)(), at: (sources.monotonic)(), is_held: false };
        let ahead = Arc::new(watch::Sender::new(SignedDuration::ZERO));
        Clock { ahead, sleepers: Arc::default(), shown: Arc::new(Mutex::new(shown)), sources }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        let now = self.real();
        now.checked_add(*self.ahead.borrow()).unwrap_or(now)
    }

    /// The wall clock's time, or where that went back the time since then by the monotonic clock.
    fn real(&self) -> Timestamp {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.is_held {
            return shown.time;
        }
        let at = (self.sources.monotonic)().max(shown.at);
        let by_monotonic = later(shown.time, at.duration_since(shown.at));
        // A wall clock that is corrected by a few milliseconds is no step.
        let time = (self.sources.wall)().max(by_monotonic);
        *shown = Shown { time, at, is_held: false };
        time
    }

    /// The wall clock's time, wherever it steps, and what this clock was pushed ahead: for what others have stamped by
    /// their own clocks.
    fn wall(&self) -> Timestamp {
        let is_held = self.shown.lock().unwrap_or_else(PoisonError::into_inner).is_held;
        let now = if is_held { self.real() } else { (self.sources.wall)() };
        now.checked_add(*self.ahead.borrow()).unwrap_or(now)
    }

    /// Goes on from this time, if it is not reached yet. Gives how far that is ahead of the wall clock.
    fn not_before(&self, time: Timestamp) -> SignedDuration {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.time = shown.time.max(time);
        shown.time.duration_since((self.sources.wall)())
    }

    /// The time it will be then.
    pub fn after(&self, duration: Duration) -> Timestamp {
        later(self.now(), duration)
    }

    /// Lets it stand still from now on: only pushes move it.
    pub fn hold(&self) {
        self.real();
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).is_held = true;
    }

    /// Pushes it ahead, and wakes all sleepers; each looks again whether its time has come.
    pub fn push(&self, ahead: Duration) {
        let more = SignedDuration::try_from(ahead).unwrap_or(FARTHEST);
        self.ahead.send_modify(|ahead| *ahead = ahead.saturating_add(more).min(FARTHEST));
    }

    fn sleeps_ended(&self) -> Option<u64> {
        let now = self.now();
        let all = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        all.ended_by(now)
    }

    /// Sleeps until this time.
    pub async fn sleep_until(&self, at: Timestamp) {
        // From before the time is read: a push between the two is not missed.
        let mut pushed = self.ahead.subscribe();
        let _sleep = Sleep::begin(&self.sleepers, at);
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
mod tests;
