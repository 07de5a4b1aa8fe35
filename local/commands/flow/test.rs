//! `ringdown flow test`: plays the scenarios of Flows, and says what they miss and what they do not reach.

mod files;
mod report;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueHint};
use studio::play::MetDifferences;
use studio::scenario::{
    Coverage, Exploration, FlowRules, WalkPlan, explore_each, judge_each, junit, subflow_notes,
};

use self::files::Tested;
use super::{name, printable};

pub(super) use self::files::scenarios_of;

/// What was typed behind `flow test`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct TestOptions {
    /// Flows, with their scenarios beside them; or files of scenarios
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
    pub files: Vec<PathBuf>,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE.xml", value_hint = ValueHint::FilePath)]
    pub junit: Option<PathBuf>,
    /// Play so many random callers besides
    ///
    /// Prints the errors, dead ends and loops that they find, and the widgets that they never reach. They end after a minute
    /// for each Flow, or after a millisecond for each caller if that is longer; the output says how many there were.
    #[arg(long, value_name = "N")]
    pub explore: Option<u64>,
    /// The seed of the random callers
    #[arg(long, value_name = "N", requires = "explore")]
    pub seed: Option<u64>,
}

/// The time between two lines that say how far a test has come.
const PROGRESS_PAUSE: Duration = Duration::from_secs(5);

/// The shortest limit on the time of a Flow's random walks.
const MIN_WALK_LIMIT: Duration = Duration::from_secs(60);

const EXAMPLES: &str = "\
Examples:
  ringdown flow test examples/opening-hours.json
  ringdown flow test hotline.json survey.json --explore 200 --junit results.xml";

/// Plays the scenarios of each file. `false` means that one has failed, or that a walk has broken a rule.
///
/// # Errors
/// Says which files are wrong or cannot be read, after the others have been played.
pub fn run(options: &TestOptions) -> Result<bool, String> {
    let (mut reports, mut explored) = (Vec::new(), Vec::new());
    let (mut wrong, mut is_kept) = (Vec::new(), true);
    for file in &options.files {
        let tested = match Tested::read(file, options.explore.is_some()) {
            Ok(tested) => tested,
            Err(error) => {
                wrong.push((name(file), error));
                continue;
            }
        };
        let (mut differences, mut coverage) = (MetDifferences::default(), Vec::new());
        if let Some(scenarios) = &tested.scenarios {
            let (began, mut progress) = (Instant::now(), Progress::new(&tested.name));
            let (mut last, mut played) = (Duration::ZERO, 0);
            let report = judge_each(&tested.flow, scenarios, &mut |result| {
                let now = began.elapsed();
                (result.took, last, played) = (now.saturating_sub(last), now, played + 1);
                progress.say(now, played, "scenario");
            });
            report::say_report(&tested.name, &report, began.elapsed());
            differences.extend(&report.differences);
            coverage.push(report.coverage.clone());
            reports.push((tested.name.clone(), report));
        }
        if let Some(walks) = options.explore {
            let found = walk(&tested, walks, options.seed.unwrap_or(1));
            report::say_exploration(&tested.name, &found, walks);
            differences.extend(&found.differences);
            coverage.push(found.coverage.clone());
            is_kept &= found.broken.is_empty();
            explored.push((tested.name.clone(), found));
        }
        say_notes(&tested, &coverage);
        differences.lines().for_each(|line| say!("  {line}"));
    }
    let unwritten = options.junit.as_ref().and_then(|file| {
        let written = std::fs::write(file, junit(&reports, &explored, &wrong));
        written.err().map(|error| format!("{} cannot be written: {error}", file.display()))
    });
    let failed: usize = reports.iter().map(|(_, report)| report.failed()).sum();
    if reports.len() > 1 {
        let count: usize = reports.iter().map(|(_, report)| report.results.len()).sum();
        say!("{}", report::passing(count - failed, count));
    }
    let wrong: Vec<String> = wrong.into_iter().map(|(_, why)| why).chain(unwritten).collect();
    match wrong.is_empty() {
        true => Ok(failed == 0 && is_kept),
        false => Err(wrong.join("\n")),
    }
}

/// Says what is wrong with the Flow and its subflows themselves, whichever runs they had.
fn say_notes(tested: &Tested, coverage: &[Coverage]) {
    let coverage: Vec<&Coverage> = coverage.iter().collect();
    let subflows = subflow_notes(&tested.flow, &tested.flows, &coverage);
    let notes = tested.refused.iter().chain(&subflows);
    notes.for_each(|note| say!("  note: {}", printable(note)));
}

fn walk(tested: &Tested, walks: u64, seed: u64) -> Exploration {
    let rules =
        tested.scenarios.as_ref().map_or_else(FlowRules::default, |file| file.rules.clone());
    let (began, mut progress) = (Instant::now(), Progress::new(&tested.name));
    let (plan, limit) = (WalkPlan::new(walks, seed), walk_limit(walks));
    let mut found = explore_each(&tested.flow, &rules, &tested.flows, plan, &mut |count| {
        let now = began.elapsed();
        progress.say(now, count, "random walk");
        now < limit
    });
    found.took = began.elapsed();
    found
}

/// The time after which no random walk of a Flow begins: a minute, or a millisecond for each if that is longer.
fn walk_limit(walks: u64) -> Duration {
    MIN_WALK_LIMIT.max(Duration::from_millis(walks))
}

/// Says on standard error how far a test has come that takes long.
struct Progress<'a> {
    file: &'a str,
    last: Duration,
}

impl Progress<'_> {
    fn new(file: &str) -> Progress<'_> {
        Progress { file, last: Duration::ZERO }
    }

    /// So many were played after this time; said every few seconds.
    fn say(&mut self, now: Duration, count: u64, thing: &str) {
        if now.saturating_sub(self.last) >= PROGRESS_PAUSE {
            self.last = now;
            let count = studio::counted(usize::try_from(count).unwrap_or(usize::MAX), thing);
            say_error!("{}: {count} so far, in {} s", self.file, now.as_secs());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_on_walks_grows_with_their_number_alone() {
        let seconds = |walks| walk_limit(walks).as_secs();
        assert_eq!([0, 20, 60_000, 1_000_000].map(seconds), [60, 60, 60, 1_000]);
    }
}
