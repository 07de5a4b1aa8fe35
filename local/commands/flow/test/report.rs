//! The results of scenarios and walks, for a terminal.

use std::time::Duration;

use studio::scenario::{
    Exploration, ExplorationFinding, FlowCoverage, ScenarioReport, ScenarioResult,
};

use super::super::printable;

/// The most findings of a kind that are printed.
const MAX_FINDINGS: usize = 20;

/// Prints the results of a file's scenarios: each that fails with what it has missed, and what none of them has passed.
pub(super) fn say_report(file: &str, report: &ScenarioReport, took: Duration) {
    let (count, failed) = (report.results.len(), report.failed());
    say!("{file}: {} of {count} scenarios pass, in {} ms", count - failed, took.as_millis());
    for result in report.results.iter().filter(|result| !result.failures.is_empty()) {
        say_failed(result);
    }
    say_coverage(&report.coverage);
}

fn say_failed(result: &ScenarioResult) {
    say!("  FAILED {} (line {})", printable(&result.name), result.line);
    for failure in &result.failures {
        say!("    {}: {}", failure.key, printable(&failure.message));
        for line in &failure.lines {
            say!("      {}", printable(line));
        }
    }
    let path: Vec<String> =
        result.played.steps().map(|step| format!("{}.{}", step.from, step.event)).collect();
    say!(
        "    the run: {}; {}",
        printable(&path.join(" > ")),
        printable(&result.played.end.to_string())
    );
}

fn say_coverage(coverage: &FlowCoverage) {
    let ((widgets, all_widgets), (taken, all)) = (coverage.widgets(), coverage.transitions());
    say!("  passed: {widgets} of {all_widgets} widgets, {taken} of {all} transitions");
    for (name, reason) in coverage.impossible() {
        say!("  not counted: {} ({reason})", printable(name));
    }
    for (kind, missed) in [
        ("widgets never reached", coverage.missed_widgets()),
        ("transitions never taken", coverage.missed_transitions()),
    ] {
        if !missed.is_empty() {
            say!("  {kind}: {}", printable(&missed.join(", ")));
        }
    }
}

/// Prints what random walks have found.
pub(super) fn say_exploration(file: &str, found: &Exploration, took: Duration) {
    let (walks, seed) = (found.walks, found.seed);
    say!("{file}: {walks} random walks with the seed {seed}, in {} ms", took.as_millis());
    if walks == 0 {
        say!("  the Flow has no way in for a call, a message or a request");
    }
    say_findings("errors", &found.errors);
    say_findings("dead ends", &found.dead_ends);
    say_findings("loops", &found.loops);
    say_findings("rules broken", &found.broken);
    say_coverage(&found.coverage);
}

fn say_findings(kind: &str, findings: &[ExplorationFinding]) {
    if findings.is_empty() {
        say!("  {kind}: none");
        return;
    }
    say!("  {kind}:");
    for ExplorationFinding { message, count, example } in findings.iter().take(MAX_FINDINGS) {
        say!("    {count:>6} times: {}", printable(message));
        say!("                  for example {}", printable(example));
    }
    if findings.len() > MAX_FINDINGS {
        say!("    and {} more", findings.len() - MAX_FINDINGS);
    }
}
