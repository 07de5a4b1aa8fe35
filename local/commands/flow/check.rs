//! `ringdown flow check`: what Studio would refuse in a Flow, and what goes wrong in a call.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use studio::{Finding, Severity, counted};

use super::{flow_name, flows_of, name, read, write};
use crate::output::{self, printable};

/// The findings of a file's Flow.
struct Checked {
    file: String,
    /// Which Flow, where the file has several.
    flow: Option<String>,
    findings: Vec<Finding>,
}

/// Checks the Flows of files, and prints what is found. `false` means that there is an error.
///
/// # Errors
/// Says which files cannot be read, after the others have been checked.
pub fn run(files: &[PathBuf], json: bool) -> Result<bool, String> {
    let (mut checked, mut unreadable) = (Vec::new(), Vec::new());
    for file in files {
        match read(file) {
            Ok(bytes) => checked.extend(check(file, &bytes)),
            Err(error) => unreadable.push((name(file), error)),
        }
    }
    let mut report = String::new();
    if json {
        let unread = unreadable.iter().map(|(file, error)| unread(file, error));
        report =
            output::json(&checked.iter().flat_map(objects).chain(unread).collect::<Value>()) + "\n";
    } else {
        checked.iter().for_each(|checked| say(checked, &mut report));
        if !checked.is_empty() {
            let _ = writeln!(report, "{}", summary(&checked, files.len() - unreadable.len()));
        }
    }
    write(&report, None)?;
    if unreadable.is_empty() {
        Ok(count(&checked, Severity::Error) == 0)
    } else {
        let errors: Vec<String> = unreadable.into_iter().map(|(_, error)| error).collect();
        Err(errors.join("\n"))
    }
}

/// Checks each Flow of a file.
fn check(file: &Path, bytes: &[u8]) -> Vec<Checked> {
    let read = flows_of(file, bytes);
    let file = name(file);
    match read {
        Err(findings) => vec![Checked { file, flow: None, findings }],
        Ok(flows) => {
            let flows = flows.flows();
            let name = |number: usize, name: Option<&str>| {
                let name = name.map_or_else(
                    || (number + 1).to_string(),
                    |name| format!("\"{}\"", flow_name(name)),
                );
                (flows.len() > 1).then_some(name)
            };
            let flows = flows.iter().enumerate().map(|(number, flow)| Checked {
                file: file.clone(),
                flow: name(number, flow.name()),
                findings: flow.check(),
            });
            flows.collect()
        }
    }
}

/// The findings as JSON.
fn objects(checked: &Checked) -> Vec<Value> {
    let Checked { file, flow, findings } = checked;
    let object = |finding: &Finding| {
        json!({
            "file": file,
            "flow": flow,
            "path": finding.path,
            "line": finding.position.map(|at| at.line),
            "column": finding.position.map(|at| at.column),
            "widget": finding.widget,
            "severity": finding.severity.name(),
            "code": finding.code,
            "message": finding.message,
            "advice": finding.advice,
        })
    };
    findings.iter().map(object).collect()
}

/// A file that cannot be read, as JSON.
fn unread(file: &str, error: &str) -> Value {
    json!({
        "file": file, "flow": null, "path": "#", "line": null, "column": null, "widget": null,
        "severity": Severity::Error.name(), "code": "unreadable", "message": error,
        "advice": "name a file that is there and may be read",
    })
}

/// A Flow's findings for a person.
fn say(checked: &Checked, report: &mut String) {
    let Checked { file, flow, findings } = checked;
    let flow = flow.as_ref().map(|flow| format!(", Flow {flow}")).unwrap_or_default();
    if findings.is_empty() {
        let _ = writeln!(report, "{file}{flow}: no findings");
        return;
    }
    let _ = writeln!(report, "{file}{flow}");
    for finding in findings {
        let line = finding.position.map(|at| format!("{}:{} ", at.line, at.column));
        let widget = finding.widget.as_ref().map(|widget| format!(" {}:", printable(widget)));
        let _ = writeln!(
            report,
            "  {:<7} {}{}{} {} [{}]\n          {}",
            finding.severity.name(),
            line.unwrap_or_default(),
            printable(&finding.path),
            widget.unwrap_or_default(),
            printable(&finding.message),
            finding.code,
            printable(&finding.advice)
        );
    }
}

fn count(checked: &[Checked], severity: Severity) -> usize {
    let findings = checked.iter().flat_map(|checked| &checked.findings);
    findings.filter(|finding| finding.severity == severity).count()
}

fn summary(checked: &[Checked], files: usize) -> String {
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| counted(count(checked, severity), severity.name()));
    let [errors, warnings, notes] = counts;
    format!("{errors}, {warnings}, {notes} in {}", counted(files, "file"))
}

/// Says on standard error why a file holds no Flow.
pub(super) fn say_findings(file: &Path, findings: &[Finding]) {
    reasons(file, findings).iter().for_each(|reason| say_error!("{reason}"));
}

/// The reasons why a file holds no Flow, each with its place and with what to do.
pub(super) fn reasons(file: &Path, findings: &[Finding]) -> Vec<String> {
    let reason = |Finding { path, position, message, advice, .. }: &Finding| {
        let at = position.map(|at| format!(", {at}")).unwrap_or_default();
        let [path, message, advice] = [path, message, advice].map(|text| printable(text));
        format!("{}{at} ({path}): {message}\n  {advice}", name(file))
    };
    findings.iter().map(reason).collect()
}
