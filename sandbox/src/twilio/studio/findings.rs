//! The findings of a definition's checks, in the shape in which Studio gives them. (`errors`, `warnings`,
//! `details.errors`, each with `message` and `property_path`.)

use serde_json::{Value, json};
use studio::{Finding, FlowFile, Severity};

/// The findings of one definition. Notes are none of Studio's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Findings {
    /// The reasons for which it is not published.
    pub(super) errors: Vec<Value>,
    /// The things that will surprise somebody.
    pub(super) warnings: Vec<Value>,
}

impl Findings {
    /// Checks a definition.
    pub(super) fn of(definition: &Value) -> Findings {
        let found = match FlowFile::read(definition.to_string().as_bytes()) {
            Ok(file) => file.flows().iter().flat_map(|flow| flow.check()).collect(),
            Err(findings) => findings,
        };
        let of = |severity: Severity| {
            let found = found.iter().filter(|finding| finding.severity == severity);
            found.map(shown).collect()
        };
        Findings { errors: of(Severity::Error), warnings: of(Severity::Warning) }
    }

    /// Whether it can be published.
    pub(super) fn are_harmless(&self) -> bool {
        self.errors.is_empty()
    }
}

fn shown(finding: &Finding) -> Value {
    json!({"message": finding.message, "property_path": finding.path})
}
