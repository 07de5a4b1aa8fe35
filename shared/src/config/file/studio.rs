//! `[studio]`: what the pages show of executions, and the zone of a Flow's hours.

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::Check;

/// The table as it is written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct StudioTable {
    #[serde(default)]
    show_contexts: bool,
    time_zone: Option<Spanned<String>>,
}

/// The settings of Studio: what the pages show of executions, and the zone of a Flow's hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioSettings {
    /// Whether a page may fetch from Twilio, and show, what a step of an Execution knew.
    pub show_contexts: bool,
    /// The zone whose hours of the week are compared, to tell whether a Flow has gone quiet: that of its callers.
    pub time_zone: TimeZone,
}

impl Check<'_> {
    pub(super) fn studio(&mut self, table: StudioTable) -> StudioSettings {
        let zone = table.time_zone.and_then(|name| self.zone("studio.time_zone", &name));
        StudioSettings {
            show_contexts: table.show_contexts,
            time_zone: zone.unwrap_or(TimeZone::UTC),
        }
    }
}
