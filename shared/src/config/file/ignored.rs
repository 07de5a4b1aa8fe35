//! `[[ignore]]`: alarms that are not for a phone.

use serde::Deserialize;
use toml::Spanned;
use wildmatch::WildMatch;

use super::Check;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IgnoreTable {
    pub(super) alarms: Spanned<Vec<Spanned<String>>>,
    reason: Option<Spanned<String>>,
}

/// The alarms that call nobody, and are no dead letters either.
#[derive(Debug, Default)]
pub struct Ignored(Vec<IgnoreRule>);

/// One table of them.
#[derive(Debug)]
pub struct IgnoreRule {
    /// Globs on the alarm's name.
    pub alarms: Vec<String>,
    /// Why, if that is written there.
    pub reason: Option<String>,
    globs: Vec<WildMatch>,
}

/// The most tables: each alarm is compared with all of them.
const MAX_TABLES: usize = 200;

impl Ignored {
    /// All tables, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &IgnoreRule> {
        self.0.iter()
    }

    /// Whether the alarm of this name is ignored, and why, if that is written there.
    pub fn reason(&self, alarm: &str) -> Option<Option<&str>> {
        let rule = self.0.iter().find(|rule| rule.globs.iter().any(|glob| glob.matches(alarm)))?;
        Some(rule.reason.as_deref())
    }
}

impl Check<'_> {
    pub(super) fn ignored(&mut self, tables: Vec<IgnoreTable>) -> Ignored {
        if let Some(table) = tables.get(MAX_TABLES) {
            let what = format!("there are {}, expected {MAX_TABLES} at most", tables.len());
            self.problem(table.alarms.span().start, "ignore", what);
        }
        let rule = |table: IgnoreTable| {
            let reason = self.one_line("ignore.reason", table.reason);
            let alarms = self.alarm_globs("ignore.alarms", table.alarms);
            let globs = alarms.iter().map(|glob| WildMatch::new(glob)).collect();
            IgnoreRule { alarms, reason, globs }
        };
        Ignored(tables.into_iter().map(rule).collect())
    }
}
