//! Random nights: the escalation's own path, whole, between a room, a Twilio, a Slack and people that are all made up, in
//! a time that is made up. Signals are lost, doubled, late; whoever works is gone after any single thing done; two write
//! at once. In every third setup the configuration that is stored fails its check, and the last good one is in use.
//! Schedules hand over in the night, alarms are silenced, people press keys and click, the right ones and the wrong ones.
//! After each write, and in the morning, it is looked at what must hold.
//!
//! `NIGHTS=200000 cargo test --release -p shared --test nights -- --nocapture` makes so many nights and says what they
//! were like. One that fails says its seed; `NIGHT_SEED=n` makes that one again, and tells all of it.

mod alarms;
mod audit;
mod broken;
mod calls;
mod dice;
mod ends;
mod entries;
mod hunts;
mod morning;
mod night;
mod owner;
mod people;
mod plan;
mod promises;
mod room;
mod setup;
mod slack;
mod story;
mod tally;
mod tasks;
mod trace;
mod twilio;
mod watch;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use night::{House, Morning, night};
use shared::config::Environment;
use tally::Tally;

/// How many nights there are if nobody says.
const NIGHTS: u64 = if cfg!(debug_assertions) { 150 } else { 3_000 };

#[test]
fn nobody_is_called_for_nothing_and_nothing_is_forgotten() {
    let environment = Environment::read();
    let number = |name: &str| environment.get(name).and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("NIGHT_SEED") {
        let morning = one(seed, &mut House::all(), true);
        println!("{}", morning.trace.join("\n"));
        println!("{}", morning.tally);
        assert_eq!(morning.failure, None, "the night {seed}");
        return;
    }
    let nights = number("NIGHTS").unwrap_or(NIGHTS);
    let first = number("FIRST_NIGHT").unwrap_or(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, sum, failed) =
        (AtomicU64::new(first), Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut houses = House::all();
                let mut mine = Tally::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + nights {
                        break;
                    }
                    let morning = one(seed, &mut houses, false);
                    mine.add(&morning.tally);
                    if let Some(why) = morning.failure {
                        failed.lock().unwrap_or_else(|e| e.into_inner()).push((seed, why));
                        houses = House::all();
                    }
                }
                sum.lock().unwrap_or_else(|e| e.into_inner()).add(&mine);
            });
        }
    });
    let took = began.elapsed().as_secs_f64();
    let mut failed = failed.into_inner().unwrap_or_else(|e| e.into_inner());
    failed.sort();
    let a_second = nights as f64 / took;
    println!(
        "{nights} nights in {took:.1} s, {a_second:.0} a second on {threads} threads\n{}",
        sum.into_inner().unwrap_or_else(|e| e.into_inner())
    );
    for (seed, why) in failed.iter().take(20) {
        println!("NIGHT_SEED={seed}  {why}");
    }
    if let Some((seed, why)) = failed.first() {
        println!("{}", one(*seed, &mut House::all(), true).trace.join("\n"));
        panic!(
            "{} of {nights} nights failed, the first of them NIGHT_SEED={seed}: {why}",
            failed.len()
        );
    }
}

/// The night of this seed. (What waits no longer than so long needs a runtime's clock; here it stands still, and the
/// night itself says when somebody gives up.)
fn one(seed: u64, houses: &mut [House], traced: bool) -> Morning {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    let _inside = runtime.enter();
    catch_unwind(AssertUnwindSafe(|| night(seed, houses, traced))).unwrap_or_else(|_| Morning {
        tally: Tally::default(),
        failure: Some("it panicked".to_owned()),
        trace: Vec::new(),
    })
}
