//! `[people]`: who can be called.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::Check;
use crate::escalation::Person;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonTable {
    phone: Spanned<String>,
    slack: Option<Spanned<String>>,
}

impl Check<'_> {
    pub(super) fn people(
        &mut self,
        people: BTreeMap<Spanned<String>, PersonTable>,
    ) -> BTreeMap<String, Person> {
        let mut known: BTreeMap<String, Person> = BTreeMap::new();
        for (name, table) in people {
            self.short_name(&name, "people", "person");
            let phone = table.phone.get_ref();
            if !is_e164(phone) {
                let what = "is no phone number in E.164, expected + and 7 to 15 digits like \"+15005550001\"";
                self.problem(table.phone.span().start, "people.phone", what);
            }
            if let Some((other, _)) = known.iter().find(|(_, person)| person.phone == *phone) {
                let what = format!("is the phone of {other} too, expected one for each person");
                self.problem(table.phone.span().start, "people.phone", what);
            }
            if let Some(slack) = table.slack.as_ref().filter(|id| !is_member(id.get_ref())) {
                let what = format!(
                    "{:?} is no Slack member id, expected one like \"U0000001\"",
                    slack.get_ref()
                );
                self.problem(slack.span().start, "people.slack", what);
            }
            let slack = table.slack.map(Spanned::into_inner);
            known.insert(name.into_inner(), Person { phone: phone.clone(), slack });
        }
        known
    }
}

/// `+`, then 7 to 15 digits.
pub fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn is_member(id: &str) -> bool {
    id.starts_with(['U', 'W', 'S'])
        && id.len() > 1
        && id.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}
