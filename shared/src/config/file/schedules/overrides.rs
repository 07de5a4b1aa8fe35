//! `[[schedules.overrides]]`: what is different on some dates.

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::super::Check;
use super::super::people::People;
use super::super::written::written;
use crate::domain::schedule::Override;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideTable {
    #[serde(deserialize_with = "written")]
    from: Spanned<String>,
    #[serde(deserialize_with = "written")]
    until: Spanned<String>,
    person: Option<Spanned<String>>,
    nobody: Option<bool>,
}

impl Check<'_> {
    pub(super) fn over(
        &mut self,
        table: OverrideTable,
        zone: Option<&TimeZone>,
        people: &People,
    ) -> Option<Override> {
        let from = self.moment("schedules.overrides.from", &table.from, zone, "the schedule");
        let until = self.moment("schedules.overrides.until", &table.until, zone, "the schedule");
        if from.zip(until).is_some_and(|(from, until)| until <= from) {
            let what = "is not behind `from`, expected a later time";
            self.problem(table.until.span().start, "schedules.overrides.until", what);
        }
        let key = "schedules.overrides.person";
        let is_empty = table.person.as_ref().is_none_or(|person| person.get_ref().is_empty());
        match (&table.person, table.nobody) {
            (Some(person), None | Some(false)) if !is_empty => {
                self.known_person(person, key, people)
            }
            (Some(_), None) | (None, Some(true)) => {}
            (Some(person), Some(true)) if !is_empty => {
                self.problem(
                    person.span().start,
                    key,
                    "stands beside `nobody`, expected one of them",
                );
            }
            (Some(_), _) => {}
            (None, _) => {
                let what = "is missing, expected somebody, or `nobody = true` for an empty shift";
                self.problem(table.from.span().start, key, what);
            }
        }
        let person = table.person.map(Spanned::into_inner).filter(|_| !is_empty);
        Some(Override { from: from?, until: until?, person, stored: None })
    }
}
