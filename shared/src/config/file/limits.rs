//! `[escalation]`: what holds for all policies.

use serde::Deserialize;
use toml::Spanned;

use super::Check;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct EscalationTable {
    max_calls_per_hour: Option<Spanned<u32>>,
}

/// Carriers take a number for a nuisance that calls another more often within an hour, and block it.
pub(super) const MAX_CALLS_PER_HOUR: u32 = 7;

impl Check<'_> {
    /// How often a person is called within an hour at most.
    pub(super) fn max_calls_per_hour(&mut self, table: EscalationTable) -> u32 {
        let key = "escalation.max_calls_per_hour";
        self.number(key, table.max_calls_per_hour, MAX_CALLS_PER_HOUR, 1..=100)
    }
}
