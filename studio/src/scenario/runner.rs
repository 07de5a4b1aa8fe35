//! Plays scenarios, and judges them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::coverage::Coverage;
use super::failure::ScenarioFailure;
use super::file::{FlowScenario, ScenarioFile};
use super::rules::FlowRules;
use crate::flow::Flow;
use crate::play::{MetDifferences, PlayScript, Played, PlayedFlows, play};

/// The results of a file's scenarios.
#[derive(Clone, Debug)]
pub struct ScenarioReport {
    /// The results, in the file's order.
    pub results: Vec<ScenarioResult>,
    /// The parts of the Flow that all of them together have passed.
    pub coverage: Coverage,
    /// Where they were not played as in Studio.
    pub differences: MetDifferences,
    /// The lines of the answers for all scenarios that none of them took.
    pub unused_answers: Vec<usize>,
}

/// The result of a scenario.
#[derive(Clone, Debug)]
pub struct ScenarioResult {
    /// Its name.
    pub name: String,
    /// Its line in the file.
    pub line: usize,
    /// The expectations that were missed; none if it passes.
    pub failures: Vec<ScenarioFailure>,
    /// Notes on what the scenario gives and the run did not take: no failure, but hardly what was meant.
    pub notes: Vec<String>,
    /// The run.
    pub played: Played,
    /// The time that playing it has taken, if somebody has measured it.
    pub took: Duration,
    /// The indexes of the answers for all scenarios that it took.
    common_answers: Vec<usize>,
}

/// The steps at the beginning of a path that are shown, if it is long.
const FIRST_STEPS: usize = 10;
/// The steps at its end.
const LAST_STEPS: usize = 20;

impl ScenarioResult {
    /// The steps of the run and its end, in a line; of a long run the first and the last ones.
    pub fn path(&self) -> String {
        let steps = self.played.steps().map(|step| format!("{}.{}", step.place(), step.event));
        let mut steps: Vec<String> = steps.collect();
        if let Some(left_out) = steps.len().checked_sub(FIRST_STEPS + LAST_STEPS + 1) {
            let range = FIRST_STEPS..=FIRST_STEPS + left_out;
            let words = format!("({} steps more)", left_out + 1);
            steps.splice(range, [words]);
        }
        format!("{}; {}", steps.join(" > "), self.played.end)
    }
}

impl ScenarioReport {
    /// How many scenarios have failed.
    pub fn failed(&self) -> usize {
        self.results.iter().filter(|result| !result.failures.is_empty()).count()
    }
}

/// Plays the scenarios of a file.
pub fn judge(flow: &Arc<Flow>, file: &ScenarioFile) -> ScenarioReport {
    judge_each(flow, file, &mut |_| {})
}

/// Plays the scenarios of a file, and shows each result as soon as it is there: its time may be put into it.
pub fn judge_each(
    flow: &Arc<Flow>,
    file: &ScenarioFile,
    done: &mut dyn FnMut(&mut ScenarioResult),
) -> ScenarioReport {
    let flows = PlayedFlows { main: flow, subflows: &file.subflows };
    let (mut coverage, mut differences) = (Coverage::new(flows), MetDifferences::default());
    let results = file.scenarios.iter().map(|scenario| {
        let mut result = judge_one(flow, scenario, &file.rules);
        done(&mut result);
        coverage.add(&result.played);
        differences.add(flow, &result.played);
        result
    });
    let results: Vec<ScenarioResult> = results.collect();
    let used: BTreeSet<usize> =
        results.iter().flat_map(|result| &result.common_answers).copied().collect();
    let unused = file.answers.iter().enumerate().filter(|(index, _)| !used.contains(index));
    let unused_answers = unused.map(|(_, answer)| answer.line).collect();
    ScenarioReport { results, coverage, differences, unused_answers }
}

/// Plays one scenario.
pub fn judge_one(flow: &Arc<Flow>, scenario: &FlowScenario, rules: &FlowRules) -> ScenarioResult {
    let mut script = scenario.script.clone();
    let played = play(flow, &scenario.start, scenario.at, &mut script);
    let mut failures = scenario.expectations.missed(&played);
    failures.extend(rules.broken(&played));
    if !script.actions.is_empty() && failures.is_empty() {
        let actions = match script.actions.len() {
            1 => "action".to_owned(),
            count => format!("{count} actions"),
        };
        let message = format!("the run was over before the caller's last {actions}");
        failures.push(ScenarioFailure::new("caller", message));
    }
    for widget in &script.hang_ups {
        let message = format!("nobody was on the line in {widget}, or the run never came there");
        failures.push(ScenarioFailure::new("hang_up_in", message));
    }
    let (name, line) = (scenario.name.clone(), scenario.line);
    let own = script.answers.len();
    let common_answers = script.used.iter().filter_map(|index| index.checked_sub(own)).collect();
    let (notes, took) = (notes(&script), Duration::ZERO);
    ScenarioResult { name, line, failures, notes, played, took, common_answers }
}

/// What a script gives and its run did not take.
fn notes(script: &PlayScript) -> Vec<String> {
    let answers = script.unused_answers().map(|answer| {
        format!("the answer of line {} is not used: no request took it", answer.line)
    });
    let outcomes = script.unused_outcomes().map(|(widget, outcome)| {
        format!("the outcome {outcome} of {widget} is not used: the run does not come to it")
    });
    answers.chain(outcomes).collect()
}
