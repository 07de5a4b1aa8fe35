//! Random runs: the escalation's own path, whole, between a backend, a Twilio, a Slack and people that are all made up, in
//! a time that is made up. Signals are lost, doubled, late; whoever works is gone after any single thing done; two write
//! at once. In every third setup the configuration that is stored fails its check, and the last good one is in use.
//! Schedules hand over in the run, alarms are silenced, people press keys, click and answer texts, the right ones and the wrong ones.
//! After each write, and at the end of a run, it is checked what must hold.
//!
//! The files:
//! - a run: `run`, `tasks` (what is under way), `world` (time, faults, what happens later), `rng`;
//! - its input: `setup` and `plan` (configurations and what they mean), `broken` (those that fail their check), `script`
//!   (alarms, and which faults happen);
//! - the outside: `backend`, `twilio`, `slack`, `people`, `keys`, `click`, `answers` (to texts);
//! - what must hold: `invariants` (after each write), `calls`, `rounds`, `entries`, `owner`, `missed`, `ends`, `alarms`,
//!   `silences`, `counters`, `reconciler` (nothing is left undone), `leftovers` (nothing is left in the end);
//! - what was seen: `watch`, `totals`, `trace`.
//!
//! `SIM_RUNS=200000 cargo test --release -p shared --test simulation -- --nocapture` makes so many runs and says what they
//! were like. One that fails says its seed; `SIM_SEED=n` makes that one again, and tells all of it.

mod alarms;
mod answers;
mod backend;
mod broken;
mod calls;
mod click;
mod counters;
mod ends;
mod entries;
mod invariants;
mod keys;
mod leftovers;
mod missed;
mod owner;
mod people;
mod plan;
mod reconciler;
mod rng;
mod rounds;
mod run;
mod script;
mod setup;
mod silences;
mod slack;
mod tasks;
mod totals;
mod trace;
mod twilio;
mod watch;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use run::{RunResult, Server, run};
use shared::config::Environment;
use totals::Totals;

/// How many runs there are if nobody says.
const SIM_RUNS: u64 = if cfg!(debug_assertions) { 150 } else { 3_000 };

#[test]
fn nobody_is_called_for_nothing_and_nothing_is_forgotten() {
    let environment = Environment::read();
    let number = |name: &str| environment.get(name).and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("SIM_SEED") {
        let result = one(seed, &mut Server::all(), true);
        println!("{}", result.trace.join("\n"));
        println!("{}", result.totals);
        assert_eq!(result.failure, None, "the run {seed}");
        return;
    }
    let runs = number("SIM_RUNS").unwrap_or(SIM_RUNS);
    let first = number("SIM_FIRST").unwrap_or(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, sum, failed) =
        (AtomicU64::new(first), Mutex::new(Totals::default()), Mutex::new(Vec::new()));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut servers = Server::all();
                let mut mine = Totals::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + runs {
                        break;
                    }
                    let result = one(seed, &mut servers, false);
                    mine.add(&result.totals);
                    if let Some(why) = result.failure {
                        failed.lock().unwrap_or_else(|e| e.into_inner()).push((seed, why));
                        servers = Server::all();
                    }
                }
                sum.lock().unwrap_or_else(|e| e.into_inner()).add(&mine);
            });
        }
    });
    let took = began.elapsed().as_secs_f64();
    let mut failed = failed.into_inner().unwrap_or_else(|e| e.into_inner());
    failed.sort();
    let a_second = runs as f64 / took;
    println!(
        "{runs} runs in {took:.1} s, {a_second:.0} a second on {threads} threads\n{}",
        sum.into_inner().unwrap_or_else(|e| e.into_inner())
    );
    for (seed, why) in failed.iter().take(20) {
        println!("SIM_SEED={seed}  {why}");
    }
    if let Some((seed, why)) = failed.first() {
        println!("{}", one(*seed, &mut Server::all(), true).trace.join("\n"));
        panic!("{} of {runs} runs failed, the first of them SIM_SEED={seed}: {why}", failed.len());
    }
}

/// The run of this seed. (What waits no longer than so long needs a runtime's clock; here it stands still, and the
/// run itself says when somebody gives up.)
fn one(seed: u64, servers: &mut [Server], traced: bool) -> RunResult {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    let _inside = runtime.enter();
    catch_unwind(AssertUnwindSafe(|| run(seed, servers, traced))).unwrap_or_else(|_| RunResult {
        totals: Totals::default(),
        failure: Some("it panicked".to_owned()),
        trace: Vec::new(),
    })
}
