use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn push_wakes_who_sleeps_by_the_clock() {
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

#[tokio::test]
async fn sleeper_whose_time_has_come_is_due_until_it_wakes() {
    let clock = Clock::new();
    let until = clock.after(Duration::from_secs(60));
    let mut sleep = Box::pin(clock.sleep_until(until));
    tokio::select! {
        biased;
        () = &mut sleep => panic!("it is too early"),
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(clock.sleeps_ended(), Some(0));
    clock.push(Duration::from_secs(60));
    assert_eq!(clock.sleeps_ended(), None);
    sleep.await;
    assert_eq!(clock.sleeps_ended(), Some(1));
}

/// A clock whose wall clock and monotonic clock are moved by hand, in milliseconds.
struct Moved {
    clock: Clock,
    wall: Arc<AtomicI64>,
    monotonic: Arc<AtomicU64>,
}

impl Moved {
    fn new() -> Moved {
        let (wall, monotonic) = (Arc::new(AtomicI64::new(NOON)), Arc::new(AtomicU64::new(0)));
        let (by_wall, by_monotonic) = (wall.clone(), monotonic.clone());
        let begin = Instant::now();
        let clock = Clock::of(Sources {
            wall: Arc::new(move || at(by_wall.load(Relaxed))),
            monotonic: Arc::new(move || begin + Duration::from_millis(by_monotonic.load(Relaxed))),
        });
        Moved { clock, wall, monotonic }
    }

    fn passes(&self, milliseconds: u64) {
        self.monotonic.fetch_add(milliseconds, Relaxed);
        self.wall.fetch_add(i64::try_from(milliseconds).expect("small"), Relaxed);
    }

    fn steps(&self, milliseconds: i64) {
        self.wall.fetch_add(milliseconds, Relaxed);
    }

    fn shows(&self) -> i64 {
        self.clock.now().as_millisecond() - NOON
    }
}

const NOON: i64 = 1_900_000_000_000;
const HOUR: i64 = 3_600_000;

fn at(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).expect("a time")
}

#[test]
fn wall_clock_that_steps_back_stops_nothing() {
    for step in [-1, -25_000, -HOUR, -400 * 24 * HOUR] {
        let moved = Moved::new();
        moved.passes(1_000);
        assert_eq!(moved.shows(), 1_000);
        moved.steps(step);
        assert_eq!(moved.shows(), 1_000, "it does not go back");
        moved.passes(25_000);
        assert_eq!(moved.shows(), 26_000, "25 seconds are 25 seconds");
        assert_eq!(moved.clock.wall().as_millisecond() - NOON, 26_000 + step);
        // The wall clock is put right again.
        moved.steps(-step + 500);
        assert_eq!(moved.shows(), 26_500);
    }
}

#[test]
fn wall_clock_that_steps_forward_is_followed() {
    let moved = Moved::new();
    moved.steps(HOUR);
    assert_eq!(moved.shows(), HOUR);
    moved.clock.push(Duration::from_secs(10));
    moved.passes(1);
    assert_eq!(moved.shows(), HOUR + 10_001);
}

#[test]
fn clock_goes_on_from_what_was_seen_before() {
    let moved = Moved::new();
    assert_eq!(moved.clock.not_before(at(NOON - HOUR)), SignedDuration::ZERO);
    assert_eq!(moved.shows(), 0, "an earlier time changes nothing");
    assert_eq!(moved.clock.not_before(at(NOON + HOUR)), SignedDuration::from_hours(1));
    moved.passes(1_000);
    assert_eq!(moved.shows(), HOUR + 1_000);
}

proptest! {
    #[test]
    fn no_steps_make_it_go_back(steps in proptest::collection::vec((0u64..100_000, -HOUR..HOUR), 1..40)) {
        let moved = Moved::new();
        let mut before = moved.shows();
        for (passed, step) in steps {
            moved.passes(passed);
            moved.steps(step);
            let now = moved.shows();
            prop_assert!(now >= before + i64::try_from(passed).expect("small"), "{before} {passed} {now}");
            before = now;
        }
    }
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
