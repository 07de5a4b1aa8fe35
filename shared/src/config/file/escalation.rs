//! `[escalation]`: what holds for all policies; and the limits of lists and templates.

use serde::Deserialize;
use toml::Spanned;

use super::Check;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct EscalationTable {
    max_calls_per_hour: Option<Spanned<u32>>,
    max_own_alarm_calls_per_hour: Option<Spanned<u32>>,
    only_configured_people: Option<bool>,
    pub(super) not_on_call: Option<Vec<Spanned<String>>>,
}

/// The most people of a roster or a rotation, and the most calls of a round.
pub(super) const MAX_LISTED_PEOPLE: u32 = 20;
/// The limits that hold for all policies.
pub(super) struct Limits {
    pub(super) max_calls_per_hour: u32,
    pub(super) max_own_alarm_calls_per_hour: u32,
    pub(super) only_configured_people: bool,
}

/// Carriers take a number for a nuisance that calls another more often within an hour, and block it.
pub(super) const MAX_CALLS_PER_HOUR: u32 = 7;
/// Our own alarms leave most of these calls to all others.
pub(super) const MAX_OWN_ALARM_CALLS_PER_HOUR: u32 = 2;

/// The longest template or condition of a route: a longer one could end the process that compiles it.
pub(super) const MAX_TEMPLATE_BYTES: usize = 10 * 1024;

/// The most operators in one expression: each may nest the next, and who compiles them goes as deep.
const MAX_OPERATORS: usize = 200;

/// Whether an expression of a template, or a condition, has more operators than can be compiled safely.
pub(super) fn is_too_deep(source: &str) -> bool {
    source.split(['{', '}']).any(|part| {
        let signs = part.chars().filter(|c| "+-*/%~|.[(<>=!,:".contains(*c)).count();
        let words = part.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| ["and", "or", "not", "if", "in", "is"].contains(word));
        signs + words.count() > MAX_OPERATORS
    }) || source.matches('{').count() > 2 * MAX_OPERATORS
}

impl Check<'_> {
    /// The words that mean that an event of a calendar is no shift.
    pub(super) fn not_on_call(
        &mut self,
        key: &str,
        words: Option<&Vec<Spanned<String>>>,
        default: &[String],
    ) -> Vec<String> {
        let Some(words) = words else { return default.to_vec() };
        for word in words.iter().filter(|word| !word.get_ref().contains(char::is_alphanumeric)) {
            let what = format!("{:?} is no word, expected one like \"holiday\"", word.get_ref());
            self.problem(word.span().start, key, what);
        }
        words.iter().map(|word| word.get_ref().clone()).collect()
    }

    /// Reads the limits that hold for all policies.
    pub(super) fn limits(&mut self, table: EscalationTable) -> Limits {
        let key = "escalation.max_calls_per_hour";
        let most = self.number(key, table.max_calls_per_hour, MAX_CALLS_PER_HOUR, 1..=100);
        let key = "escalation.max_own_alarm_calls_per_hour";
        let usual = MAX_OWN_ALARM_CALLS_PER_HOUR.min(most);
        let own = self.number(key, table.max_own_alarm_calls_per_hour, usual, 0..=most);
        Limits {
            max_calls_per_hour: most,
            max_own_alarm_calls_per_hour: own,
            only_configured_people: table.only_configured_people.unwrap_or_default(),
        }
    }
}
