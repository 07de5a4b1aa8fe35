//! The results of scenarios and walks as JUnit XML, which CI servers read.

use std::fmt::Write;
use std::time::Duration;

use super::explore::Exploration;
use super::runner::{ScenarioReport, ScenarioResult};
use crate::draw::text::escape;

/// The results of several files, by their names: each file of scenarios is a suite, and its random walks are one with a
/// single case, which fails if they have broken a rule. A file that cannot be played, with the reason why, is a suite
/// whose single case is an error.
pub fn junit(
    reports: &[(String, ScenarioReport)],
    walks: &[(String, Exploration)],
    wrong: &[(String, String)],
) -> String {
    let suites = reports.iter().map(|(name, report)| scenarios(name, report));
    let suites = suites.chain(walks.iter().map(|(name, found)| walked(name, found)));
    let suites: Vec<Suite> =
        suites.chain(wrong.iter().map(|(name, why)| unplayed(name, why))).collect();
    let took: Duration = suites.iter().map(|suite| suite.took).sum();
    let all = suites.iter().fold(Counts::default(), |sum, Suite { counts, .. }| Counts {
        tests: sum.tests + counts.tests,
        failures: sum.failures + counts.failures,
        errors: sum.errors + counts.errors,
    });
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites {}>", numbers(all, took));
    for Suite { name, counts, took, cases } in &suites {
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" {}>\n{cases}  </testsuite>",
            escape(name),
            numbers(*counts, *took)
        );
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// A suite, its cases as XML.
struct Suite {
    name: String,
    counts: Counts,
    took: Duration,
    cases: String,
}

/// How many cases there are, how many have failed, and how many could not be played.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

fn numbers(Counts { tests, failures, errors }: Counts, took: Duration) -> String {
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" {}", time(took))
}

fn time(took: Duration) -> String {
    format!("time=\"{:.3}\"", took.as_secs_f64())
}

fn scenarios(name: &str, report: &ScenarioReport) -> Suite {
    let mut cases = String::new();
    for result in &report.results {
        let ScenarioResult { line, failures, notes, took, .. } = result;
        let (file, case) = (escape(name), escape(&result.name));
        let _ = write!(
            cases,
            "    <testcase classname=\"{file}\" name=\"{case}\" file=\"{file}\" line=\"{line}\" {}",
            time(*took)
        );
        let failure = failures.iter().map(|failure| {
            let message = format!("{}: {}", failure.key, failure.message);
            (message, failure.lines.join("\n"))
        });
        let run = (!result.failures.is_empty()).then(|| format!("the run: {}", result.path()));
        let notes = notes.iter().map(|note| format!("note: {note}"));
        close(&mut cases, failure, &run.into_iter().chain(notes).collect::<Vec<_>>());
    }
    let took = report.results.iter().map(|result| result.took).sum();
    let counts = Counts { tests: report.results.len(), failures: report.failed(), errors: 0 };
    Suite { name: name.to_owned(), counts, took, cases }
}

fn walked(name: &str, found: &Exploration) -> Suite {
    let mut cases = String::new();
    let file = escape(name);
    let _ = write!(
        cases,
        "    <testcase classname=\"{file}\" name=\"no random walk breaks a rule\" file=\"{file}\" {}",
        time(found.took)
    );
    let failures = found.broken.iter().map(|one| {
        (format!("{} (walks: {})", one.message, one.count), format!("for example {}", one.example))
    });
    let walks = format!("{} random walks with the seed {}", found.walks, found.seed);
    let more: Vec<String> = (!found.broken.is_empty()).then_some(walks).into_iter().collect();
    close(&mut cases, failures, &more);
    let counts = Counts { tests: 1, failures: usize::from(!found.broken.is_empty()), errors: 0 };
    Suite { name: format!("{name} (random walks)"), counts, took: found.took, cases }
}

fn unplayed(name: &str, why: &str) -> Suite {
    let (file, took) = (escape(name), Duration::ZERO);
    let lines: Vec<String> = why.lines().map(escape).collect();
    let cases = format!(
        "    <testcase classname=\"{file}\" name=\"the file can be played\" file=\"{file}\" {}>\n      \
         <error message=\"{}\">{}</error>\n    </testcase>\n",
        time(took),
        lines.first().map(String::as_str).unwrap_or_default(),
        lines.join("\n")
    );
    Suite {
        name: name.to_owned(),
        counts: Counts { tests: 1, failures: 0, errors: 1 },
        took,
        cases,
    }
}

/// Ends a case that has begun: with its failures, each with its lines, and what else is to be known of it.
fn close(xml: &mut String, failures: impl Iterator<Item = (String, String)>, more: &[String]) {
    let mut inner = String::new();
    for (message, lines) in failures {
        let lines: Vec<String> = lines.lines().map(escape).collect();
        let (message, lines) = (escape(&message), lines.join("\n"));
        let _ = writeln!(inner, "      <failure message=\"{message}\">{lines}</failure>");
    }
    if !more.is_empty() {
        let more: Vec<String> = more.iter().map(|line| escape(line)).collect();
        let _ = writeln!(inner, "      <system-out>{}</system-out>", more.join("\n"));
    }
    match inner.is_empty() {
        true => xml.push_str("/>\n"),
        false => {
            let _ = write!(xml, ">\n{inner}    </testcase>\n");
        }
    }
}
