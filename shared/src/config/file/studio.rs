//! `[studio]`: what the pages show of executions.

use serde::Deserialize;

/// What the pages show of executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudioTable {
    /// Whether a page may fetch from Twilio, and show, what a step of an Execution knew.
    #[serde(default)]
    pub show_contexts: bool,
}
