//! The results of scenarios and walks, for a terminal.

use std::time::Duration;

use studio::counted;
use studio::scenario::{
    Coverage, Exploration, ExplorationFinding, FlowCoverage, ScenarioReport, ScenarioResult,
    WalkStop,
};

use super::super::printable;

/// The most findings of a kind that are printed.
const MAX_FINDINGS: usize = 20;

/// Prints the results of a file's scenarios: each that fails with what it has missed, and what none of them has passed.
pub(super) fn say_report(file: &str, report: &ScenarioReport, took: Duration) {
    let (count, failed) = (report.results.len(), report.failed());
    say!("{file}: {}, in {} ms", passing(count - failed, count), took.as_millis());
    for result in report.results.iter().filter(|result| !result.failures.is_empty()) {
        say_failed(result);
    }
    for result in &report.results {
        for note in &result.notes {
            say!("  note: {} (line {}): {note}", printable(&result.name), result.line);
        }
    }
    for line in &report.unused_answers {
        say!("  note: the answer of line {line} is not used: no request of any scenario took it");
    }
    for (whose, coverage) in each(&report.coverage) {
        say_coverage(&whose, coverage);
    }
}

/// How many scenarios pass: `1 of 1 scenario passes`.
pub(super) fn passing(passed: usize, count: usize) -> String {
    match count {
        1 => format!("{passed} of 1 scenario passes"),
        _ => format!("{passed} of {count} scenarios pass"),
    }
}

fn say_failed(result: &ScenarioResult) {
    say!("  FAILED {} (line {})", printable(&result.name), result.line);
    for failure in &result.failures {
        say!("    {}: {}", failure.key, printable(&failure.message));
        for line in &failure.lines {
            say!("      {}", printable(line));
        }
    }
    say!("    the run: {}", printable(&result.path()));
}

/// What was passed of the Flow itself, and of each of its subflows, with the words before its lines.
fn each(coverage: &Coverage) -> impl Iterator<Item = (String, &FlowCoverage)> {
    let subflows = coverage.subflows.iter();
    let subflows = subflows.map(|(sid, inner)| (format!("subflow {}, ", printable(sid)), inner));
    std::iter::once((String::new(), &coverage.main)).chain(subflows)
}

fn say_passed(whose: &str, coverage: &FlowCoverage) {
    let ((widgets, all_widgets), (taken, all)) = (coverage.widgets(), coverage.transitions());
    let transitions = counted(all, "transition");
    let widgets = format!("{widgets} of {}", counted(all_widgets, "widget"));
    say!("  {whose}passed: {widgets}, {taken} of {transitions}");
}

fn say_coverage(whose: &str, coverage: &FlowCoverage) {
    say_passed(whose, coverage);
    for (name, reason) in coverage.impossible() {
        say!("  {whose}not counted: {} ({reason})", printable(name));
    }
    for (kind, missed) in [
        ("widgets never reached", coverage.missed_widgets()),
        ("transitions never taken", coverage.missed_transitions()),
    ] {
        if !missed.is_empty() {
            say!("  {whose}{kind}: {}", printable(&missed.join(", ")));
        }
    }
}

/// Prints what random walks have found.
pub(super) fn say_exploration(file: &str, found: &Exploration, asked: u64) {
    let (walks, seed, took) = (found.walks, found.seed, found.took);
    say!(
        "{file}: {} with the seed {seed}, in {} ms",
        counted(usize::try_from(walks).unwrap_or(usize::MAX), "random walk"),
        took.as_millis()
    );
    if let Some(why) = stopped(found.stop, asked, found.took) {
        say!("  {why}");
    }
    say_findings("errors", &found.errors);
    say_findings("dead ends", &found.dead_ends);
    say_findings("loops", &found.loops);
    say_findings("rules broken", &found.broken);
    for (whose, coverage) in each(&found.coverage) {
        say_walked(&whose, coverage);
    }
}

/// The reason why there are not as many walks as were asked for.
fn stopped(stop: WalkStop, asked: u64, took: Duration) -> Option<String> {
    match stop {
        WalkStop::Done => None,
        WalkStop::NoWayIn => {
            Some("the Flow has no way in for a call, a message or a request".to_owned())
        }
        WalkStop::Work => {
            Some(format!("not {asked}: the Flow's templates and patterns take too much work"))
        }
        WalkStop::Told => Some(format!(
            "not {asked}: {} s are over; the same seed begins with the same walks",
            took.as_secs()
        )),
    }
}

/// What no walk has reached, and whether one could: a condition may want what no walk has tried.
fn say_walked(whose: &str, coverage: &FlowCoverage) {
    say_passed(whose, coverage);
    let nowhere = coverage.unreachable_widgets();
    let missed = coverage.missed_widgets().into_iter();
    let missed: Vec<&str> = missed.filter(|name| !nowhere.iter().any(|one| one == name)).collect();
    let untaken = coverage.untaken_transitions().into_iter();
    let untaken: Vec<String> =
        untaken.map(|(name, count)| format!("{name} (passed: {count})")).collect();
    for (kind, names) in [
        ("widgets that nothing leads to", nowhere.join(", ")),
        ("widgets that these walks have not reached, though a way leads there", missed.join(", ")),
        ("transitions that they have not taken, though they passed the widget", untaken.join(", ")),
    ] {
        if !names.is_empty() {
            say!("  {whose}{kind}: {}", printable(&names));
        }
    }
}

fn say_findings(kind: &str, findings: &[ExplorationFinding]) {
    if findings.is_empty() {
        say!("  {kind}: none");
        return;
    }
    say!("  {kind}:");
    for ExplorationFinding { message, count, example } in findings.iter().take(MAX_FINDINGS) {
        let times = if *count == 1 { "time: " } else { "times:" };
        say!("    {count:>6} {times} {}", printable(message));
        say!("                  for example {}", printable(example));
    }
    if findings.len() > MAX_FINDINGS {
        say!("    and {} more", findings.len() - MAX_FINDINGS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_walks_say_why() {
        let told = |stop| stopped(stop, 200, Duration::from_millis(60_250));
        assert_eq!(told(WalkStop::Done), None);
        for (stop, expected) in [
            (WalkStop::NoWayIn, "the Flow has no way in for a call, a message or a request"),
            (WalkStop::Work, "not 200: the Flow's templates and patterns take too much work"),
            (WalkStop::Told, "not 200: 60 s are over; the same seed begins with the same walks"),
        ] {
            assert_eq!(told(stop).as_deref(), Some(expected));
        }
    }
}
