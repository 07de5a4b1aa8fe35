//! The results of scenarios as JUnit XML, which CI servers read.

use std::fmt::Write;

use super::judge::ScenarioReport;
use crate::draw::text::escape;

/// The results of several files, by their names.
pub fn junit(reports: &[(String, ScenarioReport)]) -> String {
    let count: usize = reports.iter().map(|(_, report)| report.results.len()).sum();
    let failed: usize = reports.iter().map(|(_, report)| report.failed()).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites tests=\"{count}\" failures=\"{failed}\" errors=\"0\">");
    for (name, report) in reports {
        let name = escape(name);
        let (count, failed) = (report.results.len(), report.failed());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\">"
        );
        for result in &report.results {
            let case = escape(&result.name);
            let _ = write!(
                xml,
                "    <testcase classname=\"{name}\" name=\"{case}\" file=\"{name}\" line=\"{}\"",
                result.line
            );
            if result.failures.is_empty() {
                xml.push_str("/>\n");
                continue;
            }
            xml.push_str(">\n");
            for failure in &result.failures {
                let message = escape(&format!("{}: {}", failure.key, failure.message));
                let lines: Vec<String> = failure.lines.iter().map(|line| escape(line)).collect();
                let _ = writeln!(
                    xml,
                    "      <failure message=\"{message}\">{}</failure>",
                    lines.join("\n")
                );
            }
            xml.push_str("    </testcase>\n");
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}
