//! The findings of a check.

use crate::json::Position;

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Its kind, in kebab case; it stays the same from version to version.
    pub code: &'static str,
    /// Its place as Studio writes it: `#/states/3/transitions/0/next`.
    pub path: String,
    /// Its line and column; in a string with a definition, those of the string.
    pub position: Option<Position>,
    /// The widget that it is about.
    pub widget: Option<String>,
    /// The problem in a sentence.
    pub message: String,
    /// Advice: what to do.
    pub advice: String,
}

/// Why a Flow with these findings runs nowhere but here, in a sentence; none if it would run. A template that is broken
/// is no reason: its widget alone fails.
pub fn why_not_runnable(findings: &[Finding]) -> Option<String> {
    let is_reason =
        |one: &&Finding| one.severity == Severity::Error && one.code != "malformed-template";
    let mut reasons = findings.iter().filter(is_reason).peekable();
    reasons.peek()?;
    Some(match reasons.any(|one| one.code == "old-editor-export") {
        true => "this is an export of the editor before 2020: Studio does not take it any more, and \
                 flow convert makes today's form of it",
        false => "Studio would refuse this Flow, or a widget of it always fails: flow check says why",
    }
    .to_owned())
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Studio refuses the Flow, or a widget of it always fails.
    Error,
    /// Somebody will be surprised.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl Finding {
    /// An error.
    pub(super) fn error(code: &'static str, path: &str, message: String, advice: &str) -> Finding {
        Finding {
            severity: Severity::Error,
            code,
            path: path.to_owned(),
            position: None,
            widget: None,
            message,
            advice: advice.to_owned(),
        }
    }
}
